"""A finished file comes to its place once, however often it is tried and whatever died."""

from pathlib import Path

import pytest

from media_tracks_server.providers.local.publishing import (
    FileStamp,
    PublishOutcome,
    publish,
    stamp_of,
)
from media_tracks_tools.errors import Conflict


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """The file as it was before the work."""
    path = tmp_path / "video.mp4"
    path.write_bytes(b"old")
    return path


@pytest.fixture
def temp(tmp_path: Path) -> Path:
    """The finished new version."""
    path = tmp_path / ".media-tracks-1.mp4"
    path.write_bytes(b"new")
    return path


def inode(path: Path) -> int:
    """The number under which the file system knows the file."""
    return path.stat().st_ino


def stamp(path: Path) -> FileStamp:
    """The stamp of a file that is there."""
    found = stamp_of(path)
    assert found
    return found


def test_the_new_version_takes_the_place_of_the_old(target: Path, temp: Path) -> None:
    """And nothing else is left."""
    outcome = publish(temp, target, stamp(target), temp_inode=inode(temp))
    assert outcome is PublishOutcome.PUBLISHED
    assert target.read_bytes() == b"new"
    assert list(target.parent.iterdir()) == [target]


def test_asked_again_it_was_already_done(target: Path, temp: Path) -> None:
    """A crash between the replacing and its record."""
    before, number = stamp(target), inode(temp)
    publish(temp, target, before, temp_inode=number)
    assert publish(temp, target, before, temp_inode=number) is PublishOutcome.ALREADY_DONE
    assert target.read_bytes() == b"new"


def test_a_sidecar_that_was_not_there_is_made(tmp_path: Path, temp: Path) -> None:
    """None expected, none found."""
    sidecar = tmp_path / "video.it.vtt"
    assert stamp_of(sidecar) is None
    outcome = publish(temp, sidecar, None, temp_inode=inode(temp))
    assert outcome is PublishOutcome.PUBLISHED
    assert sidecar.read_bytes() == b"new"


@pytest.mark.parametrize("change", ["content", "replaced", "gone", "appeared"])
def test_what_changed_meanwhile_is_left_alone(target: Path, temp: Path, change: str) -> None:
    """Someone else's work is never overwritten, and the useless temp file is removed."""
    before = None if change == "appeared" else stamp(target)
    if change == "content":
        target.write_bytes(b"theirs")
    elif change == "replaced":
        other = target.with_name("other")
        other.write_bytes(b"old")
        other.replace(target)
    elif change == "gone":
        target.unlink()
    content = target.read_bytes() if target.exists() else None
    with pytest.raises(Conflict, match="changed by someone else") as caught:
        publish(temp, target, before, temp_inode=inode(temp))
    assert caught.value.code == "changed_meanwhile"
    assert (target.read_bytes() if target.exists() else None) == content
    assert not temp.exists()


def test_a_lost_temp_file_is_told(target: Path, temp: Path) -> None:
    """It was removed, or another file stands under its name; that one is not touched."""
    number = inode(temp)
    temp.rename(temp.with_name("moved"))
    with pytest.raises(Conflict) as caught:
        publish(temp, target, stamp(target), temp_inode=number)
    assert caught.value.code == "result_lost"
    temp.write_bytes(b"another")
    with pytest.raises(Conflict):
        publish(temp, target, stamp(target), temp_inode=number)
    assert temp.read_bytes() == b"another"
    assert target.read_bytes() == b"old"
