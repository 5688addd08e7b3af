"""The job core on a sandbox's clock: time passes only when nothing is due, and never really."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio.to_thread
import httpx

from fault_site import ALONE, Site
from media_tracks_server.accounts import Registry
from media_tracks_server.jobs.bell import Bell, heard
from media_tracks_server.jobs.board import Board
from media_tracks_server.jobs.database import Database
from media_tracks_server.jobs.driver import Driver, Pace
from media_tracks_server.jobs.handles import Handles
from media_tracks_server.jobs.limiter import SharedLimiter
from media_tracks_server.jobs.process import Owner
from media_tracks_server.jobs.store import WorkStore
from media_tracks_server.jobs.uncertain import OnUncertain
from media_tracks_server.opening import VendorAccount, open_accounts
from media_tracks_server.sandbox.webinars import Webinar
from media_tracks_server.settings import Settings
from media_tracks_tools.models import Job, JobState
from media_tracks_tools.services import Located, Wanted

READ_SECONDS = 0.3
"""How long the client waits for an answer, really."""
PACE = Pace(idle=5.0, tick=5.0, sweep=0.05, report=0.0, database=0.05)
_STEPS = 25
_LONGER = 1.5
_MOST = 400


@dataclass
class Wire:
    """What leaves the client: the requests that write, and whom it meets at one of them.

    `before` is called with the number of the write, from 1; `token` replaces the credential.
    """

    before: Callable[[int], None] | None = None
    token: str | None = None
    written: list[str] = field(default_factory=list[str])

    async def leave(self, request: httpx.Request) -> None:
        """An httpx event hook."""
        if self.token is not None:
            request.headers["Authorization"] = f"Bearer {self.token}"
        if request.method == "GET":
            return
        self.written.append(f"{request.method} {request.url.path}")
        if self.before is not None:
            await anyio.to_thread.run_sync(self.before, len(self.written))


@dataclass(frozen=True)
class World:
    """One account on one site, a job database, and a driver at work."""

    site: Site
    video: Webinar
    folder: Path
    provider: VendorAccount
    wire: Wire
    board: Board
    bell: Bell
    store: WorkStore
    accounts: tuple[str, ...]

    @property
    def located(self) -> Located:
        return Located(self.provider, self.site.id_of(self.video))

    async def ask(self, wanted: Wanted) -> str:
        return await self.board.start(wanted)

    async def end(self, job_id: str, stride: float = 0.0) -> Job:
        """Let time pass until it has ended, or needs a person."""
        return await self.until(job_id, lambda job: job.state.ended or _asks(job), stride)

    async def until(self, job_id: str, wished: Callable[[Job], bool], stride: float = 0.0) -> Job:
        """Let time pass until the job is as wished; the longer that takes, the faster.

        `stride` is how many seconds pass at least, each time: after a 429 the limiter's burst is
        used up, and would be waited for really.
        """
        for step in range(_MOST):
            job = await self._still(job_id)
            if wished(job):
                return job
            ring = self.bell.listen()
            due = await self.store.next_due(self.accounts)
            if due is None:  # cancelled, and its work is at the vendor right now
                await heard(ring, 0.1)
                continue
            hurry = _LONGER ** (step - _STEPS) if step > _STEPS else stride
            self.site.clock.advance(max(due - self.site.clock(), hurry))
            self.bell.ring()
        raise AssertionError(f"still {await self.board.get(job_id)}")

    async def _still(self, job_id: str) -> Job:
        """The job when nobody is at it and nothing is due."""
        while True:
            ring = self.bell.listen()
            job = await self.board.get(job_id)
            due = await self.store.next_due(self.accounts)
            if job.state.ended or (due is not None and due > self.site.clock()):
                return job
            await heard(ring, 1.0)


def _asks(job: Job) -> bool:
    return job.state is JobState.NEEDS_ATTENTION


def settings_for(site: Site, folder: Path) -> Settings:
    """One vendor, and a folder of files."""
    files = folder / "files"
    files.mkdir(exist_ok=True)
    (files / "it.m4a").write_bytes(b"sound" * 1000)
    known: dict[str, str] = {
        "database_url": f"sqlite:///{folder / 'jobs.db'}",
        "local_roots": str(files),
    }
    if site.info.datocms:
        known |= {
            "datocms_api_token": site.info.datocms.token,
            "datocms_base_url": site.info.datocms.base_url,
            "datocms_mux_url": site.info.datocms.mux_base_url,
        }
    if site.info.cloudflare:
        known |= {
            "cloudflare_api_token": site.info.cloudflare.token,
            "cloudflare_account_id": site.info.cloudflare.account_id,
            "cloudflare_base_url": site.info.cloudflare.base_url,
        }
    return Settings.model_validate(known)


@asynccontextmanager
async def world(
    site: Site,
    folder: Path,
    on_uncertain: OnUncertain = OnUncertain.ASK,
    video: Webinar | None = None,
) -> AsyncGenerator[World]:
    """The same parts as `wiring.wire` puts together, on the site's clock.

    The driver lives in a task of its own, as in tests/contract/worlds.py.
    """
    settings, wire, bell = settings_for(site, folder), Wire(), Bell()
    client = httpx.AsyncClient(
        timeout=READ_SECONDS,
        verify=False,
        trust_env=False,
        limits=ALONE,
        event_hooks={"request": [wire.leave]},
    )
    database = Database(settings.database_path)
    opened = open_accounts(settings, SharedLimiter(database, site.clock), client)
    registry = Registry((*opened.local, *opened.vendors), opened.notes)
    providers = {one.account.fingerprint: one for one in registry.all()}
    store = WorkStore(database, Owner.this(), site.clock)
    board = Board(Handles(database, "ann", on_uncertain, site.clock), registry, bell)
    driver = asyncio.create_task(Driver(store, providers, bell, 30, PACE).run())
    try:
        yield World(
            site=site,
            video=video or site.fresh_video(),
            folder=folder,
            provider=opened.vendors[0],
            wire=wire,
            board=board,
            bell=bell,
            store=store,
            accounts=tuple(providers),
        )
    finally:
        driver.cancel()
        with suppress(asyncio.CancelledError):
            await driver
        await client.aclose()
        database.close()
