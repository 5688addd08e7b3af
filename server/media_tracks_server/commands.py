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
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Offer only the tools that change nothing.")
    ] = False,
    tools: Annotated[
        str | None,
        typer.Option(
            metavar="FAMILY,...",
            help="Offer only these families of tools: videos, audio, subtitles, jobs.",
        ),
    ] = None,
) -> None:
    """Run the MCP server.

    Settings come from the environment and from media-tracks.toml; the README lists them.
    """
    from media_tracks_server import serving
    from media_tracks_server.settings import Given

    given: Given = {"read_only": True} if read_only else {}
    if tools is not None:
        given["tools"] = tools
    if transport is Transport.STDIO:
        serving.stdio(given)
    else:
        serving.http(host, port, given)


WhichArg = Annotated[Vendor, typer.Argument(help="Which vendors to play.")]
FirstPortArg = Annotated[int, typer.Option(min=0, max=65534, help="First port; 0 picks free ones.")]
JobSecondsArg = Annotated[
    float, typer.Option(min=0, max=3600, help="How long a vendor's job takes.")
]
FaultArg = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME|NAME:P",
        help="Play this fault once, or each time with probability P; repeatable, see above.",
    ),
]
SeedArg = Annotated[int, typer.Option(help="Fixes the chances of NAME:P, to repeat a run.")]
VisibleArg = Annotated[float, typer.Option(help="Seconds until a new track is listed.")]
RateArg = Annotated[
    str | None,
    typer.Option(metavar="N/S", help="Refuse more than N requests in S seconds per token."),
]
LabelsArg = Annotated[
    bool, typer.Option("--labels-not-unique", help="Accept a label that is taken already.")
]
VideosArg = Annotated[int, typer.Option(help="How many more videos there are.")]


_SANDBOX = """\
Play DatoCMS and Cloudflare Stream on this machine, for trying without an account.

The first line on stdout is JSON with addresses and tokens; below it are `export` lines for
the shell in which you start the server.

Faults meet the first request that changes tracks, or with NAME@any any request:

\b
429           refused, wait 1 s; 429-no-wait doesn't say how long
5xx-before    a 500, nothing happened; 5xx-after: it happened
drop-before   no answer, nothing happened; drop-after: it happened
timeout-after it happened, and no answer ever comes
late-effect   no answer, and it happens 2 s later
slow-body     it happened, and the answer's body stalls
html          it happened, and a web page answers
bad-json      it happened, and the answer is cut off
empty         it happened, and the answer has no body
transient     an error that asks to be repeated, nothing happened
token-dies    from now on this token is refused
never-ends    what the request starts stays unfinished
job-fails     what the request starts fails
track-errors  the job succeeds, its track ends in an error
"""


@app.command(help=_SANDBOX)
def sandbox(
    which: WhichArg = Vendor.ALL,
    port: FirstPortArg = 0,
    job_seconds: JobSecondsArg = 3.0,
    fault: FaultArg = None,
    seed: SeedArg = 0,
    visible_after: VisibleArg = 0.0,
    rate: RateArg = None,
    labels_not_unique: LabelsArg = False,
    videos: VideosArg = 0,
) -> None:
    """Play DatoCMS and Cloudflare Stream on this machine."""
    from media_tracks_server.sandbox import run
    from media_tracks_tools.errors import SetupError

    try:
        run(
            which.value,
            port,
            job_seconds,
            faults=fault or (),
            seed=seed,
            visible_after=visible_after,
            rate=rate,
            labels_unique=not labels_not_unique,
            videos=videos,
        )
    except OSError as error:
        raise SetupError(
            f"Port {port} (or the next one) can't be used: {error.strerror}.",
            code="port_taken",
            next_step="Choose another --port, or 0 for any free one.",
        ) from error


@app.command()
def doctor(
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout, for scripts.")
    ] = False,
) -> None:
    """Look whether everything works here: accounts, folders, the job database, the speech model.

    Vendors are asked, and nothing is changed there.

    Exit code: 0 nothing failed, 1 something did, 2 the settings can't be read.
    """
    from media_tracks_server.doctor import run

    if not run(as_json=as_json):
        raise typer.Exit(1)


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
