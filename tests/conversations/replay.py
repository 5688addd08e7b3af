"""A conversation replayed: exactly its calls, in its world, by the official client."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from end_state import faults
from references import referred, resolved
from scene import Asked, standing
from script import Conversation
from transcript import Step, call


@dataclass(frozen=True)
class Taken:
    """A value that a later call took from an earlier answer."""

    call: str
    """The tool that takes it."""
    value: JsonValue
    answer: Step


@dataclass(frozen=True)
class Replay:
    """The calls with their answers, what they took from each other, and what is wrong."""

    steps: Sequence[Step]
    taken: Sequence[Taken]
    faults: Sequence[str]


async def replay(conversation: Conversation, era: str) -> Replay:
    """Build the world, make the calls, and look at the end state."""
    user = Asked(conversation.person)
    steps: list[Step] = []
    taken: list[Taken] = []
    named: dict[str, Step] = {}
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        async with (
            standing(conversation.world, Path(folder), era) as scene,
            scene.chat(user) as client,
        ):
            for wanted in conversation.calls:
                answers = {name: step.typed for name, step in named.items()}
                given = resolved(wanted.arguments, answers)
                taken += [
                    Taken(wanted.tool, value, named[name])
                    for name, value in referred(dict(wanted.arguments), answers)
                ]
                step = await call(client, wanted.tool, given)
                if step.failed is not wanted.refused:
                    wrong.append(f"{wanted.tool} answered: {step.text}")
                steps.append(step)
                named[wanted.name] = step
            heard = "\n".join(step.text for step in steps)
            wrong += await faults(conversation, scene, client, user, heard)
    return Replay(steps, taken, wrong)
