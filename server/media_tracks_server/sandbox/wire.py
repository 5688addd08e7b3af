"""What both vendors' servers share on the wire."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Json = dict[str, object]

_OBJECT = TypeAdapter(Json)


def json_object(content: bytes) -> Json | None:
    """Read a JSON object; None for anything else."""
    try:
        return _OBJECT.validate_json(content)
    except ValidationError:
        return None


def as_object(value: object) -> Json | None:
    """Narrow a JSON value to an object; None for anything else."""
    try:
        return _OBJECT.validate_python(value)
    except ValidationError:
        return None


@dataclass(frozen=True)
class ConstantHeaders:
    """Put the same headers on every answer, errors included."""

    app: ASGIApp
    headers: Mapping[str, str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, with_headers)


_TRICKLED_BYTES = 3


@dataclass(frozen=True)
class Answer:
    """A whole answer that has not left yet."""

    status: int
    content_type: str | None
    body: bytes

    def with_body(self, body: bytes) -> Response:
        """The same status and type with another body."""
        return Response(body, self.status, media_type=self.content_type)

    async def send_beginning(self, send: Send) -> None:
        """Promise the whole body, and send its first bytes one by one."""
        headers = Headers({"content-length": str(len(self.body))}).mutablecopy()
        if self.content_type:
            headers["content-type"] = self.content_type
        await send({"type": "http.response.start", "status": self.status, "headers": headers.raw})
        for place in range(min(_TRICKLED_BYTES, len(self.body) - 1)):
            part = self.body[place : place + 1]
            await send({"type": "http.response.body", "body": part, "more_body": True})


async def whole_answer(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """Let an app do its work and keep its answer back."""
    start: list[Message] = []
    parts: list[bytes] = []

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.append(message)
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, keep)
    headers = Headers(raw=start[0].get("headers", []))
    return Answer(start[0]["status"], headers.get("content-type"), b"".join(parts))
