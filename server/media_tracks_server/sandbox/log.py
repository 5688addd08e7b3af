"""The record of what was asked of the sandbox and what it changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN_PREFIX = "/_sandbox/"
LOG_PATH = "/_sandbox/log"


class Effect(StrEnum):
    """A change of state that a request, or a job it started, really made."""

    JOB_CREATED = "job-created"
    """DatoCMS accepted a job; nothing else has changed yet."""
    UPLOAD_REQUEST_CREATED = "upload-request-created"
    """DatoCMS reserved a place for a file."""
    FILE_UPLOADED = "file-uploaded"
    """The bytes arrived at the place that was reserved."""
    TRACK_CREATED = "track-created"
    """A track exists that did not before, ready or not."""
    TRACK_EDITED = "track-edited"
    """An audio track changed its label or became, or ceased to be, the default."""
    TRACK_DELETED = "track-deleted"
    """A track is gone."""
    CAPTION_CREATED = "caption-created"
    """Cloudflare began to generate a caption."""
    CAPTION_UPLOADED = "caption-uploaded"
    """A caption file was stored, new or in the place of an old one."""
    CAPTION_DELETED = "caption-deleted"
    """A caption is gone."""
    VIDEO_EDITED = "video-edited"
    """A video's own fields changed."""


class LogEntry(BaseModel, frozen=True):
    """One request, or one effect of a job that ended later (method `JOB`)."""

    vendor: str
    method: str
    path: str
    status: int
    effect: Effect | None


class _LogBody(BaseModel, frozen=True):
    requests: tuple[LogEntry, ...]


def entries_from(body: bytes) -> tuple[LogEntry, ...]:
    """Read the log endpoint's answer."""
    return _LogBody.model_validate_json(body).requests


@dataclass
class RequestLog:
    """One list for all vendors of a process."""

    entries: list[LogEntry] = field(default_factory=list[LogEntry])
    settle: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    """Called before reading: time passes unseen, so jobs that are due must leave their effect."""

    def route(self) -> Route:
        """The endpoint that tells the log; reading it is not itself recorded."""

        async def read(_: Request) -> Response:
            for settle in self.settle:
                settle()
            return JSONResponse({"requests": [entry.model_dump() for entry in self.entries]})

        return Route(LOG_PATH, read)


def note(request: Request, effect: Effect) -> None:
    """Say what this request changed; without a note it changed nothing."""
    request.state.effect = effect


@dataclass(frozen=True)
class Recorder:
    """The outermost ASGI layer of a vendor's server: it writes the entry before the answer leaves.

    Written earlier than the answer, an entry can never be missing for a client that has its answer.
    """

    app: ASGIApp
    vendor: str
    log: RequestLog

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == LOG_PATH:
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def record(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.log.entries.append(
                    LogEntry(
                        vendor=self.vendor,
                        method=scope["method"],
                        path=scope["path"],
                        status=message["status"],
                        effect=state.get("effect"),
                    )
                )
            await send(message)

        await self.app(scope, receive, record)
