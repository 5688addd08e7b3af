"""Requests to addresses outside the vendor's API, such as a storage that it names.

They go without our credential, are sent once, follow no redirect, and go to https only; plain
http only within this machine, for a vendor that is itself on it (the sandbox).
"""

import ipaddress
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import anyio
import httpx

from media_tracks_server.http import verdict
from media_tracks_server.http.exchange import MAX_PORT, Arrived, exchange
from media_tracks_server.http.files import unreadable
from media_tracks_server.http.vendor import Answer, Ask
from media_tracks_tools.errors import Conflict

_GET_SECONDS = 20.0
_PUT_SECONDS = 60.0
_SLOWEST_BYTES_PER_SECOND = 125_000
_CHUNK_BYTES = 256 * 1024
_NEVER_SENT = frozenset({"authorization", "cookie", "host", "content-length", "transfer-encoding"})


class Elsewhere:
    """The way to such addresses for one vendor, over its `httpx.AsyncClient`."""

    def __init__(self, client: httpx.AsyncClient, base_url: str, user_agent: str) -> None:
        self._client = client
        self._on_this_machine = _is_plain_loopback(base_url)
        self._user_agent = user_agent

    async def get(self, url: str, ask: Ask) -> Answer:
        """GET, within 20 s. Raises Refused for any status but a 2xx that may not pass by itself.

        Raises Unreachable and Unavailable as for the vendor.
        """
        request = self._build("GET", url, {}, None)
        arrived = await self._send(request, ask, _GET_SECONDS)
        if not arrived.whole:
            raise verdict.cut_short_elsewhere(request.url.host, ask)
        return Answer(arrived.status or 0, bytes(arrived.body), request.url.host, ask.doing)

    async def put(
        self,
        url: str,
        headers: Mapping[str, str],
        content: bytes | Path,
        content_type: str,
        ask: Ask,
    ) -> None:
        """PUT bytes or a file, streamed from the disk.

        It may take 60 s and a second more for each 125 kB (1 Mbit/s), as long as no single
        write stalls for the client's own time-out. Raises CallerError for a file that can't be
        read, and Conflict for one that becomes shorter meanwhile.
        """
        sent = {"Content-Type": content_type, **_allowed(headers)}
        if isinstance(content, bytes):
            await self._put(url, sent, content, len(content), ask)
            return
        try:
            size = (await anyio.Path(content).stat()).st_size
            async with await anyio.open_file(content, "rb") as file:
                await self._put(url, sent, _chunks(file, size, content.name), size, ask)
        except OSError as error:
            raise unreadable(content.name, error) from None

    async def _put(
        self,
        url: str,
        headers: Mapping[str, str],
        content: bytes | AsyncIterator[bytes],
        size: int,
        ask: Ask,
    ) -> None:
        request = self._build("PUT", url, {**headers, "Content-Length": str(size)}, content)
        await self._send(request, ask, _PUT_SECONDS + size / _SLOWEST_BYTES_PER_SECOND)

    def _build(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | AsyncIterator[bytes] | None,
    ) -> httpx.Request:
        """Like the vendor client's, but without anything of the vendor's headers."""
        try:
            address = httpx.URL(url)
        except httpx.InvalidURL:
            raise verdict.wrong_address_elsewhere() from None
        safe = address.scheme == "https" or (self._on_this_machine and _is_plain_loopback(url))
        if not (safe and address.host) or address.userinfo or (address.port or 0) > MAX_PORT:
            raise verdict.wrong_address_elsewhere()
        own = {"User-Agent": self._user_agent, "Accept": "*/*", **headers}
        return httpx.Request(
            method,
            address,
            headers=own,
            content=content,
            extensions={"timeout": self._client.timeout.as_dict()},
        )

    async def _send(self, request: httpx.Request, ask: Ask, seconds: float) -> Arrived:
        arrived = Arrived()
        host = request.url.host
        try:
            with anyio.fail_after(seconds):
                await exchange(self._client, request, arrived)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as cut:
            if arrived.status is None:
                raise verdict.no_answer_elsewhere(host, cut, ask) from None
        if not 200 <= (arrived.status or 0) < 300:
            raise verdict.refused_elsewhere(host, arrived.status or 0, ask)
        return arrived


def _allowed(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _NEVER_SENT}


async def _chunks(file: anyio.AsyncFile[bytes], size: int, name: str) -> AsyncIterator[bytes]:
    left = size
    while left:
        chunk = await file.read(min(left, _CHUNK_BYTES))
        if not chunk:
            raise Conflict(
                f"The file {name!r} became shorter while it was being sent.",
                code="file_changed",
                next_step="Wait until the file is complete, then ask again.",
            )
        left -= len(chunk)
        yield chunk


def _is_plain_loopback(url: str) -> bool:
    try:
        address = httpx.URL(url)
        if address.scheme != "http":
            return False
        return address.host == "localhost" or ipaddress.ip_address(address.host).is_loopback
    except (httpx.InvalidURL, ValueError):
        return False
