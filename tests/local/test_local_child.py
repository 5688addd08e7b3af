"""The media child: one task in, lines out, and never anything left of it."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.conftest import Child, StartChild, searching
from making import Picture, Sound, write_sound, write_speech, write_video
from media_tracks_server.providers.local.child import STOPPED
from media_tracks_server.providers.local.containers import probe
from media_tracks_server.providers.local.roots import Root, temp_beside, videos
from media_tracks_server.providers.local.tasks import (
    AddAudioResult,
    AddAudioTask,
    Alive,
    Done,
    Failed,
    Line,
    Progress,
    TranscribeResult,
    TranscribeTask,
    read_line,
)
from media_tracks_tools.captions import parse
from media_tracks_tools.errors import Side


def lines_of(child: Child) -> Iterator[Line]:
    """What the child writes, as it comes."""
    assert child.stdout
    for line in child.stdout:
        yield read_line(line)


def told(lines: list[Line]) -> list[Progress]:
    """The reports of progress among them."""
    return [line for line in lines if isinstance(line, Progress)]


def test_transcribing_tells_its_phases_and_writes_the_captions(
    tmp_path: Path, speech_model: str, demo_media: Path, start_child: StartChild
) -> None:
    """From the video to WebVTT on the disk."""
    video = write_speech(tmp_path / "talk.mp4", demo_media / "speech_en.flac")
    temp = tmp_path / ".media-tracks-1.vtt"
    task = TranscribeTask(video=video, temp=temp, model=speech_model, language="en", threads=1)
    child = start_child(task)
    lines = list(lines_of(child))
    assert child.wait() == 0
    last = lines[-1]
    assert isinstance(last, Done)
    assert isinstance(last.result, TranscribeResult)
    assert last.result.temp == temp
    assert last.result.temp_inode == temp.stat().st_ino
    assert last.result.language == "en"
    assert len(parse(temp.read_text())) == last.result.cues >= 3
    assert {line.unit for line in told(lines)} == {"seconds"}
    done = [line.done for line in told(lines)]
    assert done == sorted(set(done))
    assert len(done) >= 4


def test_adding_audio_writes_the_new_file(tmp_path: Path, start_child: StartChild) -> None:
    """And leaves the original to the parent."""
    video = write_video(tmp_path / "video.mp4")
    before = video.read_bytes()
    temp = temp_beside(video, "1")
    audio = write_sound(tmp_path / "x.wav")
    task = AddAudioTask(
        video=video, audio=audio, temp=temp, label="Italiano", language="it", make_default=True
    )
    child = start_child(task)
    lines = list(lines_of(child))
    assert child.wait() == 0
    last = lines[-1]
    assert isinstance(last, Done)
    assert isinstance(last.result, AddAudioResult)
    assert (last.result.label, last.result.language, last.result.codec) == (
        "Italiano",
        "ita",
        "aac",
    )
    assert not last.result.copied
    assert last.result.temp_inode == temp.stat().st_ino
    assert probe(temp).audio[-1].default
    reports = told(lines)
    assert (reports[0].done, reports[-1].done) == (0, len(before))
    assert {(line.unit, line.total) for line in reports} == {("bytes", len(before))}
    assert video.read_bytes() == before


def test_the_finished_file_stays_when_the_parent_lets_go(
    tmp_path: Path, start_child: StartChild
) -> None:
    """After the last line the temp file is the parent's, even while the child still ends."""
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, threading\natexit.register(threading.Event().wait, 30)"
    )
    video = write_video(tmp_path / "video.mp4")
    temp = temp_beside(video, "1")
    audio = write_sound(tmp_path / "x.wav")
    child = start_child(AddAudioTask(video=video, audio=audio, temp=temp, label="x"), tmp_path)
    assert any(isinstance(line, Done) for line in lines_of(child))
    assert child.stdin
    child.stdin.close()
    assert child.wait(timeout=5) == STOPPED
    assert temp.exists()


def test_what_is_known_to_fail_is_told_as_such(tmp_path: Path, start_child: StartChild) -> None:
    """Side, code, sentence and next step; exit code 1; nothing left."""
    video = tmp_path / "text.mp4"
    video.write_text("just text")
    temp = temp_beside(video, "1")
    audio = write_sound(tmp_path / "x.wav")
    child = start_child(AddAudioTask(video=video, audio=audio, temp=temp, label="x"))
    last = list(lines_of(child))[-1]
    assert child.wait() == 1
    assert isinstance(last, Failed)
    assert (last.side, last.code) == (Side.YOURS, "unreadable_media")
    assert "'text.mp4' is not a readable" in last.message
    assert last.next_step
    assert not temp.exists()


