"""What a host reads of the server before any call, as the golden files beside this one.

`python tests/snapshots/definitions.py` writes them anew: look at the difference before you commit
it, for a renamed tool or argument breaks what people have written around it.
"""

import json
import sys
import tempfile
from pathlib import Path

import anyio
from mcp import Client
from mcp.types import Tool
from pydantic import BaseModel

from media_tracks_server.app import build
from media_tracks_server.settings import Family, Settings

HERE = Path(__file__).parent
RENEW = ".venv/bin/python tests/snapshots/definitions.py"


async def listed_tools() -> list[Tool]:
    """Every tool, as a client lists it."""
    with tempfile.TemporaryDirectory() as folder:
        async with Client(build(_settings(Path(folder)))) as client:
            return (await client.list_tools()).tools


async def definitions() -> dict[str, str]:
    """The text of each golden file by its path below this folder."""
    with tempfile.TemporaryDirectory() as folder:
        async with Client(build(_settings(Path(folder)))) as client:
            tools = (await client.list_tools()).tools
            prompts = (await client.list_prompts()).prompts
            templates = (await client.list_resource_templates()).resource_templates
            instructions = client.instructions or ""
    return {
        **{f"tools/{tool.name}.json": _json(tool) for tool in tools},
        **{f"prompts/{prompt.name}.json": _json(prompt) for prompt in prompts},
        **{f"resources/{template.name}.json": _json(template) for template in templates},
        "instructions.txt": f"{instructions}\n",
    }


def golden() -> dict[str, str]:
    """The golden files as they are."""
    paths = [*HERE.glob("*/*.json"), *HERE.glob("*.txt")]
    return {path.relative_to(HERE).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def write() -> None:
    """Write the golden files anew, and remove those of what is no longer there."""
    found = anyio.run(definitions)
    for name in golden().keys() - found.keys():
        (HERE / name).unlink()
    for name, text in found.items():
        path = HERE / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path}\n")


def _settings(folder: Path) -> Settings:
    return Settings.model_validate(
        {
            "database_url": f"sqlite:///{folder / 'jobs.db'}",
            "read_only": False,
            "tools": ",".join(Family),
        }
    )


def _json(definition: BaseModel) -> str:
    shown = definition.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write()
