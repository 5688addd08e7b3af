"""The DatoCMS sandbox's site and uploads, over HTTP."""

from typing import Any

import httpx
import pytest

from media_tracks_server.sandbox import SandboxInfo
from media_tracks_server.sandbox.datocms_seed import (
    FEATURED_UPLOAD_ID,
    INTERVIEW_ID,
    NON_VIDEO_UPLOAD_ID,
    PROCESSING_UPLOAD_ID,
    PRODUCT_TOUR_ID,
    UNTITLED_UPLOAD_ID,
)

VIDEOS = {"filter[fields][type][eq]": "video"}
MATCHES = "filter[fields][filename][matches]"


def listed(datocms: httpx.Client, params: dict[str, Any]) -> dict[str, Any]:
    """The body of a list that must succeed."""
    response = datocms.get("/uploads", params=params)
    assert response.status_code == 200, response.text
    return response.json()


def ids(body: dict[str, Any]) -> list[str]:
    """The ids in a list's body."""
    return [upload["id"] for upload in body["data"]]


def code(response: httpx.Response) -> str:
    """The code of an api_error that has all that the official client needs."""
    assert response.headers["content-type"] == "application/json"
    (error,) = response.json()["data"]
    assert error["id"]
    assert error["type"] == "api_error"
    assert error["attributes"]["doc_url"].endswith("#" + error["attributes"]["code"])
    return error["attributes"]["code"]


def test_the_site_tells_its_name_and_locales(datocms: httpx.Client) -> None:
    response = datocms.get("/site")
    assert response.status_code == 200
    site = response.json()["data"]
    assert site["type"] == "site"
    assert site["attributes"]["locales"] == ["en", "it"]


def test_every_answer_carries_the_rate_limit_and_the_json_content_type(
    datocms: httpx.Client,
) -> None:
    for path in ("/site", "/uploads", "/nothing/here", "/job-results/1"):
        response = datocms.get(path)
        assert response.headers["content-type"] == "application/json"
        assert int(response.headers["x-ratelimit-limit"]) == 60
        assert int(response.headers["x-ratelimit-remaining"]) > 0


def test_videos_are_listed_newest_first_and_counted(datocms: httpx.Client) -> None:
    body = listed(datocms, {**VIDEOS, "order_by": "_created_at_DESC"})
    assert body["meta"] == {"total_count": 7}
    created = [upload["attributes"]["created_at"] for upload in body["data"]]
    assert created == sorted(created, reverse=True)
    assert all(u["attributes"]["mime_type"].startswith("video/") for u in body["data"])


def test_without_a_filter_the_picture_is_listed_too(datocms: httpx.Client) -> None:
    assert NON_VIDEO_UPLOAD_ID in ids(listed(datocms, {}))


def test_pages_cut_the_list_and_keep_the_count(datocms: httpx.Client) -> None:
    every = ids(listed(datocms, VIDEOS))
    page = listed(datocms, {**VIDEOS, "page[limit]": 3, "page[offset]": 5})
    assert ids(page) == every[5:]
    assert page["meta"]["total_count"] == 7
    assert listed(datocms, {"page[limit]": 0}) == {"data": [], "meta": {"total_count": 8}}


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"filter[query]": "launch VIDEO"}, {FEATURED_UPLOAD_ID}),
        ({"filter[query]": "dsc-0042"}, {UNTITLED_UPLOAD_ID}),
        ({"filter[query]": "launch-video"}, set[str]()),
        ({f"{MATCHES}[pattern]": "LAUNCH-vid"}, {FEATURED_UPLOAD_ID}),
        ({f"{MATCHES}[pattern]": "launch.video"}, set[str]()),
        (
            {f"{MATCHES}[pattern]": "launch.video", f"{MATCHES}[regexp]": "true"},
            {FEATURED_UPLOAD_ID},
        ),
        ({f"{MATCHES}[pattern]": "LAUNCH-vid", f"{MATCHES}[case_sensitive]": "true"}, set[str]()),
        (
            {f"{MATCHES}[pattern]": r"^\d+-dsc-\d{4}", f"{MATCHES}[regexp]": "true"},
            {UNTITLED_UPLOAD_ID},
        ),
        ({"filter[fields][filename][not_matches][pattern]": ".mp4", **VIDEOS}, {PRODUCT_TOUR_ID}),
        ({"filter[fields][mime_type][matches][pattern]": "IMAGE/"}, {NON_VIDEO_UPLOAD_ID}),
        ({"filter[ids]": f"{INTERVIEW_ID},unknown"}, {INTERVIEW_ID}),
        ({"filter[fields][id][in][]": [INTERVIEW_ID, FEATURED_UPLOAD_ID]}, None),
        ({"filter[fields][type][neq]": "video"}, {NON_VIDEO_UPLOAD_ID}),
        ({"filter[fields][mime_type][eq]": "video/quicktime"}, {PRODUCT_TOUR_ID}),
        ({"filter[fields][type][not_in][]": ["video", "audio"]}, {NON_VIDEO_UPLOAD_ID}),
        ({"filter[fields][_created_at][gt]": "2026-11-04T10:00:00Z"}, {PROCESSING_UPLOAD_ID}),
        ({"filter[fields][_created_at][lte]": "2026-06-01T10:00:00Z"}, {UNTITLED_UPLOAD_ID}),
        ({"filter[fields][_updated_at][lt]": "2026-06-02"}, {UNTITLED_UPLOAD_ID}),
        ({"filter[fields][_created_at][gte]": "2026-11-04T10:00:00+00:00"}, None),
    ],
)
def test_filters_find_what_they_describe(
    datocms: httpx.Client, params: dict[str, Any], expected: set[str] | None
) -> None:
    found = set(ids(listed(datocms, params)))
    if expected is None:
        assert FEATURED_UPLOAD_ID in found
        assert len(found) == 2
    else:
        assert found == expected


