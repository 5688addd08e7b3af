"""Sending requests: reads are retried within a short budget, writes are sent exactly once."""

import importlib.metadata
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import anyio
import httpx
import stamina

from media_tracks_server.http import verdict
from media_tracks_server.http.elsewhere import Elsewhere
from media_tracks_server.http.exchange import MAX_PORT, Arrived, exchange
from media_tracks_server.http.limits import Limiter, wait_after, wait_when_used_up
from media_tracks_server.http.vendor import Answer, Ask, Vendor
from media_tracks_tools.errors import (
    InternalError,
    MediaTracksError,
    RateLimited,
    Unavailable,
    Unreachable,
)

_log = logging.getLogger(__name__)

BUDGET_SECONDS = 8.0
"""How long one call may spend on waiting for its turn and on retries."""

_TOTAL_SECONDS = 40.0
_JSON = "application/json"

Params = Mapping[str, str | int]
JsonBody = Mapping[str, object]
FormFiles = Mapping[str, tuple[str | None, bytes | BinaryIO, str | None]]


def new_client() -> httpx.AsyncClient:
    """A client with our timeouts and limits; it follows no redirect and repeats nothing."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(30.0, connect=5.0, pool=5.0),
        limits=httpx.Limits(max_connections=50, max_keepalive_connections=20),
        follow_redirects=False,
    )


class VendorClient:
    """One account's requests over one `httpx.AsyncClient`, handed in or made here.

    Only a client made here is closed by `aclose`.
    """

    def __init__(
        self, vendor: Vendor, limiter: Limiter, client: httpx.AsyncClient | None = None
    ) -> None:
        self._vendor = vendor
        self._limiter = limiter
        self._owns = client is None
        self._client = client or new_client()
        version = importlib.metadata.version("media-tracks-mcp")
        agent = f"media-tracks/{version}"
        self._headers = {"User-Agent": agent, **vendor.headers}
        self._elsewhere = Elsewhere(self._client, vendor.base_url, agent)

    def __repr__(self) -> str:
        return f"VendorClient({self._vendor.name})"

    async def aclose(self) -> None:
        """Close the connections that were opened here."""
        if self._owns:
            await self._client.aclose()

    async def read(
        self, path: str, ask: Ask, params: Params | None = None, accept: str = _JSON
    ) -> Answer:
        """GET; asked again while there is no answer, within BUDGET_SECONDS.

        A longer wait that the vendor asks for is raised as RateLimited.
        """
        deadline = anyio.current_time() + BUDGET_SECONDS

        def wait(error: Exception) -> bool | float:
            left = deadline - anyio.current_time()
            if isinstance(error, RateLimited):
                asked = error.retry_after_seconds
                return asked if asked is not None and asked <= left else False
            return isinstance(error, (Unreachable, Unavailable)) and left > 0

        attempts = stamina.retry_context(
            wait, attempts=4, timeout=BUDGET_SECONDS, wait_initial=0.2, wait_jitter=0.2, wait_max=2
        )
        async for attempt in attempts:
            with attempt:
                request = self._request("GET", path, params=params, accept=accept)
                left = max(0.0, deadline - anyio.current_time())
                await self._limiter.take(self._vendor.bucket, left)
                return await self._send(request, ask)
        raise InternalError("A retry ended without an answer.")  # pragma: no cover

    async def write(
        self,
        method: str,
        path: str,
        ask: Ask,
        json: JsonBody | None = None,
        files: FormFiles | None = None,
        extra_seconds: float = 0.0,
    ) -> Answer:
        """One request that changes something, sent once: no retry here or in the transport.

        `extra_seconds` is how much longer than usual it may take, such as for a large file.
        """
        request = self._request(method, path, json=json, files=files)
        if extra_seconds:
            request.extensions["timeout"] = self._longer(extra_seconds).as_dict()
        await self._limiter.take(self._vendor.bucket, BUDGET_SECONDS)
        return await self._send(request, ask, extra_seconds)

    async def put_file(
        self,
        url: str,
        headers: Mapping[str, str],
        content: bytes | Path,
        content_type: str,
        ask: Ask,
    ) -> None:
        """PUT bytes or a file to an address that the vendor gave, once and without the credential.

        See `Elsewhere.put` for the time it may take and what it raises.
        """
        await self._elsewhere.put(url, headers, content, content_type, ask)

    async def read_elsewhere(self, url: str, ask: Ask) -> Answer:
        """GET an address outside the vendor's API, once and without the credential.

        See `Elsewhere.get` for what it raises.
        """
        return await self._elsewhere.get(url, ask)

    def _request(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        json: JsonBody | None = None,
        files: FormFiles | None = None,
        accept: str = _JSON,
    ) -> httpx.Request:
        """Build a request; a token with a line end would otherwise be quoted by httpx's error."""
        if not all(_fits_a_header(secret) for secret in self._vendor.secrets):
            raise verdict.credential_unsendable(self._vendor)
        url = f"{self._vendor.base_url.rstrip('/')}/{path}"
        headers = {**self._headers, "Accept": accept}
        try:
            request = self._client.build_request(
                method, url, params=params, json=json, files=files, headers=headers
            )
        except httpx.InvalidURL:
            raise verdict.wrong_address(self._vendor, "is no http(s) address") from None
        if (request.url.port or 0) > MAX_PORT:
            raise verdict.wrong_address(self._vendor, "has a port that no address has")
        return request

    def _longer(self, seconds: float) -> httpx.Timeout:
        """The client's time-outs, but for what is written; one that never cuts it off stays."""
        usual = self._client.timeout
        write = None if usual.write is None else usual.write + seconds
        return httpx.Timeout(connect=usual.connect, read=usual.read, write=write, pool=usual.pool)

    async def _send(self, request: httpx.Request, ask: Ask, extra_seconds: float = 0.0) -> Answer:
        began = anyio.current_time()
        arrived = Arrived()
        try:
            with anyio.fail_after(_TOTAL_SECONDS + extra_seconds):
                await exchange(self._client, request, arrived)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as cut:
            if arrived.status is None:
                raise verdict.no_answer(self._vendor, cut, ask) from None
        seconds = anyio.current_time() - began
        status = arrived.status or 0
        _log.debug("%s: %s: HTTP %d in %.3f s", self._vendor.name, ask.doing, status, seconds)
        await self._tell_limiter(status, arrived.headers)
        return self._judge(request, status, arrived, ask)

    def _judge(self, request: httpx.Request, status: int, arrived: Arrived, ask: Ask) -> Answer:
        """A 2xx whose body was cut is a write that happened, but a read that did not."""
        body = bytes(arrived.body)
        if not 200 <= status < 300:
            raise verdict.error_for(self._vendor, status, arrived.headers, body, ask)
        answer = Answer(status, body, self._vendor.name, ask.doing)
        if arrived.whole:
            return answer
        if request.method == "GET":
            raise verdict.cut_short(self._vendor, ask)
        raise answer.unreadable()

    async def _tell_limiter(self, status: int, headers: httpx.Headers) -> None:
        """Move the shared clock; an answer that is already here is not lost over it."""
        bucket = self._vendor.bucket
        seconds = wait_when_used_up(headers, bucket)
        if status == 429:
            seconds = wait_after(headers, bucket)
        if seconds is None:
            return
        try:
            await self._limiter.push_back(bucket, seconds)
        except MediaTracksError as error:
            _log.warning("the shared rate limit could not be moved: %s", error.code)


def _fits_a_header(secret: str) -> bool:
    return bool(secret) and all("!" <= letter <= "~" for letter in secret)
