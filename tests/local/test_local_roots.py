"""Only videos inside the configured folders exist, and each no has its own sentence."""

import os
from pathlib import Path

import pytest

from media_tracks_server.providers.local.roots import (
    Root,
    check_root,
    resolve,
    resolve_within,
    temp_beside,
    video_id_of,
    videos,
)
from media_tracks_tools.errors import CallerError, NotFound, NotSupported


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """A root with a video, beside a folder that is none of ours."""
    films = tmp_path / "films"
    (films / "talks").mkdir(parents=True)
    (films / "talks" / "My intro.mp4").write_bytes(b"x")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "private.mp4").write_bytes(b"x")
    return Root(name="local", path=films)


def test_a_video_is_found_by_its_path_in_the_root(root: Root) -> None:
    """Relative, or absolute within the root; its id is the relative path."""
    expected = root.path / "talks" / "My intro.mp4"
    assert resolve(root, "talks/My intro.mp4") == expected
    assert resolve(root, str(expected)) == expected
    assert resolve(root, "talks/../talks/./My intro.mp4") == expected
    assert video_id_of(root, expected) == "talks/My intro.mp4"


@pytest.mark.parametrize(
    "asked", ["../secret/private.mp4", "../secret/missing.mp4", "/etc/passwd", "talks/../../x.mp4"]
)
def test_what_lies_outside_is_told_so_whether_it_exists_or_not(root: Root, asked: str) -> None:
    """The answer reveals nothing about other folders."""
    with pytest.raises(NotFound, match="lies outside the configured folders") as caught:
        resolve(root, asked)
    assert "MEDIA_TRACKS_LOCAL_ROOTS" in (caught.value.next_step or "")


def test_a_link_to_the_outside_is_not_followed_and_not_told(root: Root) -> None:
    """Where it leads stays unsaid."""
    (root.path / "link.mp4").symlink_to(root.path.parent / "secret" / "private.mp4")
    (root.path / "folder").symlink_to(root.path.parent / "secret")
    for asked in ("link.mp4", "folder/private.mp4"):
        with pytest.raises(NotFound, match="outside") as caught:
            resolve(root, asked)
        assert "secret" not in caught.value.message
    with pytest.raises(NotFound):
        video_id_of(root, root.path / "link.mp4")
    with pytest.raises(NotFound):
        resolve_within((root,), "link.mp4")


def test_a_link_inside_and_a_root_that_is_a_link_are_followed(root: Root, tmp_path: Path) -> None:
    """Many people link their media folder to a big disk."""
    (root.path / "short.mp4").symlink_to(root.path / "talks" / "My intro.mp4")
    linked = Root(name="local", path=tmp_path / "link")
    linked.path.symlink_to(root.path)
    real = root.path / "talks" / "My intro.mp4"
    assert resolve(root, "short.mp4") == real
    assert resolve(linked, str(real)) == real
    assert video_id_of(linked, real) == "talks/My intro.mp4"
    assert video_id_of(linked, linked.path / "talks" / "My intro.mp4") == "talks/My intro.mp4"


@pytest.mark.parametrize(
    ("asked", "kind", "told"),
    [
        ("missing.mp4", NotFound, "There is no file 'missing.mp4'"),
        ("talks", CallerError, "is a folder"),
        ("empty.mp4", CallerError, r"is empty \(0 bytes\)"),
        ("notes.txt", NotSupported, "should end in one of mp4, m4v, mov, mkv, webm"),
        ("", CallerError, "is empty or holds a NUL"),
        ("a\0b.mp4", CallerError, "is empty or holds a NUL"),
        ("x" * 300 + ".mp4", NotFound, "can't be reached"),
        ("loop.mp4", NotFound, "There is no file 'loop.mp4'"),
    ],
)
def test_each_no_has_its_own_sentence(
    root: Root, asked: str, kind: type[CallerError], told: str
) -> None:
    """Missing, folder, empty, no video, no path, a path that can't be."""
    (root.path / "empty.mp4").touch()
    (root.path / "notes.txt").write_text("x")
    (root.path / "loop.mp4").symlink_to("loop.mp4")
    with pytest.raises(kind, match=told) as caught:
        resolve(root, asked)
    assert len(caught.value.message) < 250
    assert caught.value.next_step


def test_other_files_are_found_within_any_root(root: Root, tmp_path: Path) -> None:
    """A new audio track may lie in another root than the video."""
    other = Root(name="sounds", path=tmp_path / "sounds")
    other.path.mkdir()
    sound = other.path / "it.wav"
    sound.write_bytes(b"x")
    assert resolve_within((root, other), "it.wav") == sound
    assert resolve_within((root, other), str(sound)) == sound
    for asked in ("missing.wav", "../secret/private.mp4", "a\0b", "talks", "x" * 300):
        with pytest.raises(NotFound):
            resolve_within((root, other), asked)


def test_walking_lists_videos_in_a_stable_order(root: Root, tmp_path: Path) -> None:
    """Hidden files, our temp files, other files and links to the outside are left out."""
    video = root.path / "talks" / "My intro.mp4"
    for name in ("b.MKV", "a.webm", ".hidden.mp4", "notes.txt"):
        (root.path / name).write_bytes(b"x")
    (root.path / ".git").mkdir()
    (root.path / ".git" / "x.mp4").write_bytes(b"x")
    temp = temp_beside(video, "job1")
    temp.write_bytes(b"x")
    (root.path / "out.mp4").symlink_to(tmp_path / "secret" / "private.mp4")
    (root.path / "in.mp4").symlink_to(video)
    (root.path / "loop.mp4").symlink_to("loop.mp4")
    (root.path / "everything").symlink_to(tmp_path)
    (root.path / "folder.mp4").mkdir()
    found = [path.relative_to(root.path).as_posix() for path in videos(root)]
    assert found == ["a.webm", "b.MKV", "in.mp4", "talks/My intro.mp4"]
    assert temp.suffix == video.suffix
    assert temp.parent == video.parent


def test_a_folder_that_cannot_be_listed_is_logged(
    root: Root, caplog: pytest.LogCaptureFixture
) -> None:
    """The rest is listed all the same."""
    gone = Root(name="gone", path=root.path / "gone")
    assert list(videos(gone)) == []
    assert "can't be listed" in caplog.text


def test_roots_that_open_too_much_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole disk, the home folder, what is no folder; also through a link."""
    home = tmp_path / "home"
    (home / "films").mkdir(parents=True)
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(home)
    monkeypatch.setenv("HOME", str(home))
    assert "whole disk" in (check_root(Path(os.sep)) or "")
    assert "home folder" in (check_root(home) or "")
    assert "home folder" in (check_root(tmp_path / "link") or "")
    assert "no such folder" in (check_root(tmp_path / "missing") or "")
    assert "not a folder" in (check_root(tmp_path / "file") or "")
    assert check_root(home / "films") is None
