"""Files that are sent to a vendor: found under a local root, and of a size that it takes."""

from pathlib import Path
from typing import Protocol

from media_tracks_tools.errors import CallerError, NotSupported


class Files(Protocol):
    """The real path of a file that a source names. Blocking; raises what `Sources.file` does."""

    def __call__(self, named: str, /) -> Path: ...


def no_files(named: str, /) -> Path:
    """The `Files` of an account without local roots."""
    raise NotSupported(
        f"{named[:80]!r} is no URL, and no folder is opened from which files could be sent.",
        next_step="Give a public http(s) URL, or open the file's folder: MEDIA_TRACKS_LOCAL_ROOTS.",
    )


def is_url(source: str) -> bool:
    """Whether the vendor is to fetch the source itself."""
    return source.casefold().startswith(("https://", "http://"))


def checked_file(files: Files, named: str, vendor: str, largest: int) -> tuple[Path, int]:
    """The file and its size, which is 1 to `largest` bytes. Blocking.

    Raises NotSupported, CallerError and what `files` raises.
    """
    if "://" in named:
        raise NotSupported(
            f"{vendor} can't fetch audio from {named[:80]!r}.",
            next_step="Give a public http(s) URL, or the path of a file under a local root.",
        )
    path = files(named)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise unreadable(named, error) from None
    if not size:
        raise CallerError(
            f"{named[:80]!r} is empty (0 bytes).",
            code="file_empty",
            next_step="Name an audio file that is completely copied.",
        )
    if size > largest:
        raise CallerError(
            f"{named[:80]!r} has {size / 1e6:.0f} MB, and {vendor} takes files of "
            f"{largest / 1e6:.0f} MB at most.",
            code="file_too_large",
            next_step="Compress it (AAC at 128 kbit/s has 1 MB a minute), or give a public URL.",
        )
    return path, size


def unreadable(named: str, error: OSError) -> CallerError:
    """The error of a file that is there no more, or may not be read."""
    return CallerError(
        f"The file {named[:80]!r} can't be read ({type(error).__name__}).",
        code="file_unreadable",
        next_step="Check that it is there and may be read, then ask again.",
    )
