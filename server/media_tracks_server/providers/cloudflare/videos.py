"""Stream videos as ours: titles, readiness, what people paste, where a page of results goes on."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from media_tracks_server.http import plain, web_address
from media_tracks_server.providers.cloudflare.wire import StreamVideo
from media_tracks_tools.errors import Conflict, NotFound, bad_cursor
from media_tracks_tools.models import Video

_UID = re.compile(r"[0-9a-f]{32}")
_PLAYER_HOST = re.compile(
    r"((customer-[a-z0-9]+|watch|iframe|embed)\.)?(cloudflarestream\.com|videodelivery\.net)"
)
_DASHBOARD = re.compile(r"/([0-9a-f]{32})/stream/videos/([0-9a-f]{32})/?")
_MAX_TITLE = 300
_MAX_ROWS = 1000
_SECOND = timedelta(seconds=1)


class _Cursor(BaseModel):
    """Videos created in or before the second `until`, but not those already `seen`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    until: AwareDatetime
    seen: tuple[str, ...]


class Page:
    """Paging by date, which is all that Cloudflare has: no cursor, at most 1000 rows.

    Where a page ends, the next request asks for everything up to the end of that second again,
    and drops what was seen: several videos may share it, and whether `end` is inclusive is not
    documented.
    """

    def __init__(self, cursor: str | None) -> None:
        self._from = _decoded(cursor) if cursor else None

    @property
    def seen(self) -> tuple[str, ...]:
        """The uids that come again although they were shown."""
        return self._from.seen if self._from else ()

    @property
    def end(self) -> str | None:
        """The `end` to ask for."""
        return rfc3339(self._from.until + _SECOND) if self._from else None

    def asked(self, limit: int) -> int:
        """How many rows to ask for: those that come again, and one more to see what follows."""
        return min(limit + len(self.seen) + 1, _MAX_ROWS)

    def take(self, rows: Sequence[StreamVideo], limit: int) -> tuple[list[StreamVideo], str | None]:
        """At most `limit` new rows, and the cursor after them when there may be more."""
        new = {row.uid: row for row in rows if row.uid not in self.seen and self._is_due(row)}
        shown = list(new.values())[:limit]
        dates = [row.created for row in shown if row.created]
        may_be_more = len(new) > limit or len(rows) >= self.asked(limit)
        if not may_be_more or not dates:
            return shown, None
        until = min(dates).replace(microsecond=0)
        last = tuple(row.uid for row in shown if _in_second(row, until))
        before = self.seen if self._from and self._from.until == until else ()
        return shown, _encoded(_Cursor(until=until, seen=before + last))

    def _is_due(self, row: StreamVideo) -> bool:
        return not self._from or row.created is None or row.created < self._from.until + _SECOND


def _in_second(row: StreamVideo, start: datetime) -> bool:
    return row.created is None or start <= row.created < start + _SECOND


def recognise(text: str, account_id: str) -> str | None:
    """The uid in a bare id, a watch, iframe or manifest URL, or a dashboard URL; else None.

    A signed URL holds a token instead of the uid, and is none.
    """
    text = text.strip()
    if _UID.fullmatch(text):
        return text
    try:
        url = urlsplit(text if "://" in text else f"https://{text}")
        host = url.hostname or ""
    except ValueError:
        return None
    if host == "dash.cloudflare.com":
        found = _DASHBOARD.match(url.path)
        return found[2] if found and found[1] == account_id else None
    first = url.path.removeprefix("/").partition("/")[0]
    return first if _PLAYER_HOST.fullmatch(host) and _UID.fullmatch(first) else None


def checked_uid(video_id: str) -> str:
    """The uid, if it can be one; a path or anything else never reaches the vendor."""
    if not _UID.fullmatch(video_id):
        raise NotFound(
            f"{video_id[:80]!r} is no Cloudflare Stream uid (32 hexadecimal digits).",
            next_step="Find the video with find_videos.",
        )
    return video_id


def to_video(row: StreamVideo, account: str) -> Video:
    """The video; its title is meta.name, which may be missing, else its uid."""
    name = row.meta.get("name") if isinstance(row.meta, dict) else None
    title = plain(name, _MAX_TITLE) if isinstance(name, str) else ""
    return Video(
        video=f"{account}/{row.uid}",
        title=title or row.uid,
        account=account,
        duration_seconds=row.duration if row.duration and row.duration > 0 else None,
        created_at=row.created,
        ready=is_ready(row),
        page_url=web_address(row.preview),
    )


def is_ready(row: StreamVideo) -> bool:
    """Whether it plays; the encoding of higher qualities may go on."""
    if row.ready is not None:
        return row.ready
    return row.status is not None and row.status.state == "ready"


def refuse_unready(row: StreamVideo) -> None:
    """Captions and audio are added to a video that is ready (how-to; for audio inferred)."""
    if is_ready(row):
        return
    status = row.status
    if status and status.state == "error":
        reason = plain(status.reason or "no reason given")
        raise Conflict(
            f"Cloudflare could not process the video {row.uid}: “{reason}”",
            code="video_broken",
            next_step="Upload the video again.",
        )
    percent = status.percent if status else None
    at = "" if percent is None else f" ({percent:.0f} % done)"
    raise Conflict(
        f"Cloudflare is still processing the video {row.uid}{at}.",
        code="video_not_ready",
        next_step="Wait until the video plays in Cloudflare Stream, then ask again.",
        retry_after_seconds=60.0,
    )


def newest_first(rows: Iterable[StreamVideo]) -> tuple[StreamVideo, ...]:
    """The rows by date; those without one come last."""
    oldest = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(rows, key=lambda row: row.created or oldest, reverse=True))


def rfc3339(moment: datetime) -> str:
    """A date as Cloudflare's examples have it, to the second."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _encoded(cursor: _Cursor) -> str:
    return base64.urlsafe_b64encode(cursor.model_dump_json().encode()).decode()


def _decoded(text: str) -> _Cursor:
    try:
        cursor = _Cursor.model_validate_json(base64.urlsafe_b64decode(text.encode()))
    except (ValidationError, binascii.Error, UnicodeEncodeError):
        raise bad_cursor("find_videos") from None
    if not 1970 < cursor.until.year < 2300:
        raise bad_cursor("find_videos")
    return cursor
