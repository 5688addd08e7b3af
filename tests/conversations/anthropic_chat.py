"""A model behind an Anthropic-compatible endpoint: POST /v1/messages with tools."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, JsonValue

from chat import Arguments, Briefing, Endpoint, Outcome, Said, Wanted, post

VERSION = "2023-06-01"
MOST_TOKENS = 8192
"""Of one answer; the API wants a limit, and a translation has to fit."""


class _Usage(BaseModel):
    input_tokens: int
    output_tokens: int


class _Block(BaseModel, extra="allow"):
    type: str
    text: str = ""
    id: str = ""
    name: str = ""
    input: dict[str, JsonValue] = {}


class _Message(BaseModel):
    content: list[_Block]
    usage: _Usage | None = None


@dataclass
class AnthropicChat:
    """A `Chat`; its messages are sent anew each time, as this API wants."""

    endpoint: Endpoint
    briefing: Briefing
    messages: list[JsonValue] = field(default_factory=list[JsonValue])

    async def ask(self, request: str) -> Said:
        """See `Chat.ask`."""
        self.messages.append({"role": "user", "content": request})
        return await self._said()

    async def answer(self, outcomes: Sequence[Outcome]) -> Said:
        """See `Chat.answer`."""
        results: list[JsonValue] = [
            {
                "type": "tool_result",
                "tool_use_id": one.id,
                "content": one.text,
                "is_error": one.failed,
            }
            for one in outcomes
        ]
        self.messages.append({"role": "user", "content": results})
        return await self._said()

    async def _said(self) -> Said:
        key = self.endpoint.key
        headers = {"anthropic-version": VERSION} | ({"x-api-key": key} if key else {})
        body: JsonValue = {
            "model": self.endpoint.model,
            "max_tokens": MOST_TOKENS,
            "system": self.briefing.instructions,
            "messages": self.messages,
            "tools": [
                {
                    "name": tool.name,
                    "description": tool.description or "",
                    "input_schema": Arguments.validate_python(tool.input_schema),
                }
                for tool in self.briefing.tools
            ],
        }
        said = await post(self.endpoint, "messages", headers, body, _Message)
        # Given back as it came: blocks of thinking are refused when anything in them is changed.
        came: list[JsonValue] = [block.model_dump(exclude_unset=True) for block in said.content]
        self.messages.append({"role": "assistant", "content": came})
        tokens = said.usage.input_tokens + said.usage.output_tokens if said.usage else None
        return Said(
            "\n".join(block.text for block in said.content if block.type == "text"),
            tuple(
                Wanted(block.id, block.name, block.input)
                for block in said.content
                if block.type == "tool_use"
            ),
            tokens,
        )
