"""The server under test: started as a chat host starts it, or built in this process."""

import sys
from collections.abc import Mapping
from pathlib import Path

from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult

from media_tracks_server.app import App, build
from media_tracks_server.settings import Settings
from media_tracks_tools.models import JobRef, JobState
from report import NotRun

LONGEST_WAIT = 50
"""The longest that one call may wait inside the server."""


def variables(folder: Path, **more: str) -> dict[str, str]:
    """Environment variables that keep a server inside `folder`."""
    empty = folder / "media-tracks.toml"
    empty.touch()
    return {
        "MEDIA_TRACKS_CONFIG": str(empty),
        "MEDIA_TRACKS_DATABASE_URL": f"sqlite:///{folder / 'jobs.db'}",
        **{f"MEDIA_TRACKS_{name.upper()}": value for name, value in more.items()},
    }


def console_script() -> Path:
    """The command that mcp.json starts. Raises NotRun where it is not installed."""
    path = Path(sys.executable).with_name("media-tracks")
    if not path.exists():
        raise NotRun(f"{path} is not there; run make first")
    return path


def over_stdio(environment: Mapping[str, str]) -> StdioServerParameters:
    """`media-tracks serve`, with these variables."""
    return StdioServerParameters(
        command=str(console_script()), args=["serve"], env=dict(environment)
    )


def in_process(folder: Path, **more: str) -> App:
    """The same server in this process, with its database in `folder`."""
    database = f"sqlite:///{folder / 'jobs.db'}"
    return build(Settings.model_validate({"database_url": database, **more}))


async def succeed(client: Client, started: CallToolResult) -> None:
    """Wait until the job of this answer has succeeded. Raises NotRun when it does not."""
    result = started
    while True:
        if result.is_error:
            raise NotRun(f"the tool failed: {result.content}")
        job = JobRef.model_validate(_common(result))
        if job.state is JobState.SUCCEEDED and not job.already_existed:
            return
        if job.state not in {JobState.SUBMITTING, JobState.RUNNING}:
            raise NotRun(f"the job ended as {job.state}: {job.error}")
        arguments = {"job_id": job.job_id, "wait_seconds": LONGEST_WAIT}
        result = await client.call_tool("get_job_result", arguments)


def _common(result: CallToolResult) -> dict[str, object]:
    """The fields that a Job and a JobRef have both."""
    found: dict[str, object] = result.structured_content or {}
    return {name: value for name, value in found.items() if name in JobRef.model_fields}
