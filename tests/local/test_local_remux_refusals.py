"""What can't be done well is refused: the old file stays as it is and nothing is left over."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from making import Picture, Sound, write_sound, write_video
from media_tracks_server.providers.local.containers import Kind, probe
from media_tracks_server.providers.local.layout import layout_of
from media_tracks_server.providers.local.remux import add_audio
from media_tracks_tools.errors import (
    CallerError,
    MediaTracksError,
    NotFound,
    NotSupported,
    SetupError,
)


def refusal(video: Path, audio: Path, kind: type[MediaTracksError] = CallerError) -> str:
    """The message with which adding is refused, after a look at what is left of it."""
    original = video.read_bytes() if video.stat().st_size < 1e8 else b""
    listing = sorted(video.parent.iterdir())
    temp = video.with_name(f".new-{video.name}")
    with pytest.raises(kind) as caught:
        add_audio(
            video,
            audio,
            temp,
            label="x",
            language=None,
            make_default=False,
            on_progress=lambda _done, _total: None,
        )
    assert sorted(video.parent.iterdir()) == listing
    if original:
        assert video.read_bytes() == original
    assert caught.value.next_step
    return caught.value.message


def cut(path: Path, keep: float) -> Path:
    """The file without its end."""
    os.truncate(path, int(path.stat().st_size * keep))
    return path


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("video.mp4", {"movflags": "faststart"}),
        ("video.mov", {"movflags": "faststart"}),
        ("video.mkv", {}),
        ("video.webm", {}),
        ("video.mp4", {"movflags": "frag_every_frame+empty_moov+default_base_moof"}),
    ],
)
@pytest.mark.parametrize("keep", [0.5, 0.97])
def test_a_file_cut_short_is_refused(
    tmp_path: Path, name: str, options: dict[str, str], keep: float
) -> None:
    """FFmpeg would copy what is there and call it a success."""
    video = write_video(tmp_path / name, options=options)
    audio = write_sound(tmp_path / "x.wav")
    assert "cut short" in refusal(cut(video, keep), audio)


def test_one_missing_byte_is_noticed(tmp_path: Path) -> None:
    """The outermost boxes say where the file should end."""
    video = write_video(tmp_path / "video.mp4", options={"movflags": "faststart"})
    assert layout_of(video, Kind.MP4).complete
    os.truncate(video, video.stat().st_size - 1)
    assert not layout_of(video, Kind.MP4).complete
    assert "cut short" in refusal(video, write_sound(tmp_path / "x.wav"))


def test_a_last_packet_that_is_cut_is_noticed(tmp_path: Path) -> None:
    """Boxes without a length of their own promise nothing; FFmpeg marks the packet."""
    video = write_video(tmp_path / "video.mp4", options={"movflags": "faststart"})
    content = bytearray(video.read_bytes())
    box = content.index(b"mdat") - 4
    content[box : box + 4] = bytes(4)
    video.write_bytes(content[:-5])
    assert layout_of(video, Kind.MP4).complete
    assert "cut short" in refusal(video, write_sound(tmp_path / "x.wav"))


@pytest.mark.parametrize("name", ["video.mkv", "video.mp4"])
def test_a_track_that_cannot_be_copied_is_refused(tmp_path: Path, name: str) -> None:
    """A codec that FFmpeg has never heard of; dropping it would lose something."""
    video = write_video(tmp_path / name)
    content = video.read_bytes().replace(b"A_AAC", b"A_XXX")
    video.write_bytes(content.replace(b"mp4a", b"XXXX").replace(b"esds", b"XXXX"))
    assert probe(video).audio[0].codec == "unknown"
    message = refusal(video, write_sound(tmp_path / "x.wav"), NotSupported)
    assert "holds a track that can't be copied (number 1, audio)" in message


def test_less_sound_than_declared_is_noticed(tmp_path: Path) -> None:
    """Boxes that are all there, with an index that promises more: the copied time tells."""
    video = write_video(
        tmp_path / "video.mkv",
        picture=Picture(seconds=4),
        sounds=[],
        options={"cluster_time_limit": "1000"},
    )
    content = video.read_bytes()
    cluster = content.rindex(b"\x1f\x43\xb6\x75")
    # the last cluster becomes an EBML Void of the same length
    video.write_bytes(content[:cluster] + _void(len(content) - cluster))
    assert layout_of(video, Kind.MKV).complete
    assert "cut short" in refusal(video, write_sound(tmp_path / "x.wav"))


def _void(length: int) -> bytes:
    return b"\xec\x01" + (length - 9).to_bytes(7) + b"\0" * (length - 9)


@pytest.mark.parametrize(
    "content", [b"", b"just text\n" * 50, b"\0" * 4000, b"\x1a\x45\xdf\xa3junk"]
)
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    """Empty, text and junk under a video's name."""
    video = tmp_path / "text.mp4"
    video.write_bytes(content)
    assert "not a readable video" in refusal(video, write_sound(tmp_path / "x.wav"))


def test_another_container_is_refused(tmp_path: Path) -> None:
    """An AVI called mp4 can't get a labelled track."""
    video = write_video(tmp_path / "x.avi")
    renamed = video.rename(tmp_path / "x.mp4")
    message = refusal(renamed, write_sound(tmp_path / "x.wav"), NotSupported)
    assert "neither MP4, MOV, MKV nor WebM" in message


