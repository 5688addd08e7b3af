"""The job tools."""

from datetime import datetime
from typing import Annotated

from mcp.types import CallToolResult
from pydantic import Field

from media_tracks_tools import choosing, replies
from media_tracks_tools.arguments import CursorArg, JobArg, LimitArg, TrackArg, VideoArg, WaitArg
from media_tracks_tools.catalogue import ToolSpec
from media_tracks_tools.errors import CallerError
from media_tracks_tools.following import follow
from media_tracks_tools.models import Choice, Job, JobPage, JobState
from media_tracks_tools.moments import at
from media_tracks_tools.requests import ON_AUDIO
from media_tracks_tools.services import Ctx, JobQuery, Needs, Services

StateArg = Annotated[JobState | None, Field(description="Only jobs in this state.")]
SinceArg = Annotated[
    datetime | None,
    Field(description="Only jobs asked for since then, e.g. '2026-11-21' (UTC)."),
]

ChoiceArg = Annotated[
    Choice,
    Field(
        description="'adopt': `track` is the result; 'submit_again': may be billed twice; "
        "'give_up': end the job."
    ),
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
    before = await services.jobs.get(job_id)
    remark = "It had ended before; there was nothing to cancel." if before.state.ended else None
    return replies.job_reply(await services.jobs.cancel(job_id), remark)


async def resolve_job(
    job_id: JobArg,
    choice: ChoiceArg,
    services: Needs,
    ctx: Ctx,
    track: TrackArg | None = None,
    wait_seconds: WaitArg = None,
) -> Annotated[CallToolResult, Job]:
    """Decide, as the user says, about a job in the state needs_attention.

    Its next_steps name the choices.
    """
    track_id = await _adopted(services, job_id, track) if choice is Choice.ADOPT else None
    await services.jobs.resolve(job_id, choice, track_id)
    return replies.job_reply(await follow(services, ctx, job_id, wait_seconds))


async def _adopted(services: Services, job_id: str, track: str | None) -> str:
    """The id of the track that is to be the job's result: one that its video really has."""
    if track is None:
        raise CallerError(
            "Which track is to be adopted?",
            next_step=f"resolve_job(job_id={job_id!r}, choice='adopt', track='…'); "
            "get_job_result names the tracks.",
        )
    job = await services.jobs.get(job_id)
    located = services.accounts.locate(job.video)
    if job.kind in ON_AUDIO:
        return (await choosing.audio_track(services, located, track)).track_id
    return (await choosing.subtitle_track(services, located, track)).track_id


TOOLS = (
    ToolSpec(get_job_result, "Get a job's result", read_only=True, open_world=False),
    ToolSpec(list_jobs, "List jobs", read_only=True, open_world=False, depth=2),
    ToolSpec(cancel_job, "Cancel a job", read_only=False, destructive=True, depth=1),
    ToolSpec(
        resolve_job, "Resolve a job", read_only=False, destructive=True, idempotent=False, depth=1
    ),
)
