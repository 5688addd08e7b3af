"""Cloudflare: videos are searched by words and by whole titles at once."""

import httpx
import pytest
import respx

from cloudflare_pages import STREAM_URL, UID, VIDEO_URL, failure, ok, uid, video
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_tools.errors import CredentialRefused, RateLimited, Refused
from media_tracks_tools.ports import VideoQuery

QUERY = VideoQuery(query="launch", limit=5)
LATER, EARLIER = "2026-03-06T00:00:00Z", "2026-03-04T00:00:00Z"


def answering(
    wire: respx.MockRouter, search: httpx.Response, title: httpx.Response
) -> tuple[respx.Route, respx.Route]:
    """The two questions, each with its answer."""
    return (
        wire.get(STREAM_URL, params__contains={"search": "launch"}).mock(return_value=search),
        wire.get(STREAM_URL, params__contains={"video_name": "launch"}).mock(return_value=title),
    )


def rows(*found: dict[str, object], total: object = None) -> httpx.Response:
    """A page, with the total that include_counts adds."""
    counts = {} if total is None else {"total": total, "range": total}
    return httpx.Response(200, json=ok(list(found)) | counts)


async def test_words_and_the_whole_title_are_asked_side_by_side_with_the_same_filters(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    search, title = answering(wire, rows(video(), total=31), rows(video(), total=1))
    asked = QUERY.model_validate(
        QUERY.model_dump() | {"uploaded_after": "2026-03-01T01:00:00+01:00"}
    )
    page = await cloudflare.find_videos(asked)
    assert [found.title for found in page.videos] == ["Launch video"]
    assert (page.next_cursor, page.scanned, page.total, page.notes) == (None, 1, 31, None)
    common = {"limit": "6", "start": "2026-03-01T00:00:00Z", "include_counts": "true"}
    assert dict(search.calls.last.request.url.params) == common | {"search": "launch"}
    assert dict(title.calls.last.request.url.params) == common | {"video_name": "launch"}


async def test_a_title_that_the_search_missed_stands_at_its_date(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    found = rows(video(uid(1), created=LATER), video(uid(3), created=EARLIER))
    answering(wire, found, rows(video(uid(2)), video(uid(3), created=EARLIER)))
    page = await cloudflare.find_videos(QUERY)
    assert [one.video for one in page.videos] == [f"cloudflare/{uid(n)}" for n in (1, 2, 3)]


@pytest.mark.parametrize("status", [400, 422, 500, 503])
async def test_where_the_search_fails_the_whole_title_still_finds(
    cloudflare: CloudflareStream, wire: respx.MockRouter, status: int
) -> None:
    broken = httpx.Response(status, json=failure(10005, "search is unavailable"))
    answering(wire, broken, rows(video()))
    page = await cloudflare.find_videos(QUERY)
    assert [one.video for one in page.videos] == [f"cloudflare/{UID}"]
    assert page.notes
    assert "whole title" in page.notes[0]


@pytest.mark.parametrize(
    ("broken", "title", "kind"),
    [
        (httpx.Response(400, json=failure(10005, "no")), rows(), Refused),
        (httpx.Response(401, json=failure(10000, "no")), rows(video()), CredentialRefused),
        (httpx.Response(429, headers={"retry-after": "60"}), rows(video()), RateLimited),
    ],
)
async def test_a_search_that_failed_is_no_empty_answer(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    broken: httpx.Response,
    title: httpx.Response,
    kind: type[Exception],
) -> None:
    answering(wire, broken, title)
    with pytest.raises(kind):
        await cloudflare.find_videos(QUERY)


async def test_a_comparison_that_failed_takes_nothing_from_the_search(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    answering(wire, rows(video()), httpx.Response(400, json=failure(10005, "no")))
    assert len((await cloudflare.find_videos(QUERY)).videos) == 1


@pytest.mark.parametrize("total", ["many", -1, True, None])
async def test_a_total_that_is_no_number_is_not_known(
    cloudflare: CloudflareStream, wire: respx.MockRouter, total: object
) -> None:
    wire.get(STREAM_URL).mock(return_value=rows(video(), total=total))
    assert (await cloudflare.find_videos(VideoQuery())).total is None


async def test_a_later_page_does_not_count_again(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    found = [video(uid(n), created=f"2026-03-0{9 - n}T00:00:00Z") for n in range(3)]
    route = wire.get(STREAM_URL).mock(return_value=rows(*found, total=3))
    first = await cloudflare.find_videos(VideoQuery(limit=2))
    assert first.total == 3
    await cloudflare.find_videos(VideoQuery(limit=2, cursor=first.next_cursor))
    assert "include_counts" not in route.calls.last.request.url.params


@pytest.mark.parametrize("pasted", [UID, f"https://watch.cloudflarestream.com/{UID}"])
async def test_a_pasted_uid_or_address_finds_its_video(
    cloudflare: CloudflareStream, wire: respx.MockRouter, pasted: str
) -> None:
    wire.get(VIDEO_URL).respond(json=ok(video()))
    page = await cloudflare.find_videos(VideoQuery(query=pasted))
    assert [one.video for one in page.videos] == [f"cloudflare/{UID}"]
    assert (page.next_cursor, page.scanned) == (None, 1)


async def test_a_uid_that_is_no_video_is_searched_for(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(VIDEO_URL).respond(404, json=failure(10003, "Not Found"))
    wire.get(STREAM_URL).mock(return_value=rows())
    assert (await cloudflare.find_videos(VideoQuery(query=UID))).videos == ()
