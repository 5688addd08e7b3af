"""The Cloudflare sandbox's videos and credentials, driven by the official SDK where it can."""

from datetime import UTC, datetime
from typing import Any

import cloudflare as sdk
import httpx
import pytest
from cloudflare import Cloudflare

from media_tracks_server.sandbox import SandboxInfo
from media_tracks_server.sandbox.cloudflare_seed import (
    ACCOUNT_ID,
    FAILED_VIDEO_UID,
    FEATURED_VIDEO_UID,
    INTERVIEW_UID,
    PROCESSING_VIDEO_UID,
    PRODUCT_TOUR_UID,
    UNNAMED_VIDEO_UID,
)
from media_tracks_server.sandbox.cloudflare_wire import Credential


def codes(response: httpx.Response) -> list[int]:
    """The error codes of a refusal in the vendor's envelope."""
    envelope = response.json()
    assert envelope["success"] is False
    assert envelope["result"] is None
    return [error["code"] for error in envelope["errors"]]


def test_videos_come_newest_first(cloudflare: Cloudflare) -> None:
    videos = cloudflare.stream.list(account_id=ACCOUNT_ID).result
    created = [video.created for video in videos if video.created]
    assert len(created) == 8
    assert created == sorted(created, reverse=True)
    oldest_first = cloudflare.stream.list(account_id=ACCOUNT_ID, asc=True).result
    assert [video.uid for video in oldest_first] == [video.uid for video in reversed(videos)]


def test_the_date_of_the_last_row_leads_to_the_next_page(cloudflare: Cloudflare) -> None:
    every = [video.uid for video in cloudflare.stream.list(account_id=ACCOUNT_ID).result]
    first = cloudflare.stream.list(account_id=ACCOUNT_ID, limit=3).result
    assert [video.uid for video in first] == every[:3]
    assert first[-1].created
    rest = cloudflare.stream.list(account_id=ACCOUNT_ID, before=first[-1].created).result
    assert [video.uid for video in rest] == every[3:]
    newer = cloudflare.stream.list(account_id=ACCOUNT_ID, after=first[-1].created).result
    assert [video.uid for video in newer] == every[:2]
    both = cloudflare.stream.list(
        account_id=ACCOUNT_ID,
        start=datetime(2026, 6, 2, tzinfo=UTC),
        end=datetime(2026, 11, 1, tzinfo=UTC),
    ).result
    assert [video.uid for video in both] == every[2:-1]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"search": "launch"}, {FEATURED_VIDEO_UID}),
        ({"video_name": "Launch video"}, {FEATURED_VIDEO_UID}),
        ({"video_name": "launch video"}, set[str]()),
        ({"name": f"Launch video,{INTERVIEW_UID}"}, {FEATURED_VIDEO_UID, INTERVIEW_UID}),
        ({"id": f"{UNNAMED_VIDEO_UID},{INTERVIEW_UID}"}, {UNNAMED_VIDEO_UID, INTERVIEW_UID}),
        ({"status": "inprogress"}, {PROCESSING_VIDEO_UID}),
        ({"creator": "marketing"}, {FEATURED_VIDEO_UID, PRODUCT_TOUR_UID}),
        ({"type": "live"}, set[str]()),
        ({"live_input_id": "any"}, set[str]()),
        ({"type": "vod", "search": "part 2"}, {INTERVIEW_UID}),
    ],
)
def test_filters_find_what_they_describe(
    stream: httpx.Client, params: dict[str, str], expected: set[str]
) -> None:
    envelope = stream.get("/stream", params=params).json()
    assert {video["uid"] for video in envelope["result"]} == expected
    assert set(envelope) == {"result", "success", "errors", "messages"}


def test_counts_stand_beside_the_result_and_only_when_asked_for(stream: httpx.Client) -> None:
    params = {"include_counts": "true", "limit": 1, "before": "2026-11-01T00:00:00Z"}
    envelope = stream.get("/stream", params=params).json()
    assert len(envelope["result"]) == 1
    assert (envelope["total"], envelope["range"]) == (8, 6)


def test_a_limit_above_a_thousand_is_a_bad_request(cloudflare: Cloudflare) -> None:
    with pytest.raises(sdk.BadRequestError) as refused:
        cloudflare.stream.list(account_id=ACCOUNT_ID, limit=1001)
    assert codes(refused.value.response) == [10005]


def test_a_limit_that_is_no_number_is_an_empty_500(stream: httpx.Client) -> None:
    response = stream.get("/stream", params={"limit": "abc"})
    assert (response.status_code, response.content) == (500, b"")


def test_a_date_that_is_none_is_a_bad_request(stream: httpx.Client) -> None:
    assert codes(stream.get("/stream", params={"before": "yesterday"})) == [10005]


def test_the_featured_video_is_ready(cloudflare: Cloudflare) -> None:
    video = cloudflare.stream.get(FEATURED_VIDEO_UID, account_id=ACCOUNT_ID)
    assert video
    assert video.ready_to_stream is True
    assert video.meta == {
        "name": "Launch video",
        "filename": "launch-video.mp4",
        "filetype": "video/mp4",
    }
    assert video.status
    assert (video.status.state, video.status.pct_complete) == ("ready", "100.000000")
    assert video.playback
    assert video.playback.hls
    assert video.preview


