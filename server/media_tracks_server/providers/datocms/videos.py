"""Uploads as videos: titles, readiness, and what people paste."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pydantic import JsonValue

from media_tracks_server.http import plain, web_address
from media_tracks_server.providers.datocms.wire import Upload, UploadAttributes
from media_tracks_tools.errors import Conflict, NotFound, NotSupported
from media_tracks_tools.models import Video

_ID = re.compile(r"[A-Za-z0-9_-]{22}|[0-9]{1,20}")
_EDITOR = re.compile(r"/media/assets/([A-Za-z0-9_-]{1,64})/?$")
_MAX_TITLE = 300


def recognise(text: str) -> str | None:
    """The upload id in a bare id or an address of the project's editor, else None.

    Ids are 22 letters of URL-safe base64, in older projects numbers (inferred from the API's
    examples). The address of an asset holds no id.
    """
    text = text.strip()
    if _ID.fullmatch(text):
        return text
    try:
        url = urlsplit(text)
    except ValueError:
        return None
    found = _EDITOR.search(url.path) if url.scheme in ("http", "https") else None
    return found[1] if found else None


def checked_id(video_id: str) -> str:
    """The id, if it can be one; a path or anything else never reaches the vendor."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", video_id):
        raise NotFound(
            f"{video_id[:80]!r} is no DatoCMS upload id.",
            next_step="Find the video with find_videos.",
        )
    return video_id


def is_video(upload: Upload) -> bool:
    """Whether the file is a video, processed or not."""
    attributes = upload.attributes
    return (attributes.mime_type or "").startswith("video/") or bool(attributes.mux_playback_id)


def to_video(upload: Upload, account: str) -> Video:
    """The upload as a video. Raises NotSupported for a picture or another file."""
    attributes = upload.attributes
    if not is_video(upload):
        raise NotSupported(
            f"{plain(attributes.filename)!r} is no video (its type is "
            f"{plain(attributes.mime_type or 'unknown', 60)}).",
            code="not_a_video",
            next_step="Choose a video with find_videos.",
        )
    return Video(
        video=f"{account}/{upload.id}",
        title=title_of(attributes) or upload.id,
        account=account,
        duration_seconds=duration_of(attributes),
        created_at=attributes.created_at,
        ready=attributes.mux_playback_id is not None,
        page_url=web_address(attributes.url),
    )


def refuse_unready(video: Video) -> None:
    """Tracks can be changed once Mux has processed the video (DatoCMS, Upload tracks page)."""
    if not video.ready:
        raise Conflict(
            f"DatoCMS is still processing the video {video.title!r}.",
            code="video_not_ready",
            next_step="Wait until the video plays in DatoCMS, then ask again.",
            retry_after_seconds=60.0,
        )


def duration_of(attributes: UploadAttributes) -> float | None:
    """Seconds, where they are known."""
    duration = attributes.duration
    return duration if duration is not None and duration > 0 else None


def title_of(attributes: UploadAttributes) -> str:
    """The default title, else the file's name.

    `default_field_metadata` is `{title: {en: …}}` in projects that opted in, and otherwise
    `{en: {title: …}}` (DatoCMS client, schema types).
    """
    metadata = attributes.default_field_metadata
    titles = _titles(metadata) if isinstance(metadata, dict) else []
    found = (plain(title, _MAX_TITLE) for title in titles if isinstance(title, str))
    return next(filter(None, found), plain(attributes.filename, _MAX_TITLE))


def _titles(metadata: dict[str, JsonValue]) -> list[JsonValue]:
    by_locale = metadata.get("title")
    if isinstance(by_locale, dict):
        return list(by_locale.values())
    return [fields.get("title") for fields in metadata.values() if isinstance(fields, dict)]


def is_recent(video: Video, after: datetime | None) -> bool:
    """Whether the video came after that moment; one without a date counts as recent."""
    if after is None or video.created_at is None:
        return True
    return video.created_at > (after if after.tzinfo else after.replace(tzinfo=UTC))
