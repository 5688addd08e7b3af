"""The record of what was asked of the sandbox and what it changed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN_PREFIX = "/_sandbox/"
LOG_PATH = "/_sandbox/log"
FAULTS_PATH = "/_sandbox/faults"

_UNANSWERED = "sandbox.unanswered"


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
    """One request, or what happened when nobody had asked.

    The method is `JOB` for a job that ended, with the status in its result, and `LATE` for a
    request whose effect came after its connection was closed, with the vendor's unseen status.
    """

    vendor: str
    method: str
    path: str
    status: int
    """What the client saw; 0 where no answer was begun, whatever happened to the effect."""
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
    settle: list[Callable[[], Awaitable[None]]] = field(
        default_factory=list[Callable[[], Awaitable[None]]]
    )
    """Called before reading: time passes unseen, so what is due must leave its effect."""


def note(request: Request, effect: Effect) -> None:
    """Say what this request changed; without a note it changed nothing."""
    request.state.effect = effect


async def unanswered(send: Send) -> None:
    """Tell the recorder that this request gets no answer; nothing reaches the client."""
    await send({"type": _UNANSWERED})


@dataclass(frozen=True)
class Recorder:
    """The outermost ASGI layer of a vendor's server: it writes the entry before the answer leaves.

    Written earlier than the answer, an entry can never be missing for a client that has its answer.
    """

    app: ASGIApp
    vendor: str
    log: RequestLog

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope.setdefault("state", {})

        def write(status: int) -> None:
            self.log.entries.append(
                LogEntry(
                    vendor=self.vendor,
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    effect=state.get("effect"),
                )
            )

        async def record(message: Message) -> None:
            if message["type"] == _UNANSWERED:
                write(0)
                return
            if message["type"] == "http.response.start":
                write(message["status"])
            await send(message)

        await self.app(scope, receive, record)
