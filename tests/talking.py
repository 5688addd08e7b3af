"""What tests that talk to the server through a client share."""

import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from mcp import Client
from mcp.types import CallToolResult, TextContent

from media_tracks_server.settings import Settings

Opens = Callable[[Settings], AbstractAsyncContextManager[Client]]


@dataclass
class Told:
    """Progress notifications as they came."""

    values: list[float] = field(default_factory=list[float])
    totals: list[float | None] = field(default_factory=list[float | None])
    messages: list[str] = field(default_factory=list[str])

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        self.values.append(progress)
        self.totals.append(total)
        self.messages.append(message or "")


def measured(environment: dict[str, str]) -> dict[str, str]:
    """The same environment for a real process, whose coverage is measured when ours is."""
    ours = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE")}
    return environment | ours


def text_of(result: CallToolResult) -> str:
    """All text of an answer."""
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))