def test_the_order_may_name_several_fields(datocms: httpx.Client) -> None:
    body = listed(datocms, {"order_by": "mime_type_ASC,size_DESC"})
    keys = [(u["attributes"]["mime_type"], -u["attributes"]["size"]) for u in body["data"]]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"page[limit]": 501}, "INVALID_PARAMS"),
        ({"page[offset]": "x"}, "INVALID_PARAMS"),
        ({"sort": "size"}, "INVALID_PARAMS"),
        ({"order_by": "size"}, "INVALID_ORDERING"),
        ({"order_by": "mood_ASC"}, "INVALID_ORDERING"),
        ({"filter[fields][mood][eq]": "x"}, "INVALID_FILTER_FIELDS_PARAM"),
        ({"filter[fields]": "x"}, "INVALID_FILTER_FIELDS_PARAM"),
        ({"filter[fields][_created_at][gt]": "soon"}, "INVALID_FILTER_FIELDS_PARAM"),
        ({MATCHES: "launch"}, "INVALID_FILTER_FIELDS_PARAM"),
        ({f"{MATCHES}[regexp]": "true"}, "INVALID_FILTER_FIELDS_PARAM"),
        ({f"{MATCHES}[pattern]": "(", f"{MATCHES}[regexp]": "true"}, "INVALID_FILTER_FIELDS_PARAM"),
        ({f"{MATCHES}[pattern]": "x", f"{MATCHES}[regexp]": "1"}, "INVALID_FILTER_FIELDS_PARAM"),
        ({"filter[fields][type][matches][pattern]": "x"}, "INVALID_FILTER_FIELDS_PARAM"),
    ],
)
def test_a_query_that_is_not_understood_is_refused(
    datocms: httpx.Client, params: dict[str, Any], expected: str
) -> None:
    response = datocms.get("/uploads", params=params)
    assert response.status_code == 422
    assert code(response) == expected


def test_one_upload_has_every_attribute_of_the_official_types(datocms: httpx.Client) -> None:
    upload = datocms.get(f"/uploads/{FEATURED_UPLOAD_ID}").json()["data"]
    required = (
        "size width height path basename filename url format author copyright notes md5 duration "
        "frame_rate blurhash thumbhash mux_playback_id mux_mp4_highest_res default_field_metadata "
        "is_image created_at updated_at mime_type tags smart_tags exif_info colors"
    )
    assert set(upload["attributes"]) == set(required.split())
    assert upload["attributes"]["duration"] == 94
    assert upload["attributes"]["default_field_metadata"]["title"]["en"] == "Launch video"
    assert upload["meta"]["antivirus"]["status"] == "clean"
    assert set(upload["relationships"]) == {"upload_collection", "creator"}


def test_titles_come_in_the_legacy_shape_too(datocms: httpx.Client) -> None:
    upload = datocms.get(f"/uploads/{PRODUCT_TOUR_ID}").json()["data"]
    assert upload["attributes"]["default_field_metadata"]["en"]["title"] == "Product tour"


def test_a_video_that_is_still_processed_has_no_playback_id(datocms: httpx.Client) -> None:
    attributes = datocms.get(f"/uploads/{PROCESSING_UPLOAD_ID}").json()["data"]["attributes"]
    assert attributes["mux_playback_id"] is None
    assert attributes["duration"] is None


def test_an_unknown_upload_is_not_found(datocms: httpx.Client) -> None:
    response = datocms.get("/uploads/nothing")
    assert response.status_code == 404
    assert code(response) == "NOT_FOUND"


@pytest.mark.parametrize(
    ("headers", "status", "expected"),
    [
        ({"Authorization": "Bearer XXX"}, 401, "INVALID_AUTHORIZATION_HEADER"),
        ({"Authorization": ""}, 401, "INVALID_AUTHORIZATION_HEADER"),
        ({"X-Api-Version": "2"}, 400, "INVALID_API_VERSION"),
        ({"Accept": "text/html"}, 406, "INVALID_ACCEPT_HEADER"),
        ({"X-Environment": "unheard-of"}, 404, "INVALID_ENVIRONMENT"),
    ],
)
def test_a_call_without_its_headers_is_refused(
    datocms: httpx.Client, headers: dict[str, str], status: int, expected: str
) -> None:
    response = datocms.get("/site", headers=headers)
    assert response.status_code == status
    assert code(response) == expected


def test_a_path_or_method_that_does_not_exist_is_an_api_error(datocms: httpx.Client) -> None:
    assert code(datocms.get("/nothing/here")) == "INVALID_ENDPOINT"
    wrong_method = datocms.put("/site")
    assert wrong_method.status_code == 405
    assert code(wrong_method) == "INVALID_ENDPOINT"


def test_reading_leaves_no_effect(datocms: httpx.Client, sandbox: SandboxInfo) -> None:
    datocms.get("/uploads/nothing")
    (entry,) = sandbox.log()
    assert entry.model_dump() == {
        "vendor": "datocms",
        "method": "GET",
        "path": "/uploads/nothing",
        "status": 404,
        "effect": None,
    }
