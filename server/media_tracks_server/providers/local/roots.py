"""The configured folders: which files in them are videos, and that nothing outside is reached.

A video's id is its POSIX path relative to the root: `talks/My intro.mp4`.
"""

import errno
import logging
import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from media_tracks_tools.errors import CallerError, NotFound, NotSupported

EXTENSIONS = (".mp4", ".m4v", ".mov", ".mkv", ".webm")
TEMP_PREFIX = ".media-tracks-"
_SETTING = "MEDIA_TRACKS_LOCAL_ROOTS"
_SHOWN = 120
_MISSING = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)

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
    if not is_utf8(str(real)):
        return "its path is not UTF-8, so it can't be told to anybody"
    return None


def is_utf8(name: str) -> bool:
    """Whether a file's name is text; one that is not UTF-8 can't be put into any answer."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def resolve(root: Root, video_id: str) -> Path:
    """The real path of a video: inside the root, with every link followed.

    Raises NotFound (outside, missing), NotSupported (not one of `EXTENSIONS`) or CallerError
    (a folder, an empty file). Outside is told before missing, so that nothing is revealed
    about other folders.
    """
    path, found = _found(root, video_id)
    if stat.S_ISDIR(found.st_mode):
        raise CallerError(
            f"{_shown(video_id)} is a folder, not a video.",
            next_step="Name one of the files in it; find_videos lists them.",
        )
    _check_extension(path, video_id)
    if found.st_size == 0:
        raise CallerError(
            f"{_shown(video_id)} is empty (0 bytes).",
            next_step="Wait until it is completely copied, or copy it again.",
            code="empty_file",
        )
    return path


def _found(root: Root, video_id: str) -> tuple[Path, os.stat_result]:
    """The real path, by the name as it is given or with its accents composed or apart.

    macOS writes them apart (NFD), and whoever types a name writes them composed.
    """
    trouble: OSError | None = None
    for name in (video_id, *(unicodedata.normalize(form, video_id) for form in ("NFC", "NFD"))):
        path = _inside(root, name)
        try:
            return path, path.stat()
        except OSError as error:
            trouble = trouble or error
    assert trouble is not None
    raise _unreached(root, video_id, trouble) from trouble


def resolve_within(roots: tuple[Root, ...], named: str) -> Path:
    """The real path of any file (say, a new audio track) under one of the roots, in their order.

    `named` is a path in a root, an absolute one, or begins with a root's name, as handles do; a
    name that is a root's wins over a folder of that name. Raises NotFound where it lies outside
    all of them or isn't a file.
    """
    name, _, rest = named.partition("/")
    of_account = [(root, rest) for root in roots if root.name == name and rest]
    for root, path in (*of_account, *((root, named) for root in roots)):
        if (real := file_within(root, path)) is not None:
            return real
    raise NotFound(
        f"{_shown(named)} is no file in the configured folders.",
        next_step=f"Put it in one of the folders that {_SETTING} names.",
    )


def file_within(root: Root, path: str | Path) -> Path | None:
    """The real path of the file at `path`, relative or absolute; None where none is inside."""
    if "\0" in str(path):
        return None
    real = Path(os.path.realpath(root.path / path))
    inside = real.is_relative_to(os.path.realpath(root.path))
    return real if inside and is_utf8(str(real)) and _is_file(real) else None


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


def videos(root: Root) -> Iterator[Path]:
    """The videos under the root, in an order that only changes with the names.

    Hidden files and folders (our temp files among them) and names that are not UTF-8 are left
    out, links to folders are not entered, links to files count where they lead to a place
    inside. The paths begin with `root.path`.
    """
    for folder, names, files in os.walk(root.path, onerror=_tell):
        names[:] = _visible(root, names)
        for name in _visible(root, files):
            path = Path(folder, name)
            if path.suffix.lower() in EXTENSIONS and file_within(root, path.absolute()):
                yield path


def _visible(root: Root, names: Iterable[str]) -> Iterator[str]:
    for name in sorted(names):
        if not is_utf8(name):
            _tell_nameless(root.path)
        elif not name.startswith("."):
            yield name


@cache
def _tell_nameless(root: Path) -> None:
    _log.warning("under the local root %a, names that are not UTF-8 are left out", str(root))


def _tell(error: OSError) -> None:
    _log.warning("a folder under a local root can't be listed: %s", error.strerror)


def _inside(root: Root, video_id: str) -> Path:
    if not video_id.strip() or "\0" in video_id or not is_utf8(video_id):
        raise CallerError(
            "The video's path is empty or holds a NUL or another character that is no text.",
            next_step="Give the path relative to the configured folder, as find_videos shows it.",
        )
    base = Path(os.path.realpath(root.path))
    real = Path(os.path.realpath(root.path / video_id))
    if not real.is_relative_to(base):
        raise _outside(video_id)
    if not is_utf8(str(real)):
        raise NotSupported(
            f"{_shown(video_id)} leads to a file whose name is not UTF-8.",
            next_step="Rename that file.",
        )
    return real


def _unreached(root: Root, video_id: str, error: OSError) -> NotFound:
    """For a name that is too long or a folder that may not be entered, another sentence."""
    told = f"in the folder of the account {root.name!r}."
    return NotFound(
        f"There is no file {_shown(video_id)} {told}"
        if error.errno in _MISSING
        else f"{_shown(video_id)} can't be reached {told}",
        next_step=f"Call find_videos with account {root.name!r} to see what is there.",
    )


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
