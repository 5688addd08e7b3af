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

import uvicorn
from starlette.types import ASGIApp

from media_tracks_server.sandbox import cloudflare_seed, datocms_seed
from media_tracks_server.sandbox.clock import Clock
from media_tracks_server.sandbox.cloudflare import API_PREFIX, cloudflare_app
from media_tracks_server.sandbox.cloudflare_state import CloudflareState
from media_tracks_server.sandbox.cloudflare_wire import Credential
from media_tracks_server.sandbox.datocms import datocms_app
from media_tracks_server.sandbox.datocms_state import DatoCmsState
from media_tracks_server.sandbox.datocms_wire import CREDENTIAL
from media_tracks_server.sandbox.log import LOG_PATH, RequestLog
from media_tracks_server.sandbox.settings import (
    CloudflareInfo,
    DatoCmsInfo,
    SandboxInfo,
    SandboxSettings,
)

HOST = "127.0.0.1"
VENDORS = ("datocms", "cloudflare")
START_DEADLINE_SECONDS = 20


def run(which: str = "all", port: int = 0, job_seconds: float = 3.0) -> None:
    """Serve until Ctrl-C or SIGTERM; stdout's first line is the addresses as one JSON object.

    The first vendor listens on `port`, the second on the one above; 0 picks free ports.
    """
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    with running(which, job_seconds, port=port) as info:
        sys.stdout.write(announcement(info))
        sys.stdout.flush()
        stop.wait()


@contextmanager
def running(
    which: str = "all", job_seconds: float = 3.0, *, port: int = 0, clock: Clock = time.monotonic
) -> Generator[SandboxInfo]:
    """Serve in a background thread for the length of a `with` block.

    >>> with running("datocms", job_seconds=0.1) as sandbox:
    ...     sandbox.datocms.base_url
    """
    settings = SandboxSettings(job_seconds=job_seconds, clock=clock)
    vendors = _chosen(which)
    with ExitStack() as opened:
        sockets = {
            vendor: opened.enter_context(_bound(port + place if port else 0))
            for place, vendor in enumerate(vendors)
        }
        urls = {vendor: _url(listener) for vendor, listener in sockets.items()}
        apps, info = _vendors(settings, urls)
        opened.enter_context(_serving([(apps[vendor], sockets[vendor]) for vendor in vendors]))
        yield info


def announcement(info: SandboxInfo) -> str:
    """The JSON line for programs, and below it the lines that a shell can take over."""
    document = {key: value for key, value in asdict(info).items() if value is not None}
    lines = [json.dumps(document)]
    if info.datocms:
        lines += [
            f"export DATOCMS_API_TOKEN={info.datocms.token}",
            f"export MEDIA_TRACKS_DATOCMS_BASE_URL={info.datocms.base_url}",
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
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


def _url(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


def _vendors(
    settings: SandboxSettings, urls: dict[str, str]
) -> tuple[dict[str, ASGIApp], SandboxInfo]:
    log = RequestLog()
    now = settings.clock()
    apps: dict[str, ASGIApp] = {}
    datocms = cloudflare = None
    if "datocms" in urls:
        uploads = datocms_seed.seeded_uploads()
        site = DatoCmsState(settings, log, uploads, datocms_seed.seeded_tracks(now))
        apps["datocms"] = datocms_app(site, log)
        datocms = DatoCmsInfo(
            base_url=urls["datocms"],
            token=CREDENTIAL,
            upload_id=datocms_seed.FEATURED_UPLOAD_ID,
            non_video_upload_id=datocms_seed.NON_VIDEO_UPLOAD_ID,
        )
    if "cloudflare" in urls:
        account = CloudflareState(settings, cloudflare_seed.seeded_library(now))
        apps["cloudflare"] = cloudflare_app(account, log)
        cloudflare = CloudflareInfo(
            base_url=urls["cloudflare"] + API_PREFIX,
            token=Credential.USER.value,
            account_id=account.account_id,
            video_uid=cloudflare_seed.FEATURED_VIDEO_UID,
        )
    log_url = next(iter(urls.values())) + LOG_PATH
    return apps, SandboxInfo(datocms=datocms, cloudflare=cloudflare, log_url=log_url)


class _AnnouncingServer(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@dataclass(frozen=True)
class _Listener:
    server: _AnnouncingServer
    socket: socket.socket


@contextmanager
def _serving(apps: list[tuple[ASGIApp, socket.socket]]) -> Generator[None]:
    listeners = [_Listener(_AnnouncingServer(_config(app)), bound) for app, bound in apps]

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
        http="h11",
        timeout_graceful_shutdown=1,
    )
