"""Cloudflare's error codes: whose turn it is and what to do.

Sources: the API reference's examples and, for 10000, 10002, 10003 and 971, answers that others
recorded (cloudflare-stream.md §4).
"""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import ValidationError

from media_tracks_server.http import VendorSays
from media_tracks_server.providers.cloudflare.wire import ErrorEnvelope
from media_tracks_tools.errors import (
    CredentialRefused,
    MediaTracksError,
    NotFound,
    RateLimited,
    SetupError,
)

SETTINGS = "CLOUDFLARE_API_TOKEN and the account's id into CLOUDFLARE_ACCOUNT_ID"

_TOKEN = (
    "Put a token that may edit Stream on this account (permission Account > Stream > Edit) into "
    f"{SETTINGS}."
)


class _Known(NamedTuple):
    means: type[MediaTracksError]
    next_step: str


_CODES: Mapping[int, _Known] = {
    1000: _Known(CredentialRefused, _TOKEN),
    6003: _Known(CredentialRefused, _TOKEN),
    10000: _Known(CredentialRefused, _TOKEN),
    10002: _Known(
        SetupError, "Stream is not enabled: subscribe to it in the Cloudflare dashboard."
    ),
    10003: _Known(NotFound, "Find the video again with find_videos."),
    7003: _Known(
        SetupError,
        "Check MEDIA_TRACKS_CLOUDFLARE_BASE_URL (it ends in /client/v4) and the account.",
    ),
    971: _Known(RateLimited, "Wait up to five minutes, then try again."),
}


def read_error(status: int, body: bytes) -> VendorSays:
    """What an error body says; nothing when it is not one of Cloudflare's.

    A 5xx stays an open question whatever its code.
    """
    try:
        first = ErrorEnvelope.model_validate_json(body).errors[0]
    except ValidationError:
        return VendorSays()
    known = _CODES.get(first.code) if status < 500 else None
    return VendorSays(
        code=str(first.code),
        message=first.message,
        means=known.means if known else None,
        next_step=known.next_step if known else None,
    )
