"""A host on the loopback that answers what a test writes, and resolvers that lead to it."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from media_tracks_server.fetching import Fetcher

Writes = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
LIMIT = 1_000_000
OPEN = Fetcher(allow_private=True)


class Host:
    """One host on the loopback; `heads` are the requests it was sent."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.url = ""
        self.port = 0


@asynccontextmanager
async def host(
    writes: Writes, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncGenerator[Host]:
    """A host that answers each request with what `writes` writes, then hangs up."""
    seen = Host()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            seen.heads.append(head.decode().lower())
            await writes(head, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has hung up, as several tests make it do
        finally:
            writer.close()

    async with await asyncio.start_server(serve, address, 0, ssl=tls) as server:
        seen.port = server.sockets[0].getsockname()[1]
        seen.url = f"http://{address}:{seen.port}"
        yield seen


def answer(body: bytes, *headers: str, status: str = "200 OK") -> Writes:
    """A whole answer with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]

    async def writes(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join(lines).encode() + body)

    return writes


def leads_to(*answers: Sequence[str]) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    """A resolver with one answer after the other, and none after the last."""
    left = list(answers)

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return left.pop(0)

    return resolve
