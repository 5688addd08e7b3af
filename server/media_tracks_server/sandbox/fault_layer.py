"""The ASGI layer that plays the faults of requests; those of jobs are played in the states."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from media_tracks_server.sandbox.connection import body_of, close, hold
from media_tracks_server.sandbox.faults import Fault, FaultOrder, FaultPlan
from media_tracks_server.sandbox.late import LateEffects
from media_tracks_server.sandbox.log import unanswered
from media_tracks_server.sandbox.vendor import VendorWire
from media_tracks_server.sandbox.wire import Answer, whole_answer

PAGE = "<!doctype html><title>Just a moment</title><p>Checking your connection."
_DEAD = "Bearer dead"

_WITHOUT_EFFECT: dict[Fault, Callable[[VendorWire], Response]] = {
    Fault.TOO_MANY: lambda vendor: vendor.too_many(1),
    Fault.TOO_MANY_NO_WAIT: lambda vendor: vendor.too_many(None),
    Fault.SERVER_ERROR_BEFORE: lambda vendor: vendor.server_error(),
    Fault.TRANSIENT: lambda vendor: vendor.transient(),
}
_IN_PLACE_OF_ANSWER: dict[Fault, Callable[[VendorWire, Answer], Response]] = {
    Fault.SERVER_ERROR_AFTER: lambda vendor, _: vendor.server_error(),
    Fault.HTML: lambda _vendor, _answer: HTMLResponse(PAGE),
    Fault.BAD_JSON: lambda _, answer: answer.with_body(answer.body[: len(answer.body) // 2]),
    Fault.EMPTY: lambda _, answer: answer.with_body(b""),
}


@dataclass(frozen=True)
class FaultLayer:
    """Around a vendor's whole server; a fault that needs an effect passes a refused request by."""

    app: ASGIApp
    vendor: VendorWire
    plan: FaultPlan
    late: LateEffects
    hold_seconds: float
    released: asyncio.Event
    _dead: set[str] = field(default_factory=set[str])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.late.settle()
        order = self.plan.draw(self.vendor.kind(scope["method"], scope["path"]))
        if order and order.fault is Fault.TOKEN_DIES:
            self._dead.add(_credential(scope))
        if _credential(scope) in self._dead:
            MutableHeaders(scope=scope)["authorization"] = _DEAD
        if order is None or order.fault is Fault.TOKEN_DIES:
            await self.app(scope, receive, send)
        elif order.fault in _WITHOUT_EFFECT:
            await body_of(receive)
            await _WITHOUT_EFFECT[order.fault](self.vendor)(scope, receive, send)
        elif order.fault in (Fault.DROP_BEFORE, Fault.LATE_EFFECT):
            await self._drop_before(order.fault, scope, receive, send)
        else:
            await self._after_effect(order, scope, receive, send)

    async def _drop_before(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        body = await body_of(receive)
        if fault is Fault.LATE_EFFECT:
            self.late.add(scope, body)
        await unanswered(send)
        await close(scope, receive)

    async def _after_effect(
        self, order: FaultOrder, scope: Scope, receive: Receive, send: Send
    ) -> None:
        answer = await whole_answer(self.app, scope, receive)
        if answer.status >= 400:
            self.plan.put_back(order)
            await answer.with_body(answer.body)(scope, receive, send)
        elif order.fault in _IN_PLACE_OF_ANSWER:
            await _IN_PLACE_OF_ANSWER[order.fault](self.vendor, answer)(scope, receive, send)
        else:
            await self._fall_silent(order.fault, answer, scope, receive, send)

    async def _fall_silent(
        self, fault: Fault, answer: Answer, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if fault is Fault.SLOW_BODY:
            await answer.send_beginning(send)
        else:
            await unanswered(send)
        if fault is not Fault.DROP_AFTER:
            await hold(receive, self.hold_seconds, self.released)
        await close(scope, receive)


def _credential(scope: Scope) -> str:
    """What the request was sent with, or nothing, which is refused dead or alive."""
    return Headers(scope=scope).get("authorization", "")
