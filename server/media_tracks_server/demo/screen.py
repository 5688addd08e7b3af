"""What the demo shows: each call, its live progress, its answer."""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mcp.types import CallToolResult, ResourceLink, TextContent
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from media_tracks_server.demo.accuracy import word_error_rate
from media_tracks_tools import captions as caption_text

console = Console(highlight=False)


class Bar:
    """The live line of one call."""

    def __init__(self, display: Progress) -> None:
        self._display = display
        self._task = display.add_task("waiting", total=None)
        self.messages: list[str] = []

    async def move(self, progress: float, total: float | None, message: str | None) -> None:
        """A progress notification."""
        if message and message not in self.messages:
            self.messages.append(message)
        self._display.update(
            self._task, completed=progress, total=total, description=escape(message or "")
        )


@contextmanager
def calling(tool: str, arguments: Mapping[str, object]) -> Generator[Bar]:
    """Show a call, and its progress while it runs; what was said stays when it is over."""
    shown = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    console.print(f"\n[bold cyan]→ {tool}[/]({escape(shown)})")
    columns = (
        SpinnerColumn(),
        BarColumn(24),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as display:
        bar = Bar(display)
        yield bar
    for message in bar.messages:
        console.print(f"  [dim]… {escape(message)}[/]")


def heading(account: str, title: str) -> None:
    """The beginning of one conversation."""
    console.rule(f"[bold]{escape(account)}: {escape(title)}")


def aside(text: str) -> None:
    """A remark."""
    console.print(f"  [yellow]{escape(text)}[/]")


def answer(result: CallToolResult) -> None:
    """A tool's text and links."""
    colour = "red" if result.is_error else "default"
    for block in result.content:
        if isinstance(block, TextContent):
            for line in block.text.splitlines():
                console.print(f"  [{colour}]{escape(line)}[/]")
        elif isinstance(block, ResourceLink):
            console.print(f"  [dim]link: {escape(block.uri)}[/]")


def captions(uri: str, vtt: str, transcript: str | None) -> None:
    """The WebVTT, beside the truth where that is known."""
    console.print(f"\n[bold cyan]→ read resource[/] {escape(uri)}")
    if transcript is None:
        console.print(escape(vtt.rstrip()), style="green")
        return
    table = Table("WebVTT", "What is really said", show_lines=False)
    table.add_row(escape(vtt.rstrip()), escape(transcript))
    console.print(table)
    heard = caption_text.as_text(caption_text.parse(vtt))
    console.print(f"  Word error rate: {100 * word_error_rate(transcript, heard):.1f} %")


def resource(uri: str, text: str) -> None:
    """A JSON resource."""
    console.print(f"\n[bold cyan]→ read resource[/] {escape(uri)}")
    console.print_json(json.dumps(json.loads(text)), indent=2)


def say_where(folder: Path, videos: Path, environment: Path) -> None:
    """Where everything is, and how to go on."""
    console.rule("[bold]Done")
    console.print(f"Files: {escape(str(folder))}")
    for path in sorted(videos.iterdir()):
        console.print(f"  {escape(path.name)} ({path.stat().st_size:,} bytes)")
    host = {
        "mcpServers": {
            "media-tracks": {
                "command": str(environment / "bin" / "media-tracks"),
                "args": ["serve"],
                "env": {"MEDIA_TRACKS_LOCAL_ROOTS": str(videos)},
            }
        }
    }
    console.print("\nTo use it from a chat host, give it this (with your own folder of videos):")
    console.print(escape(json.dumps(host, indent=2)), soft_wrap=True)
