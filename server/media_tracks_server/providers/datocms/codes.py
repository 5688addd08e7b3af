"""DatoCMS's error codes: whose turn it is and what to do (DatoCMS, Errors page).

The page lists the codes without a text; what the track codes mean is read from their names.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from pydantic import JsonValue, ValidationError

from media_tracks_server.http import VendorSays
from media_tracks_server.providers.datocms.wire import ApiErrorAttributes, ErrorDocument
from media_tracks_tools.errors import (
    CredentialRefused,
    MediaTracksError,
    NotFound,
    NotSupported,
    PermissionMissing,
    RateLimited,
    SetupError,
)

TOKEN_SETTING = "DATOCMS_API_TOKEN"  # noqa: S105 - the name of a setting
INVALID_TYPE = "INVALID_TYPE"

_ROLE = (
    "Give the token's role access to the primary environment and the permission to read and "
    f"edit uploads, or put another token into {TOKEN_SETTING}."
)
_LATER = "Try again in a few minutes."


class _Known(NamedTuple):
    means: type[MediaTracksError] | None
    next_step: str


_CODES: Mapping[str, _Known] = {
    "INVALID_AUTHORIZATION_HEADER": _Known(
        CredentialRefused, f"Put a valid API token of the project into {TOKEN_SETTING}."
    ),
    "INSUFFICIENT_PERMISSIONS": _Known(PermissionMissing, _ROLE),
    "NOT_A_VIDEO": _Known(NotSupported, "Choose a video with find_videos."),
    "NO_PRIMARY_AUDIO_TRACK": _Known(
        None, "The video has no sound to transcribe. Choose another video."
    ),
    "MUX_ERROR": _Known(
        None,
        "Mux, the video service behind DatoCMS, refused or failed: check that the language is "
        "the one spoken, that no track has that name, and that a URL is public.",
    ),
    "IMMUTABLE_UPLOAD_TRACKS_IN_SANDBOX_ENVIRONMENT": _Known(
        SetupError, "Use a token whose requests go to the primary environment."
    ),
    "INCOMPATIBLE_WITH_UPLOAD_STORAGE_SETTINGS": _Known(
        SetupError, "The project's own storage settings do not allow it; ask its administrator."
    ),
    "RATE_LIMIT_EXCEEDED": _Known(RateLimited, _LATER),
    "CONCURRENT_UPLOAD_UPDATE": _Known(RateLimited, _LATER),
    "MAINTENANCE_MODE": _Known(RateLimited, "The project is in maintenance mode: wait until then."),
    "PLATFORM_SCHEDULED_MAINTENANCE": _Known(RateLimited, _LATER),
    "INVALID_ENVIRONMENT": _Known(SetupError, _ROLE),
    "INVALID_ENDPOINT": _Known(
        SetupError, "Check MEDIA_TRACKS_DATOCMS_BASE_URL: there is no such API at that address."
    ),
    "DEACTIVATED_SITE": _Known(SetupError, "The project is deactivated; ask its administrator."),
    "SITE_NOT_READY": _Known(RateLimited, _LATER),
    "PLAN_UPGRADE_REQUIRED": _Known(SetupError, "The project's plan does not include it."),
    "NOT_FOUND": _Known(NotFound, "Find the video again with find_videos."),
    "INVALID_FIELD": _Known(None, "Change the value that the details name."),
}


def read_error(status: int, body: bytes) -> VendorSays:
    """What an error body says; nothing when it is not one of DatoCMS's.

    `transient` marks a refusal that may be repeated as it is (the official client repeats any
    method then), so nothing has happened. A 5xx without it stays an open question.
    """
    try:
        first = ErrorDocument.model_validate_json(body).data[0].attributes
    except ValidationError:
        return VendorSays()
    return _says(first, may_have_happened=status >= 500)


def job_error(payload: JsonValue) -> VendorSays:
    """The same, for the payload of a job that failed."""
    try:
        first = ErrorDocument.model_validate(payload).data[0].attributes
    except ValidationError:
        return VendorSays()
    return _says(first, may_have_happened=False)


def _says(error: ApiErrorAttributes, *, may_have_happened: bool) -> VendorSays:
    code = INVALID_TYPE if _is_about_type(error) else error.code
    known = _CODES.get(code)
    means = known.means if known else None
    if error.transient:
        means = RateLimited
    elif may_have_happened and means not in (SetupError, CredentialRefused):
        means = RateLimited if code in _MAINTENANCE else None
    return VendorSays(
        code=code,
        message=json.dumps(error.details, ensure_ascii=False) if error.details else None,
        means=means,
        next_step=known.next_step if known else None,
    )


_MAINTENANCE = frozenset({"MAINTENANCE_MODE", "PLATFORM_SCHEDULED_MAINTENANCE"})


def _is_about_type(error: ApiErrorAttributes) -> bool:
    """Whether the request's own JSON:API `type` is refused, whatever the code is called."""
    details = error.details
    field = details.get("field") if isinstance(details, dict) else None
    return error.code == "INVALID_FIELD" and field in ("type", "data.type", "/data/type")
