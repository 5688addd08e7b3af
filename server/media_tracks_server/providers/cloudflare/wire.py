"""Cloudflare's JSON, parsed at the edge; what is optional may be missing, what is more is dropped.

Shapes: Cloudflare Stream API reference and how-to pages. `messages` may be null and is not read.
"""

from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
)

Result = TypeVar("Result")


def _utc(moment: datetime | None) -> datetime | None:
    """The moment in UTC; one outside any video's lifetime is nothing we can count with."""
    if moment is None or not 1970 < moment.year < 2300:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _percent(value: JsonValue) -> float | None:
    """A number between 0 and 100, or the text of one; anything else is not known."""
    try:
        number = float(value) if isinstance(value, str | int | float) else -1.0
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number <= 100 else None


Id = Annotated[str, StringConstraints(pattern=r"^[^\s/?#\\.][^\s/?#\\]{0,199}$")]
When = Annotated[datetime | None, AfterValidator(_utc)]
Seconds = Annotated[float, Field(allow_inf_nan=False)]
Percent = Annotated[float | None, BeforeValidator(_percent)]


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Envelope(_Wire, Generic[Result]):
    """Around every JSON answer that is a success."""

    result: Result


class VideoStatus(_Wire):
    """How far the encoding is; `pctComplete` is a string, maybe below 100 for a ready video."""

    state: str | None = None
    percent: Percent = Field(default=None, validation_alias="pctComplete")
    reason: str | None = Field(
        default=None, validation_alias=AliasChoices("errorReasonText", "errReasonText")
    )


class StreamVideo(_Wire):
    """A video; `duration` is -1 while it is unknown, `meta` is free-form."""

    uid: Id
    created: When = None
    duration: Seconds | None = None
    meta: JsonValue = None
    preview: str | None = None
    ready: bool | None = Field(default=None, validation_alias="readyToStream")
    status: VideoStatus | None = None


class Audio(_Wire):
    """An additional audio track; `status` is queued, ready or error."""

    uid: Id
    label: str = ""
    default: bool = False
    status: str = "queued"


class AudioList(_Wire):
    """The newer shape of the list; the older one is the bare array."""

    audio: tuple[Audio, ...]


class Caption(_Wire):
    """A caption; its language is its key. `status` is ready, inprogress or error."""

    language: Id
    label: str = ""
    generated: bool | None = None
    status: str = "ready"


class TokenStatus(_Wire):
    """What a token is worth: active, disabled or expired."""

    status: str


class ApiError(_Wire):
    """One error of a refusal."""

    code: int
    message: str = ""


class ErrorEnvelope(_Wire):
    """The body of a refusal."""

    errors: Annotated[tuple[ApiError, ...], Field(min_length=1)]


AudioEnvelope = Envelope[Audio]
AudioListEnvelope = Envelope[AudioList | tuple[Audio, ...]]
CaptionEnvelope = Envelope[Caption]
CaptionListEnvelope = Envelope[tuple[Caption, ...]]
TokenEnvelope = Envelope[TokenStatus]
VideoEnvelope = Envelope[StreamVideo]
VideoListEnvelope = Envelope[tuple[StreamVideo, ...]]
