"""Requests whose effect happens some time after their connection was closed."""

import asyncio
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Scope

from media_tracks_server.sandbox.clock import Clock, standing_at
from media_tracks_server.sandbox.log import LogEntry, RequestLog
from media_tracks_server.sandbox.wire import whole_answer


@dataclass(frozen=True)
class _LateRequest:
    due_at: float
    scope: Scope
    body: bytes


class LateEffects:
    """Nothing runs in the background: what is due happens when someone looks, as of its moment."""

    def __init__(
        self, app: ASGIApp, vendor: str, log: RequestLog, clock: Clock, seconds: float
    ) -> None:
        self._app = app
        self._vendor = vendor
        self._log = log
        self._clock = clock
        self._seconds = seconds
        self._waiting: list[_LateRequest] = []
        self._one_at_a_time = asyncio.Lock()

    def add(self, scope: Scope, body: bytes) -> None:
        """Keep a request that no handler has seen yet."""
        due_at = self._clock() + self._seconds
        self._waiting.append(_LateRequest(due_at, {**scope, "state": {}}, body))

    async def settle(self) -> None:
        """Let everything happen that is due by now, and enter it into the log as LATE."""
        async with self._one_at_a_time:
            while self._waiting and self._waiting[0].due_at <= self._clock():
                await self._happen(self._waiting.pop(0))

    async def _happen(self, late: _LateRequest) -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": late.body, "more_body": False}

        with standing_at(late.due_at):
            answer = await whole_answer(self._app, late.scope, receive)
        self._log.entries.append(
            LogEntry(
                vendor=self._vendor,
                method="LATE",
                path=late.scope["path"],
                status=answer.status,
                effect=late.scope["state"].get("effect"),
            )
        )
