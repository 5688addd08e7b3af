"""A conversation held by a real model on the same world, and what came of it."""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mcp import Client
from mcp.shared.exceptions import MCPError

from chat import Briefing, Chat, EndpointFailed, Outcome, Wanted
from end_state import faults
from scene import Asked, standing
from script import Conversation
from transcript import call

Opens = Callable[[Briefing], Chat]


class Shown(StrEnum):
    """What of an answer a host shows its model; hosts differ."""

    TEXT = "text"
    TYPED = "typed"


@dataclass(frozen=True)
class Result:
    """How a model did: what is wrong, and what it took."""

    faults: Sequence[str]
    calls: Sequence[str]
    tokens: int | None

    @property
    def passed(self) -> bool:
        """Whether the end state is as it should be."""
        return not self.faults


@dataclass
class _Spoken:
    """What the model has used and said so far."""

    calls: list[str]
    tokens: int | None = None
    last_words: str = ""
    trouble: str | None = None

    def spend(self, tokens: int | None) -> None:
        if tokens is not None:
            self.tokens = (self.tokens or 0) + tokens


async def hold(conversation: Conversation, opens: Opens, turns: int, shown: Shown) -> Result:
    """Let the model meet the request, in at most so many answers, and look at the end state."""
    user = Asked(conversation.person)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        async with (
            standing(conversation.world, Path(folder), "auto") as scene,
            scene.chat(user) as client,
        ):
            listed = await client.list_tools()
            chat = opens(Briefing(client.instructions or "", listed.tools))
            spoken = await _talk(conversation.request, chat, client, turns, shown)
            wrong = [spoken.trouble] if spoken.trouble else []
            wrong += await faults(conversation, scene, client, user, spoken.last_words)
    return Result(wrong, spoken.calls, spoken.tokens)


async def _talk(request: str, chat: Chat, client: Client, turns: int, shown: Shown) -> _Spoken:
    spoken = _Spoken([])
    try:
        said = await chat.ask(request)
        for _ in range(turns):
            spoken.spend(said.tokens)
            if not said.calls:
                spoken.last_words = said.text
                return spoken
            spoken.calls += [wanted.tool for wanted in said.calls]
            outcomes = [await _made(client, wanted, shown) for wanted in said.calls]
            said = await chat.answer(outcomes)
        spoken.trouble = f"the model had not finished after {turns} turns"
    except EndpointFailed as failed:
        spoken.trouble = str(failed)
    return spoken


async def _made(client: Client, wanted: Wanted, shown: Shown) -> Outcome:
    if wanted.problem is not None:
        return Outcome(wanted.id, wanted.problem, failed=True)
    try:
        step = await call(client, wanted.tool, wanted.arguments)
    except MCPError as error:
        return Outcome(wanted.id, str(error), failed=True)
    typed = shown is Shown.TYPED and step.typed is not None
    text = json.dumps(step.typed, ensure_ascii=False) if typed else step.text
    return Outcome(wanted.id, text, step.failed)
