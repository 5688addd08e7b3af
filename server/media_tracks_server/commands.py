"""The subcommands and their `--help`."""

from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="media-tracks",
    help="Subtitle and audio tracks of videos, for AI assistants (an MCP server).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Transport(StrEnum):
    """How clients reach the server."""

    STDIO = "stdio"
    HTTP = "http"


class Vendor(StrEnum):
    """Which vendors the sandbox plays."""

    DATOCMS = "datocms"
    CLOUDFLARE = "cloudflare"
    ALL = "all"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("media-tracks-mcp"))
        raise typer.Exit


@app.callback()
def root(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Subtitle and audio tracks of videos, for AI assistants (an MCP server)."""


@app.command()
def serve(
    transport: Annotated[
        Transport, typer.Option(help="stdio for a chat host, http for clients on this machine.")
    ] = Transport.STDIO,
    host: Annotated[
        str, typer.Option(help="Address for http; only this machine's own are allowed.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port for http.")] = 8765,
) -> None:
    """Run the MCP server.

    Settings come from the environment and from media-tracks.toml; the README lists them.
    """
    from media_tracks_server import serving

    if transport is Transport.STDIO:
        serving.stdio()
    else:
        serving.http(host, port)


@app.command()
def sandbox(
    which: Annotated[Vendor, typer.Argument(help="Which vendors to play.")] = Vendor.ALL,
    port: Annotated[int, typer.Option(min=0, max=65534, help="First port; 0 picks free ones.")] = 0,
    job_seconds: Annotated[
        float, typer.Option(min=0, max=3600, help="How long a vendor's job takes.")
    ] = 3.0,
) -> None:
    """Play DatoCMS and Cloudflare Stream on this machine, for trying without an account.

    The first line on stdout is JSON with addresses and tokens; below it are `export` lines for
    the shell in which you start the server.
    """
    from media_tracks_server.sandbox import run
    from media_tracks_tools.errors import SetupError

    try:
        run(which.value, port, job_seconds)
    except OSError as error:
        raise SetupError(
            f"Port {port} (or the next one) can't be used: {error.strerror}.",
            code="port_taken",
            next_step="Choose another --port, or 0 for any free one.",
        ) from error


@app.command()
def demo(
    file: Annotated[
        Path | None,
        typer.Argument(help="Your own video; a copy of it is used. Default: one is made."),
    ] = None,
    language: Annotated[
        str, typer.Option(help="The language spoken in your own video, e.g. 'en' or 'it'.")
    ] = "en",
) -> None:
    """Do the main job before your eyes: caption a video and add an audio track, as a chat would."""
    from media_tracks_server.demo import run

    run(file, language)
