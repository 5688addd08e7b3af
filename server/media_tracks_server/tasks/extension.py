"""The extension: which calls become tasks, and the three requests about tasks.

Nothing is kept here. A task is a job, so any process answers for it, also after a restart; the
ordinary tool starts it, with the same checks, questions and errors.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args, get_type_hints

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.extension import Extension, MethodBinding
from mcp.server.mcpserver import Context, require_client_extension
from mcp.server.session import ServerSession
from mcp.shared.exceptions import MCPError
from mcp.shared.inbound import MCP_NAME_HEADER, decode_header_value
from mcp.types import HEADER_MISMATCH, CallToolRequestParams, CallToolResult, RequestParams
from mcp_types.version import LATEST_MODERN_VERSION
from pydantic import Field, JsonValue, TypeAdapter, ValidationError
from starlette.requests import Request

from media_tracks_server.protocol_errors import protocol_error
from media_tracks_server.runtime import Runtime
from media_tracks_server.tasks import handle
from media_tracks_server.tasks.questions import form_of, key_of, verdicts
from media_tracks_tools.arguments import WaitArg
from media_tracks_tools.catalogue import ToolSpec
from media_tracks_tools.errors import MediaTracksError, SetupError
from media_tracks_tools.jobs import resolve_job
from media_tracks_tools.models import JobRef, JobState
from media_tracks_tools.services import Supplies

Asked = ServerRequestContext[Supplies, Request]

TASKS = "io.modelcontextprotocol/tasks"
_WAIT: TypeAdapter[float | None] = TypeAdapter(WaitArg)


class _TaskParams(RequestParams):
    task_id: str = Field(max_length=200)


class _UpdateParams(_TaskParams):
    input_responses: dict[str, JsonValue]


class Tasks(Extension):
    """Serves `io.modelcontextprotocol/tasks` over the job table."""

    identifier = TASKS

    def __init__(self, runtime: Runtime, tools: Iterable[ToolSpec], *, read_only: bool) -> None:
        self._runtime = runtime
        self._starts = starting_tools(tools)
        self._read_only = read_only

    def methods(self) -> Sequence[MethodBinding]:
        """tasks/get, tasks/update and tasks/cancel, of 2026-07-28 alone."""
        modern = frozenset({LATEST_MODERN_VERSION})
        return (
            MethodBinding("tasks/get", _TaskParams, self._get, modern),
            MethodBinding("tasks/update", _UpdateParams, self._update, modern),
            MethodBinding("tasks/cancel", _TaskParams, self._cancel, modern),
        )

    async def intercept_tool_call(
        self, params: CallToolRequestParams, ctx: Asked, call_next: CallNext
    ) -> HandlerResult:
        """A tool that starts a job answers a client that declared the extension with its handle.

        Errors, questions to be answered first, and jobs that have ended already stay as they are.
        """
        if params.name not in self._starts or not _declared(ctx):
            return await call_next(ctx)
        params.arguments = _not_waiting(params.arguments or {})
        result = await call_next(_silent(ctx))
        if not isinstance(result, CallToolResult) or result.is_error:
            return result
        begun = JobRef.model_validate(result.structured_content)
        if begun.state.ended:
            return result
        try:
            services = await self._runtime.services()
            job = await services.jobs.get(begun.job_id)
        except MediaTracksError as error:
            raise protocol_error(error) from error
        return handle.seed(job, self._runtime.keep_seconds, datetime.now(UTC))

    async def _get(self, ctx: Asked, params: _TaskParams) -> HandlerResult:
        _admit(ctx, params)
        try:
            services = await self._runtime.services()
            job = await services.jobs.get(params.task_id)
            doubtful = job.state is JobState.NEEDS_ATTENTION
            asked = await self._runtime.decisions(job.job_id) if doubtful else ()
        except MediaTracksError as error:
            raise protocol_error(error) from error
        questions = {key_of(one): form_of(one) for one in asked}
        return handle.whole(job, questions, self._runtime.keep_seconds, datetime.now(UTC))

    async def _update(self, ctx: Asked, params: _UpdateParams) -> HandlerResult:
        _admit(ctx, params)
        try:
            self._refuse_read_only()
            services = await self._runtime.services()
            asked = await self._runtime.decisions(params.task_id)
            for one in verdicts(asked, params.input_responses):
                context = Context(request_context=_silent(ctx))
                await resolve_job(one.job_id, one.choice, services, context, one.track, 0)
        except MediaTracksError as error:
            raise protocol_error(error) from error
        return {}

    async def _cancel(self, ctx: Asked, params: _TaskParams) -> HandlerResult:
        _admit(ctx, params)
        try:
            self._refuse_read_only()
            services = await self._runtime.services()
            await services.jobs.cancel(params.task_id)
        except MediaTracksError as error:
            raise protocol_error(error) from error
        return {}

    def _refuse_read_only(self) -> None:
        if self._read_only:
            raise SetupError(
                "This server is set up to change nothing, so it neither answers nor cancels tasks.",
                code="read_only",
                next_step="Do so in a server that is not read-only.",
            )


class _SilentSession(ServerSession):
    """The same session without progress: that of a task is in its `statusMessage`."""

    def __init__(self, session: ServerSession) -> None:
        vars(self).update(vars(session))

    async def report_progress(
        self, progress: float, total: float | None = None, message: str | None = None
    ) -> None:
        """Nothing."""


def _silent(ctx: Asked) -> Asked:
    return replace(ctx, session=_SilentSession(ctx.session))


def starting_tools(specs: Iterable[ToolSpec]) -> frozenset[str]:
    """The names of the tools that return a JobRef: those that start a job."""
    return frozenset(spec.name for spec in specs if JobRef in _returned(spec))


def _returned(spec: ToolSpec) -> Collection[object]:
    return get_args(get_type_hints(spec.handler, include_extras=True)["return"])


async def task_ids_need_the_extension(ctx: Asked, call_next: CallNext) -> HandlerResult:
    """Middleware: `subscriptions/listen` for tasks without the extension is -32021.

    With it, nothing is agreed to: tasks are polled here, and their resources watched.
    """
    if ctx.method == "subscriptions/listen" and "taskIds" in (ctx.params or {}).get(
        "notifications", {}
    ):
        require_client_extension(ctx, TASKS)
    return await call_next(ctx)


def _declared(ctx: Asked) -> bool:
    capabilities = ctx.session.client_capabilities
    declared = capabilities.extensions if capabilities else None
    return ctx.protocol_version >= LATEST_MODERN_VERSION and TASKS in (declared or {})


def _not_waiting(arguments: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The same call without a wait; a wait that is not valid stays, for the tool to refuse."""
    try:
        _WAIT.validate_python(arguments.get("wait_seconds"))
    except ValidationError:
        return arguments
    return {**arguments, "wait_seconds": 0}


def _admit(ctx: Asked, params: _TaskParams) -> None:
    """Refuse what the SDK does not look at in an extension's requests."""
    headers = ctx.request.headers if ctx.request else None
    if headers is not None and decode_header_value(headers.get(MCP_NAME_HEADER)) != params.task_id:
        raise MCPError(
            HEADER_MISMATCH,
            f"The {MCP_NAME_HEADER} header does not match the request body's 'taskId' parameter",
        )
    require_client_extension(ctx, TASKS)
