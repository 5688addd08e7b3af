"""What the media child process is asked and what it answers, one JSON object a line.

The parent writes one `Task` line to the child's standard input and keeps that pipe open:
end of input tells the child to stop. The child writes `Line`s; the last one is `Done` or
`Failed`. Nothing heavy is imported here, so that the server may import it.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from media_tracks_tools.errors import CallerError, InternalError, Side


class Frozen(BaseModel):
    """A value that crosses the pipe."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TranscribeTask(Frozen):
    """Listen to `video` and write WebVTT to `temp`.

    `model` is a name or a folder, `language` a BCP 47 tag or None to detect it.
    """

    task: Literal["transcribe"] = "transcribe"
    video: Path
    temp: Path
    model: str
    language: str | None = None
    threads: int = Field(default=0, ge=0)


class AddAudioTask(Frozen):
    """Write `video` with the sound of `audio` as one more track to `temp`."""

    task: Literal["add_audio"] = "add_audio"
    video: Path
    audio: Path
    temp: Path
    label: str
    language: str | None = None
    make_default: bool = False


Task = Annotated[TranscribeTask | AddAudioTask, Field(discriminator="task")]


class TranscribeResult(Frozen):
    """What was heard; `language` is None where nobody spoke and none was asked for."""

    task: Literal["transcribe"] = "transcribe"
    language: str | None
    language_probability: float
    cues: int
    duration_seconds: float
    warnings: tuple[str, ...] = ()
    temp: Path
    temp_inode: int


class AddAudioResult(Frozen):
    """The track that was added; `copied` is False where its sound was encoded anew."""

    task: Literal["add_audio"] = "add_audio"
    label: str
    language: str | None
    codec: str
    copied: bool
    duration_seconds: float
    warnings: tuple[str, ...] = ()
    temp: Path
    temp_inode: int


Result = Annotated[TranscribeResult | AddAudioResult, Field(discriminator="task")]


class Progress(Frozen):
    """How far it is: `done` of `total` (None: unknown), never falling within one task."""

    event: Literal["progress"] = "progress"
    done: float
    total: float | None
    unit: Literal["seconds", "bytes"]
    message: str


class Alive(Frozen):
    """The child lives: sent every few seconds whatever it is busy with."""

    event: Literal["alive"] = "alive"


class Done(Frozen):
    """The work is complete and on disk at the task's temp path."""

    event: Literal["done"] = "done"
    result: Result


class Failed(Frozen):
    """The work failed, nothing is left of it; the fields are those of `MediaTracksError`."""

    event: Literal["failed"] = "failed"
    side: Side
    code: str
    message: str
    next_step: str | None = None


Line = Annotated[Progress | Alive | Done | Failed, Field(discriminator="event")]


@cache
def _tasks() -> TypeAdapter[Task]:
    return TypeAdapter(Task)


@cache
def _lines() -> TypeAdapter[Line]:
    return TypeAdapter(Line)


def read_task(text: str | bytes) -> Task:
    """The task in one line of JSON; CallerError where it is none."""
    try:
        return _tasks().validate_json(text)
    except ValidationError as error:
        raise CallerError(
            f"The media child was given no valid task: {error.error_count()} field(s) are wrong.",
            code="bad_task",
        ) from error


def read_line(text: str | bytes) -> Line:
    """The line the child wrote; InternalError where it is none."""
    try:
        return _lines().validate_json(text)
    except ValidationError as error:
        raise InternalError("The media child wrote a line that is no event.") from error
