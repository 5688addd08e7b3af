"""What both vendors' servers share on the wire; new middleware of the sandbox belongs here."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import MutableHeaders
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
