"""The query string of GET /accounts/:account_id/stream."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import QueryParams

from media_tracks_server.sandbox.cloudflare_documents import Video
from media_tracks_server.sandbox.cloudflare_wire import bad_request

MAX_LIMIT = 1000


@dataclass(frozen=True)
class VideoPage:
    """A page of videos, how many the filters match and how many of them lie in the dates asked."""

    videos: tuple[Video, ...]
    total: int
    range: int


def limit_is_a_number(query: QueryParams) -> bool:
    """Tell `limit=abc`, which the vendor answers with an empty 500 (third party's measurement)."""
    return query.get("limit", "1").isdecimal()


def select_videos(videos: Iterable[Video], query: QueryParams) -> VideoPage:
    """Filter, order and cut the videos as "List videos" says: newest first, no cursor.

    `start`/`after` and `end`/`before` exclude the moment itself, which is inferred. Of `total` and
    `range` the OpenAPI says "match the filters" and "remaining based on cursor position".
    """
    limit = int(query.get("limit", str(MAX_LIMIT)))
    if limit > MAX_LIMIT:
        raise bad_request(f"results are limited to {MAX_LIMIT} entries per request")
    found = [video for video in videos if _matches(video, query)]
    after = _moment(query.get("after", query.get("start")))
    before = _moment(query.get("before", query.get("end")))
    in_range = [
        video
        for video in found
        if (after is None or _created(video) > after)
        and (before is None or _created(video) < before)
    ]
    in_range.sort(key=_created, reverse=query.get("asc") != "true")
    return VideoPage(tuple(in_range[:limit]), len(found), len(in_range))


def _matches(video: Video, query: QueryParams) -> bool:
    facts = {
        "video_name": query.get("video_name") == video.name,
        "id": video.uid in _listed(query, "id"),
        "name": bool({video.name, video.uid} & _listed(query, "name")),
        "status": query.get("status") == video.state,
        "type": query.get("type") == "vod",
        "creator": query.get("creator") == video.creator,
        "live_input_id": False,
        "search": query.get("search", "").lower() in video.name.lower(),
    }
    return all(holds for name, holds in facts.items() if name in query)


def _listed(query: QueryParams, name: str) -> set[str]:
    return set(query.get(name, "").split(","))


def _created(video: Video) -> datetime:
    return datetime.fromisoformat(video.created)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise bad_request(f"invalid date {text}") from None
