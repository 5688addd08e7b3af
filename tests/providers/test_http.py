"""The shared client: one status table, one send for a write, reads asked again."""

import httpx
import pytest
import respx

from doubles import TOKEN, NotedLimiter
from made_up_vendor import ASK, URL, VENDOR, Thing
from media_tracks_server.http import (
    VendorClient,
)
from media_tracks_tools.errors import (
    CredentialRefused,
    MediaTracksError,
    NotFound,
    PermissionMissing,
    RateLimited,
    Refused,
    SetupError,
    Unavailable,
    Unreachable,
)

STATUSES = [
    (301, SetupError),
    (304, SetupError),
    (400, Refused),
    (401, CredentialRefused),
    (403, PermissionMissing),
    (404, NotFound),
    (408, Unavailable),
    (409, Refused),
    (413, Refused),
    (422, Refused),
    (425, Unavailable),
    (429, RateLimited),
    (499, Unavailable),
    (500, Unavailable),
    (503, Unavailable),
    (599, Unavailable),
]


CUTS = [
    (httpx.ConnectError, Unreachable),
    (httpx.ConnectTimeout, Unreachable),
    (httpx.PoolTimeout, Unreachable),
    (httpx.ProxyError, Unreachable),
    (httpx.ReadTimeout, Unavailable),
    (httpx.WriteTimeout, Unavailable),
    (httpx.ReadError, Unavailable),
    (httpx.WriteError, Unavailable),
    (httpx.RemoteProtocolError, Unavailable),
    (httpx.LocalProtocolError, Unavailable),
    (httpx.DecodingError, Unavailable),
    (TimeoutError, Unavailable),
]


@pytest.mark.parametrize(("status", "kind"), STATUSES)
async def test_a_status_has_one_meaning_and_a_write_is_sent_once(
    vendor: VendorClient, wire: respx.MockRouter, status: int, kind: type[MediaTracksError]
) -> None:
    route = wire.post(URL).respond(status, headers={"Location": "https://elsewhere.test"})
    with pytest.raises(MediaTracksError) as caught:
        await vendor.write("POST", "thing", ASK, json={"a": 1})
    assert type(caught.value) is kind
    assert str(status) in caught.value.message
    assert caught.value.next_step
    assert route.call_count == 1


@pytest.mark.parametrize(("cut", "kind"), CUTS)
async def test_a_write_without_an_answer_is_sent_once_and_says_whether_it_may_have_arrived(
    vendor: VendorClient,
    wire: respx.MockRouter,
    cut: type[Exception],
    kind: type[MediaTracksError],
) -> None:
    route = wire.post(URL).mock(side_effect=cut(f"Bearer {TOKEN}"))
    with pytest.raises(MediaTracksError) as caught:
        await vendor.write("POST", "thing", ASK)
    assert type(caught.value) is kind
    assert cut.__name__ in caught.value.message
    assert TOKEN not in caught.value.message
    assert caught.value.__cause__ is None
    assert route.call_count == 1


async def test_a_write_is_sent_with_the_credential_and_who_we_are(
    vendor: VendorClient, wire: respx.MockRouter, limiter: NotedLimiter
) -> None:
    route = wire.post(URL).respond(200, json={"count": 3})
    answer = await vendor.write("POST", "thing", ASK, json={"name": "é"})
    assert answer.parse(Thing) == Thing(count=3)
    request = route.calls.last.request
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["User-Agent"].startswith("media-tracks/")
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Content-Type"] == "application/json"
    assert request.content.decode() == '{"name":"é"}'
    assert limiter.taken == [(VENDOR.bucket, 8.0)]


async def test_files_are_sent_as_multipart(vendor: VendorClient, wire: respx.MockRouter) -> None:
    route = wire.put(URL).respond(200, json={"count": 3})
    await vendor.write("PUT", "thing", ASK, files={"file": ("c.vtt", b"WEBVTT", "text/vtt")})
    request = route.calls.last.request
    assert request.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'filename="c.vtt"\r\nContent-Type: text/vtt\r\n\r\nWEBVTT\r\n' in request.content


@pytest.mark.parametrize("first", [503, 500, 408, httpx.ReadTimeout, httpx.ConnectError])
async def test_a_read_is_asked_again(
    vendor: VendorClient, wire: respx.MockRouter, first: int | type[Exception]
) -> None:
    failure = httpx.Response(first) if isinstance(first, int) else first("no")
    route = wire.get(URL).mock(
        side_effect=[failure, failure, httpx.Response(200, json={"count": 3})]
    )
    answer = await vendor.read("thing", ASK, {"page[limit]": 3})
    assert answer.parse(Thing).count == 3
    assert route.call_count == 3
    assert route.calls.last.request.url.params["page[limit]"] == "3"


async def test_a_read_gives_up_after_four_attempts(
    vendor: VendorClient, wire: respx.MockRouter
) -> None:
    route = wire.get(URL).respond(502, html="<h1>Bad gateway</h1>")
    with pytest.raises(Unavailable):
        await vendor.read("thing", ASK)
    assert route.call_count == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_a_read_that_is_refused_is_not_asked_again(
    vendor: VendorClient, wire: respx.MockRouter, status: int
) -> None:
    route = wire.get(URL).respond(status)
    with pytest.raises(MediaTracksError):
        await vendor.read("thing", ASK)
    assert route.call_count == 1
