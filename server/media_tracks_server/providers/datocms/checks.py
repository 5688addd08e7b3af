"""Whether the token works, and what it may do."""

from media_tracks_server.http import plain
from media_tracks_server.providers.datocms.calls import Calls
from media_tracks_tools.errors import (
    CallerError,
    MediaTracksError,
    Refused,
    Unreadable,
)
from media_tracks_tools.models import AccountCheck, Problem

_NOWHERE = "0"
"""The id of no upload and of no track: ids are 22 letters, or in older projects numbers from 1."""


async def check(calls: Calls) -> AccountCheck:
    """Two requests: the project, and one of its uploads, which a role may not be let to read."""
    try:
        site = await calls.site()
        await calls.any_upload()
    except MediaTracksError as error:
        return _failed(error)
    return AccountCheck(ok=True, detail=f"The token works; the project is {plain(site.name)!r}.")


async def check_writing(calls: Calls) -> AccountCheck:
    """One request: delete a track that can't exist, of an upload that can't exist.

    That permissions are checked before existence is inferred, so only a refusal proves anything.
    """
    try:
        await calls.destroy(_NOWHERE, _NOWHERE)
    except (CallerError, Refused, Unreadable):
        pass
    except MediaTracksError as error:
        return _failed(error)
    return AccountCheck(ok=True, detail="Changing tracks was not refused.")


def _failed(error: MediaTracksError) -> AccountCheck:
    return AccountCheck(ok=False, detail=error.message, error=Problem.of(error))
