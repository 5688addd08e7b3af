"""Connections that can be closed without an answer, which plain ASGI cannot ask for."""

import asyncio

import anyio
from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_TRANSPORT = "sandbox_transport"


class CloseableProtocol(H11Protocol):
    """Uvicorn's own HTTP/1.1, with the connection at hand in each request's `state`."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, _TRANSPORT: transport}


async def body_of(receive: Receive) -> bytes:
    """Take in the whole request; unread bytes would turn a quiet end into a reset."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def close(scope: Scope, receive: Receive) -> None:
    """Close the connection as it is; ends when the server has noticed."""
    transport: asyncio.Transport = scope["state"][_TRANSPORT]
    transport.close()
    await _client_has_left(receive)


async def hold(receive: Receive, seconds: float, released: asyncio.Event) -> None:
    """Do nothing until the client leaves, the seconds are over or the sandbox stops."""

    async def until_client_leaves() -> None:
        await _client_has_left(receive)
        waiting.cancel_scope.cancel()

    async def until_released() -> None:
        await released.wait()
        waiting.cancel_scope.cancel()

    with anyio.move_on_after(seconds):
        async with anyio.create_task_group() as waiting:
            waiting.start_soon(until_client_leaves)
            waiting.start_soon(until_released)


async def _client_has_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
