"""The configured folders: which files in them are videos, and that nothing outside is reached.

A video's id is its POSIX path relative to the root: `talks/My intro.mp4`.
"""

import logging
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from media_tracks_tools.errors import CallerError, NotFound, NotSupported

EXTENSIONS = (".mp4", ".m4v", ".mov", ".mkv", ".webm")
TEMP_PREFIX = ".media-tracks-"
_SETTING = "MEDIA_TRACKS_LOCAL_ROOTS"
_SHOWN = 120

_log = logging.getLogger(__name__)


class Root(BaseModel):
    """One folder the user opened, with the account name it goes by."""

    model_config = ConfigDict(frozen=True)

    name: str
    path: Path


def check_root(path: Path) -> str | None:
    """Why `path` may not be a root, or None where it may."""
    real = Path(os.path.realpath(path))
    if real == Path(real.anchor):
        return "the whole disk is never opened; name a folder that holds only videos"
    if real == Path(os.path.realpath(Path.home())):
        return "the home folder itself is never opened; name a folder in it that holds the videos"
    if not real.exists():
        return "there is no such folder"
    if not real.is_dir():
        return "it is a file, not a folder"
    return None


def resolve(root: Root, video_id: str) -> Path:
    """The real path of a video: inside the root, with every link followed.

    Raises NotFound (outside, missing), NotSupported (not one of `EXTENSIONS`) or CallerError
    (a folder, an empty file). Outside is told before missing, so that nothing is revealed
    about other folders.
    """
    path = _inside(root, video_id)
    if not path.exists():
        raise NotFound(
            f"There is no file {_shown(video_id)} in the folder of the account {root.name!r}.",
            next_step=f"Call find_videos with account {root.name!r} to see what is there.",
        )
    if path.is_dir():
        raise CallerError(
            f"{_shown(video_id)} is a folder, not a video.",
            next_step="Name one of the files in it; find_videos lists them.",
        )
    _check_extension(path, video_id)
    if path.stat().st_size == 0:
        raise CallerError(
            f"{_shown(video_id)} is empty (0 bytes).",
            next_step="Wait until it is completely copied, or copy it again.",
            code="empty_file",
        )
    return path


def resolve_within(roots: tuple[Root, ...], path: Path) -> Path:
    """The real path of any file (say, a new audio track) that lies under one of the roots.

    Raises NotFound where it lies outside all of them or isn't a file.
    """
    for root in roots:
        real = Path(os.path.realpath(root.path / path)) if "\0" not in str(path) else None
        if real and real.is_relative_to(os.path.realpath(root.path)) and _is_file(real):
            return real
    raise NotFound(
        f"{_shown(str(path))} is no file in the configured folders.",
        next_step=f"Put it in one of the folders that {_SETTING} names.",
    )


def video_id_of(root: Root, path: Path) -> str:
    """The id of a video at `path`; NotFound where it lies outside the root."""
    real = Path(os.path.realpath(path))
    base = Path(os.path.realpath(root.path))
    for candidate, start in ((path, root.path), (real, base)):
        if candidate.is_relative_to(start) and real.is_relative_to(base):
            return candidate.relative_to(start).as_posix()
    raise _outside(path.name)


def temp_beside(target: Path, token: str) -> Path:
    """A hidden temp path next to `target`, with its suffix; `token` makes it this job's own."""
    return target.with_name(f"{TEMP_PREFIX}{token}{target.suffix}")


def videos(root: Root, limit: int | None = None) -> Iterator[Path]:
    """The videos under the root, at most `limit`, in an order that only changes with the names.

    Hidden files and folders (our temp files among them) are left out, links to folders are
    not entered, links to files count where they lead to a place inside. The paths begin with
    `root.path`.
    """
    return islice(_walk(root), limit)


def _walk(root: Root) -> Iterator[Path]:
    base = os.path.realpath(root.path)
    for folder, names, files in os.walk(root.path, onerror=_tell):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if not name.startswith(".") and path.suffix.lower() in EXTENSIONS:
                real = Path(os.path.realpath(path))
                if real.is_relative_to(base) and _is_file(real):
                    yield path


def _tell(error: OSError) -> None:
    _log.warning("a folder under a local root can't be listed: %s", error.strerror)


def _inside(root: Root, video_id: str) -> Path:
    if not video_id.strip() or "\0" in video_id:
        raise CallerError(
            "The video's path is empty or holds a NUL character.",
            next_step="Give the path relative to the configured folder, as find_videos shows it.",
        )
    base = Path(os.path.realpath(root.path))
    real = Path(os.path.realpath(root.path / video_id))
    if not real.is_relative_to(base):
        raise _outside(video_id)
    try:
        real.exists()
    except OSError as error:  # a name that is too long, a folder that may not be entered
        raise NotFound(
            f"{_shown(video_id)} can't be reached in the folder of the account {root.name!r}.",
            next_step=f"Call find_videos with account {root.name!r} to see what is there.",
        ) from error
    return real


def _outside(named: str) -> NotFound:
    return NotFound(
        f"{_shown(named)} lies outside the configured folders.",
        next_step=f"Move or copy it into one of the folders that {_SETTING} names,"
        " or add its folder to that setting.",
        code="outside_roots",
    )


def _check_extension(path: Path, video_id: str) -> None:
    if path.suffix.lower() not in EXTENSIONS:
        known = ", ".join(extension[1:] for extension in EXTENSIONS)
        raise NotSupported(
            f"{_shown(video_id)} is not a video file: it should end in one of {known}.",
            next_step="Name a video; find_videos lists them.",
        )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a link that leads to itself, or a folder that may not be entered
        return False


def _shown(named: str) -> str:
    return repr(named if len(named) <= _SHOWN else named[:_SHOWN] + "…")
