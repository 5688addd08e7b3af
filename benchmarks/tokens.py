"""Tokens: what the definitions of all tools cost in every chat, by o200k."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import anyio
from mcp import Client

from report import NotRun, Verdict, at_most, say
from under_test import in_process

PACKAGE = "gpt-tokenizer@4.0.0"
TARGET = 6000
DESIGNED = 17
"""The tools of the whole design, for which the target is."""

_COUNT = """
const { encode } = require("gpt-tokenizer/encoding/o200k_base");
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => encode(text).length)));
"""


def run() -> Sequence[Verdict]:
    """Each tool and the whole list, as it goes over the wire."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise NotRun(f"the tokeniser is the npm package {PACKAGE}; npm or node is not there")
    with tempfile.TemporaryDirectory() as name:
        tools = anyio.run(_definitions, Path(name))
        whole = f"[{','.join(tools.values())}]"
        _install(npm, Path(name))
        total, *each = _counts(node, Path(name), [whole, *tools.values()])
    for tool, count in sorted(zip(tools, each, strict=True), key=lambda pair: -pair[1]):
        say(f"{count:6} tokens  {tool}")
    say(
        f"{len(tools)} tools of the {DESIGNED} in the design; at the same mean "
        f"{DESIGNED} would take {total * DESIGNED / len(tools):.0f}"
    )
    return [at_most("tools/list, o200k tokens in all", total, TARGET, " tokens", 0)]


async def _definitions(folder: Path) -> dict[str, str]:
    """The JSON of each tool by its name."""
    async with Client(in_process(folder)) as client:
        listed = await client.list_tools()
    return {
        tool.name: tool.model_dump_json(by_alias=True, exclude_none=True) for tool in listed.tools
    }


def _install(npm: str, folder: Path) -> None:
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    command += ["--prefix", str(folder), PACKAGE]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=90)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise NotRun(f"npm could not install {PACKAGE} ({type(error).__name__})") from error


def _counts(node: str, folder: Path, texts: Sequence[str]) -> list[int]:
    script = folder / "count.cjs"
    script.write_text(_COUNT)
    done = subprocess.run(
        [node, str(script)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)
