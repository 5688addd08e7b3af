"""The command as real processes: stdio as a chat host starts it, and loopback HTTP."""

import re
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
from anyio.streams.text import TextReceiveStream
from mcp import StdioServerParameters

COMMAND = Path(sys.executable).with_name("media-tracks")


def stdio(environment: dict[str, str]) -> StdioServerParameters:
    """A process of its own for each client."""
    return StdioServerParameters(command=str(COMMAND), args=["serve"], env=environment)


@asynccontextmanager
async def http(environment: dict[str, str]) -> AsyncGenerator[str]:
    """One process for any number of clients; yields their URL."""
    command = [str(COMMAND), "serve", "--transport", "http", "--port", "0"]
    async with await anyio.open_process(command, env=environment) as process:
        assert process.stderr is not None
        said = ""
        async for text in TextReceiveStream(process.stderr):
            said += text
            if found := re.search(r"http://127\.0\.0\.1:\d+/mcp", said):
                break
        else:
            raise AssertionError(said)
        try:
            yield found[0]
        finally:
            process.terminate()
            await process.wait()
