"""How DatoCMS refuses, and how its requests are told apart."""

import re
from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from media_tracks_server.sandbox.datocms_wire import ApiError
from media_tracks_server.sandbox.faults import RequestKind

_TRACKS = re.compile(r"/uploads/[^/]+/tracks(?P<rest>/[^/]+)?")


class DatoCmsVendor:
    """The vendor as the layers around its server see it."""

    name = "datocms"
    usual_headers: Mapping[str, str] = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "59"}
    """Docs, "Technical limits": 60 requests in 3 s."""

    def kind(self, method: str, path: str) -> RequestKind:
        """Every change of a track is a job; upload requests and storage change no track."""
        tracks = _TRACKS.fullmatch(path)
        if tracks and method == "POST" and tracks["rest"] in (None, "/generate-subtitles"):
            return RequestKind.TRACK
        if tracks and method == "DELETE" and tracks["rest"]:
            return RequestKind.JOB
        return RequestKind.OTHER

    def too_many(self, wait_seconds: int | None) -> Response:
        """429 RATE_LIMIT_EXCEEDED with X-RateLimit-Reset, whole seconds above 0 (docs)."""
        wait = {} if wait_seconds is None else {"X-RateLimit-Reset": str(wait_seconds)}
        return JSONResponse(ApiError(429, "RATE_LIMIT_EXCEEDED").document(), 429, wait)

    def server_error(self) -> Response:
        """500 EXCEPTION: the code is documented, its status inferred."""
        return JSONResponse(ApiError(500, "EXCEPTION").document(), 500)

    def transient(self) -> Response:
        """An error with `transient: true`; SERVICE_UNAVAILABLE with it and 503 are inferred."""
        error = ApiError(503, "SERVICE_UNAVAILABLE", is_transient=True)
        return JSONResponse(error.document(), 503)

    def rate_headers(
        self, limit: int, seconds: float, remaining: int, reset_seconds: int
    ) -> Mapping[str, str]:
        """X-RateLimit-Reset is left out: it stands on a 429 only."""
        del seconds, reset_seconds
        return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(remaining)}
