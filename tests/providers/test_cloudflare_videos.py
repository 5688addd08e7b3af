"""Cloudflare: videos, and pages of them by date."""

from datetime import UTC, datetime

import httpx
import pytest
import respx

from cloudflare_pages import (
    GENERATE,
    STREAM_URL,
    UID,
    VIDEO_URL,
    failure,
    ok,
    uid,
    video,
)
from doubles import task
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_tools.errors import (
    CallerError,
    NotFound,
)
from media_tracks_tools.ports import (
    VideoQuery,
)


async def test_a_video_is_read(cloudflare: CloudflareStream, wire: respx.MockRouter) -> None:
    wire.get(VIDEO_URL).respond(json=ok(video()))
    found = await cloudflare.get_video(UID)
    assert found.video == f"cloudflare/{UID}"
    assert (found.title, found.duration_seconds, found.ready) == ("Launch video", 62.3, True)
    assert found.created_at == datetime(2026, 3, 5, 11, 52, 41, 573231, tzinfo=UTC)
    assert found.page_url
    assert found.page_url.endswith(f"{UID}/watch")


@pytest.mark.parametrize("meta", [None, {}, {"name": ""}, {"name": 7}, "name", ["name"]])
async def test_a_video_without_a_name_is_called_by_its_uid(
    cloudflare: CloudflareStream, wire: respx.MockRouter, meta: object
) -> None:
    wire.get(VIDEO_URL).respond(
        json=ok({"uid": UID, "meta": meta, "duration": -1, "created": "2026-03-05T11:52:41"})
    )
    found = await cloudflare.get_video(UID)
    assert (found.title, found.duration_seconds, found.ready) == (UID, None, False)
    assert found.created_at == datetime(2026, 3, 5, 11, 52, 41, tzinfo=UTC)
    assert found.page_url is None


@pytest.mark.parametrize("video_id", ["../x", "", UID[:31], f"{UID}/audio", UID.upper()])
async def test_what_is_no_uid_never_reaches_the_vendor(
    cloudflare: CloudflareStream, wire: respx.MockRouter, video_id: str
) -> None:
    request = GENERATE.model_copy(update={"video_id": video_id})
    for asked in (
        cloudflare.get_video(video_id),
        cloudflare.list_audio_tracks(video_id),
        cloudflare.list_subtitles(video_id),
        cloudflare.read_subtitles(video_id, "en"),
        cloudflare.survey(task(request, "generate")),
        cloudflare.send(task(request, "generate")),
        cloudflare.find_ours(task(request, "generate")),
    ):
        with pytest.raises(NotFound):
            await asked
    with pytest.raises(NotFound):
        await cloudflare.watch(task(request, "caption"))
    assert wire.calls.call_count == 0


async def test_an_unknown_video_is_named(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    message = "Not Found: The requested resource or operation was not found."
    wire.get(VIDEO_URL).respond(404, json=failure(10003, message))
    with pytest.raises(NotFound, match=f"This Cloudflare account has no video '{UID}'"):
        await cloudflare.get_video(UID)


async def test_a_date_without_a_zone_is_utc(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    route = wire.get(STREAM_URL).respond(json=ok([]))
    query = VideoQuery.model_validate({"uploaded_after": "2026-03-01T00:00:00"})
    assert (await cloudflare.find_videos(query)).videos == ()
    assert route.calls.last.request.url.params["start"] == "2026-03-01T00:00:00Z"


LIBRARY = [
    *((number, "2026-03-05T12:00:00.900000Z") for number in (1, 2)),
    *((number, "2026-03-05T11:00:00.500000Z") for number in (3, 4, 5, 6)),
    (7, "2026-03-05T11:00:00.000000Z"),
    (8, "2026-03-05T10:59:59.999999Z"),
    (9, "2026-01-01T00:00:00Z"),
]


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 4, 8, 9, 50])
async def test_pages_by_date_show_every_video_once(
    cloudflare: CloudflareStream, wire: respx.MockRouter, limit: int, inclusive: bool
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        end = datetime.fromisoformat(request.url.params.get("end", "2200-01-01T00:00:00Z"))
        rows = [
            video(uid(number), created=created)
            for number, created in LIBRARY
            if datetime.fromisoformat(created) < end
            or (inclusive and datetime.fromisoformat(created) == end)
        ]
        return httpx.Response(200, json=ok(rows[: int(request.url.params["limit"])]))

    wire.get(STREAM_URL).mock(side_effect=answer)
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(len(LIBRARY) + 1):
        page = await cloudflare.find_videos(VideoQuery(limit=limit, cursor=cursor))
        assert len(page.videos) <= limit
        seen += [found.video for found in page.videos]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [f"cloudflare/{uid(number)}" for number, _ in LIBRARY]


async def test_a_vendor_that_ignores_the_date_ends_the_listing(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    rows = [video(uid(number), created=created) for number, created in LIBRARY[:3]]
    wire.get(STREAM_URL).respond(json=ok(rows))
    first = await cloudflare.find_videos(VideoQuery(limit=2))
    second = await cloudflare.find_videos(VideoQuery(limit=2, cursor=first.next_cursor))
    assert [found.video for found in second.videos] == [f"cloudflare/{uid(3)}"]
    assert second.next_cursor is None


async def test_videos_without_a_date_have_no_next_page(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    rows = [video(uid(number), created=None) for number in range(3)]
    wire.get(STREAM_URL).respond(json=ok(rows))
    page = await cloudflare.find_videos(VideoQuery(limit=2))
    assert (len(page.videos), page.next_cursor) == (2, None)


@pytest.mark.parametrize(
    "cursor", ["x", "é", "e30=", "eyJ1bnRpbCI6IjAwMDEtMDEtMDFUMDA6MDA6MDBaIiwic2VlbiI6W119"]
)
async def test_a_foreign_cursor_is_refused(cloudflare: CloudflareStream, cursor: str) -> None:
    with pytest.raises(CallerError, match="cursor"):
        await cloudflare.find_videos(VideoQuery(cursor=cursor))
