"""Start and stop the sandbox's servers, in a thread or as the whole program."""

import asyncio
import json
import signal
import socket
import sys
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Unpack

import uvicorn
from starlette.types import ASGIApp

from media_tracks_server.sandbox.clock import Clock
from media_tracks_server.sandbox.connection import CloseableProtocol
from media_tracks_server.sandbox.faults import FaultPlan
from media_tracks_server.sandbox.info import SandboxInfo
from media_tracks_server.sandbox.settings import Options, settings_from
from media_tracks_server.sandbox.stage import Stage
from media_tracks_server.sandbox.vendors import vendors

HOST = "127.0.0.1"
VENDORS = ("datocms", "cloudflare")
START_DEADLINE_SECONDS = 20


def run(
    which: str = "all", port: int = 0, job_seconds: float = 3.0, **options: Unpack[Options]
) -> None:
    """Serve until Ctrl-C or SIGTERM; stdout's first line is the addresses as one JSON object.

    The first vendor listens on `port`, the second on the one above; 0 picks free ports. Raises
    SetupError for an option that can't be used.
    """
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    with running(which, job_seconds, port=port, **options) as info:
        sys.stdout.write(announcement(info))
        sys.stdout.flush()
        stop.wait()


@contextmanager
def running(
    which: str = "all",
    job_seconds: float = 3.0,
    *,
    port: int = 0,
    clock: Clock = time.monotonic,
    **options: Unpack[Options],
) -> Generator[SandboxInfo]:
    """Serve in a background thread for the length of a `with` block.

    Raises SetupError for an option that can't be used.

    >>> with running("datocms", job_seconds=0.1, faults=("5xx-after",)) as sandbox:
    ...     sandbox.datocms.base_url
    """
    chosen = _chosen(which)
    settings = settings_from(job_seconds, clock, options)
    stage = Stage(settings, FaultPlan(settings.faults, settings.seed))
    with ExitStack() as opened:
        sockets = {
            vendor: opened.enter_context(_bound(port + place if port else 0))
            for place, vendor in enumerate(chosen)
        }
        urls = {vendor: _url(listener) for vendor, listener in sockets.items()}
        apps, info = vendors(stage, urls)
        served = [(apps[vendor], sockets[vendor]) for vendor in chosen]
        opened.enter_context(_serving(served, stage.released))
        yield info


def announcement(info: SandboxInfo) -> str:
    """The JSON line for programs, and below it the lines that a shell can take over."""
    document = {key: value for key, value in asdict(info).items() if value is not None}
    lines = [json.dumps(document)]
    if info.datocms:
        lines += [
            f"export DATOCMS_API_TOKEN={info.datocms.token}",
            f"export MEDIA_TRACKS_DATOCMS_BASE_URL={info.datocms.base_url}",
            f"export MEDIA_TRACKS_DATOCMS_MUX_URL={info.datocms.mux_base_url}",
        ]
    if info.cloudflare:
        lines += [
            f"export CLOUDFLARE_API_TOKEN={info.cloudflare.token}",
            f"export CLOUDFLARE_ACCOUNT_ID={info.cloudflare.account_id}",
            f"export MEDIA_TRACKS_CLOUDFLARE_BASE_URL={info.cloudflare.base_url}",
        ]
    return "\n".join(lines) + "\n"


def _chosen(which: str) -> tuple[str, ...]:
    if which == "all":
        return VENDORS
    if which in VENDORS:
        return (which,)
    raise ValueError(f"There is no sandbox called {which}: choose {', '.join(VENDORS)} or all.")


def _bound(port: int) -> socket.socket:
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


def _url(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


class _AnnouncingServer(uvicorn.Server):
    """A server that says when it listens, and lets held connections go before it stops."""

    def __init__(self, config: uvicorn.Config, released: asyncio.Event) -> None:
        super().__init__(config)
        self.listening = threading.Event()
        self._released = released

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._released.set()
        await super().shutdown(sockets)


@dataclass(frozen=True)
class _Listener:
    server: _AnnouncingServer
    socket: socket.socket


@contextmanager
def _serving(apps: list[tuple[ASGIApp, socket.socket]], released: asyncio.Event) -> Generator[None]:
    listeners = [_Listener(_AnnouncingServer(_config(app), released), bound) for app, bound in apps]

    async def serve_all() -> None:
        await asyncio.gather(*(one.server.serve([one.socket]) for one in listeners))

    thread = threading.Thread(target=asyncio.run, args=[serve_all()], name="media-tracks-sandbox")
    thread.start()
    try:
        for one in listeners:
            if not one.server.listening.wait(START_DEADLINE_SECONDS):
                raise TimeoutError("The sandbox did not start; its reason is on stderr.")
        yield
    finally:
        for one in listeners:
            one.server.should_exit = True
        thread.join()


def _config(app: ASGIApp) -> uvicorn.Config:
    """Without a logging configuration uvicorn's warnings go to stderr, and stdout stays ours."""
    return uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        http=CloseableProtocol,
        timeout_graceful_shutdown=1,
    )
