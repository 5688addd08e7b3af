"""Processes that ask for one change and drive it until they kill themselves at a commit.

As a program it reads orders, a line each, forks for each, and answers with how that process ended.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from mmap import mmap
from pathlib import Path
from struct import pack_into, unpack_from

import httpx
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Engine, event

from changes import generate
from fault_site import ALONE, VIDEOS, Site
from fault_world import world
from media_tracks_server.jobs.database import Mode
from media_tracks_server.sandbox import SandboxInfo
from media_tracks_server.sandbox.webinars import webinars

_SECONDS = "d"


class SharedClock:
    """One clock for several processes: eight bytes of a file."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._memory = mmap(file.fileno(), 8)

    def __call__(self) -> float:
        return float(unpack_from(_SECONDS, self._memory)[0])

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        pack_into(_SECONDS, self._memory, 0, self() + seconds)


class Order(BaseModel):
    """Generate subtitles for webinar `video`; die just before the commit with number `dies_at`."""

    model_config = ConfigDict(frozen=True)

    vendor: str
    info: SandboxInfo
    clock: Path
    folder: Path
    video: int
    dies_at: int


async def _drive(order: Order) -> None:
    with httpx.Client(trust_env=False, limits=ALONE) as client:
        clock = SharedClock(order.clock)
        place = Site(order.vendor, order.info, clock, client, iter(()))
        video = next(one for one in webinars(VIDEOS) if one.number == order.video)
        _die_at(order.dies_at)
        async with world(place, order.folder, video=video) as here:
            await here.end(await here.ask(await generate(here)))
            os._exit(0)


def _die_at(number: int) -> None:
    commits = 0

    def count(connection: Connection) -> None:
        nonlocal commits
        mode: Mapping[str, object] = connection.get_execution_options()
        commits += mode.get("mode") != Mode.READ.value
        if commits == number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "commit", count)


def main() -> None:
    """One process after the other."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(_drive(Order.model_validate_json(line)))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps(os.waitstatus_to_exitcode(status)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
