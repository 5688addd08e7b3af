"""What a change asks for, the steps it takes, and what comes back from each step.

A provider turns a `Request` into a `Plan`; the job core moves a `Task` through the plan one
step at a time and asks the provider to do each. The provider never stores anything.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from media_tracks_tools.models import JobKind, Model, Problem, Progress, TrackResult


class AddAudioTrack(Model):
    """Add an audio track: `source` is a URL, or the path of a file under a local root."""

    kind: Literal[JobKind.ADD_AUDIO_TRACK] = JobKind.ADD_AUDIO_TRACK
    video_id: str
    source: str
    label: str
    language: str | None = None
    make_default: bool = False

    @property
    def key(self) -> str:
        """What may exist once on a video: the label."""
        return self.label.casefold()

    @property
    def settings(self) -> str:
        """The other settings; two open requests with one key must agree in them."""
        return f"{self.source}\n{self.language or ''}\n{self.make_default}"


class GenerateSubtitles(Model):
    """Generate subtitles in the language spoken; `language` is a BCP 47 tag or `auto`."""

    kind: Literal[JobKind.GENERATE_SUBTITLES] = JobKind.GENERATE_SUBTITLES
    video_id: str
    language: str
    name: str

    @property
    def key(self) -> str:
        """What may exist once on a video: the language."""
        return self.language.casefold()

    @property
    def settings(self) -> str:
        """The other settings; two open requests with one key must agree in them."""
        return self.name


Request = Annotated[AddAudioTrack | GenerateSubtitles, Field(discriminator="kind")]


class StepKind(StrEnum):
    """How a step behaves when it is done twice, and who does it."""

    ONCE = "once"
    """A vendor call that must not be repeated blindly (a POST that creates)."""
    AGAIN = "again"
    """A vendor call that may be repeated (PATCH, PUT, DELETE, a create with a key of ours)."""
    WATCH = "watch"
    """Asking the vendor until it is done."""
    CHILD = "child"
    """A process on this machine."""
    PUBLISH = "publish"
    """Putting a finished file in its place."""
    KIDS = "kids"
    """Waiting for the jobs of a batch."""


class Step(Model):
    """One step.

    `grace_seconds` is how long the vendor may take to list what it accepted. `keyed` says that
    a ONCE step carries a key the vendor enforces (a unique label, a language), so that sending
    it a second time is refused there instead of done twice.
    """

    kind: StepKind
    name: str
    grace_seconds: float = 0.0
    keyed: bool = False


class Plan(Model):
    """The steps of one change, in order.

    `stoppable`: a running one can still be stopped. `subject` is what makes two requests one
    work where the video's handle does not, such as the real path of a file; empty: the handle.
    """

    steps: tuple[Step, ...] = Field(min_length=1)
    stoppable: bool = False
    subject: str = ""


class Ref(Model):
    """A name the vendor gave us: what it names (`job`, `track`, …) and its id."""

    what: str
    id: str


class Task(Model):
    """All that a provider needs to do one step; the row's own words, nothing of the driver's.

    `baseline` holds the ids of the tracks that were there before, `refs` what the vendor has
    told us since, `attempt` counts the sends of this step from 1.
    """

    work_id: str
    request: Request
    step: Step
    refs: tuple[Ref, ...] = ()
    baseline: tuple[str, ...] = ()
    attempt: int = 1

    def ref(self, what: str) -> str | None:
        """The newest id the vendor gave for `what`."""
        return next((ref.id for ref in reversed(self.refs) if ref.what == what), None)


class Survey(Model):
    """What was there before anything is sent; `existing` when it is what was asked for."""

    baseline: tuple[str, ...]
    existing: TrackResult | None = None
    title: str | None = None
    duration_seconds: float | None = None


class Sent(Model):
    """The vendor accepted; `refs` are the ids in its answer."""

    refs: tuple[Ref, ...] = ()


class NotYet(Model):
    """Still at work, as far as the vendor tells."""

    progress: Progress | None = None


class Done(Model):
    """This step is finished; the last step carries the result, earlier ones what they learnt."""

    result: TrackResult | None = None
    refs: tuple[Ref, ...] = ()


class Failed(Model):
    """The vendor, or the child, says that it failed."""

    error: Problem


class Gone(Model):
    """What is watched is not there (any more), and that alone proves nothing."""


Watched = NotYet | Done | Failed | Gone
