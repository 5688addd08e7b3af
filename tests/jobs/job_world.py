"""A job core on a real SQLite file: a clock that runs fast, drivers that can be stopped."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from sqlalchemy import Connection, select

from local_wire import LocalAccount
from media_tracks_server.accounts import Registry
from media_tracks_server.jobs.bell import Bell
from media_tracks_server.jobs.board import Board
from media_tracks_server.jobs.database import Database, Mode
from media_tracks_server.jobs.driver import Driver, Pace
from media_tracks_server.jobs.handles import Handle, Handles
from media_tracks_server.jobs.process import Owner
from media_tracks_server.jobs.rows import read_work
from media_tracks_server.jobs.store import WorkStore
from media_tracks_server.jobs.tables import work
from media_tracks_server.jobs.work import OnUncertain, Phase, Work
from media_tracks_tools.models import JobState
from media_tracks_tools.requests import GenerateBatch, GenerateSubtitles, RefusedVideo
from media_tracks_tools.services import Located, Wanted
from plans_and_rows import REQUEST
from waiting import eventually
from wire import VendorAccount

FAST = 200.0
"""So many seconds of a driver's clock pass in one of ours."""
QUICK = Pace(idle=0.01, tick=0.02, sweep=0.02, report=0.0, database=0.02)

Provider = VendorAccount | LocalAccount


SUCCEEDED, FAILED, CANCELLED = JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED
NEEDS_ATTENTION = JobState.NEEDS_ATTENTION
ENDED = (SUCCEEDED, FAILED, CANCELLED, NEEDS_ATTENTION)


def wanted(provider: Provider, request: GenerateSubtitles = REQUEST) -> Wanted:
    """The request, in the steps of the provider's plan."""
    plan = provider.plan_generate_subtitles(request)
    return Wanted(Located(provider, request.video_id), request, plan)


@dataclass
class TurnedClock:
    """Runs at `speed`, and can be set; 0 stands still."""

    speed: float = 0.0
    offset: float = 1_800_000_000.0
    begun: float = field(default_factory=time.monotonic)

    def __call__(self) -> float:
        return self.offset + (time.monotonic() - self.begun) * self.speed

    def turn(self, seconds: float) -> None:
        self.offset += seconds


@dataclass
class World:
    """One database file, and what works on it."""

    database: Database
    clock: TurnedClock
    bell: Bell = field(default_factory=Bell)

    def store(self, lease: float = 15.0 * FAST, owner: Owner | None = None) -> WorkStore:
        return WorkStore(self.database, owner or Owner.this(), self.clock, lease)

    def handles(
        self, principal: str = "ann", on_uncertain: OnUncertain = OnUncertain.ASK
    ) -> Handles:
        return Handles(self.database, principal, on_uncertain, self.clock)

    def board(self, *providers: Provider, principal: str = "ann") -> Board:
        return Board(self.handles(principal), Registry(providers), self.bell)

    @asynccontextmanager
    async def driving(
        self, *providers: Provider, store: WorkStore | None = None, pace: Pace = QUICK
    ) -> AsyncGenerator[Driver]:
        known = {provider.account.fingerprint: provider for provider in providers}
        driver = Driver(store or self.store(), known, self.bell, keep_days=30, pace=pace)
        async with anyio.create_task_group() as group:
            group.start_soon(driver.run)
            yield driver
            group.cancel_scope.cancel()

    async def ask(
        self,
        provider: Provider,
        request: GenerateSubtitles = REQUEST,
        principal: str = "ann",
        on_uncertain: OnUncertain = OnUncertain.ASK,
    ) -> str:
        handles = self.handles(principal, on_uncertain)
        job_id = await handles.start(wanted(provider, request))
        self.bell.ring()
        return job_id

    async def start_batch(
        self,
        provider: Provider,
        *video_ids: str,
        principal: str = "ann",
        refused: tuple[RefusedVideo, ...] = (),
    ) -> str:
        children = [
            wanted(provider, REQUEST.model_copy(update={"video_id": one})) for one in video_ids
        ]
        videos = tuple(child.located.video for child in children)
        batch = GenerateBatch(language="it", videos=videos, refused=refused)
        job_id = await self.handles(principal).start_batch(batch, children)
        self.bell.ring()
        return job_id

    async def work_of(self, job_id: str, principal: str = "ann") -> Work:
        return (await self.handles(principal).get(job_id)).work

    async def until(self, job_id: str, *states: JobState, principal: str = "ann") -> Handle:
        async def there() -> Handle | None:
            handle = await self.handles(principal).get(job_id)
            return handle if handle.state in states else None

        return await eventually(there)

    async def rows(self) -> list[Work]:
        def read(connection: Connection) -> list[Work]:
            found = connection.execute(select(work.c.id, work.c.body)).all()
            return [row for id_, body in found if (row := read_work(id_, body))]

        return await self.database.run(read, Mode.READ)


async def lease_until(world: World) -> float:
    held = select(work.c.lease_until)
    return await world.database.run(lambda c: c.scalar(held) or 0.0, Mode.READ)


async def ended(world: World, job_id: str) -> bool:
    return (await world.work_of(job_id)).phase is Phase.DONE
