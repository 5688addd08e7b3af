"""Putting a finished temp file in the place of the real one, once, whatever happened before.

The recorded inode of the temp file tells after a crash whether the replacing was done.
"""

import os
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from media_tracks_tools.errors import Conflict

CHANGED = "changed_meanwhile"
"""The code of a target that is not what it was: the work can simply be done anew."""


class FileStamp(BaseModel):
    """What a file was when the work on it began: enough to see that it changed since."""

    model_config = ConfigDict(frozen=True)

    inode: int
    mtime_ns: int
    size: int


class PublishOutcome(StrEnum):
    """How the new file came to its place."""

    PUBLISHED = "published"  # replaced just now
    ALREADY_DONE = "already_done"  # an earlier attempt had replaced it


def stamp_of(path: Path) -> FileStamp | None:
    """The stamp of the file, or None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return FileStamp(inode=found.st_ino, mtime_ns=found.st_mtime_ns, size=found.st_size)


def publish(
    temp: Path, target: Path, expected: FileStamp | None, *, temp_inode: int
) -> PublishOutcome:
    """Rename `temp` over `target` and make that durable; safe to call again after a crash.

    `expected` is the target's stamp from before the work (None: there was no such file),
    `temp_inode` the inode the finished temp file had. Raises Conflict where the target changed
    meanwhile (the temp file is removed then) or the temp file is lost; the target is untouched.
    """
    present = stamp_of(target)
    if present is not None and present.inode == temp_inode:
        return PublishOutcome.ALREADY_DONE
    made = stamp_of(temp)
    if made is None or made.inode != temp_inode:
        raise Conflict(
            f"The finished new version of {target.name!r} is no longer there.",
            next_step="Call the tool again to make it anew; the file itself is unchanged.",
            code="result_lost",
        )
    if present != expected:
        temp.unlink()
        raise Conflict(
            f"{target.name!r} was changed by someone else while the new version was being made,"
            " so it was left as it is now.",
            next_step="Look at the file, then call the tool again.",
            code=CHANGED,
        )
    temp.replace(target)
    _sync_folder(target.parent)
    return PublishOutcome.PUBLISHED


def sync_file(path: Path) -> None:
    """Wait until the file's content is on the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # pragma: no cover - Windows can't open a folder
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
