"""kill -9 at every commit of a submission: whoever goes on finds one effect, or asks a person."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio.to_thread
import pytest

import killed_driver
from changes import generate
from fault_site import site
from fault_world import world
from killed_driver import Order, SharedClock
from media_tracks_tools.models import JobState

_FEWEST, _MOST = 8, 100
_KILLED = f"{-signal.SIGKILL}\n"
_MADE = {"datocms": ["job-created", "track-created"], "cloudflare": ["caption-created"]}


class Drivers:
    """Orders processes that die."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program

    def run(self, order: Order) -> bool:
        """Whether it was killed; it has ended well otherwise."""
        assert self._program.stdin
        assert self._program.stdout
        self._program.stdin.write(order.model_dump_json() + "\n")
        self._program.stdin.flush()
        answer = self._program.stdout.readline()
        assert answer in (_KILLED, "0\n")
        return answer == _KILLED


@pytest.fixture
def drivers() -> Iterator[Drivers]:
    with subprocess.Popen(
        [sys.executable, killed_driver.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        yield Drivers(program)
        assert program.stdin
        program.stdin.close()


@pytest.mark.parametrize("vendor", ["datocms", "cloudflare"])
async def test_a_driver_killed_at_any_commit_leaves_one_effect_or_a_question(
    vendor: str, drivers: Drivers, tmp_path: Path
) -> None:
    asked = 0
    number = 0
    was_killed = True
    with site(vendor, SharedClock(tmp_path / "clock")) as place:
        while was_killed:
            number += 1
            assert number < _MOST
            folder = tmp_path / str(number)
            folder.mkdir()
            video = place.fresh_video()
            begun = len(place.log())
            order = Order(
                vendor=vendor,
                info=place.info,
                clock=tmp_path / "clock",
                folder=folder,
                video=video.number,
                dies_at=number,
            )
            was_killed = await anyio.to_thread.run_sync(drivers.run, order)
            async with world(place, folder, video=video) as here:
                job = await here.end(await here.ask(await generate(here)))
            place.settle()
            made = [entry.effect.value for entry in place.log()[begun:] if entry.effect]
            assert (job.state, made) in (
                (JobState.SUCCEEDED, _MADE[vendor]),
                (JobState.NEEDS_ATTENTION, []),
            ), f"killed at commit {number}"
            asked += job.state is JobState.NEEDS_ATTENTION
    assert number > _FEWEST
    # Between the commit of the intent and the request lies one commit, the turn at the limiter's.
    # Cloudflare would refuse a second request for a language, so there nobody has to be asked.
    assert asked == {"datocms": 1, "cloudflare": 0}[vendor]