def test_a_copy_protected_video_is_refused(tmp_path: Path) -> None:
    """Its samples would become rubbish without their keys."""
    video = write_video(
        tmp_path / "video.mp4",
        options={
            "encryption_scheme": "cenc-aes-ctr",
            "encryption_key": "76a6c65c5ea762046bd749a2e632ccbb",
            "encryption_kid": "a7e61c373e219033c21091fa607bf3b8",
        },
    )
    message = refusal(video, write_sound(tmp_path / "x.wav"), NotSupported)
    assert "copy-protected" in message


@pytest.mark.parametrize("name", ["x.wav", "x.m4a", "x.flac"])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
def test_sound_of_length_zero_is_refused(tmp_path: Path, suffix: str, name: str) -> None:
    """FFmpeg would add no track, or an empty one, without a word."""
    codec = {"x.wav": "pcm_s16le", "x.m4a": "aac", "x.flac": "flac"}[name]
    video = write_video(tmp_path / f"video{suffix}")
    audio = write_sound(tmp_path / name, Sound(codec, seconds=0))
    message = refusal(video, audio)
    assert name in message
    assert "length zero" in message or "no audio track" in message or "not a readable" in message


def test_a_sound_file_without_sound_is_refused(tmp_path: Path) -> None:
    """A silent film has no audio track to take."""
    video = write_video(tmp_path / "video.mp4")
    silent = write_video(tmp_path / "silent.mp4", sounds=[])
    assert "'silent.mp4' holds no audio track" in refusal(video, silent)


def test_a_damaged_sound_file_is_named(tmp_path: Path) -> None:
    """The message is about the sound, not about the video."""
    video = write_video(tmp_path / "video.webm")
    audio = write_sound(tmp_path / "x.m4a", Sound(seconds=5))
    content = bytearray(audio.read_bytes())
    start = content.index(b"mdat") + 2000
    content[start : start + 20_000] = b"\xff" * 20_000
    audio.write_bytes(content)
    assert "'x.m4a' is not a readable" in refusal(video, audio)


def test_a_missing_sound_file_is_told(tmp_path: Path) -> None:
    """It went away between the check and the work."""
    video = write_video(tmp_path / "video.mp4")
    assert "'gone.wav' is no longer there" in refusal(video, tmp_path / "gone.wav", NotFound)


def test_a_data_track_that_is_lost_is_told(tmp_path: Path) -> None:
    """FFmpeg can't carry a camera's telemetry over; the rest is kept."""
    video = write_video(tmp_path / "video.mov", metadata={"timecode": "01:00:00:00"})
    video.write_bytes(video.read_bytes().replace(b"tmcd", b"xxcd"))
    added = add_audio(
        video,
        write_sound(tmp_path / "x.wav"),
        tmp_path / "new.mov",
        label="x",
        language=None,
        make_default=False,
        on_progress=lambda _done, _total: None,
    )
    assert "was left out" in added.warnings[0]


def test_too_little_room_is_said_with_figures(tmp_path: Path) -> None:
    """Before a byte is written; the file is sparse, its size is not."""
    video = write_video(tmp_path / "video.mp4")
    os.truncate(video, 10**13)
    message = refusal(video, write_sound(tmp_path / "x.wav"), SetupError)
    assert "needs 10,000,00" in message
    assert "MB are free" in message


_LIMITED = """
import resource, sys
from pathlib import Path
from media_tracks_server.providers.local.remux import add_audio
from media_tracks_tools.errors import SetupError
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), resource.RLIM_INFINITY))
try:
    add_audio(*map(Path, sys.argv[1:4]), label="x", language=None, make_default=False,
              on_progress=lambda done, total: None)
except SetupError as error:
    print(error.code)
finally:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.parametrize("share", [0.1, 0.99])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_disk_that_fills_up_meanwhile_is_told(tmp_path: Path, suffix: str, share: float) -> None:
    """A real limit on the size of files, in a process of its own, stands for the full disk."""
    video = write_video(tmp_path / f"video{suffix}", picture=Picture(seconds=8))
    audio = write_sound(tmp_path / "x.wav", Sound("pcm_s16le", seconds=8))
    temp = tmp_path / f"new{suffix}"
    limit = str(int(video.stat().st_size * share))
    command = [sys.executable, "-c", _LIMITED, str(video), str(audio), str(temp), limit]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "disk_full"
    assert not temp.exists()


@pytest.mark.skipif(not hasattr(os, "fdatasync"), reason="nothing is synced meanwhile here")
def test_a_disk_error_while_the_copy_is_synced_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system tells it only once, and that to the thread that syncs meanwhile."""
    video, audio = write_video(tmp_path / "video.mp4"), write_sound(tmp_path / "dub.wav")
    temp, asked = tmp_path / ".new-video.mp4", threading.Event()

    def full(_descriptor: int) -> None:
        asked.set()
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fdatasync", full)
    with pytest.raises(SetupError) as caught:
        add_audio(
            video,
            audio,
            temp,
            label="x",
            language=None,
            make_default=False,
            on_progress=lambda done, _total: None if done == 0 else _wait(asked),
        )
    assert caught.value.code == "disk_full"
    assert not temp.exists()


def _wait(event: threading.Event) -> None:
    assert event.wait(10)


def test_a_folder_without_write_rights_is_told(tmp_path: Path) -> None:
    """Linux lets nobody, not even root, make a file there."""
    with pytest.raises(SetupError, match="nothing may be written beside it"):
        add_audio(
            write_video(tmp_path / "video.mp4"),
            write_sound(tmp_path / "x.wav"),
            Path("/sys/new.mp4"),
            label="x",
            language=None,
            make_default=False,
            on_progress=lambda _done, _total: None,
        )
