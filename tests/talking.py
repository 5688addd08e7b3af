"""What tests that talk to the server through a client share."""

import hashlib
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

import av
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
    ours = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE")}  # noqa: TID251 - for a real process
    return environment | ours


def text_of(result: CallToolResult) -> str:
    """All text of an answer."""
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


def packets(video: Path, kind: str, position: int) -> str:
    """A hash over every packet of one stream, read without any code of ours."""
    digest = hashlib.sha256()
    with av.open(str(video)) as container:
        stream = [stream for stream in container.streams if stream.type == kind][position]
        for packet in container.demux(stream):
            digest.update(bytes(packet))
    return digest.hexdigest()
