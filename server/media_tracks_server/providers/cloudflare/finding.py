"""Finding videos: by words, by whole titles, and in pages by date."""

import logging

import anyio

from media_tracks_server.providers.cloudflare.calls import Calls
from media_tracks_server.providers.cloudflare.videos import Page, newest_first, rfc3339, to_video
from media_tracks_server.providers.cloudflare.wire import VideoRows
from media_tracks_tools.errors import InternalError, MediaTracksError, Refused, Unavailable
from media_tracks_tools.models import VideoPage
from media_tracks_tools.ports import VideoQuery

_log = logging.getLogger(__name__)

_MAX_PAGE = 500
_WHOLE_TITLES_ONLY = (
    "Cloudflare could not search for words in titles just now; only videos whose whole title is "
    "the query are shown."
)
_Found = VideoRows | MediaTracksError


async def find(calls: Calls, query: VideoQuery, account: str) -> VideoPage:
    """Videos, newest first; one request, or two side by side where there is a query."""
    page = Page(query.cursor)
    wanted = min(max(query.limit, 1), _MAX_PAGE)
    filters: dict[str, str] = {}
    if query.uploaded_after:
        filters["start"] = rfc3339(query.uploaded_after)
    if page.end:
        filters["end"] = page.end
    else:
        filters["include_counts"] = "true"
    asked = page.asked(wanted)
    notes: tuple[str, ...] | None = None
    if query.query:
        listed, notes = await _search(calls, query.query, asked, filters)
    else:
        listed = await calls.videos(asked, **filters)
    shown, cursor = page.take(listed.result, wanted)
    return VideoPage(
        videos=tuple(to_video(row, account) for row in shown),
        next_cursor=cursor,
        scanned=len(listed.result),
        total=listed.total,
        notes=notes,
    )


async def _search(
    calls: Calls, words: str, limit: int, filters: dict[str, str]
) -> tuple[VideoRows, tuple[str, ...] | None]:
    """The videos with these words in the title, and those with this title.

    The search may be unavailable, or late, in large libraries; the comparison is not. Raises the
    search's error unless the comparison found something in its place.
    """
    found: dict[str, _Found] = {}

    async def ask(name: str) -> None:
        try:
            found[name] = await calls.videos(limit, **filters, **{name: words})
        except MediaTracksError as error:
            found[name] = error

    async with anyio.create_task_group() as group:
        group.start_soon(ask, "search")
        group.start_soon(ask, "video_name")
    match found["search"], found["video_name"]:
        case VideoRows() as by_words, VideoRows() as by_title:
            return _merged(by_words, by_title), None
        case VideoRows() as by_words, MediaTracksError() as error:
            _log.warning("Cloudflare did not compare titles: %s", error.code)
            return by_words, None
        case Refused() | Unavailable(), VideoRows(result=(_, *_)) as by_title:
            return by_title, (_WHOLE_TITLES_ONLY,)
        case MediaTracksError() as error, _:
            raise error
    raise InternalError("A search ended without an answer.")  # pragma: no cover


def _merged(by_words: VideoRows, by_title: VideoRows) -> VideoRows:
    known = {row.uid for row in by_words.result}
    more = tuple(row for row in by_title.result if row.uid not in known)
    if not more:
        return by_words
    return VideoRows(result=newest_first((*by_words.result, *more)))
