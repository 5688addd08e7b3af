"""Cloudflare's error codes: whose turn it is and what to do.

Sources: the API reference's examples and, for 10000, 10002, 10003 and 971, answers that others
recorded (cloudflare-stream.md §4).
"""

from collections.abc import Callable, Mapping

from pydantic import ValidationError

from media_tracks_server.http import Known, Places, VendorSays
from media_tracks_server.providers.cloudflare.wire import ErrorEnvelope
from media_tracks_tools.errors import (
    CredentialRefused,
    NotFound,
    RateLimited,
    SetupError,
)

PERMISSION = "Stream: Edit"
"""Its name in the dashboard's token form, under Account; reading needs "Stream: Read" only."""

_TOKEN = (
    "The token is wrong, or lacks a permission: put one that may edit Stream on this account "
    f'(permission "{PERMISSION}") into {{credential}}.'
)


_CODES: Mapping[int, Known] = {
    1000: Known(CredentialRefused, _TOKEN),
    6003: Known(CredentialRefused, _TOKEN),
    10000: Known(CredentialRefused, _TOKEN),
    10002: Known(SetupError, "Stream is not enabled: subscribe to it in the Cloudflare dashboard."),
    10003: Known(NotFound, "Find the video again with find_videos."),
    7003: Known(
        SetupError,
        "Check {base_url} (it ends in /client/v4) and the account's id.",
    ),
    971: Known(
        RateLimited,
        "Wait up to five minutes, then try again; the dashboard and other programs with this "
        "token count too.",
    ),
}


def error_reader(places: Places) -> Callable[[int, bytes], VendorSays]:
    """What reads error bodies of an account with these places."""

    def read(status: int, body: bytes) -> VendorSays:
        return _read(status, body, places)

    return read


def _read(status: int, body: bytes, places: Places) -> VendorSays:
    """What an error body says; nothing when it is not one of Cloudflare's.

    A 5xx stays an open question whatever its code.
    """
    try:
        first = ErrorEnvelope.model_validate_json(body).errors[0]
    except ValidationError:
        return VendorSays()
    known = _CODES.get(first.code) if status < 500 else None
    next_step = known.next_step if known else None
    return VendorSays(
        code=str(first.code),
        message=first.message,
        means=known.means if known else None,
        next_step=places.filled_in(next_step) if next_step else None,
    )
