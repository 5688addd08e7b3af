"""What the layers around a vendor's server have to know of the vendor."""

from collections.abc import Mapping
from typing import Protocol

from starlette.responses import Response

from media_tracks_server.sandbox.faults import RequestKind


class VendorWire(Protocol):
    """A vendor's way to refuse, and how its requests are told apart."""

    name: str
    """As in the log."""
    usual_headers: Mapping[str, str]
    """The rate-limit headers of every answer while no rate is set."""

    def kind(self, method: str, path: str) -> RequestKind:
        """What a request means to tracks."""
        ...

    def too_many(self, wait_seconds: int | None) -> Response:
        """The refusal of one request too many; without a wait the header is missing."""
        ...

    def server_error(self) -> Response:
        """A failure of the vendor's own."""
        ...

    def transient(self) -> Response:
        """A failure that says that a repetition may help."""
        ...

    def rate_headers(
        self, limit: int, seconds: float, remaining: int, reset_seconds: int
    ) -> Mapping[str, str]:
        """The counters after this request, on every answer."""
        ...
