"""What tools are handed: the accounts, the jobs of one principal, and what else they need."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Protocol

from mcp.server.mcpserver import Context, Resolve

from media_tracks_tools.models import Choice, Job, JobPage, JobState, Model
from media_tracks_tools.plans import Plan
from media_tracks_tools.ports import Provider
from media_tracks_tools.requests import GenerateBatch, TrackRequest


@dataclass(frozen=True)
class Located:
    """A video handle taken apart: whose it is, and its id there."""

    provider: Provider
    video_id: str

    @property
    def video(self) -> str:
        """The canonical handle."""
        return f"{self.provider.account.name}/{self.video_id}"


class Accounts(Protocol):
    """The configured accounts."""

    def all(self) -> tuple[Provider, ...]:
        """Every account, in the order of the settings."""
        ...

    def named(self, name: str) -> Provider:
        """One account by its name. Raises NotFound, naming those there are."""
        ...

    def locate(self, video: str) -> Located:
        """Take apart `account/id`, a bare id or a pasted URL. Raises NotFound or CallerError."""
        ...

    def notes(self) -> tuple[str, ...]:
        """What is not configured, or refused, and why: a sentence each."""
        ...


class JobQuery(Model):
    """Which of the caller's jobs to list."""

    state: JobState | None = None
    video: str | None = None
    since: datetime | None = None
    limit: int = 20
    cursor: str | None = None


@dataclass(frozen=True)
class Wanted:
    """A change that can be begun: whose video, what is asked, and in which steps."""

    located: Located
    request: TrackRequest
    plan: Plan


class Jobs(Protocol):
    """Durable jobs of one principal; a job of anybody else is not found."""

    async def start(self, wanted: Wanted) -> str:
        """Make the request durable and return its job id; joins an open equal one.

        Raises Conflict when an open request for the same thing has other settings.
        """
        ...

    async def start_batch(self, batch: GenerateBatch, children: Sequence[Wanted]) -> str:
        """Make a batch and all its children durable at once; returns the batch's job id.

        A child that collides with an open request of other settings is refused in `items`.
        """
        ...

    async def get(self, job_id: str) -> Job:
        """The job as it is now. Raises NotFound."""
        ...

    def follow(self, job_id: str, wait_seconds: float) -> AsyncIterator[Job]:
        """The job now, and again at every change and at least every 5 s.

        Ends when the job has ended or needs attention, or after `wait_seconds`.
        """
        ...

    async def list(self, query: JobQuery) -> JobPage:
        """The caller's jobs on the accounts configured here, newest first."""
        ...

    async def cancel(self, job_id: str) -> Job:
        """The caller no longer wants it; `next_steps` say what the vendor may still do."""
        ...

    async def resolve(self, job_id: str, choice: Choice, track_id: str | None = None) -> Job:
        """End the doubt about a job that needs attention; `track_id` is what ADOPT takes.

        Raises Conflict when the job needs no attention, or this choice is none of its choices.
        """
        ...


class Sources(Protocol):
    """Where a track's sound or text may come from, besides the call itself."""

    def file(self, named: str) -> Path:
        """The real path of a file under a local root. Blocking.

        Raises NotFound, and SetupError where no root is configured.
        """
        ...

    async def text(self, named: str) -> str:
        """The text of a file under a local root, or at a public http(s) URL.

        Raises CallerError, or VendorError where the URL's host fails.
        """
        ...


class Confirming(Protocol):
    """Values by which a client that can't be asked shows that its user was."""

    @property
    def refuses(self) -> bool:
        """Whether this server neither asks nor takes a value, but refuses."""
        ...

    def value(self, *parts: str) -> str:
        """A short value that nobody else can make for these parts."""
        ...


@dataclass(frozen=True)
class Services:
    """What a tool is handed. `wait_seconds` is how long a tool waits unless told otherwise."""

    accounts: Accounts
    jobs: Jobs
    sources: Sources
    confirming: Confirming
    wait_seconds: float


class Supplies(Protocol):
    """The server's promise of `Services`; the heavy parts load after the first answer."""

    async def services(self) -> Services:
        """The bundle, once loaded. Raises SetupError where it can't be."""
        ...


Ctx = Context[Supplies]


async def services_of(ctx: Ctx) -> Services:
    """The bundle of the server that serves this request."""
    return await ctx.request_context.lifespan_context.services()


Needs = Annotated[Services, Resolve(services_of)]
