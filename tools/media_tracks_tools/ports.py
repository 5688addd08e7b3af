"""What the server needs of an account: a provider, and each capability as a Protocol of its own.

A provider is required to be small; everything it can do is a Protocol of its own, and it
states what it can by satisfying it.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol, runtime_checkable

from media_tracks_tools.models import (
    Account,
    AccountCheck,
    AudioTrackList,
    Model,
    Progress,
    SubtitleTrackList,
    TrackResult,
    Video,
    VideoPage,
)
from media_tracks_tools.plans import Done, Failed, Plan, Ref, Sent, Survey, Task, Watched
from media_tracks_tools.requests import (
    AddAudioTrack,
    AddSubtitles,
    DeleteAudioTrack,
    DeleteSubtitles,
    EditSubtitles,
    GenerateSubtitles,
    UpdateAudioTrack,
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
class UpdatesAudio(Protocol):
    """Can give an audio track another label or make it the default."""

    def plan_update_audio(self, request: UpdateAudioTrack) -> Plan: ...


@runtime_checkable
class DeletesAudio(Protocol):
    """Can delete an audio track."""

    def plan_delete_audio(self, request: DeleteAudioTrack) -> Plan: ...


@runtime_checkable
class ListsSubtitles(Protocol):
    """Can list subtitle tracks."""

    async def list_subtitles(self, video_id: str) -> SubtitleTrackList: ...


@runtime_checkable
class GeneratesSubtitles(Protocol):
    """Can generate subtitles from speech, also in the place of a track that is there."""

    def plan_generate_subtitles(self, request: GenerateSubtitles) -> Plan: ...


@runtime_checkable
class ReadsSubtitles(Protocol):
    """Can give the text of a subtitle track, as WebVTT."""

    async def read_subtitles(self, video_id: str, track_id: str) -> str: ...


@runtime_checkable
class AddsSubtitles(Protocol):
    """Can add subtitles whose text is known, also in the place of a track that is there."""

    def plan_add_subtitles(self, request: AddSubtitles) -> Plan: ...


@runtime_checkable
class EditsSubtitles(Protocol):
    """Can change the text of a subtitle track."""

    def plan_edit_subtitles(self, request: EditSubtitles) -> Plan: ...


@runtime_checkable
class DeletesSubtitles(Protocol):
    """Can delete a subtitle track."""

    def plan_delete_subtitles(self, request: DeleteSubtitles) -> Plan: ...


@runtime_checkable
class ChecksWriting(Protocol):
    """Can tell without changing anything whether the credential may change tracks."""

    async def check_writing(self) -> AccountCheck:
        """Send a request that can change nothing; `ok` unless it shows that changes are refused.

        Never raises for a credential that may not.
        """
        ...


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
