"""DatoCMS's error codes: whose turn it is and what to do (DatoCMS, Errors page).

The page lists the codes without a text; what the track codes mean is read from their names.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue, ValidationError

from media_tracks_server.http import Known, Places, VendorSays
from media_tracks_server.providers.datocms.wire import ApiErrorAttributes, ErrorDocument
from media_tracks_tools.errors import (
    CredentialRefused,
    NotFound,
    NotSupported,
    PermissionMissing,
    RateLimited,
    SetupError,
)

PLACES = Places("DATOCMS_API_TOKEN", "MEDIA_TRACKS_DATOCMS_BASE_URL")
"""Where they stand for the account of the lone token."""
INVALID_TYPE = "INVALID_TYPE"
INVALID_FILTER = "INVALID_FILTER_FIELDS_PARAM"

_ROLE = (
    "Give the token's role access to the primary environment and the upload permissions to read "
    "and update, or put another token into {credential}."
)
_LATER = "Try again in a few minutes."


_CODES: Mapping[str, Known] = {
    "INVALID_AUTHORIZATION_HEADER": Known(
        CredentialRefused, "Put a valid API token of the project into {credential}."
    ),
    "INSUFFICIENT_PERMISSIONS": Known(PermissionMissing, _ROLE),
    "NOT_A_VIDEO": Known(NotSupported, "Choose a video with find_videos."),
    "NO_PRIMARY_AUDIO_TRACK": Known(
        None, "The video has no sound to transcribe. Choose another video."
    ),
    "MUX_ERROR": Known(
        None,
        "Mux, the video service behind DatoCMS, refused or failed: check that the language is "
        "the one spoken, that no track has that name, that a URL is public, and that a track to "
        "delete is not the video's own sound.",
    ),
    "IMMUTABLE_UPLOAD_TRACKS_IN_SANDBOX_ENVIRONMENT": Known(
        SetupError, "Use a token whose requests go to the primary environment."
    ),
    "INCOMPATIBLE_WITH_UPLOAD_STORAGE_SETTINGS": Known(
        SetupError, "The project's own storage settings do not allow it; ask its administrator."
    ),
    "RATE_LIMIT_EXCEEDED": Known(RateLimited, _LATER),
    "CONCURRENT_UPLOAD_UPDATE": Known(RateLimited, _LATER),
    "MAINTENANCE_MODE": Known(RateLimited, "The project is in maintenance mode: wait until then."),
    "PLATFORM_SCHEDULED_MAINTENANCE": Known(RateLimited, _LATER),
    "INVALID_ENVIRONMENT": Known(SetupError, _ROLE),
    "INVALID_ENDPOINT": Known(
        SetupError, "Check {base_url}: there is no such API at that address."
    ),
    "DEACTIVATED_SITE": Known(SetupError, "The project is deactivated; ask its administrator."),
    "SITE_NOT_READY": Known(RateLimited, _LATER),
    "PLAN_UPGRADE_REQUIRED": Known(SetupError, "The project's plan does not include it."),
    "NOT_FOUND": Known(NotFound, "Find the video again with find_videos."),
    "INVALID_FIELD": Known(None, "Change the value that the details name."),
}


@dataclass(frozen=True)
class ErrorWords:
    """DatoCMS's errors in our words, for an account with these places."""

    places: Places = PLACES

    def in_answer(self, status: int, body: bytes) -> VendorSays:
        """What an error body says; nothing when it is not one of DatoCMS's.

        `transient` marks a refusal that may be repeated as it is (the official client repeats any
        method then), so nothing has happened. A 5xx without it stays an open question.
        """
        try:
            first = ErrorDocument.model_validate_json(body).data[0].attributes
        except ValidationError:
            return VendorSays()
        return self._says(first, may_have_happened=status >= 500)

    def in_job(self, payload: JsonValue) -> VendorSays:
        """The same, for the payload of a job that failed."""
        try:
            first = ErrorDocument.model_validate(payload).data[0].attributes
        except ValidationError:
            return VendorSays()
        return self._says(first, may_have_happened=False)

    def _says(self, error: ApiErrorAttributes, *, may_have_happened: bool) -> VendorSays:
        code = INVALID_TYPE if _is_about_type(error) else error.code
        known = _CODES.get(code)
        means = known.means if known else None
        if error.transient:
            means = RateLimited
        elif may_have_happened and means not in (SetupError, CredentialRefused):
            means = RateLimited if code in _MAINTENANCE else None
        next_step = known.next_step if known else None
        return VendorSays(
            code=code,
            message=json.dumps(error.details, ensure_ascii=False) if error.details else None,
            means=means,
            next_step=self.places.filled_in(next_step) if next_step else None,
        )


_MAINTENANCE = frozenset({"MAINTENANCE_MODE", "PLATFORM_SCHEDULED_MAINTENANCE"})


def _is_about_type(error: ApiErrorAttributes) -> bool:
    """Whether the request's own JSON:API `type` is refused, whatever the code is called."""
    details = error.details
    field = details.get("field") if isinstance(details, dict) else None
    return error.code == "INVALID_FIELD" and field in ("type", "data.type", "/data/type")
