"""One GET of a user's URL: without credentials, cookies or a proxy, each redirect checked anew."""

import importlib.metadata
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import anyio
import httpx

from media_tracks_server.fetching import faults
from media_tracks_server.fetching.decoding import BadEncoding, decoder_for
from media_tracks_server.fetching.pinned import Pinned, Resolve, resolve
from media_tracks_server.fetching.saving import new_file
from media_tracks_server.fetching.text import text_in
from media_tracks_server.fetching.urls import checked, redirected

MAX_REDIRECTS = 5
_MOVED = (301, 302, 303, 307, 308)
_WHOLE = (200, 203)
Report = Callable[[int, int | None], Awaitable[None]]
"""Told after each piece: bytes so far, and of how many where the host says it."""
_Take = Callable[[bytes, int, int | None], Awaitable[None]]


@dataclass(frozen=True)
class Times:
    """Seconds after which it is given up.

    `connect` for the look-up and for each address, `stalled` without a byte, the others in all.
    """

    connect: float = 10.0
    stalled: float = 20.0
    text: float = 30.0
    file: float = 3600.0


@dataclass(frozen=True)
class Fetched:
    """A file that arrived whole: its size in bytes, and what its host calls it."""

    size: int
    content_type: str | None


class Fetcher:
    """Fetches what a URL names; `allow_private` opens this machine's own networks too.

    Raises CallerError where the URL is at fault (NotFound, private, too large, not for
    everybody), and Unreachable, Unavailable, RateLimited or Unreadable where its host is.
    """

    def __init__(
        self, *, allow_private: bool, resolve: Resolve = resolve, times: Times | None = None
    ) -> None:
        self._allow_private = allow_private
        self._resolve = resolve
        self._times = times or Times()
        version = importlib.metadata.version("media-tracks-mcp")
        timeout = httpx.Timeout(self._times.stalled, connect=self._times.connect)
        self._timeout = {"timeout": timeout.as_dict()}
        self._headers = {
            "User-Agent": f"media-tracks/{version}",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
        }

    async def fetch_text(self, url: str, limit_bytes: int) -> str:
        """The text at a URL, at most `limit_bytes`; see `text_in` for what is text."""
        data = bytearray()

        async def keep(piece: bytes, _done: int, _total: int | None) -> None:
            data.extend(piece)

        response = await self._receive(checked(url), limit_bytes, self._times.text, keep)
        return text_in(bytes(data), faults.shown(response.url))

    async def fetch_file(self, url: str, target: Path, limit_bytes: int, report: Report) -> Fetched:
        """Stream a URL into `target`, a new file, which is gone again unless it became whole.

        Raises SetupError where it can't be written, or is there already.
        """
        address = checked(url)
        size = 0
        async with new_file(target) as write:

            async def keep(piece: bytes, done: int, total: int | None) -> None:
                nonlocal size
                await write(piece)
                size = done
                await report(done, total)

            response = await self._receive(address, limit_bytes, self._times.file, keep)
        return Fetched(size, response.headers.get("Content-Type"))

    async def _receive(
        self, url: httpx.URL, limit: int, seconds: float, take: _Take
    ) -> httpx.Response:
        """Hand the body to `take`, piece by piece; the response tells where it came from."""
        with anyio.move_on_after(seconds):
            try:
                async with self._transport() as transport:
                    return await self._follow(transport, url, limit, take)
            except httpx.HTTPError as cut:
                raise faults.no_answer(url, cut) from None
        raise faults.too_slow(url, seconds)

    async def _follow(
        self, transport: httpx.AsyncBaseTransport, url: httpx.URL, limit: int, take: _Take
    ) -> httpx.Response:
        """Without an httpx client: it knows cookies, netrc and proxies, and trips over redirects.

        (httpx 0.28 takes every `Location` apart, even unfollowed: `//[x` is a bare ValueError.)
        """
        here = url
        for _ in range(MAX_REDIRECTS + 1):
            request = httpx.Request("GET", here, headers=self._headers, extensions=self._timeout)
            response = await transport.handle_async_request(request)
            response.request = request
            try:
                if response.status_code not in _MOVED:
                    await _pour(response, limit, take)
                    return response
            finally:
                await response.aclose()
            here = redirected(response)
        raise faults.too_many_redirects(url)

    def _transport(self) -> Pinned:
        """Of this fetch alone; it keeps no connection, since names share addresses."""
        limits = httpx.Limits(max_keepalive_connections=0)
        inner = httpx.AsyncHTTPTransport(verify=self._tls, limits=limits)
        seconds = self._times.connect
        return Pinned(inner, self._resolve, seconds, allow_private=self._allow_private)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made once (26 ms); SSL_CERT_FILE and SSL_CERT_DIR hold here as for the vendors."""
        return httpx.create_ssl_context()


async def _pour(response: httpx.Response, limit: int, take: _Take) -> None:
    """Hand over the body, bounded both as it arrives and as it becomes: either may be a bomb."""
    if response.status_code not in _WHOLE:
        raise faults.for_status(response.url, response.status_code)
    encoding = response.headers.get("Content-Encoding", "")
    announced = _announced(response.headers)
    _bound(response, announced or 0, limit)
    total = None if encoding else announced
    done = arrived = 0
    try:
        decoder = decoder_for(encoding)
        async for raw in response.aiter_raw():
            arrived += len(raw)
            _bound(response, arrived, limit)
            for piece in decoder.feed(raw):
                done += len(piece)
                _bound(response, done, limit)
                await take(piece, done, total)
        if rest := decoder.end():
            _bound(response, done + len(rest), limit)
            await take(rest, done + len(rest), total)
    except BadEncoding:
        raise faults.unreadable(response.url) from None


def _bound(response: httpx.Response, size: int, limit: int) -> None:
    if size > limit:
        raise faults.too_large(response.url, limit)


def _announced(headers: httpx.Headers) -> int | None:
    length = headers.get("Content-Length", "")
    return int(length) if length.isascii() and length.isdecimal() else None
