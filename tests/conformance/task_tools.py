"""The suite's tools that may run as a task: jobs on the stage, started as our own tools do it."""

from typing import Annotated

from mcp.server.mcpserver import Elicit, Resolve
from mcp.types import CallToolResult
from pydantic import BaseModel

from conformance.stage import End, Stage
from media_tracks_server.selection import Selection
from media_tracks_tools import replies
from media_tracks_tools.arguments import WaitArg
from media_tracks_tools.catalogue import ToolSpec
from media_tracks_tools.following import follow
from media_tracks_tools.models import JobRef
from media_tracks_tools.requests import GenerateBatch
from media_tracks_tools.services import Ctx, Needs, Services, Wanted

Started = Annotated[CallToolResult, JobRef]
STAGE = Stage()


async def _started(
    services: Services, ctx: Ctx, wanted: Wanted, wait_seconds: float | None
) -> CallToolResult:
    job_id = await services.jobs.start(wanted)
    return replies.job_ref_reply(await follow(services, ctx, job_id, wait_seconds))


async def greet(name: str) -> str:
    """Greet; never a task."""
    return f"Hello, {name}!"


async def slow_compute(
    services: Needs, ctx: Ctx, seconds: float, label: str = "", wait_seconds: WaitArg = None
) -> Started:
    """Last so many seconds, then succeed."""
    return await _started(services, ctx, STAGE.wanted(seconds, name=label), wait_seconds)


async def failing_job(services: Needs, ctx: Ctx, wait_seconds: WaitArg = None) -> Started:
    """Fail after a while."""
    return await _started(services, ctx, STAGE.wanted(0.5, End.FAILS), wait_seconds)


async def protocol_error_job(services: Needs, ctx: Ctx, wait_seconds: WaitArg = None) -> Started:
    """Meet a bug of ours after a while."""
    return await _started(services, ctx, STAGE.wanted(0.5, End.MEETS_A_BUG), wait_seconds)


async def confirm_delete(
    services: Needs, ctx: Ctx, filename: str, wait_seconds: WaitArg = None
) -> Started:
    """Come into a doubt that a person has to end: the one thing that our jobs ask for."""
    wanted = STAGE.wanted(0.5, End.IN_DOUBT, name=filename)
    return await _started(services, ctx, wanted, wait_seconds)


async def multi_input(services: Needs, ctx: Ctx, wait_seconds: WaitArg = None) -> Started:
    """Two jobs in doubt as one batch: two questions."""
    children = [STAGE.wanted(0.5, End.IN_DOUBT) for _ in range(2)]
    videos = tuple(child.located.video for child in children)
    batch = GenerateBatch(language="en", videos=videos)
    job_id = await services.jobs.start_batch(batch, children)
    return replies.job_ref_reply(await follow(services, ctx, job_id, wait_seconds))


class Name(BaseModel):
    """The answer to the question."""

    name: str


async def _ask() -> Elicit[Name]:
    return Elicit("What is your name?", Name)


async def test_tool_with_task(
    asked: Annotated[Name, Resolve(_ask)],
    services: Needs,
    ctx: Ctx,
    wait_seconds: WaitArg = None,  # noqa: PT028 - no test
) -> Started:
    """Ask first, as our deleting and replacing do, then start."""
    return await _started(services, ctx, STAGE.wanted(0.5, name=asked.name), wait_seconds)


SPECS = tuple(
    ToolSpec(tool, "A tool of the suite", read_only=False, depth=1)
    for tool in (
        slow_compute,
        failing_job,
        protocol_error_job,
        confirm_delete,
        multi_input,
        test_tool_with_task,
    )
)


class WithTaskTools(Selection):
    """Our tools, and these: what the app and its tasks are made of."""

    @property
    def tools(self) -> tuple[ToolSpec, ...]:
        """All of them."""
        return (*super().tools, *SPECS)
