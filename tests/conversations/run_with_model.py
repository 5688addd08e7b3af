"""Hold the scripted conversations with a real model, and say how it did. Never run by CI.

    python tests/conversations/run_with_model.py --base-url http://localhost:11434 --model qwen3
    python tests/conversations/run_with_model.py --base-url https://api.anthropic.com \
        --model … --api anthropic --key-env ANTHROPIC_API_KEY --only 05

The vendors are the sandbox's, so nothing is billed but the model.
"""

import logging
import os
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import anyio
import httpx
import typer
from rich.console import Console
from rich.table import Table

from anthropic_chat import AnthropicChat
from chat import LONGEST_ANSWER_SECONDS, Briefing, Chat, Endpoint
from openai_chat import OpenAiChat
from script import load, names
from with_model import Result, Shown, hold


class Api(StrEnum):
    """The shape of the endpoint."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


@dataclass(frozen=True)
class Run:
    """What is held, and with whom."""

    api: Api
    base_url: str
    model: str
    key: str | None
    which: tuple[str, ...]
    turns: int
    shown: Shown


app = typer.Typer(add_completion=False)


@app.command()
def main(
    base_url: Annotated[str, typer.Option(help="Up to /v1, e.g. http://localhost:11434.")],
    model: Annotated[str, typer.Option(help="The model's name at that endpoint.")],
    api: Annotated[Api, typer.Option(help="The endpoint's shape.")] = Api.OPENAI,
    key_env: Annotated[
        str | None, typer.Option(help="The environment variable that holds the key.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this conversation, e.g. 05; may be repeated.")
    ] = None,
    turns: Annotated[int, typer.Option(min=1, help="Answers after which it is stopped.")] = 12,
    answers: Annotated[
        Shown, typer.Option(help="What the model sees of an answer: its text, or the typed JSON.")
    ] = Shown.TEXT,
) -> None:
    """Hold the conversations with a real model; exit code 1 unless all passed."""
    chosen = tuple(name for name in names() if not only or name[:2] in only or name in only)
    if not chosen:
        raise typer.BadParameter(f"choose from {', '.join(names())}", param_hint="--only")
    logging.basicConfig(level=logging.WARNING)  # before the SDK, which would log every request
    run = Run(api, base_url, model, _key(key_env), chosen, turns, answers)
    results = anyio.run(_all, run)
    _print(results)
    if not all(result.passed for result in results.values()):
        raise typer.Exit(1)


def _key(key_env: str | None) -> str | None:
    """The key, which is never an argument: those can be seen by everybody on the machine."""
    if key_env is None:
        return None
    key = os.environ.get(key_env)  # noqa: TID251 - a key of the user's that is no setting of ours
    if not key:
        raise typer.BadParameter(f"{key_env} is not set", param_hint="--key-env")
    return key


async def _all(run: Run) -> dict[str, Result]:
    results: dict[str, Result] = {}
    async with httpx.AsyncClient(timeout=LONGEST_ANSWER_SECONDS) as client:
        endpoint = Endpoint(client, run.base_url, run.model, run.key)

        def opens(briefing: Briefing) -> Chat:
            kind = OpenAiChat if run.api is Api.OPENAI else AnthropicChat
            return kind(endpoint, briefing)

        for name in run.which:
            results[name] = await hold(load(name), opens, run.turns, run.shown)
    return results


def _print(results: dict[str, Result]) -> None:
    table = Table("conversation", "passed", "calls / fewest", "tokens", "what is wrong")
    for name, result in results.items():
        table.add_row(
            name,
            "yes" if result.passed else "NO",
            f"{len(result.calls)} / {len(load(name).calls)}",
            "not told" if result.tokens is None else str(result.tokens),
            "\n".join(result.faults),
        )
    console = Console()
    console.print(table)
    passed = sum(result.passed for result in results.values())
    console.print(f"{passed} of {len(results)} passed.")


if __name__ == "__main__":
    app()
