"""A model behind an OpenAI-compatible endpoint: POST /v1/chat/completions with tools."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, Field, JsonValue, ValidationError

from chat import Arguments, Briefing, Endpoint, Outcome, Said, Wanted, post


class _Function(BaseModel):
    name: str
    arguments: str


class _ToolCall(BaseModel):
    id: str
    function: _Function


class _Message(BaseModel):
    content: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(BaseModel):
    message: _Message


class _Usage(BaseModel):
    prompt_tokens: int
    completion_tokens: int


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


@dataclass
class OpenAiChat:
    """A `Chat`; its messages are sent anew each time, as this API wants."""

    endpoint: Endpoint
    briefing: Briefing
    messages: list[JsonValue] = field(default_factory=list[JsonValue])

    async def ask(self, request: str) -> Said:
        """See `Chat.ask`."""
        self.messages.append({"role": "system", "content": self.briefing.instructions})
        self.messages.append({"role": "user", "content": request})
        return await self._said()

    async def answer(self, outcomes: Sequence[Outcome]) -> Said:
        """See `Chat.answer`."""
        for one in outcomes:
            told: JsonValue = {"role": "tool", "tool_call_id": one.id, "content": one.text}
            self.messages.append(told)
        return await self._said()

    async def _said(self) -> Said:
        key = self.endpoint.key
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        body: JsonValue = {
            "model": self.endpoint.model,
            "messages": self.messages,
            "tools": [
                {
                    "type": "function",
                    "function": {
                        "name": tool.name,
                        "description": tool.description or "",
                        "parameters": Arguments.validate_python(tool.input_schema),
                    },
                }
                for tool in self.briefing.tools
            ],
        }
        done = await post(self.endpoint, "chat/completions", headers, body, _Completion)
        message = done.choices[0].message
        self.messages.append(_echo(message))
        tokens = done.usage.prompt_tokens + done.usage.completion_tokens if done.usage else None
        calls = tuple(_wanted(call) for call in message.tool_calls or ())
        return Said(message.content or "", calls, tokens)


def _echo(message: _Message) -> JsonValue:
    """Only what the API defines: some servers add fields that they refuse to take back."""
    echoed: dict[str, JsonValue] = {"role": "assistant", "content": message.content}
    if message.tool_calls:
        echoed["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.function.name, "arguments": call.function.arguments},
            }
            for call in message.tool_calls
        ]
    return echoed


def _wanted(call: _ToolCall) -> Wanted:
    try:
        arguments = Arguments.validate_json(call.function.arguments or "{}")
    except ValidationError:
        problem = "The arguments are not a JSON object; nothing was done."
        return Wanted(call.id, call.function.name, {}, problem)
    return Wanted(call.id, call.function.name, arguments)
