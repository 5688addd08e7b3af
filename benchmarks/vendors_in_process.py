"""Sandboxed vendors without sockets: called in the task of whoever asks, who may die of it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import ClassVar

import anyio
import anyio.lowlevel
import httpx
from starlette.types import ASGIApp, Message

from media_tracks_server.sandbox import CloudflareInfo, DatoCmsInfo, LogEntry, ManualClock
from media_tracks_server.sandbox.faults import FaultPlan
from media_tracks_server.sandbox.settings import settings_from
from media_tracks_server.sandbox.stage import Stage
from media_tracks_server.sandbox.vendors import vendors

FIRST_PORT = 9000
JOB_SECONDS = (1.0, 6.0)
VISIBLE_AFTER = (0.0, 30.0)
LATE_SECONDS = (1.0, 20.0)
FAULTS = (
    *("429:0.03", "429-no-wait:0.003", "5xx-before:0.02", "5xx-after:0.02", "transient:0.02"),
    *("drop-before:0.02", "drop-after:0.02", "timeout-after:0.02", "late-effect:0.02"),
    *("slow-body:0.02", "html:0.02", "bad-json:0.02", "empty:0.02"),
    *("never-ends:0.005", "job-fails:0.02", "track-errors:0.02"),
    *("5xx-before@any:0.02", "drop-after@any:0.01", "html@any:0.005"),
)
"""All but token-dies, after which an account does nothing more."""


@dataclass
class Mortal:
    """Whether a process lives; asking may be its death."""

    random: Random
    chance: float
    dead: bool = False
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)

    def lives(self) -> bool:
        """Each time it may have been killed just now."""
        if not self.dead and self.random.random() < self.chance:
            self.dead = True
            self.scope.cancel()
        return not self.dead


@dataclass(frozen=True)
class Place:
    """One account at a vendor of its own."""

    VIDEOS: ClassVar[int] = 400

    name: str
    app: ASGIApp
    stage: Stage
    datocms: DatoCmsInfo | None
    cloudflare: CloudflareInfo | None

    def log(self) -> Sequence[LogEntry]:
        """Everything that happened."""
        return self.stage.log.entries


def places(count: int, clock: ManualClock, random: Random) -> Sequence[Place]:
    """As many of each vendor, each with its own delays, at a port of its own."""
    return [_place(number, clock, random) for number in range(count)]


def _place(number: int, clock: ManualClock, random: Random) -> Place:
    vendor = ("datocms", "cloudflare")[number % 2]
    settings = settings_from(
        random.uniform(*JOB_SECONDS),
        clock,
        {
            "faults": FAULTS,
            "seed": random.randrange(10**9),
            "visible_after": random.uniform(*VISIBLE_AFTER),
            "late_seconds": random.uniform(*LATE_SECONDS),
            "labels_unique": number % 4 < 2,
            "videos": Place.VIDEOS,
        },
    )
    stage = Stage(settings, FaultPlan(settings.faults, settings.seed))
    apps, info = vendors(stage, {vendor: f"http://localhost:{FIRST_PORT + number}"})
    return Place(f"{vendor}-{number}", apps[vendor], stage, info.datocms, info.cloudflare)


@dataclass
class _Line:
    """A connection: the server closes it, or the client has left because nothing came."""

    is_closed: bool = False
    was_left: bool = False

    def close(self) -> None:
        self.is_closed = True


@dataclass
class _Cut(httpx.AsyncByteStream):
    """A body of which only the beginning came."""

    parts: Sequence[bytes]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            yield part
        raise httpx.ReadTimeout("nothing more came")


@dataclass(frozen=True)
class _Call:
    """One request at an app, and what came back."""

    body: bytes
    line: _Line = field(default_factory=_Line)
    messages: list[Message] = field(default_factory=list[Message])
    asked: list[None] = field(default_factory=list[None])

    async def receive(self) -> Message:
        """The body once; whoever waits for more learns that the client has left."""
        if not self.asked:
            self.asked.append(None)
            return {"type": "http.request", "body": self.body, "more_body": False}
        self.line.was_left = self.line.was_left or not self.line.is_closed
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.messages.append(message)

    def response(self) -> httpx.Response:
        """Raises what httpx raises where no answer began."""
        if not self.messages:
            if self.line.was_left:
                raise httpx.ReadTimeout("no answer came")
            raise httpx.RemoteProtocolError("the server closed the connection")
        start, *rest = self.messages
        parts = [part.get("body", b"") for part in rest]
        whole = bool(rest) and not rest[-1].get("more_body", False)
        status, headers = start["status"], start["headers"]
        if whole:
            return httpx.Response(status, headers=headers, content=b"".join(parts))
        return httpx.Response(status, headers=headers, stream=_Cut(parts))


class Way(httpx.AsyncBaseTransport):
    """One process's way to all places, told apart by their ports."""

    def __init__(self, places: Sequence[Place], mortal: Mortal) -> None:
        self._places = places
        self._mortal = mortal

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The process may die just before the request leaves, and just after it had its effect."""
        body = await request.aread()
        await self._live()
        call = _Call(body)
        place = self._places[(request.url.port or 0) - FIRST_PORT]
        url = request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 1),
            "root_path": "",
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "state": {"sandbox_transport": call.line},
        }
        await place.app(scope, call.receive, call.send)
        await self._live()
        return call.response()

    async def _live(self) -> None:
        if not self._mortal.lives():
            raise httpx.ConnectError("This process was killed.")
        await anyio.lowlevel.checkpoint()
