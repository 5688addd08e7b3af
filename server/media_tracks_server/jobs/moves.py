"""The moves that the state machine's answers are made of: each a row and what to do next."""

from media_tracks_server.jobs import problems
from media_tracks_server.jobs.events import Effect
from media_tracks_server.jobs.schedule import LONGEST_WAIT, backoff, poll_wait
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.errors import RateLimited
from media_tracks_tools.models import JobState, Problem, Progress
from media_tracks_tools.plans import Ref, StepKind

GIVE_UP_UNSENT = 600.0
"""A vendor that can't be reached for this long fails a job of which nothing was sent."""
PATIENCE = 24 * 3600.0
"""How long a list that can't be read, or a turn that never comes, is waited for."""

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
    """Start the step at hand, whatever it is; one that is not needed is passed over."""
    if not work.undoing and work.current.name in work.skip:
        return _next(work, now)
    match work.current.kind:
        case StepKind.ONCE | StepKind.AGAIN:
            return send(work)
        case StepKind.WATCH:
            # What was only changed or removed is mostly done at once; what is made takes time.
            made = work.step > 0 and work.steps[work.step - 1].kind is not StepKind.AGAIN
            following = altered(work, phase=Phase.FOLLOW)
            return later(following, now + poll_wait(0) if made else now, now)
        case StepKind.CHILD:
            return work, Effect.BEGIN
        case StepKind.PUBLISH:
            return altered(work, phase=Phase.PUBLISH), Effect.PUBLISH
        case StepKind.KIDS:
            return altered(work, phase=Phase.KIDS), Effect.COUNT


def forward(work: Work, refs: tuple[Ref, ...], now: float) -> Outcome:
    """The step at hand is done: begin the next one, or end.

    What nobody wants any more is watched to its end, but nothing further is begun for it.
    """
    spoiled = work.spoiled or work.current.spoils
    known = altered(work, refs=(*work.refs, *refs), effect_sure=False, spoiled=spoiled)
    return _next(known, now)


def _next(work: Work, now: float) -> Outcome:
    if work.step + 1 == len(work.steps):
        return _undone(work, now) if work.undoing else end(work, JobState.SUCCEEDED, now)
    fresh = _fresh(work, work.step + 1, now)
    if fresh.unwanted and fresh.current.kind is not StepKind.WATCH:
        return stop(fresh, JobState.CANCELLED, now)
    return begin(fresh, now)


def _fresh(work: Work, step: int, now: float) -> Work:
    return altered(
        work,
        step=step,
        phase=Phase.QUEUED,
        attempt=0,
        polls=0,
        looked_at=None,
        refusal=None,
        step_since=now,
        unsure_since=None,
        trouble_since=None,
        error=None,
    )


def anew(work: Work, now: float) -> Outcome:
    """Start the whole plan once more, from the survey."""
    again = altered(
        _fresh(work, 0, now),
        redone=work.redone + 1,
        refs=(),
        result=None,
        skip=(),
        adopted=False,
        already_existed=False,
    )
    return later(again, now, now)


def stop(work: Work, outcome: JobState, now: float, error: Problem | None = None) -> Outcome:
    """End without success; what was taken away to make room is put back first."""
    if work.undoing:
        return end(work, JobState.FAILED, now, problems.not_put_back(work.failure, error))
    if not (work.spoiled and work.plan.undo and work.saved is not None):
        return end(work, outcome, now, error)
    turned = altered(work, undoing=True, ending=outcome, failure=error, result=None)
    return begin(_fresh(turned, 0, now), now)


def _undone(work: Work, now: float) -> Outcome:
    if work.ending is JobState.CANCELLED and not work.want_stop:
        # Somebody has asked for it again meanwhile.
        wanted = altered(work, undoing=False, spoiled=False, ending=None, failure=None)
        return anew(wanted, now)
    failure = problems.put_back(work.failure) if work.failure is not None else None
    ended = altered(work, undoing=False, step=0, result=None)
    return end(ended, work.ending or JobState.FAILED, now, failure)


def end(work: Work, outcome: JobState, now: float, error: Problem | None = None) -> Outcome:
    """The end, for good; a child's file that was not put in its place is removed.

    The saved text is kept only where it could not be put back.
    """
    ended = altered(
        work,
        phase=Phase.DONE,
        outcome=outcome,
        error=error,
        next_at=now,
        candidates=(),
        saved=work.saved if work.undoing else None,
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


def troubled_for(work: Work, now: float) -> float:
    """For how many seconds the requests of this step have failed."""
    return now - (work.trouble_since if work.trouble_since is not None else now)


def given_up(work: Work, error: Problem, now: float) -> bool:
    """Whether it was tried for long enough.

    One's turn may be long in coming, and what was taken away is not left unrestored soon.
    """
    waits = work.undoing or error.code == RateLimited.default_code
    return troubled_for(work, now) > (PATIENCE if waits else GIVE_UP_UNSENT)


def again(work: Work, at_least: float, now: float) -> Outcome:
    """Try again later: the longer it fails, the later."""
    pause = backoff(now - troubled_for(work, now), now)
    return later(work, now + max(at_least, pause), now)
