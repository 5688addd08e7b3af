"""Checks of the repository itself: docs in step with the code, sizes, words that must not be there.

Run by `make check`; with `--write` it writes the README's generated tables anew.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from media_tracks_server.schemas import tool_of
from media_tracks_server.selection import TOOLS
from media_tracks_server.settings import Settings, variable

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
VENDORS = re.compile(r"datocms|cloudflare|\bmux\b", re.IGNORECASE)
LONGEST_FILE = 300
LONGEST_FUNCTION = 40


def tools_table() -> str:
    """The README's table of tools."""
    rows = ["| tool | what it does |", "|---|---|"]
    for spec in TOOLS:
        tool = tool_of(spec)
        required = tool.parameters.get("required", [])
        shown = ", ".join(
            name if name in required else f"{name}?" for name in tool.parameters["properties"]
        )
        rows.append(f"| `{tool.name}({shown})` | {tool.description.splitlines()[0]} |")
    return "\n".join(rows)


def settings_table() -> str:
    """The README's table of settings."""
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        secret = field.annotation == SecretStr | None
        also = f", or `{variable(name)}_FILE`" if secret else ""
        known = field.default is not PydanticUndefined and field.default not in (None, "")
        default = f"`{field.default}`" if known else "" if field.default_factory else "none"
        rows.append(f"| `{variable(name)}`{also} | {default} | {field.description} |")
    return "\n".join(rows)


TABLES = {"tools": tools_table, "settings": settings_table}


def readme_as_it_should_be() -> str:
    """The README with its generated tables as the code has them."""
    text = README.read_text(encoding="utf-8")
    for name, table in TABLES.items():
        mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text, found = mark.subn(lambda m, t=table: f"{m[1]}{t()}\n{m[2]}", text)
        if found != 1:
            raise SystemExit(f"README.md: the marks of the table {name!r} are missing")
    return text


def tracked(*patterns: str) -> list[Path]:
    """Files that git knows, or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


def faults() -> Iterator[str]:
    """Everything that is wrong, a line each."""
    if README.read_text(encoding="utf-8") != readme_as_it_should_be():
        yield "README.md: its tables are not those of the code; run `make docs`"
    for path in tracked("tools/*.py"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if VENDORS.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: tools never name a vendor"
    for path in tracked("server/*.py", "tools/*.py"):
        yield from _too_long(path)
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    if re.search(r"https?://|file://|--index-url|--find-links", lock):
        yield "requirements.lock: names a host or a place"


def _too_long(path: Path) -> Iterator[str]:
    source = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT)
    if (lines := len(source.splitlines())) > LONGEST_FILE:
        yield f"{name}: {lines} lines, more than {LONGEST_FILE}"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            length = node.end_lineno - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{name}:{node.lineno}: {node.name} has {length} lines"


if __name__ == "__main__":
    if "--write" in sys.argv:
        README.write_text(readme_as_it_should_be(), encoding="utf-8")
    found = list(faults())
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    sys.exit(1 if found else 0)
