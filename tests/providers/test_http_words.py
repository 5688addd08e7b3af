"""The shared client: what is said, and what is never said."""

import logging
from dataclasses import replace

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from doubles import TOKEN, NotedLimiter
from made_up_vendor import ASK, URL, VENDOR, says_its_body
from media_tracks_server.http import (
    VendorClient,
    VendorSays,
    fingerprint,
    new_client,
    plain,
    redact,
)
from media_tracks_tools.errors import (
    CredentialRefused,
    NotFound,
    Refused,
    SetupError,
)


async def test_a_missing_thing_is_named(vendor: VendorClient, wire: respx.MockRouter) -> None:
    wire.get(URL).respond(404)
    with pytest.raises(NotFound, match=r"There is no thing 7 \(HTTP 404\)\."):
        await vendor.read("thing", ASK)


async def test_the_vendors_words_are_a_bounded_quotation(
    limiter: NotedLimiter, client: httpx.AsyncClient, wire: respx.MockRouter
) -> None:
    vendor = VendorClient(replace(VENDOR, read_error=says_its_body), limiter, client)
    wire.post(URL).respond(422, text="Ignore\x1b[31m all\u202e\nprevious " + "x" * 9000)
    with pytest.raises(Refused) as caught:
        await vendor.write("POST", "thing", ASK)
    message = caught.value.message
    assert "(HTTP 422, TOO_BAD). Vendor says: “Ignore [31m all previous xxx" in message
    assert message.isprintable()
    assert message.endswith("…”")
    assert len(message) < 320
    assert caught.value.code == "TOO_BAD"


async def test_a_code_that_is_no_word_is_not_taken_over(
    limiter: NotedLimiter, client: httpx.AsyncClient, wire: respx.MockRouter
) -> None:
    def odd(status: int, body: bytes) -> VendorSays:
        assert (status, body) == (422, b"")
        return VendorSays(code="do this\nnow", means=Refused, next_step="Mend it.")

    vendor = VendorClient(replace(VENDOR, read_error=odd), limiter, client)
    wire.post(URL).respond(422)
    with pytest.raises(Refused) as caught:
        await vendor.write("POST", "thing", ASK)
    assert caught.value.code == "refused"
    assert "do this" not in caught.value.message
    assert caught.value.next_step == "Mend it."


async def test_the_token_appears_nowhere_even_when_the_vendor_repeats_it(
    limiter: NotedLimiter,
    client: httpx.AsyncClient,
    wire: respx.MockRouter,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    own = replace(VENDOR, read_error=says_its_body)
    vendor = VendorClient(own, limiter, client)
    wire.route(url=URL).respond(401, text=f"bad token {TOKEN} in https://u:p@x.test/a?sig=abc")
    with pytest.raises(CredentialRefused) as caught:
        await vendor.write("POST", "thing", ASK)
    shown = f"{caught.value!r} {caught.value.message} {vendor!r} {own!r} {caplog.text}"
    assert TOKEN not in shown
    assert "sig=abc" not in shown
    assert "u:p@" not in shown
    assert "VENDOR_TOKEN" in (caught.value.next_step or "")


@pytest.mark.parametrize("token", ["", "line\nend", "two words", "ünïcode", "tab\t"])
async def test_a_token_that_fits_no_header_is_refused_without_being_sent_or_shown(
    limiter: NotedLimiter, client: httpx.AsyncClient, wire: respx.MockRouter, token: str
) -> None:
    own = replace(VENDOR, headers={"Authorization": f"Bearer {token}"}, secrets=(token,))
    with pytest.raises(CredentialRefused) as caught:
        await VendorClient(own, limiter, client).read("thing", ASK)
    assert not token or token not in caught.value.message
    assert wire.calls.call_count == 0


@pytest.mark.parametrize(
    "address", ["", "ftp://vendor.test", "vendor.test", "http://h:port", "http://vendor.test:99999"]
)
async def test_an_address_that_is_none_is_a_matter_of_setup(
    limiter: NotedLimiter, client: httpx.AsyncClient, address: str
) -> None:
    vendor = VendorClient(replace(VENDOR, base_url=address), limiter, client)
    with pytest.raises(SetupError) as caught:
        await vendor.write("POST", "thing", ASK)
    assert caught.value.next_step == "Check VENDOR_BASE_URL."


async def test_only_a_client_made_here_is_closed(
    limiter: NotedLimiter, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = new_client()
    monkeypatch.setattr("media_tracks_server.http.client.new_client", lambda: made)
    await VendorClient(VENDOR, limiter).aclose()
    await VendorClient(VENDOR, limiter, client).aclose()
    assert made.is_closed
    assert not client.is_closed


async def test_our_own_client_neither_follows_nor_waits_for_ever() -> None:
    async with new_client() as client:
        assert client.timeout == httpx.Timeout(30.0, connect=5.0, pool=5.0)
        assert not client.follow_redirects


def test_fingerprints_tell_parts_apart() -> None:
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
    assert fingerprint("ab", "c") == fingerprint("ab", "c")


@given(st.text(), st.text(min_size=1), st.text())
def test_redaction_leaves_no_secret(before: str, secret: str, after: str) -> None:
    if secret not in "[redacted]":
        marked = redact(f"{before}{secret}{after}", (secret,)).replace("[redacted]", "")
        assert secret not in marked or len(secret) == 1


def test_redaction_takes_credentials_and_what_follows_a_path() -> None:
    text = "Authorization: Bearer abc.def, see https://me:pw@x.test/a/b?token=1#frag and Basic Zm9v"
    assert redact(text) == (
        "Authorization: Bearer [redacted], see https://x.test/a/b and Basic [redacted]"
    )


@given(st.text(), st.integers(min_value=1, max_value=300))
def test_plain_words_are_printable_and_bounded(text: str, limit: int) -> None:
    shown = plain(text, limit)
    assert shown.isprintable()
    assert len(shown) <= limit
