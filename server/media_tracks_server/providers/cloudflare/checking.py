"""Whether a token works: verified, then tried on Stream, then on a change that can't happen."""

from media_tracks_server.providers.cloudflare.calls import Calls
from media_tracks_server.providers.cloudflare.codes import PERMISSION
from media_tracks_tools.errors import (
    CallerError,
    CredentialRefused,
    MediaTracksError,
    NotFound,
    PermissionMissing,
    Refused,
    Unreadable,
)
from media_tracks_tools.models import AccountCheck, Problem

_NO_VIDEO = "0" * 32
_NOT_REFUSED = AccountCheck(ok=True, detail="A change was not refused for want of permission.")


async def check(calls: Calls, setting: str) -> AccountCheck:
    """Verify the token, then ask for one video: a good token proves no Stream access."""
    try:
        await _verify(calls, setting)
        await calls.videos(limit=1)
    except MediaTracksError as error:
        return _failed(error)
    return AccountCheck(ok=True, detail="The token works and the account has Stream.")


async def _verify(calls: Calls, setting: str) -> None:
    """Account-owned and user-owned tokens are verified at different addresses."""
    try:
        status = await calls.account_token_status()
    except (CredentialRefused, PermissionMissing, NotFound, Refused):
        status = await calls.user_token_status()
    if status != "active":
        raise CredentialRefused(
            "The Cloudflare token is disabled or has expired.",
            next_step=f"Put a valid token into {setting}.",
        )


async def check_writing(calls: Calls, setting: str) -> AccountCheck:
    """One DELETE of captions of a video that can't exist.

    That permission is looked at before existence is inferred, so only a refusal proves anything.
    """
    try:
        await calls.delete_captions(_NO_VIDEO, "en")
    except (CredentialRefused, PermissionMissing) as error:
        return _failed(
            PermissionMissing(
                f"The Cloudflare token may not change anything. {error.message}",
                next_step="If it can read, it lacks a permission: put a token with the permission "
                f'"{PERMISSION}" on this account into {setting}.',
            )
        )
    except (CallerError, Refused, Unreadable):
        return _NOT_REFUSED
    except MediaTracksError as error:
        return _failed(error)
    return _NOT_REFUSED


def _failed(error: MediaTracksError) -> AccountCheck:
    return AccountCheck(ok=False, detail=error.message, error=Problem.of(error))
