"""What a real model is told and what it says, whatever the shape of its endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import httpx
from mcp.types import Tool
from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

LONGEST_ANSWER_SECONDS = 300.0
_SHOWN = 300
_W = TypeVar("_W", bound=BaseModel)
Arguments = TypeAdapter(dict[str, JsonValue])


class EndpointFailed(Exception):
    """The endpoint can't be reached, refuses, or answers in another shape; says which."""


@dataclass(frozen=True)
class Wanted:
    """A call that the model wants; `problem` where its arguments are no JSON object."""

    id: str
    tool: str
    arguments: dict[str, JsonValue]
    problem: str | None = None


@dataclass(frozen=True)
class Said:
    """One answer of the model; without calls it is its last word. `tokens` only if told."""

    text: str
    calls: tuple[Wanted, ...]
    tokens: int | None


@dataclass(frozen=True)
class Outcome:
    """What a call gave, for the model."""

    id: str
    text: str
    failed: bool


class Chat(Protocol):
    """One chat with a model that has been given tools; keeps what was said."""

    async def ask(self, request: str) -> Said:
        """The user speaks. Raises EndpointFailed."""
        ...

    async def answer(self, outcomes: Sequence[Outcome]) -> Said:
        """The calls of the last answer were made. Raises EndpointFailed."""
        ...


@dataclass(frozen=True)
class Endpoint:
    """Where the model is: the address up to `/v1`, its name, and a key if it needs one."""

    client: httpx.AsyncClient
    base_url: str
    model: str
    key: str | None


@dataclass(frozen=True)
class Briefing:
    """What a host gives its model before the user speaks."""

    instructions: str
    tools: Sequence[Tool]


async def post(
    endpoint: Endpoint, path: str, headers: dict[str, str], body: JsonValue, shape: type[_W]
) -> _W:
    """Ask the endpoint once. Raises EndpointFailed with what it said."""
    url = f"{endpoint.base_url.rstrip('/').removesuffix('/v1')}/v1/{path}"
    try:
        answer = await endpoint.client.post(url, json=body, headers=headers)
    except httpx.HTTPError as error:
        raise EndpointFailed(f"{url} can't be asked: {error!r}") from error
    if not answer.is_success:
        said = answer.text.replace(endpoint.key or "\0", "…")[:_SHOWN]
        raise EndpointFailed(f"{url} answered {answer.status_code}: {said}")
    try:
        return shape.model_validate_json(answer.content)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise EndpointFailed(
            f"{url} answered in another shape: {where} {problem['msg']}"
        ) from error
