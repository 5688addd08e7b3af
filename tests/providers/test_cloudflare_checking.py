"""Cloudflare: what a token may do, and the words for it."""

from collections.abc import Iterator

import httpx
import pytest
import respx

from cloudflare_pages import ADD, COPY_URL, STREAM_URL, failure
from doubles import ACCOUNT_ID, CLOUDFLARE_URL, TOKEN, NotedLimiter, task
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_server.sandbox import CloudflareInfo, running
from media_tracks_tools.errors import CredentialRefused, Side
from media_tracks_tools.ports import (
    AddsSubtitles,
    ChecksWriting,
    DeletesAudio,
    DeletesSubtitles,
    EditsSubtitles,
    UpdatesAudio,
)

HARMLESS_URL = f"{STREAM_URL}/{'0' * 32}/captions/en"


def test_it_can_change_everything_and_check_that(cloudflare: CloudflareStream) -> None:
    for protocol in (
        UpdatesAudio,
        DeletesAudio,
        AddsSubtitles,
        EditsSubtitles,
        DeletesSubtitles,
        ChecksWriting,
    ):
        assert isinstance(cloudflare, protocol)


@pytest.mark.parametrize(("status", "code"), [(403, 10000), (401, 10000), (403, 9109)])
async def test_a_write_that_is_refused_is_a_missing_permission(
    cloudflare: CloudflareStream, wire: respx.MockRouter, status: int, code: int
) -> None:
    route = wire.delete(HARMLESS_URL).respond(status, json=failure(code, "Authentication error"))
    check = await cloudflare.check_writing()
    assert not check.ok
    assert check.error
    assert (check.error.code, check.error.side) == ("permission_missing", Side.YOUR_SETUP)
    assert '"Stream: Edit"' in (check.error.next_step or "")
    assert route.call_count == 1


@pytest.mark.parametrize("status", [200, 404, 400, 422])
async def test_any_other_refusal_of_the_harmless_write_is_good(
    cloudflare: CloudflareStream, wire: respx.MockRouter, status: int
) -> None:
    wire.delete(HARMLESS_URL).respond(status, json=failure(10003, "Not Found"))
    check = await cloudflare.check_writing()
    assert (check.ok, check.error) == (True, None)
    assert "not refused" in check.detail


async def test_an_account_without_stream_or_answer_is_no_missing_permission(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    route = wire.delete(HARMLESS_URL).respond(403, json=failure(10002, "Stream not enabled"))
    without = await cloudflare.check_writing()
    route.mock(side_effect=httpx.ConnectError("no route"))
    unreachable = await cloudflare.check_writing()
    assert [one.error and one.error.code for one in (without, unreachable)] == [
        "setup",
        "unreachable",
    ]


async def test_the_words_name_where_the_credential_stands(
    wire: respx.MockRouter, limiter: NotedLimiter, client: httpx.AsyncClient
) -> None:
    provider = CloudflareStream(
        "work",
        TOKEN,
        ACCOUNT_ID,
        base_url=CLOUDFLARE_URL,
        limiter=limiter,
        client=client,
        setting="the account 'work' of {accounts}.toml",
    )
    wire.post(COPY_URL).respond(403, json=failure(10000, "Authentication error"))
    with pytest.raises(CredentialRefused) as caught:
        await provider.send(task(ADD, "copy"))
    words = caught.value.next_step or ""
    assert "into the account 'work' of {accounts}.toml" in words
    assert '"Stream: Edit"' in words
    assert "CLOUDFLARE_API_TOKEN" not in words


@pytest.fixture
def sandbox() -> Iterator[CloudflareInfo]:
    with running("cloudflare", 0.0) as info:
        assert info.cloudflare
        yield info.cloudflare


async def test_the_sandbox_tells_a_token_that_only_reads_from_one_that_writes(
    sandbox: CloudflareInfo, limiter: NotedLimiter
) -> None:
    may: list[tuple[bool, bool]] = []
    for token in (sandbox.token, sandbox.read_only_token, "wrong"):
        provider = CloudflareStream(
            "c", token, sandbox.account_id, base_url=sandbox.base_url, limiter=limiter
        )
        may.append(((await provider.check()).ok, (await provider.check_writing()).ok))
        await provider.aclose()
    assert may == [(True, True), (True, False), (False, False)]
