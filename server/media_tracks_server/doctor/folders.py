"""Looking at the local roots: there, readable, writable, with room?"""

import os
import shutil
import tempfile

from media_tracks_server.doctor.findings import Finding, Outcome
from media_tracks_server.doctor.tools import CHANGING, EVERY
from media_tracks_server.providers.local.roots import Root
from media_tracks_tools.errors import SetupError

LITTLE_ROOM = 2**30
"""Adding audio copies the video beside itself; below a GiB that soon fails."""


def look_at_root(root: Root) -> Finding:
    """One finding for a folder; a nameless file is made in it and gone at once. Blocking."""
    try:
        with os.scandir(root.path) as entries:
            next(entries, None)
    except OSError as error:
        return _failed(root, "can't be read", error, "Give this user the right to read", EVERY)
    try:
        with tempfile.TemporaryFile(dir=root.path, prefix=".media-tracks-"):
            free = shutil.disk_usage(root.path).free
    except OSError as error:
        return _failed(
            root, "can't be written", error, "Give this user the right to write to", CHANGING
        )
    room = f"{free / 2**30:.1f} GiB free"
    little = free < LITTLE_ROOM
    return Finding(
        looked_at="local root",
        name=root.name,
        outcome=Outcome.WARNING if little else Outcome.OK,
        detail=f"{root.path} can be read and written; {room}.",
        next_step="Make room: adding audio copies the video first." if little else None,
    )


def _failed(
    root: Root, what: str, error: OSError, right: str, disables: tuple[str, ...]
) -> Finding:
    problem = SetupError(
        f"{root.path} {what}: {error.strerror}.",
        next_step=f"{right} this folder, or name another one.",
    )
    return Finding.of("local root", problem, root.name, disables)
