"""Sending, and what is done when nobody can tell whether a request had its effect.

The vendor's list decides: one match is adopted at once; absence counts only after the request's
own time-out and twice the vendor's grace, counted from when the uncertainty was taken up.
Absence then means sending again where the vendor holds a key of ours, and otherwise what the
user said beforehand, or a person's decision: never two paid jobs in silence.
"""

from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs import problems
from media_tracks_server.jobs.events import Effect
from media_tracks_server.jobs.moves import (
    PATIENCE,
    Outcome,
    again,
    altered,
    anew,
    attention,
    forward,
    given_up,
    later,
    send,
    stop,
    unsure,
)
from media_tracks_server.jobs.schedule import LONGEST_WAIT, look_wait
from media_tracks_server.jobs.uncertain import OnUncertain
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.models import Choice, JobState, TrackResult
from media_tracks_tools.plans import Ref, StepKind

SEND_TIMEOUT = 50.0
"""A request that writes has certainly left, or never will, after this many seconds: 8 for its
turn and 40 for the answer (`media_tracks_server.http`)."""
SENDS = 3


def not_sent(work: Work, event: ev.NotSent, now: float) -> Outcome:
    """Certainly nothing left this time; an earlier send of the same step may have."""
    unsent = altered(work, attempt=work.attempt - 1, error=event.error)
    if unsent.attempt > 0 and work.current.kind is StepKind.ONCE:
        return unsure(unsent, now)
    if given_up(work, event.error, now):
        return stop(unsent, JobState.FAILED, now, event.error)
    return again(altered(unsent, phase=Phase.QUEUED), event.retry_after, now)


def refused(work: Work, event: ev.RefusedByVendor, now: float) -> Outcome:
    """A definite no ends the work, unless an earlier send may be the reason for it."""
    if work.phase is Phase.SENT and work.attempt > 1 and work.current.kind is StepKind.ONCE:
        # The first send may have landed after all and be the very reason for this refusal.
        return unsure(altered(work, error=event.error, refusal=event.error), now)
    return stop(work, JobState.FAILED, now, event.error)


def unknown(work: Work, event: ev.OutcomeUnknown, now: float) -> Outcome:
    """What can be repeated is repeated; for everything else the list decides."""
    spoiled = work.spoiled or work.current.spoils
    doubtful = altered(work, error=event.error, spoiled=spoiled)
    if work.current.kind is not StepKind.AGAIN:
        return unsure(doubtful, now)
    if given_up(work, event.error, now):
        return stop(doubtful, JobState.FAILED, now, event.error)
    return again(altered(doubtful, phase=Phase.QUEUED), 0.0, now)


def looked(work: Work, event: ev.LookedFor, now: float) -> Outcome:
    """What the list shows: ours, several that may be, or nothing (yet)."""
    if len(event.found) == 1:
        return _adopt(work, event.found[0], now)
    if work.phase is Phase.ATTENTION:
        return later(work, now + LONGEST_WAIT, now)
    if event.found:
        return attention(altered(work, candidates=event.found), problems.AMBIGUOUS, now)
    if work.phase is Phase.FOLLOW:
        return attention(work, problems.SILENT, now)
    since = work.unsure_since if work.unsure_since is not None else now
    step = work.current
    if now < since + SEND_TIMEOUT + step.extra_seconds + 2 * step.grace_seconds:
        return later(work, now + look_wait(since, now), now)
    return _absent(work, now)


def _adopt(work: Work, found: TrackResult, now: float) -> Outcome:
    ref = Ref(what="track", id=found.track_id)
    ours = altered(work, adopted=True, candidates=())
    if work.current.kind is StepKind.WATCH:
        following = altered(ours, refs=(*work.refs, ref), phase=Phase.FOLLOW, error=None)
        return following, Effect.POLL
    return forward(ours, (ref,), now)


def _absent(work: Work, now: float) -> Outcome:
    """Nothing of ours is listed, and it has had its time to be."""
    if work.unwanted:
        return stop(work, JobState.CANCELLED, now)
    if work.effect_sure:
        return attention(work, problems.UNKNOWN, now)
    if work.current.keyed and work.refusal is not None:
        return stop(work, JobState.FAILED, now, work.refusal)
    if work.current.keyed and work.attempt < SENDS and now - work.step_since < PATIENCE:
        return send(work)
    match work.on_uncertain:
        case OnUncertain.SUBMIT_AGAIN if work.attempt == 1:
            return send(work)
        case OnUncertain.GIVE_UP:
            return stop(work, JobState.FAILED, now, problems.UNKNOWN)
        case _:
            return attention(work, problems.UNKNOWN, now)


def chosen(work: Work, event: ev.Chosen, now: float) -> Outcome:
    """A person ends the doubt; the caller has seen to it that the choice is one of `choices`."""
    decided = altered(work, error=None, candidates=(), effect_sure=False, step_since=now)
    match event.choice:
        case Choice.GIVE_UP:
            return stop(decided, JobState.CANCELLED, now)
        case Choice.SUBMIT_AGAIN:
            return anew(decided, now)
        case Choice.ADOPT:
            ref = Ref(what="track", id=event.track_id or "")
            decided = altered(decided, adopted=True)
            if work.current.kind is StepKind.WATCH:
                following = altered(decided, refs=(*work.refs, ref), phase=Phase.FOLLOW)
                return later(following, now, now)
            return forward(decided, (ref,), now)


def choices(work: Work) -> tuple[Choice, ...]:
    """What a person may decide; nothing where the work needs no attention."""
    if work.phase is not Phase.ATTENTION or work.current.kind is StepKind.KIDS:
        return ()
    before = [step.kind for step in work.steps[: work.step + 1] if step.kind is not StepKind.WATCH]
    # What was only changed or removed can't be adopted, and is not billed.
    return tuple(Choice) if before[-1:] == [StepKind.ONCE] else (Choice.GIVE_UP,)
