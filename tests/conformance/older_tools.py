"""The suite's tools that send logs, or requests to the client while a call runs (2025-11-25).

None of ours logs to the client or samples; here they show that our transport lets a server's own
messages and requests through.
"""

from typing import Annotated

import anyio
from mcp.server.mcpserver.resolve import AcceptedElicitation
from mcp.shared.message import ServerMessageMetadata
from mcp.types import (
    CreateMessageResult,
    InputRequiredResult,
    TextContent,
)
from pydantic import BaseModel, Field, WithJsonSchema

from conformance.asking_tools import form, sampling
from media_tracks_tools.services import Ctx


async def _log(ctx: Ctx, text: str) -> None:
    await ctx.info(text)  # pyright: ignore[reportDeprecated] - the suite still asks for it


async def test_tool_with_logging(ctx: Ctx) -> str:
    """Log three times."""
    for text in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await _log(ctx, text)
    return "logged"


async def test_logging_tool(ctx: Ctx) -> str:
    """Log once, which only a request that asks for logs may hear."""
    await _log(ctx, "This is heard only where it was asked for")
    return "logged"


async def test_sampling(prompt: str, ctx: Ctx) -> str:
    """Ask the client's model while the call runs."""
    answer = await ctx.session.send_request(
        sampling(prompt),
        CreateMessageResult,
        metadata=ServerMessageMetadata(related_request_id=ctx.request_id),
    )
    text = answer.content.text if isinstance(answer.content, TextContent) else "?"
    return f"LLM response: {text}"


class Response(BaseModel):
    """A form with one field."""

    response: str = Field(description="User's response")


async def _ask(ctx: Ctx, message: str, schema: type[BaseModel]) -> str:
    answer = await ctx.elicit(message, schema)
    content = answer.data.model_dump_json() if isinstance(answer, AcceptedElicitation) else "{}"
    return f"action={answer.action}, content={content}"


async def test_elicitation(message: str, ctx: Ctx) -> str:
    """Ask the user while the call runs."""
    return f"User response: {await _ask(ctx, message, Response)}"


_STATUS = {"type": "string", "enum": ["active", "inactive", "pending"]}


class Defaults(BaseModel):
    """A form with a default of each kind (SEP-1034)."""

    name: str = Field(default="John Doe", description="User name")
    age: int = Field(default=30, description="User age")
    score: float = Field(default=95.5, description="User score")
    status: Annotated[str, WithJsonSchema(_STATUS)] = Field(default="active", description="Status")
    verified: bool = Field(default=True, description="Verification status")


async def test_elicitation_sep1034_defaults(ctx: Ctx) -> str:
    """Ask with defaults."""
    return f"Elicitation result: {await _ask(ctx, 'Who are you?', Defaults)}"


def _titled(**titles: str) -> list[dict[str, str]]:
    return [{"const": const, "title": title} for const, title in titles.items()]


_PRIORITIES = {"type": "string", "oneOf": _titled(low="Low", medium="Medium", high="High")}
_RIGHTS = {"type": "array", "items": {"type": "string", "enum": ["read", "write", "execute"]}}
_KINDS = {"type": "array", "items": {"anyOf": _titled(feature="Feature", bug="Bug", docs="Docs")}}
_SIZES = {"type": "string", "enum": ["s", "m", "l"], "enumNames": ["Small", "Medium", "Large"]}


class Enums(BaseModel):
    """A form with a choice of each kind (SEP-1330); the names are the suite's."""

    untitledSingle: Annotated[str, WithJsonSchema(_STATUS)]  # noqa: N815
    titledSingle: Annotated[str, WithJsonSchema(_PRIORITIES)]  # noqa: N815
    untitledMulti: Annotated[list[str], WithJsonSchema(_RIGHTS)]  # noqa: N815
    titledMulti: Annotated[list[str], WithJsonSchema(_KINDS)]  # noqa: N815
    legacyEnum: Annotated[str, WithJsonSchema(_SIZES)]  # noqa: N815


async def test_elicitation_sep1330_enums(ctx: Ctx) -> str:
    """Ask with choices."""
    return f"Elicitation completed: {await _ask(ctx, 'Please choose', Enums)}"


async def test_reconnection(ctx: Ctx) -> str:
    """Cut the answer's stream before the answer."""
    await ctx.close_sse_stream()
    await anyio.sleep(0.2)
    return "Reconnection test completed"


async def test_streaming_elicitation() -> InputRequiredResult:
    """Ask in a round, which must not be a request on the stream."""
    return InputRequiredResult(input_requests={"user_name": form("What is your name?")})


TOOLS = (
    test_tool_with_logging,
    test_logging_tool,
    test_sampling,
    test_elicitation,
    test_elicitation_sep1034_defaults,
    test_elicitation_sep1330_enums,
    test_reconnection,
    test_streaming_elicitation,
)
