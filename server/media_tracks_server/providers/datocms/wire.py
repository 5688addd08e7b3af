"""DatoCMS's JSON, parsed at the edge; what is optional may be missing, what is more is dropped.

Shapes: DatoCMS, Upload tracks page, Uploads page, Upload requests in its client, Job results
page, Errors page.
"""

from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints

from media_tracks_server.http import Id, Seconds, When, Wire

HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,100}$")]
HeaderValue = Annotated[str, StringConstraints(pattern=r"^[!-~]([ -~]{0,4000}[!-~])?$")]
UploadRequestId = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,1000}$")]


class TrackAttributes(Wire):
    """What a track is; `status` is preparing, ready or errored, and `error` says why."""

    type: str
    name: str
    language_code: str
    status: str
    closed_captions: bool | None = None
    error: str | None = None


class Track(Wire):
    """An upload_track; it has no URL and no text."""

    id: Id
    attributes: TrackAttributes


class TrackDocument(Wire):
    """One track: the payload of a job that made it."""

    data: Track


class TrackListDocument(Wire):
    """All tracks of an upload; there are no pages."""

    data: tuple[Track, ...]


class UploadAttributes(Wire):
    """A file of the media area; `default_field_metadata` has two shapes (see videos.py)."""

    filename: str
    url: str | None = None
    mime_type: str | None = None
    duration: Seconds | None = None
    mux_playback_id: str | None = None
    created_at: When = None
    default_field_metadata: JsonValue = None


class Upload(Wire):
    """An upload."""

    id: Id
    attributes: UploadAttributes


class UploadDocument(Wire):
    """One upload."""

    data: Upload


class PageMeta(Wire):
    """`total_count` counts the uploads of all pages."""

    total_count: int


class UploadListDocument(Wire):
    """A page of uploads."""

    data: tuple[Upload, ...]
    meta: PageMeta


class Accepted(Wire):
    """What a write answers: a job (202), or, at once, the track."""

    type: str
    id: Id


class AcceptedDocument(Wire):
    """The answer to a write."""

    data: Accepted


class UploadRequestAttributes(Wire):
    """Where the bytes go, and the headers that have to go with them."""

    url: str
    request_headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)


class UploadRequest(Wire):
    """An upload_request; its id is a path in the project's storage, such as /7/1455-a.vtt."""

    id: UploadRequestId
    attributes: UploadRequestAttributes


class UploadRequestDocument(Wire):
    """A place that was reserved for a file."""

    data: UploadRequest


class JobResultAttributes(Wire):
    """How a job ended: an HTTP status, and the body that it would have had."""

    status: int
    payload: JsonValue = None


class JobResult(Wire):
    """A job_result."""

    attributes: JobResultAttributes


class JobResultDocument(Wire):
    """A job that has ended; one that runs answers 404."""

    data: JobResult


class SiteAttributes(Wire):
    """The project."""

    name: str


class Site(Wire):
    """A site."""

    attributes: SiteAttributes


class SiteDocument(Wire):
    """The project that the token belongs to."""

    data: Site


class ApiErrorAttributes(Wire):
    """An error has a code and details, and no sentence."""

    code: str
    details: JsonValue = None
    transient: bool = False


class ApiError(Wire):
    """An api_error."""

    attributes: ApiErrorAttributes


class ErrorDocument(Wire):
    """The body of every refusal, and the payload of a job that failed."""

    data: Annotated[tuple[ApiError, ...], Field(min_length=1)]
