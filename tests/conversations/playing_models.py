"""Endpoints on loopback that play a model: one that makes the fewest calls, one that gets lost."""

import json
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Protocol

from pydantic import BaseModel, JsonValue, TypeAdapter

from references import resolved
from script import Conversation, load, names

Shape = Literal["openai", "anthropic"]
_Json = TypeAdapter[JsonValue](JsonValue)
TOKENS = (100, 11)
"""That the endpoint says each answer took, in and out."""


class Message(BaseModel):
    """One message of a request in either shape; what it holds is told by `asked` and `heard`."""

    role: str
    content: str | list[dict[str, JsonValue]] | None = None


class Body(BaseModel):
    """A request in either shape."""

    model: str
    system: str | None = None
    messages: list[Message]
    tools: list[dict[str, JsonValue]]


@dataclass(frozen=True)
class Move:
    """What the played model does next: call a tool, or say its last word."""

    tool: str | None
    arguments: str
    """JSON of the arguments, or what a model took for that; without a tool, the last word."""


class Player(Protocol):
    """A model by what it does."""

    def move(self, request: str, heard: Sequence[str]) -> Move:
        """The next move, after these answers of tools."""
        ...


class Fewest:
    """Makes exactly the calls of the conversation; needs typed answers to refer to them."""

    def move(self, request: str, heard: Sequence[str]) -> Move:
        """See `Player.move`."""
        asked = _conversation(request)
        if len(heard) >= len(asked.calls):
            return Move(None, f"Done: {', '.join(asked.end.told)}")
        known: dict[str, JsonValue] = {
            call.name: _Json.validate_json(text)
            for call, text in zip(asked.calls, heard, strict=False)
            if call.name
        }
        call = asked.calls[len(heard)]
        return Move(call.tool, json.dumps(resolved(call.arguments, known)))


@dataclass(frozen=True)
class Always:
    """Does the same whatever it is told."""

    same: Move

    def move(self, request: str, heard: Sequence[str]) -> Move:  # noqa: ARG002 - a Player's signature
        """See `Player.move`."""
        return self.same


@dataclass
class Played:
    """An endpoint while it runs: its address, and what it was sent."""

    url: str
    paths: list[str] = field(default_factory=list[str])
    headers: list[Mapping[str, str]] = field(default_factory=list[Mapping[str, str]])
    bodies: list[Body] = field(default_factory=list[Body])


@contextmanager
def playing(player: Player, shape: Shape, status: int = 200) -> Generator[Played]:
    """Answer on a free port of loopback as long as the block lasts."""
    played = Played("")

    class Handler(BaseHTTPRequestHandler):
        """One request, one move."""

        def do_POST(self) -> None:
            """Either API's only endpoint."""
            body = Body.model_validate_json(self.rfile.read(int(self.headers["content-length"])))
            played.paths.append(self.path)
            played.headers.append({k.lower(): v for k, v in self.headers.items()})
            played.bodies.append(body)
            answered = json.dumps(_answer(player, shape, body)).encode()
            if status != 200:
                answered = f"refused: {dict(self.headers)}".encode()
            self.send_response(status)
            self.send_header("content-length", str(len(answered)))
            self.end_headers()
            self.wfile.write(answered)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield played
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _conversation(request: str) -> Conversation:
    return next(one for one in map(load, names()) if one.request == request)


def _answer(player: Player, shape: Shape, body: Body) -> JsonValue:
    request = next(m.content for m in body.messages if m.role == "user")
    assert isinstance(request, str)
    heard = [text for message in body.messages for text in _results(message)]
    move = player.move(request, heard)
    return (_completion if shape == "openai" else _message)(move, f"call-{len(heard)}")


def _results(message: Message) -> list[str]:
    if message.role == "tool":
        return [str(message.content)]
    blocks = message.content if isinstance(message.content, list) else []
    return [str(block["content"]) for block in blocks if block["type"] == "tool_result"]


def _completion(move: Move, call_id: str) -> JsonValue:
    function: JsonValue = {"name": move.tool, "arguments": move.arguments}
    call: JsonValue = {"id": call_id, "type": "function", "function": function}
    message: JsonValue = (
        {"role": "assistant", "content": None, "tool_calls": [call]}
        if move.tool
        else {"role": "assistant", "content": move.arguments}
    )
    usage: JsonValue = {"prompt_tokens": TOKENS[0], "completion_tokens": TOKENS[1]}
    return {"choices": [{"index": 0, "message": message}], "usage": usage}


def _message(move: Move, call_id: str) -> JsonValue:
    thought: JsonValue = {"type": "thinking", "thinking": "…", "signature": "signed"}
    block: JsonValue = {"type": "text", "text": move.arguments}
    if move.tool:
        given = _Json.validate_json(move.arguments)
        block = {"type": "tool_use", "id": call_id, "name": move.tool, "input": given}
    usage: JsonValue = {"input_tokens": TOKENS[0], "output_tokens": TOKENS[1]}
    return {"role": "assistant", "content": [thought, block], "usage": usage}
