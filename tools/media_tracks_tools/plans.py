"""The steps that a change takes, and what comes back from each of them.

A provider turns a request into a `Plan`; the job core moves a `Task` through the plan one step
at a time and asks the provider to do each. The provider never stores anything.
"""

from enum import StrEnum

from pydantic import Field

from media_tracks_tools.models import Model, Problem, Progress, TrackResult
from media_tracks_tools.requests import Request


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
    it a second time is refused there instead of done twice. `spoils`: what it removes is what
    `Plan.undo` puts back. `extra_seconds` is how much longer than usual its request may take.
    """

    kind: StepKind
    name: str
    grace_seconds: float = 0.0
    keyed: bool = False
    spoils: bool = False
    extra_seconds: float = 0.0


class Plan(Model):
    """The steps of one change, in order.

    `undo` are the steps that follow when the plan fails, or nobody wants it any more, after a
    step that spoils. `redoes` is how often it may start anew when a failure says that this may
    help. `stoppable`: a running one can still be stopped. `subject` is what makes two requests
    one work where the video's handle does not, such as the real path of a file; empty: the handle.
    """

    steps: tuple[Step, ...] = Field(min_length=1)
    undo: tuple[Step, ...] = ()
    redoes: int = 0
    stoppable: bool = False
    subject: str = ""


class Ref(Model):
    """A name the vendor gave us: what it names (`job`, `track`, …) and its id."""

    what: str
    id: str


class Task(Model):
    """All that a provider needs to do one step; the row's own words, nothing of the driver's.

    `baseline` holds the ids of the tracks that were there before, `refs` what the vendor has
    told us since, `attempt` counts the sends of this step from 1, `saved` is the survey's.
    """

    work_id: str
    request: Request
    step: Step
    refs: tuple[Ref, ...] = ()
    baseline: tuple[str, ...] = ()
    attempt: int = 1
    saved: str | None = None

    def ref(self, what: str) -> str | None:
        """The newest id the vendor gave for `what`."""
        return next((ref.id for ref in reversed(self.refs) if ref.what == what), None)


class Survey(Model):
    """What was there before anything is sent; `existing` when it is what was asked for.

    `skip` names the steps that are not needed as things are; `saved` is the text that `undo`
    would put back.
    """

    baseline: tuple[str, ...] = ()
    existing: TrackResult | None = None
    skip: tuple[str, ...] = ()
    saved: str | None = None
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
    """The vendor, or the child, says that it failed; `again`: starting anew may help."""

    error: Problem
    again: bool = False


class Gone(Model):
    """What is watched is not there (any more), and that alone proves nothing."""


Watched = NotYet | Done | Failed | Gone
