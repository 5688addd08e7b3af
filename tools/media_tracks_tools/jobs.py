"""The job tools."""

from datetime import datetime
from typing import Annotated

from mcp.types import CallToolResult
from pydantic import Field

from media_tracks_tools import replies
from media_tracks_tools.arguments import CursorArg, JobArg, LimitArg, VideoArg, WaitArg
from media_tracks_tools.catalogue import ToolSpec
from media_tracks_tools.following import follow
from media_tracks_tools.models import Job, JobPage, JobState
from media_tracks_tools.moments import at
from media_tracks_tools.ports import Ctx, JobQuery, Needs

StateArg = Annotated[JobState | None, Field(description="Only jobs in this state.")]
SinceArg = Annotated[
    datetime | None,
    Field(description="Only jobs asked for since then, ISO 8601, e.g. '2026-11-21' (UTC)."),
]


async def get_job_result(
    job_id: JobArg, services: Needs, ctx: Ctx, wait_seconds: WaitArg = None
) -> Annotated[CallToolResult, Job]:
    """Get a job and, when it has ended, its result; waits inside for the end, so do not poll.

    A job that is still running, or has failed, is a normal answer.
    """
    return replies.job_reply(await follow(services, ctx, job_id, wait_seconds))


async def list_jobs(
    services: Needs,
    state: StateArg = None,
    video: VideoArg | None = None,
    since: SinceArg = None,
    limit: LimitArg = 20,
    cursor: CursorArg = None,
) -> Annotated[CallToolResult, JobPage]:
    """List jobs, newest first, also those of earlier chats."""
    query = JobQuery(state=state, video=video, since=at(since), limit=limit, cursor=cursor)
    return replies.jobs_reply(await services.jobs.list(query))


async def cancel_job(job_id: JobArg, services: Needs) -> Annotated[CallToolResult, Job]:
    """Stop wanting a job. The answer says whether the vendor can still be stopped."""
    return replies.job_reply(await services.jobs.cancel(job_id))


TOOLS = (
    ToolSpec(get_job_result, "Get a job's result", read_only=True, open_world=False),
    ToolSpec(list_jobs, "List jobs", read_only=True, open_world=False),
    ToolSpec(cancel_job, "Cancel a job", read_only=False, destructive=True),
)
