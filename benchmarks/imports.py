"""Where the extra time of our start goes: the modules that the bare server does not import."""

import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from report import say

RUNS = 5
SHOWN = 8
OURS = ("media_tracks_server", "media_tracks_tools")

_LINE = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \| ( *)(\S+)")


def tell_imports(
    ours: Sequence[Path | str], bare: Sequence[Path | str], environment: Mapping[str, str]
) -> None:
    """Print the heaviest of our own imports; each module's least time in several runs."""
    known = _own_times(bare, environment)
    extra = {
        name: milliseconds
        for name, milliseconds in _own_times(ours, environment).items()
        if name not in known and name.partition(".")[0] not in {"mcp", "pydantic"}
    }
    grouped: defaultdict[str, float] = defaultdict(float)
    for name, milliseconds in extra.items():
        grouped[_group(name)] += milliseconds
    heaviest = sorted(grouped.items(), key=lambda item: -item[1])[:SHOWN]
    say(
        f"our imports beyond the bare server's: {sum(extra.values()):.1f} ms in {len(extra)} "
        f"modules (under -X importtime, which slows them); the heaviest {SHOWN}:"
    )
    for name, milliseconds in heaviest:
        say(f"  {milliseconds:7.1f} ms  {name}")


def _group(name: str) -> str:
    """A package as a whole; our own modules one by one."""
    top = name.partition(".")[0]
    return name if top in OURS else top


def _own_times(command: Sequence[Path | str], environment: Mapping[str, str]) -> dict[str, float]:
    """Milliseconds that each module takes without what it imports itself."""
    least: dict[str, float] = {}
    for _ in range(RUNS):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", *map(str, command)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env={**os.environ, **environment},  # noqa: TID251 - for a real process
        )
        for own, _, _, name in _LINE.findall(done.stderr):
            milliseconds = int(own) / 1000
            least[name] = min(milliseconds, least.get(name, milliseconds))
    return least
