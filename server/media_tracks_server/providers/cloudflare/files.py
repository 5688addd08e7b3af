"""Audio files that are uploaded: how large, how long that may take, and open for reading."""

from typing import BinaryIO

from media_tracks_server.http import Files, checked_file, unreadable

LARGEST_BYTES = 200_000_000
"""Cloudflare, Add additional audio tracks page: 200 MB."""
SLOWEST_BYTES_PER_SECOND = 500_000
"""What a connection is assumed to send at least: 4 Mbit/s, so that 200 MB take 400 s at most."""

_VENDOR = "Cloudflare Stream"


def extra_seconds(files: Files, named: str) -> float:
    """How much longer than other requests the upload may take. Blocking; as `checked_file`."""
    _, size = checked_file(files, named, _VENDOR, LARGEST_BYTES)
    return size / SLOWEST_BYTES_PER_SECOND


def opened(files: Files, named: str) -> tuple[str, BinaryIO]:
    """The file's own name, and the file open for reading. Blocking; raises as `checked_file`."""
    path, _ = checked_file(files, named, _VENDOR, LARGEST_BYTES)
    try:
        return path.name, path.open("rb")
    except OSError as error:
        raise unreadable(named, error) from error
