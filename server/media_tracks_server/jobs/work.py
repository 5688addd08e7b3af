"""The row that a plan moves through: what happens at the vendor, apart from who asked."""

from enum import StrEnum

from media_tracks_server.jobs.uncertain import OnUncertain
from media_tracks_tools.models import JobState, Model, Problem, Progress, TrackResult
from media_tracks_tools.plans import Plan, Ref, Step, Task
from media_tracks_tools.requests import Request

ENGINE_VERSION = 2
"""Written into each row; a process never advances a plan of a newer engine."""


class Phase(StrEnum):
    """Where the current step is; the public `JobState` is a projection of it."""

    QUEUED = "queued"
    """To be begun: nothing of this step was sent."""
    SENT = "sent"
    """The intent is durable; the request may or may not have left."""
    UNSURE = "unsure"
    """Sent, outcome unknown: the vendor's list decides."""
    FOLLOW = "follow"
    """A WATCH step: ask again at `next_at`."""
    CHILD = "child"
    """A process of this machine is, or was, at work."""
    PUBLISH = "publish"
    """The file is finished; putting it in place may have happened or not."""
    KIDS = "kids"
    """Waiting for the jobs of a batch."""
    ATTENTION = "attention"
    """Only a person can decide; the list is still looked at now and then."""
    DONE = "done"
    """Ended: `outcome` never changes again."""


class Work(Model):
    """One piece of work. Times are seconds since the epoch on the database's clock.

    `account_fp` says whose it is and `request` what is wanted; `phase`, `step`, `attempt`,
    `polls` and `redone` say how far it is; `unsure_since` is when this uncertainty was taken up,
    not when the request was sent (jobs.md §1 row 9); `trouble_since` is when the requests of this
    step began to fail; `effect_sure` says that the vendor did accept. `skip` and `saved` are the
    survey's; `spoiled` says that a step which `plan.undo` puts right has, or may have, been done,
    `undoing` that those steps are being done, after which the work ends as `ending` because of
    `failure`.
    `looked_at` is when the step at hand was last seen unfinished, `adopted` says that the track
    was found in a list, `refusal` is a definite no to a later send, `candidates` are the tracks
    among which a person may choose.
    """

    id: str
    account: str
    account_fp: str
    request: Request
    plan: Plan
    created_at: float
    updated_at: float
    step: int = 0
    phase: Phase = Phase.QUEUED
    outcome: JobState | None = None
    attempt: int = 0
    redone: int = 0
    polls: int = 0
    step_since: float = 0.0
    next_at: float = 0.0
    unsure_since: float | None = None
    trouble_since: float | None = None
    effect_sure: bool = False
    want_stop: bool = False
    on_uncertain: OnUncertain = OnUncertain.ASK
    skip: tuple[str, ...] = ()
    saved: str | None = None
    spoiled: bool = False
    undoing: bool = False
    ending: JobState | None = None
    failure: Problem | None = None
    looked_at: float | None = None
    adopted: bool = False
    refusal: Problem | None = None
    candidates: tuple[TrackResult, ...] = ()
    baseline: tuple[str, ...] = ()
    refs: tuple[Ref, ...] = ()
    title: str | None = None
    duration_seconds: float | None = None
    progress: Progress | None = None
    result: TrackResult | None = None
    already_existed: bool = False
    error: Problem | None = None
    engine_v: int = ENGINE_VERSION

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps on the way: the plan's, or those that undo it."""
        return self.plan.undo if self.undoing else self.plan.steps

    @property
    def current(self) -> Step:
        """The step at hand."""
        return self.steps[self.step]

    @property
    def unwanted(self) -> bool:
        """Whether nothing further is to be begun; what is undone is undone to its end."""
        return self.want_stop and not self.undoing

    @property
    def state(self) -> JobState:
        """The public state."""
        if self.outcome is not None:
            return self.outcome
        if self.phase is Phase.ATTENTION:
            return JobState.NEEDS_ATTENTION
        done = any(step.name not in self.skip for step in self.plan.steps[: self.step])
        begun = done or self.undoing or self.redone > 0
        if self.phase in {Phase.QUEUED, Phase.SENT, Phase.UNSURE} and not begun:
            return JobState.SUBMITTING
        return JobState.RUNNING

    @property
    def task(self) -> Task:
        """What a provider needs for the step at hand."""
        return Task(
            work_id=self.id,
            request=self.request,
            step=self.current,
            refs=self.refs,
            baseline=self.baseline,
            attempt=max(self.attempt, 1),
            saved=self.saved,
        )
