"""Serving: over stdio to one chat host, or over HTTP on this machine."""

import logging
import socket
import sys
from functools import partial

from media_tracks_server import logs
from media_tracks_server.app import build
from media_tracks_server.settings import load
from media_tracks_tools.errors import SetupError

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def stdio() -> None:
    """Serve one client until its end of input."""
    settings = load()
    logs.set_up(settings.log_level)
    build(settings).run("stdio")


def http(host: str, port: int) -> None:
    """Serve any number of clients at `http://host:port/mcp`.

    Raises SetupError for an address that others can reach: there is no authentication yet.
    """
    import anyio
    import uvicorn

    if host not in LOOPBACK:
        raise SetupError(
            f"{host} can be reached by others, and this server has no authentication.",
            code="not_loopback",
            next_step="Use --host 127.0.0.1, and a tunnel with its own login from elsewhere.",
        )
    settings = load()
    logs.set_up(settings.log_level)
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    config = uvicorn.Config(
        build(settings).streamable_http_app(host=host),
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    shown = f"[{host}]" if ":" in host else host
    sys.stderr.write(f"media-tracks: http://{shown}:{port}/mcp (end with Ctrl-C)\n")
    sys.stderr.flush()
    anyio.run(partial(uvicorn.Server(config).serve, sockets=[listening]))


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as error:
        raise SetupError(
            f"Port {port} of {host} can't be used: {error.strerror}.",
            code="port_taken",
            next_step="Choose another --port, or 0 for any free one.",
        ) from error
