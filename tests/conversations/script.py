"""A scripted conversation as it lies in a TOML file: request, world, fewest calls, end state."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from media_tracks_server.sandbox import Effect
from media_tracks_tools.models import JobKind, JobState, TrackStatus

HERE = Path(__file__).parent


class Model(BaseModel):
    """A frozen value; a field that nobody knows is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Call(Model):
    """One call of a tool; `{name.path}` in its arguments is a value of an earlier call's answer."""

    name: str = Field(default="", pattern=r"^[a-z_]*$")
    tool: str
    arguments: dict[str, JsonValue] = {}
    refused: bool = False
    """Whether an error is the right answer."""


class EditorGenerates(Model):
    """Someone else generates subtitles at DatoCMS, once the vendor has acted for us."""

    editor_generates: str
    """The language."""
    name: str
    video: str


class World(Model):
    """Where the conversation begins."""

    vendors: Literal["datocms", "cloudflare", "all", "none"] = "none"
    videos: int = 0
    """How many webinars lie there beside the few videos that are always there."""
    job_seconds: float = 0.3
    faults: tuple[str, ...] = ()
    labels_unique: bool = True
    files: dict[str, Literal["speech", "music"]] = {}
    """Under a local root: a video in which English is spoken, or a sound file."""
    before: tuple[Call | EditorGenerates, ...] = ()
    """What happened in an earlier chat, whose server has ended since."""


class Person(Model):
    """What the user answers when asked, and words of each question that has to be asked."""

    says: Literal["yes", "no"] = "no"
    asked: tuple[str, ...] = ()


class AudioSeen(Model):
    """An audio track; a field that is not given may be anything."""

    label: str | None = None
    language: str | None = None
    default: bool = False
    status: TrackStatus = TrackStatus.READY


class SubtitleSeen(Model):
    """A subtitle track; a field that is not given may be anything."""

    language: str
    name: str | None = None
    generated: bool = False
    status: TrackStatus = TrackStatus.READY


class TracksSeen(Model):
    """All tracks of one video; a kind that is not given is not looked at."""

    video: str
    audio: tuple[AudioSeen, ...] | None = None
    subtitles: tuple[SubtitleSeen, ...] | None = None


class TextSeen(Model):
    """What stands in a subtitle track's text, and what does not."""

    video: str
    track: str
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


class JobSeen(Model):
    """A job that is listed; `items` counts the videos of a batch by their state."""

    kind: JobKind
    state: JobState
    items: dict[JobState, int] | None = None


class End(Model):
    """What has to be so at the end."""

    effects: dict[Literal["datocms", "cloudflare"], dict[Effect, int]] = {}
    """Every change that the vendors' logs show from the world's first moment on, and no other."""
    files: dict[str, Literal["new", "changed"]] = {}
    """Every file under the local root that the conversation made or changed, and no other."""
    tracks: tuple[TracksSeen, ...] = ()
    texts: tuple[TextSeen, ...] = ()
    jobs: tuple[JobSeen, ...] = ()
    told: tuple[str, ...] = ()
    """What the user has to hear: it stands in the answers, and in a real model's last words."""


class Conversation(Model):
    """One request of a user, and all that shows whether it was met."""

    title: str
    request: str
    world: World
    calls: tuple[Call, ...] = Field(min_length=1)
    """The fewest that meet it."""
    person: Person = Person()
    end: End


@cache
def load(number_and_name: str) -> Conversation:
    """The conversation of the file `NN-name.toml`. Raises ValidationError, naming the field."""
    text = (HERE / f"{number_and_name}.toml").read_text(encoding="utf-8")
    return Conversation.model_validate(tomllib.loads(text))


def names() -> list[str]:
    """All conversations, in their order."""
    return sorted(path.stem for path in HERE.glob("[0-9][0-9]-*.toml"))
