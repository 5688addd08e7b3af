"""How Cloudflare refuses, and how its requests are told apart."""

import re
from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from media_tracks_server.sandbox.cloudflare_wire import StreamError
from media_tracks_server.sandbox.faults import RequestKind

_TRACKS = re.compile(r".*/stream/[^/]+/(?P<rest>(audio|captions)(/.+)?)")
_STARTING = re.compile(r"audio|audio/copy|captions/[^/]+/generate")


class CloudflareVendor:
    """The vendor as the layers around its server see it."""

    name = "cloudflare"
    usual_headers: Mapping[str, str] = {
        "Ratelimit": '"default";r=1199;t=300',
        "Ratelimit-Policy": '"default";q=1200;w=300',
    }
    """Docs, "Rate limits": 1200 in 5 minutes."""

    def kind(self, method: str, path: str) -> RequestKind:
        """An uploaded caption is ready at once; all other additions take their time."""
        tracks = _TRACKS.fullmatch(path)
        if tracks is None or method == "GET":
            return RequestKind.OTHER
        starts = method == "POST" and _STARTING.fullmatch(tracks["rest"])
        return RequestKind.TRACK if starts else RequestKind.CHANGE

    def too_many(self, wait_seconds: int | None) -> Response:
        """429 with code 971 (workers-sdk#10025) and `retry-after` in seconds (docs)."""
        text = "Please wait and consider throttling your request speed"
        wait = {} if wait_seconds is None else {"retry-after": str(wait_seconds)}
        return JSONResponse(StreamError(429, 971, text).document(), 429, wait)

    def server_error(self) -> Response:
        """500 with an empty body, as a third party measured."""
        return Response(status_code=500)

    def transient(self) -> Response:
        """503 in the envelope; its code and words are inferred."""
        return JSONResponse(StreamError(503, 10001, "Service unavailable").document(), 503)

    def rate_headers(
        self, limit: int, seconds: float, remaining: int, reset_seconds: int
    ) -> Mapping[str, str]:
        """Ratelimit and Ratelimit-Policy as the docs' page "Rate limits" writes them."""
        return {
            "Ratelimit": f'"default";r={remaining};t={reset_seconds}',
            "Ratelimit-Policy": f'"default";q={limit};w={seconds:g}',
        }
