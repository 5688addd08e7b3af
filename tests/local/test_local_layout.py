"""The outermost boxes, read from the bytes: complete or not, index first or last."""

import struct
from pathlib import Path

import pytest

from media_tracks_server.providers.local.containers import Kind
from media_tracks_server.providers.local.layout import Layout, layout_of


def box(name: bytes, size: int, content: bytes = b"") -> bytes:
    """A box with that size in its head, whatever it really holds."""
    return struct.pack(">I4s", size, name) + content


def long_box(name: bytes, size: int, content: bytes) -> bytes:
    """A box of more than four gigabytes has its size behind its name."""
    return struct.pack(">I4sQ", 1, name, size) + content


FTYP = box(b"ftyp", 16, b"isommp42")
EBML = bytes.fromhex("1a45dfa3 84 42868101")
SEGMENT = bytes.fromhex("18538067")


@pytest.mark.parametrize(
    ("content", "complete", "index_first"),
    [
        (FTYP + box(b"moov", 12, b"1234") + box(b"mdat", 12, b"1234"), True, True),
        (FTYP + box(b"mdat", 12, b"1234") + box(b"moov", 12, b"1234"), True, False),
        (FTYP + box(b"moov", 12, b"1234") + box(b"mdat", 13, b"1234"), False, True),
        (FTYP + box(b"moov", 12, b"1234") + box(b"mdat", 0, b"1234"), True, True),
        (FTYP + box(b"moov", 12, b"1234") + long_box(b"mdat", 20, b"1234"), True, True),
        (FTYP + long_box(b"mdat", 5 << 32, b"1234"), False, False),
        (FTYP + box(b"mdat", 12, b"1234") + b"end", True, False),
        (FTYP + box(b"mdat", 12, b"1234") + b"trailing junk of some length", True, False),
        (FTYP + box(b"moov", 12, b"1234"), True, False),
        (FTYP + box(b"mdat", 5, b"1234"), True, False),
    ],
)
def test_boxes_of_mp4(tmp_path: Path, content: bytes, complete: bool, index_first: bool) -> None:
    """Junk behind the last box is nobody's loss."""
    path = tmp_path / "x.mp4"
    path.write_bytes(content)
    assert layout_of(path, Kind.MP4) == Layout(complete, index_first)


@pytest.mark.parametrize(
    ("content", "complete"),
    [
        (EBML + SEGMENT + b"\x84" + b"1234", True),
        (EBML + SEGMENT + b"\x85" + b"1234", False),
        (EBML + SEGMENT + b"\x40\x04" + b"1234", True),
        (EBML + SEGMENT + b"\x40\x05" + b"1234", False),
        (EBML + SEGMENT + b"\xff" + b"1234", True),
        (EBML + SEGMENT + b"\x01" + b"\xff" * 7 + b"1234", True),
        (EBML + b"something else", True),
        (EBML, True),
        (b"no Matroska", True),
        (b"\0", True),
    ],
)
def test_the_segment_of_matroska(tmp_path: Path, content: bytes, complete: bool) -> None:
    """A live recording leaves its size open; what isn't known is not held against the file."""
    path = tmp_path / "x.mkv"
    path.write_bytes(content)
    assert layout_of(path, Kind.MKV) == Layout(complete, index_first=False)
