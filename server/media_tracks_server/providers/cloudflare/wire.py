"""Cloudflare's JSON, parsed at the edge; what is optional may be missing, what is more is dropped.

Shapes: Cloudflare Stream API reference and how-to pages. `messages` may be null and is not read.
"""

from typing import Annotated, Generic, TypeVar

from pydantic import AliasChoices, BeforeValidator, Field, JsonValue

from media_tracks_server.http import Id, Seconds, When, Wire

Result = TypeVar("Result")


def _percent(value: JsonValue) -> float | None:
    """A number between 0 and 100, or the text of one; anything else is not known."""
    try:
        number = float(value) if isinstance(value, str | int | float) else -1.0
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number <= 100 else None


def _count(value: JsonValue) -> int | None:
    """A number of things; anything else is not known."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


Percent = Annotated[float | None, BeforeValidator(_percent)]
Count = Annotated[int | None, BeforeValidator(_count)]


class Envelope(Wire, Generic[Result]):
    """Around every JSON answer that is a success."""

    result: Result


class VideoStatus(Wire):
    """How far the encoding is; `pctComplete` is a string, maybe below 100 for a ready video."""

    state: str | None = None
    percent: Percent = Field(default=None, validation_alias="pctComplete")
    reason: str | None = Field(
        default=None, validation_alias=AliasChoices("errorReasonText", "errReasonText")
    )


class StreamVideo(Wire):
    """A video; `duration` is -1 while it is unknown, `meta` is free-form."""

    uid: Id
    created: When = None
    duration: Seconds | None = None
    meta: JsonValue = None
    preview: str | None = None
    ready: bool | None = Field(default=None, validation_alias="readyToStream")
    status: VideoStatus | None = None


class VideoRows(Envelope[tuple[StreamVideo, ...]]):
    """The list of videos; `total` are those that match, told only with include_counts."""

    total: Count = None


class Audio(Wire):
    """An additional audio track; `status` is queued, ready or error."""

    uid: Id
    label: str = ""
    default: bool = False
    status: str = "queued"


class AudioList(Wire):
    """The newer shape of the list; the older one is the bare array."""

    audio: tuple[Audio, ...]


class Caption(Wire):
    """A caption; its language is its key. `status` is ready, inprogress or error."""

    language: Id
    label: str = ""
    generated: bool | None = None
    status: str = "ready"


class TokenStatus(Wire):
    """What a token is worth: active, disabled or expired."""

    status: str


class ApiError(Wire):
    """One error of a refusal."""

    code: int
    message: str = ""


class ErrorEnvelope(Wire):
    """The body of a refusal."""

    errors: Annotated[tuple[ApiError, ...], Field(min_length=1)]


AudioEnvelope = Envelope[Audio]
AudioListEnvelope = Envelope[AudioList | tuple[Audio, ...]]
CaptionEnvelope = Envelope[Caption]
CaptionListEnvelope = Envelope[tuple[Caption, ...]]
TokenEnvelope = Envelope[TokenStatus]
VideoEnvelope = Envelope[StreamVideo]
