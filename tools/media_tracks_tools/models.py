"""The contract: what every tool returns. Frozen; times are UTC, durations are seconds."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from media_tracks_tools.errors import MediaTracksError, Side


class Model(BaseModel):
    """A frozen value; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class JobState(StrEnum):
    """Where a job is, as a user sees it."""

    SUBMITTING = "submitting"
    """Accepted and durable; the vendor has not confirmed it yet."""
    RUNNING = "running"
    """The vendor, or a process on this machine, is at work."""
    SUCCEEDED = "succeeded"
    """What was asked for exists."""
    FAILED = "failed"
    """It does not exist and nobody is working on it; `error` says why."""
    CANCELLED = "cancelled"
    """The caller no longer wants it."""
    NEEDS_ATTENTION = "needs_attention"
    """Nobody can tell what happened at the vendor; a person has to decide."""

    @property
    def ended(self) -> bool:
        """Whether this state never changes again."""
        return self in {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}


class JobKind(StrEnum):
    """What a job does."""

    ADD_AUDIO_TRACK = "add_audio_track"
    UPDATE_AUDIO_TRACK = "update_audio_track"
    DELETE_AUDIO_TRACK = "delete_audio_track"
    GENERATE_SUBTITLES = "generate_subtitles"
    GENERATE_SUBTITLES_BATCH = "generate_subtitles_batch"
    ADD_SUBTITLES = "add_subtitles"
    EDIT_SUBTITLES = "edit_subtitles"
    DELETE_SUBTITLES = "delete_subtitles"


class Choice(StrEnum):
    """What to do about a job that needs attention."""

    ADOPT = "adopt"
    """A track that is there is the job's result."""
    SUBMIT_AGAIN = "submit_again"
    """Send the request once more, though the vendor may then do (and bill) it twice."""
    GIVE_UP = "give_up"
    """Nobody wants it any more."""


class TrackStatus(StrEnum):
    """Whether viewers get the track."""

    READY = "ready"
    PREPARING = "preparing"
    ERROR = "error"


class AudioKind(StrEnum):
    """Where an audio track comes from."""

    ORIGINAL = "original"
    ADDITIONAL = "additional"


class TextFormat(StrEnum):
    """The shape in which captions are read."""

    VTT = "vtt"
    SRT = "srt"
    TEXT = "text"


class Progress(Model):
    """How far a job is, in the words of the work; `total` is absent where nobody knows it."""

    done: float = Field(ge=0)
    total: float | None = None
    unit: str = "seconds"
    message: str

    @property
    def phase(self) -> str:
        """What the work is at, without the figures: the words before the colon."""
        return self.message.partition(":")[0]


class Problem(Model):
    """An error as data: whose side, what, and what to do."""

    side: Side
    code: str
    message: str
    retry_after_seconds: float | None = None
    next_step: str | None = None

    @classmethod
    def of(cls, error: MediaTracksError) -> "Problem":
        """The same error as a value that can be stored and shown."""
        return cls(
            side=error.side,
            code=error.code,
            message=error.message,
            retry_after_seconds=error.retry_after_seconds,
            next_step=error.next_step,
        )


class TrackResult(Model):
    """The track a job ended with; `readable` when its text can be read here."""

    track_id: str
    name: str
    language: str | None = None
    status: TrackStatus = TrackStatus.READY
    cues: int | None = None
    path: str | None = None
    readable: bool | None = None
    notes: tuple[str, ...] | None = None


class BatchItem(Model):
    """One video of a batch; no `job_id` where no job could be begun for it."""

    video: str
    title: str | None = None
    job_id: str | None = None
    state: JobState
    error: Problem | None = None


class JobRef(Model):
    """A job, as the tools that start one return it."""

    job_id: str
    kind: Annotated[JobKind, WithJsonSchema({"type": "string"})]
    state: JobState
    account: str
    video: str
    title: str | None = None
    progress: Progress | None = None
    already_existed: bool | None = None
    error: Problem | None = None
    updated_at: datetime
    next_steps: tuple[str, ...] = ()


class Job(JobRef):
    """All that is known of a job; `saved_text` is a replaced text that could not be put back."""

    language: str | None = None
    label: str | None = None
    created_at: datetime
    next_check_at: datetime | None = None
    result: TrackResult | None = None
    items: tuple[BatchItem, ...] | None = None
    saved_text: str | None = None


class JobPage(Model):
    """Jobs, newest first."""

    jobs: tuple[Job, ...]
    next_cursor: str | None = None
    notes: tuple[str, ...] | None = None


class AudioTrack(Model):
    """One audio track of a video."""

    track_id: str
    label: str
    language: str | None = None
    default: bool
    status: TrackStatus
    kind: AudioKind
    codec: str | None = None
    channels: int | None = None
    duration_seconds: float | None = None
    notes: tuple[str, ...] | None = None


class SubtitleTrack(Model):
    """One subtitle or caption track of a video; `readable` when its text can be read here."""

    track_id: str
    name: str
    language: str
    status: TrackStatus
    generated: bool
    closed_captions: bool | None = None
    readable: bool
    notes: tuple[str, ...] | None = None


class AudioTrackList(Model):
    """The audio tracks of one video."""

    video: str
    title: str | None = None
    tracks: tuple[AudioTrack, ...]
    notes: tuple[str, ...] | None = None


class SubtitleTrackList(Model):
    """The subtitle tracks of one video."""

    video: str
    title: str | None = None
    tracks: tuple[SubtitleTrack, ...]
    notes: tuple[str, ...] | None = None


class Video(Model):
    """A video; `video` is the handle every other tool takes."""

    video: str
    title: str
    account: str
    duration_seconds: float | None = None
    created_at: datetime | None = None
    ready: bool
    page_url: str | None = None


class VideoPage(Model):
    """Videos, newest first; `scanned` of the `total` there are were looked at for this answer."""

    videos: tuple[Video, ...]
    next_cursor: str | None = None
    scanned: int | None = None
    total: int | None = None
    notes: tuple[str, ...] | None = None


class SubtitleText(Model):
    """Text of one subtitle track; `cues` counts those in `text`, `first_cue` numbers the first."""

    video: str
    track_id: str
    language: str
    format: TextFormat
    text: str
    cues: int
    first_cue: int | None = None
    next_cursor: str | None = None


class AccountCheck(Model):
    """What a live check of an account found; `error` where it is not ok."""

    ok: bool
    detail: str
    error: Problem | None = None


class AccountStatus(Model):
    """One configured account and what can be done there."""

    account: str
    provider: str
    capabilities: tuple[str, ...]
    languages: tuple[str, ...] | None = None
    notes: tuple[str, ...] | None = None
    check: AccountCheck | None = None


class AccountList(Model):
    """All configured accounts; `notes` says what is not configured, and why."""

    accounts: tuple[AccountStatus, ...]
    notes: tuple[str, ...] | None = None


class Account(Model):
    """One configured connection, known by its name and by what it really is.

    `fingerprint` identifies provider, base URL, vendor account and credential, so that two
    processes with the same name for different accounts never touch each other's work
    (jobs.md §4). It is a hash and may be stored.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
    provider: str
    fingerprint: str
