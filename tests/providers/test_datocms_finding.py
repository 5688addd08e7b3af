"""DatoCMS: finding videos."""

import httpx
import pytest
import respx

from datocms_pages import UPLOAD, UPLOAD_URL, api_error, upload
from doubles import DATOCMS_URL, NotedLimiter, requests_of
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_server.sandbox import running
from media_tracks_tools.errors import CallerError, Refused
from media_tracks_tools.ports import VideoQuery

UPLOADS_URL = f"{DATOCMS_URL}/uploads"
NONE: dict[str, object] = {"data": [], "meta": {"total_count": 0}}


async def test_videos_are_listed_newest_first_in_pages(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    route = wire.get(f"{DATOCMS_URL}/uploads").mock(
        side_effect=[
            httpx.Response(
                200, json={"data": [upload("1"), upload("2")], "meta": {"total_count": 3}}
            ),
            httpx.Response(200, json={"data": [upload("3")], "meta": {"total_count": 3}}),
        ]
    )
    first = await datocms.find_videos(VideoQuery(query="launch", limit=2))
    second = await datocms.find_videos(VideoQuery(limit=2, cursor=first.next_cursor))
    assert [video.video for video in first.videos] == ["datocms/1", "datocms/2"]
    assert [video.video for video in second.videos] == ["datocms/3"]
    assert (first.total, second.total) == (3, 3)
    assert second.next_cursor is None
    asked, again = (dict(request.url.params) for request in requests_of(route))
    assert asked == {
        "filter[fields][type][eq]": "video",
        "filter[query]": "launch",
        "order_by": "_created_at_DESC",
        "page[limit]": "2",
        "page[offset]": "0",
    }
    assert again["page[offset]"] == "2"
    assert "filter[query]" not in again


async def test_listing_ends_where_videos_are_too_old(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    rows = [
        upload("1", created_at="2026-03-05T00:00:00Z"),
        upload("2", created_at=None),
        upload("3", mime_type="image/png", mux_playback_id=None),
        upload("4", created_at="2026-01-05T00:00:00Z"),
    ]
    wire.get(f"{DATOCMS_URL}/uploads").respond(json={"data": rows, "meta": {"total_count": 99}})
    for after in ("2026-02-01T00:00:00", "2026-02-01T00:00:00+01:00"):
        query = VideoQuery.model_validate({"uploaded_after": after})
        page = await datocms.find_videos(query)
        assert [video.video for video in page.videos] == ["datocms/1", "datocms/2"]
        assert page.next_cursor is None
        assert page.scanned == 4


async def test_an_empty_page_has_no_next(datocms: DatoCMS, wire: respx.MockRouter) -> None:
    wire.get(f"{DATOCMS_URL}/uploads").respond(json={"data": [], "meta": {"total_count": 9}})
    page = await datocms.find_videos(VideoQuery(limit=10_000, cursor="o8"))
    assert page.videos == ()
    assert page.next_cursor is None
    assert dict(wire.calls.last.request.url.params)["page[limit]"] == "500"


@pytest.mark.parametrize("cursor", ["", "8", "o-1", "oo", "o1234567890"])
async def test_a_foreign_cursor_is_refused(datocms: DatoCMS, cursor: str) -> None:
    with pytest.raises(CallerError, match="cursor"):
        await datocms.find_videos(VideoQuery(cursor=cursor))


@pytest.mark.parametrize(
    "pasted", [UPLOAD, f" {UPLOAD} ", f"https://shop.admin.datocms.com/media/assets/{UPLOAD}"]
)
async def test_a_pasted_id_or_address_finds_that_video(
    datocms: DatoCMS, wire: respx.MockRouter, pasted: str
) -> None:
    wire.get(UPLOAD_URL).respond(json={"data": upload()})
    page = await datocms.find_videos(VideoQuery(query=pasted))
    assert [video.video for video in page.videos] == [f"datocms/{UPLOAD}"]
    assert (page.total, page.next_cursor) == (1, None)
    assert wire.calls.call_count == 1


@pytest.mark.parametrize(
    "there",
    [
        httpx.Response(404, json=api_error("NOT_FOUND")),
        httpx.Response(
            200, json={"data": upload("2026", mime_type="image/png", mux_playback_id=None)}
        ),
    ],
)
async def test_a_word_that_only_looks_like_an_id_is_searched_for(
    datocms: DatoCMS, wire: respx.MockRouter, there: httpx.Response
) -> None:
    wire.get(f"{UPLOADS_URL}/2026").mock(return_value=there)
    wire.get(UPLOADS_URL).respond(json={"data": [upload()], "meta": {"total_count": 1}})
    page = await datocms.find_videos(VideoQuery(query="2026"))
    assert [video.video for video in page.videos] == [f"datocms/{UPLOAD}"]


async def test_where_texts_tell_nothing_file_names_are_searched_in_pages(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    route = wire.get(UPLOADS_URL).mock(
        side_effect=[
            httpx.Response(200, json=NONE),
            httpx.Response(200, json={"data": [upload("1")], "meta": {"total_count": 2}}),
            httpx.Response(200, json={"data": [upload("2")], "meta": {"total_count": 2}}),
        ]
    )
    first = await datocms.find_videos(VideoQuery(query="-h264-web", limit=1))
    second = await datocms.find_videos(
        VideoQuery(query="-h264-web", limit=1, cursor=first.next_cursor)
    )
    found = (*first.videos, *second.videos)
    assert [video.video for video in found] == ["datocms/1", "datocms/2"]
    assert second.next_cursor is None
    by_text, by_file, on = (dict(request.url.params) for request in requests_of(route))
    assert by_text["filter[query]"] == "-h264-web"
    for asked, offset in ((by_file, "0"), (on, "1")):
        assert "filter[query]" not in asked
        assert asked["filter[fields][filename][matches][pattern]"] == "-h264-web"
        assert asked["filter[fields][filename][matches][case_sensitive]"] == "false"
        assert asked["filter[fields][type][eq]"] == "video"
        assert asked["page[offset]"] == offset


async def test_a_project_that_refuses_to_search_file_names_is_told_of(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    refusal = httpx.Response(422, json=api_error("INVALID_FILTER_FIELDS_PARAM"))
    wire.get(UPLOADS_URL).mock(side_effect=[httpx.Response(200, json=NONE), refusal])
    page = await datocms.find_videos(VideoQuery(query="zebra"))
    assert page.videos == ()
    assert "File names were not searched" in (page.notes or ("",))[0]


async def test_any_other_refusal_is_an_error(datocms: DatoCMS, wire: respx.MockRouter) -> None:
    refusal = httpx.Response(422, json=api_error("INVALID_PARAMS"))
    wire.get(UPLOADS_URL).mock(side_effect=[httpx.Response(200, json=NONE), refusal])
    with pytest.raises(Refused):
        await datocms.find_videos(VideoQuery(query="zebra"))


async def test_a_video_is_found_by_its_title_and_by_its_file_name(limiter: NotedLimiter) -> None:
    with running("datocms") as sandbox:
        assert sandbox.datocms
        provider = DatoCMS(
            "d", sandbox.datocms.token, base_url=sandbox.datocms.base_url, limiter=limiter
        )
        for query in ("launch video", "LAUNCH-video.mp4", sandbox.datocms.upload_id):
            page = await provider.find_videos(VideoQuery(query=query))
            assert [video.title for video in page.videos] == ["Launch video"]
            assert page.total == 1
            assert page.notes is None
        nothing = await provider.find_videos(VideoQuery(query="launch_video"))
        assert (nothing.videos, nothing.notes) == ((), None)
        await provider.aclose()
