"""Serving: over stdio to one chat host, or over HTTP on this machine."""

import gc
import logging
import socket
import sys
from collections.abc import Callable
from functools import partial

from media_tracks_server import logs
from media_tracks_server.app import App, build
from media_tracks_server.settings import Given, Settings, load
from media_tracks_tools.errors import SetupError

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def stdio(given: Given | None = None) -> None:
    """Serve one client until its end of input; `given` are settings of the command line."""
    settings = load(given)
    logs.set_up(settings.log_level)
    server = build(settings)
    gc.freeze()
    gc.enable()
    server.run("stdio")


def http(
    host: str,
    port: int,
    given: Given | None = None,
    factory: Callable[[Settings], App] = build,
) -> None:
    """Serve any number of clients at `http://host:port/mcp`; `given` as for `stdio`.

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
    settings = load(given)
    logs.set_up(settings.log_level)
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    config = uvicorn.Config(
        factory(settings).streamable_http_app(host=host),
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
