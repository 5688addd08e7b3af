"""The moves that the state machine's answers are made of: each a row and what to do next."""

from media_tracks_server.jobs.events import Effect
from media_tracks_server.jobs.schedule import LONGEST_WAIT, poll_wait
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.models import JobState, Problem, Progress
from media_tracks_tools.plans import Ref, StepKind

Outcome = tuple[Work, Effect]

_ENDED = {
    JobState.SUCCEEDED: "done",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
}


def altered(work: Work, **changes: object) -> Work:
    """The row with these fields changed."""
    return work.model_copy(update=changes)


def later(work: Work, at: float, now: float) -> Outcome:
    """Let the row go until `at`."""
    return altered(work, next_at=min(at, now + LONGEST_WAIT)), Effect.WAIT


def send(work: Work) -> Outcome:
    """Make the intent durable, then send."""
    return altered(work, phase=Phase.SENT, attempt=work.attempt + 1, unsure_since=None), Effect.SEND


def unsure(work: Work, now: float) -> Outcome:
    """Search the list; the uncertainty is counted from now."""
    return altered(work, phase=Phase.UNSURE, unsure_since=now), Effect.LOOK


def attention(work: Work, problem: Problem, now: float) -> Outcome:
    """Ask a person, and look again now and then."""
    asking = altered(work, phase=Phase.ATTENTION, error=problem)
    return later(asking, now + LONGEST_WAIT, now)


def begin(work: Work, now: float) -> Outcome:
    """Start the step at hand, whatever it is."""
    match work.current.kind:
        case StepKind.ONCE | StepKind.AGAIN:
            return send(work)
        case StepKind.WATCH:
            known = work.task.ref("track") is not None
            following = altered(work, phase=Phase.FOLLOW)
            return later(following, now if known else now + poll_wait(0), now)
        case StepKind.CHILD:
            return work, Effect.BEGIN
        case StepKind.PUBLISH:
            return altered(work, phase=Phase.PUBLISH), Effect.PUBLISH
        case StepKind.KIDS:
            return later(altered(work, phase=Phase.KIDS), now + LONGEST_WAIT, now)


def forward(work: Work, refs: tuple[Ref, ...], now: float) -> Outcome:
    """The step at hand is done: begin the next one, or succeed.

    What nobody wants any more is watched to its end, but nothing further is begun for it.
    """
    known = altered(work, refs=(*work.refs, *refs), effect_sure=False)
    if work.step + 1 == len(work.plan.steps):
        return end(known, JobState.SUCCEEDED, now)
    fresh = altered(
        known,
        step=work.step + 1,
        phase=Phase.QUEUED,
        attempt=0,
        polls=0,
        step_since=now,
        unsure_since=None,
        error=None,
    )
    if fresh.want_stop and fresh.current.kind is not StepKind.WATCH:
        return end(fresh, JobState.CANCELLED, now)
    return begin(fresh, now)


def end(work: Work, outcome: JobState, now: float, error: Problem | None = None) -> Outcome:
    """The end, for good; a child's file that was not put in its place is removed."""
    ended = altered(
        work,
        phase=Phase.DONE,
        outcome=outcome,
        error=error,
        next_at=now,
        progress=_last(work.progress, outcome),
    )
    local = work.current.kind in {StepKind.CHILD, StepKind.PUBLISH}
    leftover = local and outcome is not JobState.SUCCEEDED
    return ended, Effect.DISCARD if leftover else Effect.WAIT


def _last(progress: Progress | None, outcome: JobState) -> Progress:
    if progress is None:
        return Progress(done=0.0, message=_ENDED[outcome])
    done = (progress.total or progress.done) if outcome is JobState.SUCCEEDED else progress.done
    return progress.model_copy(update={"done": done, "message": _ENDED[outcome]})
