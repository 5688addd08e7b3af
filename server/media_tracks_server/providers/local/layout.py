"""The outermost boxes of a video file: is it all there, and does its index come first?

Read from the bytes themselves, since FFmpeg copies half of a cut-short file without an error
(seen with 8.1.2). Sources: ISO/IEC 14496-12 section 4.2 (boxes), RFC 8794 (EBML), RFC 9559
(the Segment of Matroska).
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from media_tracks_server.providers.local.containers import Kind

_BOXES = (b"moov", b"mdat", b"moof")
_EBML, _SEGMENT = 0x1A45DFA3, 0x18538067


class Layout(NamedTuple):
    """`complete`: no box ends beyond the file's end; `index_first`: moov stands before mdat."""

    complete: bool
    index_first: bool


def layout_of(path: Path, kind: Kind) -> Layout:
    """The layout of a file that FFmpeg could open as `kind`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if not kind.is_mov_family:
            return Layout(_segment_end(file) <= size, index_first=False)
        boxes = [box for box in _boxes(file, size) if box[0] in _BOXES]
    names = [name for name, _ in boxes]
    return Layout(
        complete=all(end <= size for _, end in boxes),
        index_first=b"moov" in names[: names.index(b"mdat")] if b"mdat" in names else False,
    )


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int]]:
    """Name and end of each outermost box; a size of 0 means up to the end of the file."""
    position = 0
    while len(head := file.read(16)) >= 8:
        length, name = struct.unpack(">I4s", head[:8])
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack(">Q", head[8:])
        position = position + length if length >= 8 else size
        yield name, position
        file.seek(position)


def _segment_end(file: BinaryIO) -> int:
    """Where the Segment says it ends; 0 where it doesn't say (a live recording)."""
    if _number(file, keep_marker=True) != _EBML:
        return 0
    file.seek(_number(file), 1)
    if _number(file, keep_marker=True) != _SEGMENT:
        return 0
    length = _number(file)
    return file.tell() + length if length else 0


def _number(file: BinaryIO, *, keep_marker: bool = False) -> int:
    """A number of variable length; 0 for the reserved 'unknown' and at the end of the file."""
    first = (file.read(1) or b"\0")[0]
    width = 9 - first.bit_length()
    if first == 0:
        return 0
    whole = int.from_bytes(bytes([first]) + file.read(width - 1))
    if keep_marker:
        return whole
    value = whole & ~(1 << (7 * width))
    return 0 if value == (1 << (7 * width)) - 1 else value
