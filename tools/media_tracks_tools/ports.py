"""What the tools need from the server: accounts with their capabilities, and jobs.

A provider is required to be small; everything it can do is a Protocol of its own, and it
states what it can by satisfying it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol, runtime_checkable

from mcp.server.mcpserver import Context, Resolve

from media_tracks_tools.models import (
    Account,
    AccountCheck,
    AudioTrackList,
    Job,
    JobPage,
    JobState,
    Model,
    Progress,
    SubtitleTrackList,
    TrackResult,
    Video,
    VideoPage,
)
from media_tracks_tools.plans import (
    AddAudioTrack,
    Done,
    Failed,
    GenerateSubtitles,
    Plan,
    Ref,
    Request,
    Sent,
    Survey,
    Task,
    Watched,
)


@runtime_checkable
class Provider(Protocol):
    """One account at one place where videos live."""

    @property
    def account(self) -> Account:
        """Who this is."""
        ...

    def recognise(self, text: str) -> str | None:
        """The video id in a bare id or a pasted URL, or None when it is none of this account's.

        Decides by form alone, or by looking at the local disk; never asks a vendor.
        """
        ...

    def languages(self) -> tuple[str, ...] | None:
        """The languages in which subtitles can be generated; None when nobody says."""
        ...

    def limits(self) -> tuple[str, ...]:
        """What this account can't do, a sentence each."""
        ...

    async def get_video(self, video_id: str) -> Video:
        """One video. Raises NotFound."""
        ...

    async def check(self) -> AccountCheck:
        """Ask the vendor whether the credential works; never raises for a bad one."""
        ...


Report = Callable[[Progress], Awaitable[None]]


class VideoQuery(Model):
    """What to look for; `cursor` is opaque and the provider's own."""

    query: str | None = None
    uploaded_after: datetime | None = None
    limit: int = 20
    cursor: str | None = None


@runtime_checkable
class FindsVideos(Protocol):
    """Can list and search videos."""

    async def find_videos(self, query: VideoQuery) -> VideoPage: ...


@runtime_checkable
class ListsAudio(Protocol):
    """Can list audio tracks."""

    async def list_audio_tracks(self, video_id: str) -> AudioTrackList: ...


@runtime_checkable
class AddsAudio(Protocol):
    """Can add an audio track."""

    def plan_add_audio(self, request: AddAudioTrack) -> Plan: ...


@runtime_checkable
class ListsSubtitles(Protocol):
    """Can list subtitle tracks."""

    async def list_subtitles(self, video_id: str) -> SubtitleTrackList: ...


@runtime_checkable
class GeneratesSubtitles(Protocol):
    """Can generate subtitles from speech."""

    def plan_generate_subtitles(self, request: GenerateSubtitles) -> Plan: ...


@runtime_checkable
class ReadsSubtitles(Protocol):
    """Can give the text of a subtitle track, as WebVTT."""

    async def read_subtitles(self, video_id: str, track_id: str) -> str: ...


@runtime_checkable
class Surveys(Protocol):
    """Can tell what is there before a change; every provider that changes anything can."""

    async def survey(self, task: Task) -> Survey:
        """List the tracks, and whether what is asked for exists. Only reads."""
        ...


@runtime_checkable
class DoesVendorSteps(Surveys, Protocol):
    """Does a plan's vendor steps (ONCE, AGAIN, WATCH).

    Each method makes only the requests it names. What an error says of a write is told in
    `media_tracks_tools.errors`.
    """

    async def send(self, task: Task) -> Sent:
        """Do a ONCE or AGAIN step: one request that writes, never repeated by the transport."""
        ...

    async def find_ours(self, task: Task) -> tuple[TrackResult, ...]:
        """The listed tracks that `task` may have made: matching, and not in its baseline."""
        ...

    async def watch(self, task: Task) -> Watched:
        """Look once at how a WATCH step is going."""
        ...


@runtime_checkable
class DoesLocalSteps(Surveys, Protocol):
    """Does a plan's local steps: CHILD makes a file beside the target, PUBLISH puts it in place."""

    def begin(self, task: Task) -> tuple[Ref, ...]:
        """What PUBLISH will need to know of the target as it is now, before CHILD reads it."""
        ...

    async def run(self, task: Task, report: Report) -> Done | Failed:
        """Do a CHILD step in a process of its own; cancelling this ends that process.

        Raises WorkerDied when the process ended without a word.
        """
        ...

    def publish(self, task: Task) -> Done | Failed:
        """Put the finished file in its place, or see that it is there already. Blocking."""
        ...

    def discard(self, task: Task) -> None:
        """Remove what CHILD may have left. Blocking."""
        ...


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


class Jobs(Protocol):
    """Durable jobs of one principal; a job of anybody else is not found."""

    async def start(self, located: Located, request: Request, plan: Plan) -> str:
        """Make the request durable and return its job id; joins an open equal one.

        Raises Conflict when an open request for the same thing has other settings.
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


@dataclass(frozen=True)
class Services:
    """What a tool is handed. `wait_seconds` is how long a tool waits unless told otherwise."""

    accounts: Accounts
    jobs: Jobs
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
