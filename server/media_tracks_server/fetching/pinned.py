"""Connecting to the very address that was checked, so that no second look-up can lead elsewhere."""

import socket
from collections.abc import Awaitable, Callable, Sequence

import anyio
import httpx

from media_tracks_server.fetching import faults
from media_tracks_server.fetching.addresses import is_public

_TRIED = 4
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Every address of a host, in the order to try them. Raises OSError or UnicodeError."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """The system's answer, without addresses that hold only on one network card."""
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(place[4][0]) for place in found)
    return tuple(address for address in addresses if "%" not in address)


class Pinned(httpx.AsyncBaseTransport):
    """Looks a host up once, refuses it by its addresses, and sends the request to one of them.

    The `Host` header, and the name that TLS sends and checks, stay those of the URL. Only for
    requests without a body, since the next address is tried where one can't be connected to.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        resolve: Resolve,
        lookup_seconds: float,
        *,
        allow_private: bool,
    ) -> None:
        """`inner` is closed with this one; it must keep no connection: names share addresses."""
        self._inner = inner
        self._resolve = resolve
        self._lookup_seconds = lookup_seconds
        self._allow_private = allow_private

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises CallerError for a private address, Unreachable for a host that has none."""
        host = request.url.raw_host.decode("ascii")
        addresses = await self._addresses(request.url, host)
        for address in addresses[:-1]:
            try:
                return await self._inner.handle_async_request(_aimed(request, host, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._inner.handle_async_request(_aimed(request, host, addresses[-1]))

    async def aclose(self) -> None:
        """Close the transport that connects."""
        await self._inner.aclose()

    async def _addresses(self, url: httpx.URL, host: str) -> Sequence[str]:
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            with anyio.fail_after(self._lookup_seconds):
                addresses = await self._resolve(host, port)
        except (OSError, UnicodeError):  # TimeoutError is an OSError
            addresses = ()
        if not addresses:
            raise faults.no_such_host(url)
        if not self._allow_private and not all(is_public(address) for address in addresses):
            raise faults.private(url)
        return addresses[:_TRIED]


def _aimed(request: httpx.Request, host: str, address: str) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
