"""The lines between parent and child: what is written is read, and junk is refused."""

from pathlib import Path

import pytest

from media_tracks_server.providers.local.tasks import (
    AddAudioTask,
    Alive,
    Done,
    Failed,
    Line,
    Progress,
    Task,
    TranscribeResult,
    TranscribeTask,
    read_line,
    read_task,
)
from media_tracks_tools.errors import CallerError, InternalError, Side


@pytest.mark.parametrize(
    "task",
    [
        TranscribeTask(video=Path("a.mp4"), temp=Path("t.vtt"), model="base"),
        AddAudioTask(video=Path("a.mp4"), audio=Path("b.wav"), temp=Path("t.mp4"), label="L"),
    ],
)
def test_a_task_reads_back(task: Task) -> None:
    """One line of JSON."""
    text = task.model_dump_json()
    assert "\n" not in text
    assert read_task(text) == task


@pytest.mark.parametrize(
    "line",
    [
        Progress(done=1.5, total=None, unit="seconds", message="listening"),
        Alive(),
        Done(
            result=TranscribeResult(
                language=None,
                language_probability=0,
                cues=0,
                duration_seconds=1,
                warnings=("No speech was found.",),
                temp=Path("t.vtt"),
                temp_inode=7,
            )
        ),
        Failed(side=Side.YOURS, code="c", message="m"),
    ],
)
def test_a_line_reads_back(line: Line) -> None:
    """Each kind of event."""
    assert read_line(line.model_dump_json()) == line


@pytest.mark.parametrize("junk", ["", "junk", "{}", '{"task":"dance"}', '{"event":"dance"}'])
def test_junk_is_refused(junk: str) -> None:
    """The caller's fault in one direction, ours in the other."""
    with pytest.raises(CallerError):
        read_task(junk)
    with pytest.raises(InternalError):
        read_line(junk)
