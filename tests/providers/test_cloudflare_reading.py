"""Cloudflare: what is recognised and checked."""

import pytest
import respx

from cloudflare_pages import (
    ACCOUNT_VERIFY_URL,
    ACTIVE,
    STREAM_URL,
    UID,
    USER_VERIFY_URL,
    failure,
    ok,
    video,
)
from doubles import ACCOUNT_ID, TOKEN, NotedLimiter
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_tools.ports import (
    AddsAudio,
    DoesVendorSteps,
    FindsVideos,
    GeneratesSubtitles,
    ListsAudio,
    ListsSubtitles,
    Provider,
    ReadsSubtitles,
)


def test_it_can_what_cloudflare_can(cloudflare: CloudflareStream) -> None:
    for protocol in (
        Provider,
        FindsVideos,
        ListsAudio,
        AddsAudio,
        ListsSubtitles,
        GeneratesSubtitles,
        ReadsSubtitles,
        DoesVendorSteps,
    ):
        assert isinstance(cloudflare, protocol)
    assert len(cloudflare.languages()) == 12
    assert all(sentence.endswith(".") for sentence in cloudflare.limits())


def test_the_account_is_known_by_its_id_too(limiter: NotedLimiter) -> None:
    def fingerprint(account_id: str) -> str:
        return CloudflareStream("a", TOKEN, account_id, limiter=limiter).account.fingerprint

    assert fingerprint("a" * 32) != fingerprint("b" * 32)
    assert fingerprint("a" * 32) == fingerprint("a" * 32)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (UID, UID),
        (f" {UID} ", UID),
        (f"https://watch.cloudflarestream.com/{UID}", UID),
        (f"https://iframe.cloudflarestream.com/{UID}?muted=true", UID),
        (f"https://customer-m033z5x00ks6nunl.cloudflarestream.com/{UID}/watch", UID),
        (f"https://customer-m033z5x00ks6nunl.cloudflarestream.com/{UID}/iframe", UID),
        (f"customer-m033z5x00ks6nunl.cloudflarestream.com/{UID}/manifest/video.m3u8", UID),
        (f"https://videodelivery.net/{UID}/manifest/video.mpd", UID),
        (f"https://dash.cloudflare.com/{ACCOUNT_ID}/stream/videos/{UID}", UID),
        (f"https://dash.cloudflare.com/{'a' * 32}/stream/videos/{UID}", None),
        (f"https://dash.cloudflare.com/{ACCOUNT_ID}/stream", None),
        ("https://watch.cloudflarestream.com/eyJhbGciOiJSUzI1NiJ9.e30.abc", None),
        (f"https://evilcloudflarestream.com/{UID}", None),
        (f"https://example.com/{UID}", None),
        ("https://[", None),
        (UID.upper(), None),
        ("", None),
    ],
)
def test_uids_and_player_addresses_are_recognised(
    cloudflare: CloudflareStream, text: str, found: str | None
) -> None:
    assert cloudflare.recognise(text) == found


async def test_the_check_verifies_the_token_and_asks_for_stream(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(ACCOUNT_VERIFY_URL).respond(json=ACTIVE)
    stream = wire.get(STREAM_URL).respond(json=ok([]))
    assert (await cloudflare.check()).ok
    request = stream.calls.last.request
    assert dict(request.url.params) == {"limit": "1"}
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("status", "code"), [(401, 1000), (403, 10000), (400, 6003), (403, 9109), (404, 10003)]
)
async def test_a_users_token_is_verified_at_the_other_address(
    cloudflare: CloudflareStream, wire: respx.MockRouter, status: int, code: int
) -> None:
    wire.get(ACCOUNT_VERIFY_URL).respond(status, json=failure(code, "Invalid API Token"))
    user = wire.get(USER_VERIFY_URL).respond(json=ACTIVE)
    wire.get(STREAM_URL).respond(json=ok([video()]))
    assert (await cloudflare.check()).ok
    assert user.call_count == 1


async def test_a_good_token_does_not_prove_that_there_is_stream(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(ACCOUNT_VERIFY_URL).respond(json=ACTIVE)
    wire.get(STREAM_URL).respond(403, json=failure(10002, "Stream not enabled"))
    check = await cloudflare.check()
    assert not check.ok
    assert check.error
    assert check.error.code == "setup"
    assert "Stream is not enabled" in (check.error.next_step or "")


@pytest.mark.parametrize("status", ["disabled", "expired"])
async def test_a_token_that_is_not_active_is_bad(
    cloudflare: CloudflareStream, wire: respx.MockRouter, status: str
) -> None:
    wire.get(ACCOUNT_VERIFY_URL).respond(json=ok({"id": "1", "status": status}))
    check = await cloudflare.check()
    assert check.error
    assert check.error.code == "credential_refused"
    assert "CLOUDFLARE_API_TOKEN" in (check.error.next_step or "")
