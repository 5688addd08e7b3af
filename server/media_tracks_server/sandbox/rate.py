"""A limit on requests that is really enforced, and the counters that tell of it."""

import math
import re
from collections import defaultdict, deque
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from media_tracks_server.sandbox.clock import Clock
from media_tracks_server.sandbox.log import OWN_PREFIX
from media_tracks_server.sandbox.vendor import VendorWire
from media_tracks_server.sandbox.wire import ConstantHeaders
from media_tracks_tools.errors import SetupError

_RATE = re.compile(r"(\d{1,9})/(\d{1,9}(?:\.\d{1,9})?)")


@dataclass(frozen=True)
class Rate:
    """So many requests in so many seconds, for each token."""

    requests: int
    seconds: float


def parse_rate(text: str) -> Rate:
    """Read `N/S`, as in 20/3; raises SetupError that says what is allowed."""
    parts = _RATE.fullmatch(text)
    rate = Rate(int(parts[1]), float(parts[2])) if parts else Rate(0, 0)
    if rate.requests < 1 or rate.seconds <= 0:
        raise SetupError(
            f"The rate {text!r} can't be used.",
            code="unusable_rate",
            next_step="Write requests/seconds, both above 0, as in 20/3.",
        )
    return rate


class RateLimited:
    """Refuses what exceeds the rate in any window of its length; a refused request is not counted.

    How the vendors' windows move is inferred. Addresses that stand for another service (S3, Mux)
    are not limited.
    """

    def __init__(self, app: ASGIApp, vendor: VendorWire, rate: Rate, clock: Clock) -> None:
        self._app = app
        self._vendor = vendor
        self._rate = rate
        self._clock = clock
        self._taken: defaultdict[str, deque[float]] = defaultdict(deque)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(OWN_PREFIX):
            await self._app(scope, receive, send)
            return
        now = self._clock()
        taken = self._taken[Headers(scope=scope).get("authorization", "")]
        while taken and taken[0] + self._rate.seconds <= now:
            taken.popleft()
        is_allowed = len(taken) < self._rate.requests
        if is_allowed:
            taken.append(now)
        wait = max(1, math.ceil(taken[0] + self._rate.seconds - now))
        app = self._app if is_allowed else self._vendor.too_many(wait)
        left = self._rate.requests - len(taken)
        headers = self._vendor.rate_headers(self._rate.requests, self._rate.seconds, left, wait)
        await ConstantHeaders(app, headers)(scope, receive, send)
