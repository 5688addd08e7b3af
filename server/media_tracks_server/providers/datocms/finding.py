"""Finding videos: by what people paste, by the words of a text, by a part of the file's name."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from media_tracks_server.providers.datocms import videos
from media_tracks_server.providers.datocms.calls import Calls
from media_tracks_server.providers.datocms.codes import INVALID_FILTER
from media_tracks_server.providers.datocms.wire import UploadListDocument
from media_tracks_tools.errors import NotFound, NotSupported, Refused, bad_cursor
from media_tracks_tools.models import Video, VideoPage
from media_tracks_tools.ports import VideoQuery

_MAX_PAGE = 500
_NO_FILE_NAMES = "File names were not searched: DatoCMS refused that filter."
_CURSOR = re.compile(r"(?P<way>[of])(?P<offset>[0-9]{1,9})")


class _Start(NamedTuple):
    """Where a page starts; `by_file` when the list is of file names."""

    offset: int
    by_file: bool


async def find(calls: Calls, account: str, query: VideoQuery) -> VideoPage:
    """Videos, newest first; the page ends where they become older than `uploaded_after`.

    A pasted id or address comes first. Words are looked for in the texts of the project's main
    locale, in an index that lags some 30 s; where that finds nothing, in the names of the files.
    One request, or up to three.
    """
    start = _start(query.cursor)
    pasted = await _pasted(calls, account, query)
    if pasted is not None:
        return VideoPage(videos=(pasted,), scanned=1, total=1)
    limit = min(max(query.limit, 1), _MAX_PAGE)
    text = (query.query or "").strip()
    if start.by_file:
        return _page(await calls.videos(_in_file_names(text), limit, start.offset), account, query)
    page = await calls.videos({"filter[query]": text} if text else {}, limit, start.offset)
    if not text or page.meta.total_count or start.offset:
        return _page(page, account, query)
    try:
        page = await calls.videos(_in_file_names(text), limit, 0)
    except Refused as refused:
        if refused.code != INVALID_FILTER:
            raise
        return VideoPage(videos=(), scanned=0, total=0, notes=(_NO_FILE_NAMES,))
    return _page(page, account, query, by_file=True)


async def _pasted(calls: Calls, account: str, query: VideoQuery) -> Video | None:
    """The video whose id or address the query is; many a word has the form of an id."""
    video_id = videos.recognise(query.query or "") if query.cursor is None else None
    if video_id is None:
        return None
    try:
        return videos.to_video(await calls.upload(video_id), account)
    except (NotFound, NotSupported):
        return None


def _in_file_names(text: str) -> Mapping[str, str]:
    """The filter of the schema and the shape of `StringMatchesFilter` in DatoCMS's client."""
    return {
        "filter[fields][filename][matches][pattern]": text,
        "filter[fields][filename][matches][case_sensitive]": "false",
        "filter[fields][filename][matches][regexp]": "false",
    }


def _page(
    page: UploadListDocument, account: str, query: VideoQuery, *, by_file: bool = False
) -> VideoPage:
    start = _start(query.cursor)
    uploads = [upload for upload in page.data if videos.is_video(upload)]
    found = [videos.to_video(upload, account) for upload in uploads]
    recent = [video for video in found if videos.is_recent(video, query.uploaded_after)]
    end = start.offset + len(page.data)
    more = page.data and len(recent) == len(found) and end < page.meta.total_count
    way = "f" if by_file or start.by_file else "o"
    return VideoPage(
        videos=tuple(recent),
        next_cursor=f"{way}{end}" if more else None,
        scanned=len(page.data),
        total=max(page.meta.total_count, 0),
    )


def _start(cursor: str | None) -> _Start:
    """Where a page starts. Raises CallerError for a cursor that none of ours is."""
    if cursor is None:
        return _Start(0, by_file=False)
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise bad_cursor("find_videos")
    return _Start(int(found["offset"]), by_file=found["way"] == "f")
