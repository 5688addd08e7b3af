"""A script: for each point of a job's way, a process that kills itself there, and one that goes on.

`python dying.py CASE FOLDER` prints a line of JSON for each point. Points are just after each
claim, and just before and after each commit and each request that writes. What the vendor has
is in a file.
"""

import os
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio

from job_world import ENDED, FAST, NEEDS_ATTENTION, TurnedClock, World
from media_tracks_server.jobs.database import Database
from media_tracks_server.jobs.process import Owner
from media_tracks_server.jobs.store import Claim, Commit, WorkStore
from media_tracks_server.jobs.work import Work
from media_tracks_tools.models import Choice, JobState, Model
from media_tracks_tools.plans import Failed, Plan, Sent, Task
from plans_and_rows import EDIT, KEYED, PROBLEM, REPLACE, UNKEYED
from wire import Vendor, VendorAccount


@dataclass(frozen=True)
class Case:
    """One way of one job, or of a batch of two."""

    plan: Plan
    tracks: tuple[str, ...] = ()
    failures: tuple[Failed, ...] = ()
    videos: tuple[str, ...] = ("v1",)


CASES = {
    "unkeyed": Case(UNKEYED),
    "keyed": Case(KEYED),
    "again": Case(EDIT),
    "replaces": Case(REPLACE, tracks=("old",)),
    "replaces in vain": Case(REPLACE, tracks=("old",), failures=(Failed(error=PROBLEM),)),
    "batch": Case(KEYED, videos=("v1", "v2")),
}


class Lived(Model):
    """How it ended; `tracks` and `logs` are those of each video."""

    states: tuple[JobState, ...]
    tracks: tuple[tuple[str, ...], ...]
    logs: tuple[tuple[str, ...], ...]
    saved: str | None


class Kept(Model):
    """What the vendor of one video has."""

    tracks: tuple[str, ...]
    log: tuple[str, ...]


@dataclass
class Points:
    """Counts them, and is killed at one."""

    deadly: int
    count: int = field(default=0)

    def reach(self) -> None:
        self.count += 1
        if self.count == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalStore(WorkStore):
    """Dies about its writes."""

    def __init__(self, world: World, points: Points) -> None:
        super().__init__(world.database, Owner.this(), world.clock, lease=1e6)
        self._points = points

    async def claim(self, accounts: Collection[str], limit: int) -> list[tuple[Claim, Work]]:
        taken = await super().claim(accounts, limit)
        if taken:
            self._points.reach()
        return taken

    async def commit(self, claim: Claim, before: Work, after: Work, *, release: bool) -> Commit:
        self._points.reach()
        done = await super().commit(claim, before, after, release=release)
        self._points.reach()
        return done


class MortalAccount(VendorAccount):
    """Dies about its requests that write; keeps what the vendors have in files."""

    def __init__(self, case: Case, folder: Path, points: Points) -> None:
        self._folder, self._points = folder, points
        self.vendors = {video: self._load(case, video) for video in case.videos}
        super().__init__(self.vendors["v1"], case.plan, others=self.vendors)

    def _load(self, case: Case, video: str) -> Vendor:
        file = self._folder / f"{video}.json"
        if not file.exists():
            return Vendor(tracks=list(case.tracks), failures=list(case.failures))
        kept = Kept.model_validate_json(file.read_text())
        return Vendor(tracks=list(kept.tracks), log=list(kept.log), failures=list(case.failures))

    def save(self) -> None:
        for video, vendor in self.vendors.items():
            kept = Kept(tracks=tuple(vendor.tracks), log=tuple(vendor.log))
            (self._folder / f"{video}.json").write_text(kept.model_dump_json())

    async def send(self, task: Task) -> Sent:
        self._points.reach()
        try:
            return await super().send(task)
        finally:
            self.save()
            self._points.reach()


async def ask(case: Case, world: World, provider: MortalAccount) -> str:
    if len(case.videos) > 1:
        return await world.start_batch(provider, *case.videos)
    return await world.ask(provider)


async def live(name: str, folder: Path, clock: TurnedClock, points: Points) -> None:
    """Ask, or go on with what is asked; give up what needs attention; tell how it ended."""
    database = Database(folder / "jobs.db")
    world = World(database, clock)
    provider = MortalAccount(CASES[name], folder, points)
    asked = folder / "asked"
    if not asked.exists():
        asked.write_text(await ask(CASES[name], world, provider))
    job_id = asked.read_text()
    async with world.driving(provider, store=MortalStore(world, points)):
        handle = await world.until(job_id, *ENDED)
        states = [handle.state]
        if handle.state is NEEDS_ATTENTION:
            await world.board(provider).resolve(job_id, Choice.GIVE_UP)
            handle = await world.until(job_id, *(set(ENDED) - {NEEDS_ATTENTION}))
            states.append(handle.state)
    vendors = provider.vendors.values()
    lived = Lived(
        states=tuple(states),
        tracks=tuple(tuple(vendor.tracks) for vendor in vendors),
        logs=tuple(tuple(vendor.log) for vendor in vendors),
        saved=handle.work.saved,
    )
    sys.stdout.write(f"{lived.model_dump_json()}\n")
    sys.stdout.flush()
    database.close()


def in_a_process(do: Callable[[], Awaitable[None]]) -> bool:
    """Whether it came to its end."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            anyio.run(do)
            code = 0
        except BaseException:  # noqa: BLE001 - the end of this process, and it says why
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.waitstatus_to_exitcode(status) == 0
    return True


def main(name: str, root: Path) -> None:
    for deadly in range(1, 1000):
        folder = root / str(deadly)
        folder.mkdir()
        clock = TurnedClock(speed=3 * FAST)
        if in_a_process(partial(live, name, folder, clock, Points(deadly))):
            return
        assert in_a_process(partial(live, name, folder, clock, Points(0)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
