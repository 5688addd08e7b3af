"""Hearing of resource updates in both eras, by one and the same test."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from mcp import Client, StdioServerParameters
from mcp.client import ClientExtension
from mcp.client.session import IncomingMessage
from mcp.server.mcpserver import MCPServer
from mcp.shared.subscriptions import ResourceUpdated
from mcp.types import (
    EmptyResult,
    ResourceUpdatedNotification,
    SubscribeRequest,
    SubscribeRequestParams,
    UnsubscribeRequest,
    UnsubscribeRequestParams,
)

from media_tracks_tools.services import Supplies
from waiting import eventually


@dataclass
class Listener:
    """A client, and the URIs of which it was told."""

    client: Client
    heard: list[str] = field(default_factory=list[str])

    async def hears(self, uri: str, times: int = 1) -> None:
        """Wait until it was told of this so often."""
        await eventually(lambda: self.heard.count(uri) >= times)

    async def subscribe(self, uri: str) -> None:
        """resources/subscribe of 2025-11-25."""
        request = SubscribeRequest(params=SubscribeRequestParams(uri=uri))
        await self.client.session.send_request(request, EmptyResult)

    async def unsubscribe(self, uri: str) -> None:
        """resources/unsubscribe of 2025-11-25."""
        request = UnsubscribeRequest(params=UnsubscribeRequestParams(uri=uri))
        await self.client.session.send_request(request, EmptyResult)

    @asynccontextmanager
    async def watching(self, *uris: str) -> AsyncGenerator[None]:
        """Watch these, in the way of the era that the client speaks."""
        if self.client.protocol_version < "2026":
            for uri in uris:
                await self.subscribe(uri)
            yield
            return
        async with (
            self.client.listen(resource_subscriptions=uris) as stream,
            anyio.create_task_group() as group,
        ):
            assert stream.honored.resource_subscriptions == list(uris)

            async def hear() -> None:
                async for event in stream:
                    if isinstance(event, ResourceUpdated):
                        self.heard.append(event.uri)

            group.start_soon(hear)
            yield
            group.cancel_scope.cancel()


@asynccontextmanager
async def listening(
    server: MCPServer[Supplies] | StdioServerParameters | str,
    era: str,
    extensions: Sequence[ClientExtension] = (),
) -> AsyncGenerator[Listener]:
    """The official client, which remembers what it is told."""
    heard: list[str] = []

    async def remember(message: IncomingMessage) -> None:
        if isinstance(message, ResourceUpdatedNotification) and era == "legacy":
            heard.append(message.params.uri)

    async with Client(server, mode=era, message_handler=remember, extensions=extensions) as client:
        yield Listener(client, heard)
