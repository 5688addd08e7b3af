"""What lives as long as the server: accounts, the job database, the driver, the announcer.

SQLAlchemy, httpx and the adapters take a second to import. They load in a thread once the
first answer is out, so that a chat host sees the tools at once.
"""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from media_tracks_server.jobs.decisions import Decision
from media_tracks_server.secret import secret_of
from media_tracks_server.settings import Settings
from media_tracks_server.watching import Announcer
from media_tracks_tools.errors import InternalError, MediaTracksError
from media_tracks_tools.services import Services

if TYPE_CHECKING:
    from media_tracks_server.wiring import Wired

log = logging.getLogger(__name__)

PRINCIPAL = "local"
FIRST_ANSWER_WITHIN = 1.0
"""Seconds after which the heavy parts load even if nobody has asked anything."""


class Runtime:
    """Loads the heavy parts once, drives jobs, and hands out `Services`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.secret = secret_of(settings)
        self.announcer = Announcer()
        self._answered = anyio.Event()
        self._loaded = anyio.Event()
        self._wired: Wired | None = None
        self._failure: MediaTracksError | None = None

    def answered(self) -> None:
        """A client has been, or is just being, answered."""
        self._answered.set()

    async def services(self) -> Services:
        """See `Supplies.services`."""
        return (await self._ready()).services(PRINCIPAL)

    async def decisions(self, job_id: str) -> tuple[Decision, ...]:
        """See `Board.decisions`."""
        return await (await self._ready()).board(PRINCIPAL).decisions(job_id)

    @property
    def keep_seconds(self) -> float:
        """How long a job is kept after its end."""
        return self._settings.keep_jobs_days * 86400

    async def _ready(self) -> "Wired":
        self._answered.set()
        await self._loaded.wait()
        if self._wired is None:
            raise self._failure or InternalError("The server did not load.")
        return self._wired

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Load, drive, and at the end let go of everything within two seconds."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._load_and_drive)
            try:
                yield
            finally:
                group.cancel_scope.cancel()

    async def _load_and_drive(self) -> None:
        with anyio.move_on_after(FIRST_ANSWER_WITHIN):
            await self._answered.wait()
        try:
            wired = await anyio.to_thread.run_sync(self._wire, abandon_on_cancel=True)
            self.announcer.open(wired.journal, [one.account for one in wired.registry.all()])
            self._wired = wired
        except MediaTracksError as error:
            log.warning("not ready: %s", error.message)
            self._failure = error
        except Exception:
            log.exception("not ready")
        finally:
            self._loaded.set()
        if self._wired is not None:
            try:
                async with anyio.create_task_group() as group:
                    group.start_soon(self.announcer.run)
                    await self._wired.driver.run()
            finally:
                with anyio.CancelScope(shield=True), anyio.move_on_after(1.0):
                    await self._wired.aclose()

    def _wire(self) -> "Wired":
        from media_tracks_server.wiring import wire

        return wire(self._settings)
