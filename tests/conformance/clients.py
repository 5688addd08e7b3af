"""Other people's clients on `media-tracks serve`: the TypeScript SDK's, ext-tasks', Inspector."""

import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, JsonValue, ValidationError

from conformance import node, servers
from conformance.servers import Running

PATIENCE = 120.0
AT_ONCE = 2
STDIO = (servers.COMMAND, "serve")


class Era(StrEnum):
    """What Inspector calls 2025-11-25 and 2026-07-28."""

    LEGACY = "legacy"
    MODERN = "modern"


@dataclass(frozen=True)
class Tried:
    """One client's run: what it established, and what it said where it failed."""

    name: str
    facts: tuple[str, ...]
    complaint: str = ""

    @property
    def bad(self) -> bool:
        """Whether this must not be."""
        return bool(self.complaint)


@dataclass(frozen=True)
class Place:
    """How a client reaches the server: by arguments, in an environment."""

    name: str
    arguments: tuple[str, ...]
    env: Mapping[str, str]


def places(ours: Running, vendor: Mapping[str, str], folder: Path) -> tuple[Place, Place]:
    """HTTP, on the server that runs; and stdio, on one that each client starts."""
    env = servers.environment(folder / "stdio", vendor)
    return Place("http", (ours.url,), env), Place("stdio", STDIO, env)


def typescript(http: Place, stdio: Place, video: str) -> tuple[Tried, ...]:
    """The SDK's client on both transports, and ext-tasks', all at once."""
    scripts = (
        ("TypeScript client, http", node.SDK_CLIENT, (video, "it", "en"), http),
        ("TypeScript client, stdio", node.SDK_CLIENT, (video, "de", "es"), stdio),
        ("TypeScript client for tasks, http", node.TASK_CLIENT, (video, "fr"), http),
    )
    with ThreadPoolExecutor(len(scripts)) as pool:
        begun = [pool.submit(_script, *one) for one in scripts]
    return tuple(one.result() for one in begun)


def _script(name: str, script: Path, arguments: Sequence[str], place: Place) -> Tried:
    done = _run(node.command(script, *arguments, *place.arguments), place)
    complaint = done.stderr.strip() if done.returncode else ""
    return Tried(name, tuple(done.stdout.splitlines()), complaint)


class _Result(BaseModel):
    tools: list[JsonValue] = []
    prompts: list[JsonValue] = []
    resourceTemplates: list[JsonValue] = []  # noqa: N815 - the protocol's name
    structuredContent: JsonValue = None  # noqa: N815 - the protocol's name

    @property
    def told(self) -> bool:
        return bool(self.tools or self.prompts or self.resourceTemplates or self.structuredContent)


class _Said(BaseModel):
    result: _Result


METHODS: Mapping[str, tuple[str, ...]] = {
    "tools/list": ("--strict",),
    "tools/call": ("--tool-name", "find_videos"),
    "resources/templates/list": (),
    "prompts/list": (),
}


def inspector(http: Place, stdio: Place) -> tuple[Tried, ...]:
    """Inspector's CLI: every method, in both eras, on both transports."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = [
            pool.submit(_inspect, place, era, method)
            for place in (http, stdio)
            for era in Era
            for method in METHODS
        ]
    return tuple(one.result() for one in begun)


def _inspect(place: Place, era: Era, method: str) -> Tried:
    name = f"Inspector, {place.name}, {era.value}"
    options = ("--protocol-era", era.value, "--method", method, *METHODS[method])
    passed_on = [part for pair in place.env.items() for part in ("-e", "=".join(pair))]
    command = node.command(
        node.INSPECTOR, *place.arguments, *options, *passed_on, "--format", "json"
    )
    done = _run(command, place)
    if done.returncode:
        return Tried(name, (), f"{method}: {done.stderr.strip()}")
    try:
        told = _Said.model_validate_json(done.stdout).result.told
    except ValidationError as error:
        return Tried(name, (), f"{method}: {error}")
    if not told:
        return Tried(name, (), f"{method}: nothing came: {done.stdout}")
    return Tried(name, (" ".join((method, *METHODS[method])),))


def _run(command: Sequence[str], place: Place) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, env=dict(place.env), capture_output=True, text=True, check=False, timeout=PATIENCE
    )
