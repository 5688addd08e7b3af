"""Start: the first tools/list over stdio, against a bare MCP server in the same environment."""

import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import anyio
import psutil
from mcp import Client, StdioServerParameters

from imports import tell_imports
from report import Verdict, at_most, interleaved, say, shown, spread
from under_test import console_script, over_stdio, variables

ROUNDS = 16
TARGET = 1.25
AIM = 1.10
ERAS: dict[str, Literal["auto", "legacy"]] = {"modern": "auto", "legacy": "legacy"}

# the shape of what pip writes for a console script
_SHIM = """#!{python}
import re
import sys
from bare_server import main
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit(main())
"""


def run() -> Sequence[Verdict]:
    """Both eras; ratios are of the minima, which other programs disturb least."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shim = _bare_script(folder)
        verdicts = [anyio.run(_era, era, shim, folder) for era in ERAS]
        tell_imports([console_script(), "serve"], [shim], variables(folder))
    return verdicts


def _bare_script(folder: Path) -> Path:
    shutil.copy(Path(__file__).with_name("bare_server.py"), folder)
    shim = folder / "bare-server"
    shim.write_text(_SHIM.format(python=sys.executable))
    shim.chmod(0o755)
    return shim


async def _era(era: str, shim: Path, folder: Path) -> Verdict:
    environment = variables(folder)
    bare = _Start(StdioServerParameters(command=str(shim), env=environment), era)
    ours = _Start(over_stdio(environment), era)
    for warm in (bare, ours):  # byte code is written and files are read the first time
        await warm.measure()
        warm.cpu.clear()
    found = await interleaved(ROUNDS, {"bare": bare.measure, "ours": ours.measure})
    say(f"{era} era ({bare.version})")
    spread("  bare MCPServer", found["bare"], "s")
    spread("  media-tracks serve", found["ours"], "s")
    if bare.cpu and ours.cpu:
        ratio = min(ours.cpu) / min(bare.cpu)
        say(
            f"  processor time of the main thread: bare {shown(min(bare.cpu))} s, "
            f"ours {shown(min(ours.cpu))} s: {shown(ratio)}x (for information)"
        )
    ratio = min(found["ours"]) / min(found["bare"])
    say(f"  the aim of {AIM:g}x is {'reached' if ratio <= AIM else 'not reached'}")
    return at_most(f"  {era}: first tools/list, ours / bare", ratio, TARGET)


class _Start:
    """One server that is started again and again."""

    def __init__(self, server: StdioServerParameters, era: str) -> None:
        self._server = server
        self._mode = ERAS[era]
        self.cpu: list[float] = []
        self.version = ""

    async def measure(self) -> float:
        """Seconds from the start of the process to the list of tools."""
        began = time.perf_counter()
        async with Client(self._server, mode=self._mode) as client:
            await client.list_tools()
            seconds = time.perf_counter() - began
            self.cpu += _main_thread_seconds()
            self.version = client.protocol_version
        return seconds


def _main_thread_seconds() -> list[float]:
    """What the only child's main thread has used of a processor; nothing where it isn't told."""
    (child,) = psutil.Process().children()
    told = Path(f"/proc/{child.pid}/schedstat")
    return [int(told.read_text().split()[0]) / 1e9] if told.exists() else []
