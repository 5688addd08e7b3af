"""What was called and what was answered."""

from collections.abc import Mapping
from dataclasses import dataclass

from mcp import Client
from mcp.types import CallToolResult, TextContent
from pydantic import JsonValue, TypeAdapter

_Json = TypeAdapter[JsonValue](JsonValue)


@dataclass(frozen=True)
class Step:
    """One call and its answer: the text that a host shows a model, and the typed result."""

    tool: str
    arguments: Mapping[str, JsonValue]
    text: str
    typed: JsonValue
    failed: bool

    @property
    def next_steps(self) -> str:
        """What the typed result names as next calls."""
        steps = self.typed.get("next_steps") if isinstance(self.typed, dict) else None
        return "\n".join(map(str, steps)) if isinstance(steps, list) else ""

    @property
    def job_state(self) -> str | None:
        """The state of the job that was answered with, if it was one."""
        state = self.typed.get("state") if isinstance(self.typed, dict) else None
        return state if isinstance(state, str) else None


async def call(client: Client, tool: str, arguments: Mapping[str, JsonValue]) -> Step:
    """Call a tool as a host does."""
    answer = await client.call_tool(tool, dict(arguments))
    return Step(tool, arguments, _text(answer), _typed(answer), answer.is_error)


def _text(answer: CallToolResult) -> str:
    return "\n".join(block.text for block in answer.content if isinstance(block, TextContent))


def _typed(answer: CallToolResult) -> JsonValue:
    return _Json.validate_python(answer.structured_content)
