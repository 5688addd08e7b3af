"""A client whose user answers questions, and one that can't be asked."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from mcp import Client
from mcp.client import ClientRequestContext
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult

from media_tracks_server.app import build
from media_tracks_server.settings import Settings
from talking import text_of


@dataclass
class User:
    """Says yes or no to every question, and remembers it."""

    says: bool
    asked: list[str] = field(default_factory=list[str])

    async def __call__(
        self,
        context: ClientRequestContext,  # noqa: ARG002 - the callback's signature
        params: ElicitRequestParams,
    ) -> ElicitResult:
        self.asked.append(params.message)
        return ElicitResult(action="accept", content={"ok": self.says})


@asynccontextmanager
async def asking_client(settings: Settings, era: str, user: User) -> AsyncGenerator[Client]:
    """The official client on a server with these settings, with a user to be asked."""
    async with Client(build(settings), mode=era, elicitation_callback=user) as client:
        yield client


def confirm_value(refusal: CallToolResult) -> str:
    """The value that a refusal names."""
    assert refusal.is_error
    return text_of(refusal).split("confirm='")[1].split("'")[0]
