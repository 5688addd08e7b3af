"""One running world a provider: a video it knows, the job core behind it, and what it counts."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from media_tracks_server.settings import Settings
from media_tracks_server.wiring import wire
from media_tracks_tools.models import Job
from media_tracks_tools.plans import Plan
from media_tracks_tools.ports import Provider
from media_tracks_tools.requests import TrackRequest
from media_tracks_tools.services import Located, Services, Wanted


@dataclass(frozen=True)
class Facts:
    """What is true of the provider under test.

    `effects` counts what really happened outside; `audio` is a source that it can add;
    `promises_text` says whether it knows that the text of a ready subtitle track can be read.
    """

    account: str
    video_id: str
    title: str
    unknown_id: str
    audio: str
    secret: str
    effects: Callable[[], int]
    promises_text: bool = True


@dataclass(frozen=True)
class World:
    """The provider, and how to run a job on it."""

    facts: Facts
    provider: Provider
    services: Services

    @property
    def located(self) -> Located:
        """The known video."""
        return Located(self.provider, self.facts.video_id)

    async def finish(self, request: TrackRequest, plan: Plan) -> Job:
        """Run a request to its end."""
        job_id = await self.services.jobs.start(Wanted(self.located, request, plan))
        return [job async for job in self.services.jobs.follow(job_id, 60)][-1]


@asynccontextmanager
async def world(settings: Settings, facts: Facts) -> AsyncGenerator[World]:
    """The server's parts for these settings, its driver running.

    The driver lives in a task of its own: pytest-asyncio sets a fixture up and tears it down in
    different tasks, which a task group around the `yield` would not survive.
    """
    wired = wire(settings)
    services = wired.services("local")
    driver = asyncio.create_task(wired.driver.run())
    try:
        yield World(facts, services.accounts.named(facts.account), services)
    finally:
        driver.cancel()
        with suppress(asyncio.CancelledError):
            await driver
        await wired.aclose()
