"""The shared client: bodies that are not what was promised, or break off."""

from collections.abc import AsyncIterator, Callable

import anyio
import anyio.lowlevel
import httpx
import pytest
import respx

from doubles import NotedLimiter
from made_up_vendor import ASK, URL, VENDOR, Thing
from media_tracks_server.http import VendorClient, new_client
from media_tracks_tools.errors import (
    Refused,
    Unavailable,
    Unreadable,
)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"count"', b"[]", b"null", b'{"count": "many"}', b"\xff\xfe"]
)
async def test_a_2xx_that_is_not_what_was_promised_is_unreadable_and_not_repeated(
    vendor: VendorClient, wire: respx.MockRouter, body: bytes
) -> None:
    route = wire.route(url=URL).respond(200, content=body)
    for answer in (await vendor.read("thing", ASK), await vendor.write("POST", "thing", ASK)):
        with pytest.raises(Unreadable) as caught:
            answer.parse(Thing)
        assert "counting the things" in caught.value.message
    assert route.call_count == 2


async def test_text_loses_its_byte_order_mark_and_has_to_be_utf_8(
    vendor: VendorClient, wire: respx.MockRouter
) -> None:
    wire.get(URL).mock(
        side_effect=[
            httpx.Response(200, content=b"\xef\xbb\xbfWEBVTT"),
            httpx.Response(200, content=b"\xff"),
        ]
    )
    assert (await vendor.read("thing", ASK)).text() == "WEBVTT"
    with pytest.raises(Unreadable):
        (await vendor.read("thing", ASK)).text()


async def cut_body() -> AsyncIterator[bytes]:
    yield b'{"count": 1'
    raise httpx.ReadError("cut")


async def stalled_body() -> AsyncIterator[bytes]:
    yield b'{"count": 1'
    await anyio.sleep_forever()


async def endless_body() -> AsyncIterator[bytes]:
    while True:
        yield b" " * 1024 * 1024


BODIES = [cut_body, stalled_body, endless_body]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("media_tracks_server.http.client._TOTAL_SECONDS", 0.2)


def answering(
    limiter: NotedLimiter, status: int, body: Callable[[], AsyncIterator[bytes]]
) -> tuple[VendorClient, httpx.AsyncClient, list[httpx.Request]]:
    """A client whose answers have that status and a body in pieces."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(status, content=body())

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return VendorClient(VENDOR, limiter, client), client, requests


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("body", BODIES)
async def test_a_write_whose_2xx_breaks_off_has_happened(
    limiter: NotedLimiter, body: Callable[[], AsyncIterator[bytes]]
) -> None:
    vendor, client, requests = answering(limiter, 202, body)
    async with client:
        with pytest.raises(Unreadable):
            await vendor.write("POST", "thing", ASK)
    assert len(requests) == 1


@pytest.mark.parametrize(("extra", "cut"), [(0.0, True), (60.0, False)])
async def test_a_write_may_take_as_much_longer_as_is_said(
    vendor: VendorClient,
    wire: respx.MockRouter,
    monkeypatch: pytest.MonkeyPatch,
    extra: float,
    cut: bool,
) -> None:
    monkeypatch.setattr("media_tracks_server.http.client._TOTAL_SECONDS", 0.0)
    asked: list[httpx.Request] = []

    async def slow(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        await anyio.lowlevel.checkpoint()
        return httpx.Response(200, json={"count": 3})

    wire.post(URL).mock(side_effect=slow)
    if cut:
        with pytest.raises(Unavailable):
            await vendor.write("POST", "thing", ASK, extra_seconds=extra)
    else:
        answer = await vendor.write("POST", "thing", ASK, extra_seconds=extra)
        assert answer.parse(Thing).count == 3
    usual = new_client().timeout.as_dict()
    assert asked[0].extensions["timeout"] == usual | {"write": 30.0 + extra}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("body", BODIES)
async def test_a_read_whose_2xx_breaks_off_is_asked_again(
    limiter: NotedLimiter, body: Callable[[], AsyncIterator[bytes]]
) -> None:
    vendor, client, requests = answering(limiter, 200, body)
    async with client:
        with pytest.raises(Unavailable):
            await vendor.read("thing", ASK)
    assert len(requests) == 4


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("body", BODIES)
async def test_a_refusal_whose_body_breaks_off_is_still_a_refusal(
    limiter: NotedLimiter, body: Callable[[], AsyncIterator[bytes]]
) -> None:
    vendor, client, _ = answering(limiter, 422, body)
    async with client:
        with pytest.raises(Refused):
            await vendor.write("POST", "thing", ASK)
