"""Starting a change and answering with the job as it is when the wait is over."""

from mcp.types import CallToolResult

from media_tracks_tools import replies
from media_tracks_tools.following import follow
from media_tracks_tools.plans import Plan
from media_tracks_tools.requests import TrackRequest
from media_tracks_tools.services import Ctx, Located, Services, Wanted


async def started(
    services: Services,
    ctx: Ctx,
    located: Located,
    request: TrackRequest,
    plan: Plan,
    wait_seconds: float | None,
) -> CallToolResult:
    """Make it durable, wait, answer."""
    job_id = await services.jobs.start(Wanted(located, request, plan))
    job = await follow(services, ctx, job_id, wait_seconds)
    return replies.job_ref_reply(job)