def test_unfinished_and_failed_videos_say_so(cloudflare: Cloudflare) -> None:
    unfinished = cloudflare.stream.get(PROCESSING_VIDEO_UID, account_id=ACCOUNT_ID)
    assert unfinished
    assert unfinished.status
    assert (unfinished.ready_to_stream, unfinished.duration) == (False, -1)
    assert unfinished.status.pct_complete == "39.000000"
    assert unfinished.preview is None
    failed = cloudflare.stream.get(FAILED_VIDEO_UID, account_id=ACCOUNT_ID)
    assert failed
    assert failed.status
    assert failed.status.error_reason_code == "ERR_MALFORMED_VIDEO"


def test_an_unknown_video_is_not_found_and_has_null_messages(stream: httpx.Client) -> None:
    response = stream.get("/stream/0123")
    assert response.status_code == 404
    assert codes(response) == [10003]
    assert response.json()["messages"] is None


def test_a_video_is_edited_once(
    cloudflare: Cloudflare, stream: httpx.Client, sandbox: SandboxInfo
) -> None:
    changes: dict[str, Any] = {
        "meta": {"name": "Launch video, final"},
        "publicDetails": {"title": "Our launch"},
        "requireSignedURLs": True,
        "allowedOrigins": ["example.com"],
    }
    for _ in range(2):
        response = stream.post(f"/stream/{FEATURED_VIDEO_UID}", json=changes)
        assert response.status_code == 200
        assert changes.items() <= response.json()["result"].items()
    video = cloudflare.stream.get(FEATURED_VIDEO_UID, account_id=ACCOUNT_ID)
    assert video
    assert video.meta == changes["meta"]
    assert video.creator == "marketing"
    assert video.modified
    assert video.created
    assert video.modified != video.created
    edits = [entry for entry in sandbox.log() if entry.effect == "video-edited"]
    assert [entry.path for entry in edits] == [
        f"/client/v4/accounts/{ACCOUNT_ID}/stream/{FEATURED_VIDEO_UID}"
    ]


@pytest.mark.parametrize("content", ["{", "[]", '{"meta": "Launch"}'])
def test_an_edit_that_makes_no_sense_is_a_bad_request(stream: httpx.Client, content: str) -> None:
    assert codes(stream.post(f"/stream/{FEATURED_VIDEO_UID}", content=content)) == [10005]


@pytest.mark.parametrize(
    ("authorization", "status", "expected"),
    [
        ("Bearer wrong", 401, [10000]),
        ("Basic abc", 400, [6003]),
        ("Bearer", 400, [6003]),
        (f"Bearer {Credential.WITHOUT_STREAM.value}", 403, [10002]),
    ],
)
def test_a_credential_that_does_not_serve_is_refused(
    stream: httpx.Client, authorization: str, status: int, expected: list[int]
) -> None:
    response = stream.get("/stream", headers={"Authorization": authorization})
    assert response.status_code == status
    assert codes(response) == expected


def test_a_malformed_header_has_an_error_chain(stream: httpx.Client) -> None:
    (error,) = stream.get("/stream", headers={"Authorization": "abc"}).json()["errors"]
    assert error["error_chain"][0]["code"] == 6111


def test_another_account_is_refused(cloudflare: Cloudflare) -> None:
    with pytest.raises(sdk.PermissionDeniedError) as refused:
        cloudflare.stream.list(account_id="0" * 32)
    assert codes(refused.value.response) == [10000]


def test_each_kind_of_token_has_its_own_verification(
    cloudflare: Cloudflare, sandbox: SandboxInfo
) -> None:
    verified = cloudflare.user.tokens.verify()
    assert verified
    assert verified.status == "active"
    with pytest.raises(sdk.AuthenticationError) as refused:
        cloudflare.accounts.tokens.verify(account_id=ACCOUNT_ID)
    assert codes(refused.value.response) == [1000]
    owned = cloudflare.copy(api_token=Credential.ACCOUNT.value)
    verified = owned.accounts.tokens.verify(account_id=ACCOUNT_ID)
    assert verified
    assert verified.status == "active"
    with pytest.raises(sdk.AuthenticationError) as refused:
        owned.user.tokens.verify()
    assert codes(refused.value.response) == [1000]
    assert len(owned.stream.list(account_id=ACCOUNT_ID).result) == 8
    assert {entry.effect for entry in sandbox.log()} == {None}


def test_a_route_that_does_not_exist_is_in_the_envelope(stream: httpx.Client) -> None:
    for response in (stream.get("/nothing"), stream.patch("/stream")):
        assert codes(response) == [7003]


def test_every_answer_carries_the_rate_limit(stream: httpx.Client) -> None:
    for path in ("/stream", "/stream/0123", "/nothing"):
        headers = stream.get(path).headers
        assert headers["ratelimit"].startswith('"default";r=')
        assert headers["ratelimit-policy"] == '"default";q=1200;w=300'
