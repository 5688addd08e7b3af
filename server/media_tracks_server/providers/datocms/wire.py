"""DatoCMS's JSON, parsed at the edge; what is optional may be missing, what is more is dropped.

Shapes: DatoCMS, Upload tracks page, Uploads page, Job results page, Errors page.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, StringConstraints


def _utc(moment: datetime | None) -> datetime | None:
    """The moment in UTC; one outside any video's lifetime is nothing we can count with."""
    if moment is None or not 1970 < moment.year < 2300:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Id = Annotated[str, StringConstraints(pattern=r"^[^\s/?#\\.][^\s/?#\\]{0,199}$")]
When = Annotated[datetime | None, AfterValidator(_utc)]
Seconds = Annotated[float, Field(allow_inf_nan=False)]


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class TrackAttributes(_Wire):
    """What a track is; `status` is preparing, ready or errored, and `error` says why."""

    type: str
    name: str
    language_code: str
    status: str
    closed_captions: bool | None = None
    error: str | None = None


class Track(_Wire):
    """An upload_track; it has no URL and no text."""

    id: Id
    attributes: TrackAttributes


class TrackDocument(_Wire):
    """One track: the payload of a job that made it."""

    data: Track


class TrackListDocument(_Wire):
    """All tracks of an upload; there are no pages."""

    data: tuple[Track, ...]


class UploadAttributes(_Wire):
    """A file of the media area; `default_field_metadata` has two shapes (see videos.py)."""

    filename: str
    url: str | None = None
    mime_type: str | None = None
    duration: Seconds | None = None
    mux_playback_id: str | None = None
    created_at: When = None
    default_field_metadata: JsonValue = None


class Upload(_Wire):
    """An upload."""

    id: Id
    attributes: UploadAttributes


class UploadDocument(_Wire):
    """One upload."""

    data: Upload


class PageMeta(_Wire):
    """`total_count` counts the uploads of all pages."""

    total_count: int


class UploadListDocument(_Wire):
    """A page of uploads."""

    data: tuple[Upload, ...]
    meta: PageMeta


class Accepted(_Wire):
    """What a write answers: a job (202), or, at once, the track."""

    type: str
    id: Id


class AcceptedDocument(_Wire):
    """The answer to a write."""

    data: Accepted


class JobResultAttributes(_Wire):
    """How a job ended: an HTTP status, and the body that it would have had."""

    status: int
    payload: JsonValue = None


class JobResult(_Wire):
    """A job_result."""

    attributes: JobResultAttributes


class JobResultDocument(_Wire):
    """A job that has ended; one that runs answers 404."""

    data: JobResult


class SiteAttributes(_Wire):
    """The project."""

    name: str


class Site(_Wire):
    """A site."""

    attributes: SiteAttributes


class SiteDocument(_Wire):
    """The project that the token belongs to."""

    data: Site


class ApiErrorAttributes(_Wire):
    """An error has a code and details, and no sentence."""

    code: str
    details: JsonValue = None
    transient: bool = False


class ApiError(_Wire):
    """An api_error."""

    attributes: ApiErrorAttributes


class ErrorDocument(_Wire):
    """The body of every refusal, and the payload of a job that failed."""

    data: Annotated[tuple[ApiError, ...], Field(min_length=1)]
