"""The composition root: settings in, an MCP server out; and the one error boundary."""

import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from importlib.metadata import version

from mcp.server.caching import CacheHint
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context, MCPServer, RequestStateSecurity
from mcp.server.mcpserver.exceptions import (
    ResourceError,
    ResourceNotFoundError,
    ToolError,
    UnexpectedToolError,
)
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolResult,
    GetPromptResult,
    InputRequiredResult,
    TextContent,
)
from mcp.types import Tool as ListedTool
from pydantic import AnyUrl, ValidationError

from media_tracks_server import prompts, resources
from media_tracks_server.completion import Completer
from media_tracks_server.icon import ICON
from media_tracks_server.instructions import instructions
from media_tracks_server.runtime import Runtime
from media_tracks_server.schemas import tool_of
from media_tracks_server.selection import Selection
from media_tracks_server.settings import Settings
from media_tracks_server.tasks import Tasks, task_ids_need_the_extension
from media_tracks_server.watching import ListenGate, serve_subscribe
from media_tracks_tools import replies
from media_tracks_tools.errors import CallerError, MediaTracksError
from media_tracks_tools.models import Problem
from media_tracks_tools.services import Supplies

log = logging.getLogger(__name__)

Arguments = dict[str, object]


class App(MCPServer[Supplies]):
    """The server. Every error of a tool or a resource becomes an answer here, and only here."""

    def __init__(self, runtime: Runtime, selection: Selection, *, stateless: bool = False) -> None:
        @asynccontextmanager
        async def lifespan(_: MCPServer[Supplies]) -> AsyncGenerator[Supplies]:
            async with runtime.running():
                yield runtime

        listed = CacheHint(ttl_ms=300_000, scope="public")
        super().__init__(
            "media-tracks",
            title="Media tracks",
            instructions=instructions(selection),
            icons=[ICON],
            version=version("media-tracks-mcp"),
            tools=[tool_of(spec) for spec in selection.tools],
            lifespan=lifespan,
            extensions=[Tasks(runtime, selection.tools, read_only=selection.read_only)],
            subscriptions=runtime.announcer.bus,
            middleware=[task_ids_need_the_extension, ListenGate(runtime.announcer)],
            request_state_security=RequestStateSecurity(keys=[runtime.secret]),
            cache_hints={
                "server/discover": listed,
                "tools/list": listed,
                "prompts/list": listed,
                "resources/list": listed,
                "resources/templates/list": listed,
            },
        )
        self._runtime = runtime
        self._selection = selection
        if not stateless:
            serve_subscribe(self._lowlevel_server, runtime.announcer)
        resources.add_to(self)
        prompts.add_to(self, selection.names)
        self.completion()(Completer(runtime.services).complete)

    async def list_tools(self) -> list[ListedTool]:
        """The tools, in their fixed order; what is heavy starts to load once this is answered."""
        self._runtime.answered()
        return await super().list_tools()

    async def call_tool(
        self, name: str, arguments: Arguments, context: Context[Supplies] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Run a tool; an expected failure is an `isError` answer with text alone."""
        self._runtime.answered()
        tool = self._tool_manager.get_tool(name)
        if tool is None and (off := self._selection.why_off(name)) is not None:
            return _failure(off)
        try:
            if tool is not None:
                _refuse_unknown(name, arguments, tool.parameters["properties"])
            return await super().call_tool(name, arguments, context)
        except MediaTracksError as error:
            return _failure(error)
        except ToolError as error:
            match error.__cause__:
                case MediaTracksError() as known:
                    return _failure(known)
                case _ if isinstance(error, UnexpectedToolError):
                    log.exception("tool %s met a bug", name)
                    return _failure(_bug(error))
                case ValidationError() as invalid:
                    return _failure(_bad_arguments(name, invalid))
                case _:
                    raise

    async def read_resource(
        self, uri: AnyUrl | str, context: Context[Supplies] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """Read a resource; what is not there is -32602, any other failure -32603 with a reason."""
        self._runtime.answered()
        try:
            return await super().read_resource(uri, context)
        except ResourceError as error:
            match error.__cause__:
                case CallerError() as known:
                    raise ResourceNotFoundError(_text(known)) from known
                case MediaTracksError() as known:
                    raise ResourceError(_text(known)) from known
                case _:
                    raise

    async def get_prompt(
        self,
        name: str,
        arguments: dict[str, str] | None = None,
        context: Context[Supplies] | None = None,
    ) -> GetPromptResult | InputRequiredResult:
        """Write a prompt; one that is not there, or other arguments, are -32602 with a reason."""
        self._runtime.answered()
        try:
            prompts.check(name, arguments, self._prompt_manager.list_prompts())
        except CallerError as error:
            raise MCPError(INVALID_PARAMS, _text(error)) from error
        return await super().get_prompt(name, arguments, context)


def _refuse_unknown(name: str, arguments: Arguments, known: Iterable[str]) -> None:
    unknown = sorted(arguments.keys() - set(known))
    if unknown:
        shown = ", ".join(repr(argument[:40]) for argument in unknown[:5])
        raise CallerError(
            f"{name} has no argument {shown}; nothing was done.",
            code="unknown_argument",
            next_step=f"Its arguments are: {', '.join(known)}.",
        )


def _bad_arguments(name: str, invalid: ValidationError) -> CallerError:
    errors = invalid.errors(include_input=False, include_url=False)
    faults = [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in errors[:5]]
    return CallerError(
        f"{name} was called with arguments it can't take; nothing was done. {'; '.join(faults)}.",
        code="bad_argument",
        next_step="Call again with these arguments corrected.",
    )


def _bug(error: Exception) -> MediaTracksError:
    kind = type(error.__cause__ or error).__name__
    return MediaTracksError(
        f"media-tracks failed unexpectedly ({kind}).",
        next_step="The server goes on. Its log on stderr has the details to report.",
    )


def _failure(error: MediaTracksError) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=_text(error))], is_error=True)


def _text(error: MediaTracksError) -> str:
    return "\n".join(replies.problem_lines(Problem.of(error)))


def build(settings: Settings, *, stateless: bool = False) -> App:
    """The server for these settings; nothing is opened before it runs.

    `stateless` where clients of 2025-11-25 are served over HTTP without sessions: then there is
    nowhere to tell them of changes, and `resources/subscribe` is not offered.
    """
    return App(Runtime(settings), Selection.of(settings), stateless=stateless)