def test_what_nobody_thought_of_is_an_internal_error(
    tmp_path: Path, start_child: StartChild
) -> None:
    """The type's name only; the traceback goes to standard error."""
    task = AddAudioTask(
        video=tmp_path / "a\0b.mp4", audio=tmp_path, temp=tmp_path / "t.mp4", label="x"
    )
    child = start_child(task)
    (only,) = lines_of(child)
    assert child.wait() == 1
    assert isinstance(only, Failed)
    assert (only.side, only.code) == (Side.OURS, "internal_error")
    assert only.message == "The media child failed with ValueError."
    assert child.stderr
    assert b"Traceback" in child.stderr.read()


def test_no_valid_task_is_told(tmp_path: Path) -> None:
    """Junk, and a parent that hangs up without a word."""
    for given in ("junk\n", ""):
        done = subprocess.run(
            [sys.executable, "-m", "media_tracks_server.providers.local.child"],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert done.returncode == 1
        line = read_line(done.stdout)
        assert isinstance(line, Failed)
        assert line.code == "bad_task"


def test_what_libraries_print_never_disturbs_the_protocol(tmp_path: Path) -> None:
    """Everything that prints goes to standard error."""
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, os\natexit.register(os.write, 1, b'noise')\natexit.register(print, 'noise')"
    )
    done = subprocess.run(
        [sys.executable, "-m", "media_tracks_server.providers.local.child"],
        input="junk\n",
        capture_output=True,
        text=True,
        check=False,
        env=searching(tmp_path),
    )
    assert len(done.stdout.splitlines()) == 1
    assert "noise" in done.stderr


@pytest.fixture
def stuck(tmp_path: Path, start_child: StartChild) -> Iterator[tuple[Child, AddAudioTask]]:
    """A child in the middle of its work: its sound comes through a pipe that runs dry."""
    video = write_video(tmp_path / "video.mkv", picture=Picture(seconds=10))
    sound = write_sound(tmp_path / "x.wav", Sound("pcm_s16le", seconds=10)).read_bytes()
    pipe = tmp_path / "sound.wav"
    os.mkfifo(pipe)
    temp = temp_beside(video, "1")
    task = AddAudioTask(video=video, audio=pipe, temp=temp, label="x")
    child = start_child(task)
    with pipe.open("wb") as feed:
        feed.write(sound[: len(sound) // 2])
        feed.flush()
        wait_until(temp.exists)
        yield child, task


def wait_until(condition: Callable[[], bool]) -> None:
    """Look again and again, at most ten seconds."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def end_by_hanging_up(child: Child) -> None:
    """The parent died or let go."""
    assert child.stdin
    child.stdin.close()


def end_by_sigterm(child: Child) -> None:
    """The parent asks it to stop."""
    child.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("end", [end_by_hanging_up, end_by_sigterm])
def test_a_child_that_is_told_to_stop_leaves_nothing(
    stuck: tuple[Child, AddAudioTask], end: Callable[[Child], None]
) -> None:
    """At once, although it is busy inside FFmpeg; the original is untouched."""
    child, task = stuck
    before = task.video.read_bytes()
    end(child)
    assert child.wait(timeout=5) == STOPPED
    assert not task.temp.exists()
    assert task.video.read_bytes() == before
    assert sorted(path.name for path in task.video.parent.iterdir()) == [
        "sound.wav",
        "video.mkv",
        "x.wav",
    ]


def test_a_child_that_is_killed_leaves_the_original_and_a_hidden_file_that_is_no_video(
    stuck: tuple[Child, AddAudioTask], start_child: StartChild
) -> None:
    """Nobody can clean up after SIGKILL; the same task done again takes the same temp file."""
    child, task = stuck
    before = task.video.read_bytes()
    child.kill()
    assert child.wait() == -signal.SIGKILL
    assert task.video.read_bytes() == before
    assert list(videos(Root(name="local", path=task.video.parent))) == [task.video]
    again = task.model_copy(update={"audio": task.video.with_name("x.wav")})
    repeated = start_child(again)
    assert isinstance(list(lines_of(repeated))[-1], Done)
    assert len(probe(task.temp).audio) == 2
    assert stat.S_IMODE(task.temp.stat().st_mode) == stat.S_IMODE(task.video.stat().st_mode)


def test_a_stuck_child_is_still_seen_to_be_alive(stuck: tuple[Child, AddAudioTask]) -> None:
    """Every five seconds, whatever it is busy with."""
    child, _ = stuck
    assert any(isinstance(line, Alive) for line in lines_of(child))
