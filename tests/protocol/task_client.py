"""The client's half of the tasks extension, written from its schema and from no code of ours."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal

import anyio
from mcp import Client
from mcp.client import ClaimContext, ClientExtension, ClientSession, ResultClaim
from mcp.types import CallToolResult, ElicitRequest, Request, RequestParams, Result
from pydantic import ConfigDict, JsonValue
from pydantic.alias_generators import to_camel

TASKS = "io.modelcontextprotocol/tasks"
ENDED = frozenset({"completed", "failed", "cancelled"})


class Handle(Result):
    """What a tool call answers with; a field that the schema does not have is refused."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    result_type: Literal["task"]
    task_id: str
    status: Literal["working", "input_required", "completed", "failed", "cancelled"]
    status_message: str | None = None
    created_at: datetime
    last_updated_at: datetime
    ttl_ms: int | None
    poll_interval_ms: int | None = None


class Task(Handle):
    """What tasks/get answers with."""

    result_type: Literal["complete"]  # pyright: ignore[reportIncompatibleVariableOverride]
    result: dict[str, JsonValue] | None = None
    input_requests: dict[str, ElicitRequest] | None = None


class Acknowledged(Result):
    """What tasks/update and tasks/cancel answer with: nothing."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    result_type: Literal["complete"]


class TaskParams(RequestParams):
    """Which task."""

    task_id: str
    input_responses: dict[str, JsonValue] | None = None


class TaskRequest(Request[TaskParams, str]):
    """tasks/get, tasks/update or tasks/cancel."""

    name_param: ClassVar[str | None] = "taskId"
    method: str
    params: TaskParams


def asking(method: str, task_id: str, answers: dict[str, JsonValue] | None = None) -> TaskRequest:
    """A request about a task."""
    return TaskRequest(method=method, params=TaskParams(task_id=task_id, input_responses=answers))


async def get(session: ClientSession, task_id: str) -> Task:
    """tasks/get."""
    return await session.send_request(asking("tasks/get", task_id), Task)


async def update(session: ClientSession, task_id: str, answers: dict[str, JsonValue]) -> None:
    """tasks/update."""
    await session.send_request(asking("tasks/update", task_id, answers), Acknowledged)


async def cancel(session: ClientSession, task_id: str) -> None:
    """tasks/cancel."""
    await session.send_request(asking("tasks/cancel", task_id), Acknowledged)


async def until(
    session: ClientSession, task_id: str, reached: Callable[[Task], bool], deadline: float = 30
) -> Task:
    """Poll as the server says until this is so."""
    with anyio.fail_after(deadline):
        while True:
            task = await get(session, task_id)
            if reached(task):
                return task
            await anyio.sleep((task.poll_interval_ms or 1000) / 1000)


async def ended(session: ClientSession, task_id: str) -> Task:
    """The task when it has ended."""
    return await until(session, task_id, lambda task: task.status in ENDED)


async def started(client: Client, tool: str, arguments: dict[str, JsonValue]) -> Handle:
    """Call a tool as a client that has declared the extension; its answer must be a handle."""
    result = await client.session.call_tool(tool, arguments, allow_claimed=True)
    assert isinstance(result, Handle), result
    return result


class Following(ClientExtension):
    """Follows every task to its end, so that the caller sees only the result.

    `then` is called when a handle has come.
    """

    identifier = TASKS

    def __init__(self, then: Callable[[], Awaitable[None]] | None = None) -> None:
        self._then = then
        self.handles: list[Handle] = []

    def claims(self) -> Sequence[ResultClaim[Any]]:
        """A handle in the place of a result."""
        return (ResultClaim(result_type="task", model=Handle, resolve=self._resolve),)

    async def _resolve(self, handle: Handle, ctx: ClaimContext) -> CallToolResult:
        self.handles.append(handle)
        if self._then is not None:
            await self._then()
        task = await ended(ctx.session, handle.task_id)
        assert task.result is not None
        return CallToolResult.model_validate(task.result)
