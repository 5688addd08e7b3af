"""The shared client: addresses outside the vendor's API never see its credential."""

from dataclasses import replace
from pathlib import Path

import anyio
import httpx
import pytest
import respx

from doubles import TOKEN, NotedLimiter
from made_up_vendor import VENDOR
from media_tracks_server.http import Ask, VendorClient
from media_tracks_tools.errors import (
    CallerError,
    Conflict,
    MediaTracksError,
    RateLimited,
    Refused,
    Unavailable,
    Unreachable,
)

STORAGE = "https://storage.test/bucket/1?signature=abc"
ASK = Ask("storing a file")


async def put(vendor: VendorClient, content: bytes | Path = b"WEBVTT", url: str = STORAGE) -> None:
    await vendor.put_file(url, {"x-amz-acl": "public-read"}, content, "text/vtt", ASK)


async def test_bytes_are_sent_as_they_are_without_the_credential(
    vendor: VendorClient, wire: respx.MockRouter, limiter: NotedLimiter
) -> None:
    route = wire.put(STORAGE).respond(200)
    await put(vendor)
    request = route.calls.last.request
    assert request.content == b"WEBVTT"
    assert dict(request.headers) == {
        "accept": "*/*",
        "content-length": "6",
        "content-type": "text/vtt",
        "host": "storage.test",
        "user-agent": request.headers["user-agent"],
        "x-amz-acl": "public-read",
    }
    assert request.headers["user-agent"].startswith("media-tracks/")
    assert limiter.taken == []


async def test_a_file_is_streamed_with_its_length(
    vendor: VendorClient, wire: respx.MockRouter, tmp_path: Path
) -> None:
    song = tmp_path / "it.m4a"
    song.write_bytes(bytes(range(256)) * 3000)
    arrived: list[bytes] = []

    async def keep(request: httpx.Request) -> httpx.Response:
        arrived.append(await request.aread())
        return httpx.Response(200)

    route = wire.put(STORAGE).mock(side_effect=keep)
    await put(vendor, song)
    assert arrived == [song.read_bytes()]
    headers = route.calls.last.request.headers
    assert headers["content-length"] == "768000"
    assert "transfer-encoding" not in headers


async def test_the_vendors_own_type_of_content_is_kept_and_no_credential_of_it_goes_along(
    vendor: VendorClient, wire: respx.MockRouter
) -> None:
    route = wire.put(STORAGE).respond(200)
    given = {"Content-Type": "audio/mp4", "Authorization": TOKEN, "Cookie": "a=b", "Host": "x"}
    await vendor.put_file(STORAGE, given, b"x", "text/vtt", ASK)
    headers = route.calls.last.request.headers
    assert headers["content-type"] == "audio/mp4"
    assert "authorization" not in headers
    assert "cookie" not in headers
    assert headers["host"] == "storage.test"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, Refused),
        (307, Refused),
        (400, Refused),
        (401, Refused),
        (403, Refused),
        (404, Refused),
        (408, Unavailable),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
async def test_a_refusal_there_says_nothing_of_our_token_and_is_not_followed(
    vendor: VendorClient, wire: respx.MockRouter, status: int, kind: type[MediaTracksError]
) -> None:
    route = wire.put(STORAGE).respond(status, headers={"Location": "https://elsewhere.test"})
    with pytest.raises(MediaTracksError, match=rf"storage\.test .*HTTP {status}") as caught:
        await put(vendor)
    assert type(caught.value) is kind
    assert caught.value.next_step
    assert "signature" not in caught.value.message
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("cut", "kind"),
    [(httpx.ConnectError, Unreachable), (httpx.WriteError, Unavailable)],
)
async def test_no_answer_there_is_told_like_the_vendors(
    vendor: VendorClient,
    wire: respx.MockRouter,
    cut: type[Exception],
    kind: type[MediaTracksError],
) -> None:
    route = wire.put(STORAGE).mock(side_effect=cut("no"))
    with pytest.raises(MediaTracksError) as caught:
        await put(vendor)
    assert type(caught.value) is kind
    assert route.call_count == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://storage.test/1",
        "http://127.0.0.1:9/1",
        "ftp://storage.test/1",
        "file:///some/where",
        "https:///1",
        "https://me:pw@storage.test/1",
        "https://storage.test:99999/1",
        "no address",
        "",
    ],
)
async def test_only_https_is_sent_to(
    vendor: VendorClient, wire: respx.MockRouter, url: str
) -> None:
    with pytest.raises(Refused) as caught:
        await put(vendor, url=url)
    assert caught.value.code == "unsafe_address"
    assert wire.calls.call_count == 0


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://127.0.0.1:9/1", True),
        ("http://localhost:9/1", True),
        ("http://storage.test/1", False),
        ("http://10.0.0.1/1", False),
    ],
)
async def test_a_vendor_on_this_machine_may_store_on_this_machine(
    limiter: NotedLimiter, client: httpx.AsyncClient, wire: respx.MockRouter, url: str, sent: bool
) -> None:
    local = VendorClient(replace(VENDOR, base_url="http://127.0.0.1:8/v1"), limiter, client)
    route = wire.put(url).respond(200)
    if sent:
        await put(local, url=url)
    else:
        with pytest.raises(Refused):
            await put(local, url=url)
    assert route.call_count == sent


class ShorteningDisk(httpx.AsyncBaseTransport):
    """A network so slow that the file is cut before its first byte is asked for."""

    def __init__(self, file: Path) -> None:
        self.file = file

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.file.write_bytes(b"")
        await request.aread()
        return httpx.Response(200)


async def test_a_file_that_is_gone_or_becomes_shorter_is_the_callers(
    vendor: VendorClient, limiter: NotedLimiter, tmp_path: Path
) -> None:
    with pytest.raises(CallerError, match=r"'gone\.m4a' can't be read"):
        await put(vendor, tmp_path / "gone.m4a")
    song = tmp_path / "it.m4a"
    song.write_bytes(b"x" * 100)
    async with httpx.AsyncClient(transport=ShorteningDisk(song)) as client:
        with pytest.raises(Conflict, match="became shorter"):
            await put(VendorClient(VENDOR, limiter, client), song)


async def test_time_there_is_bounded_by_size(
    limiter: NotedLimiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media_tracks_server.http.elsewhere._PUT_SECONDS", 0.0)
    monkeypatch.setattr("media_tracks_server.http.elsewhere._SLOWEST_BYTES_PER_SECOND", 100.0)

    async def hang(_: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError

    async with httpx.AsyncClient(transport=httpx.MockTransport(hang)) as client:
        with pytest.raises(Unavailable):
            await put(VendorClient(VENDOR, limiter, client), b"x" * 10)


async def test_reading_elsewhere_gives_the_body_without_showing_the_token(
    vendor: VendorClient, wire: respx.MockRouter
) -> None:
    route = wire.get(STORAGE).respond(200, text="WEBVTT")
    assert (await vendor.read_elsewhere(STORAGE, ASK)).text() == "WEBVTT"
    assert TOKEN not in str(route.calls.last.request.headers.raw)
    for failure in (httpx.Response(503), httpx.ReadTimeout("no")):
        wire.get(STORAGE).mock(side_effect=[failure])
        with pytest.raises(Unavailable):
            await vendor.read_elsewhere(STORAGE, ASK)
