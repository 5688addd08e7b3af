"""The state machine: `advance(work, event, now)` is pure; the driver commits, then acts.

The rows of the state table in words: a ONCE step is committed as SENT before its request
leaves. If the outcome stays unknown, the vendor's list decides: one match is adopted at once;
absence counts only after the request's own time-out and twice the vendor's grace, counted from
when the uncertainty was taken up. Absence then means sending again where the vendor holds a
key of ours, and a person's decision where it does not: never two paid jobs in silence.
"""

from collections.abc import Callable

from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs import problems
from media_tracks_server.jobs.events import Effect, Event
from media_tracks_server.jobs.moves import (
    Outcome,
    altered,
    attention,
    begin,
    end,
    forward,
    later,
    send,
    unsure,
)
from media_tracks_server.jobs.schedule import LONGEST_WAIT, backoff, look_wait, poll_wait
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.errors import RateLimited
from media_tracks_tools.models import JobState, Problem, TrackResult, TrackStatus
from media_tracks_tools.plans import Ref, StepKind

SEND_TIMEOUT = 50.0
"""A request that writes has certainly left, or never will, after this many seconds: 8 for its
turn and 40 for the answer (`media_tracks_server.http`)."""
GIVE_UP_UNSENT = 600.0
"""A vendor that can't be reached for this long fails a job of which nothing was sent."""
SILENT_AFTER = 2 * 3600.0
"""A vendor that has not finished after this long is called silent."""
VANISHED_AFTER = 120.0
"""A track that was accepted may stay unlisted this long."""
PATIENCE = 24 * 3600.0
"""How long a list that can't be read, or a turn that never comes, is waited for."""
SENDS = 3
CHILD_STARTS = 3
REDOES = 3


def advance(work: Work, event: Event, now: float) -> Outcome:
    """The row after `event`, and what to do once it is committed. A finished row stays as it is."""
    if work.phase is Phase.DONE:
        return work, Effect.WAIT
    return _ON[type(event)](_timed(work, event, now), event, now)


def _timed(work: Work, event: Event, now: float) -> Work:
    """The row with its times up to date; what lies ahead was written before a clock was set back.

    `trouble_since` is when the requests of this step began to fail, until one is answered.
    """
    trouble = None if isinstance(event, _ANSWERS) else _past(work.trouble_since, now)
    if trouble is None and isinstance(event, ev.NotSent | ev.OutcomeUnknown | ev.Hiccup):
        trouble = now
    return altered(
        work,
        updated_at=now,
        step_since=min(work.step_since, now),
        unsure_since=_past(work.unsure_since, now),
        trouble_since=trouble,
    )


_ANSWERS = (
    ev.Accepted | ev.AcceptedUnread | ev.LookedFor | ev.StillGoing | ev.Finished | ev.Vanished
)


def _past(moment: float | None, now: float) -> float | None:
    return None if moment is None else min(moment, now)


def _claimed(work: Work, _: ev.Claimed, now: float) -> Outcome:
    if work.want_stop and work.phase in {Phase.QUEUED, Phase.ATTENTION, Phase.CHILD}:
        return end(work, JobState.CANCELLED, now)
    match work.phase:
        case Phase.SENT:
            return _sent_before(work, now)
        case Phase.QUEUED if work.step > 0:
            return begin(work, now)
        case Phase.KIDS:
            return later(work, now + LONGEST_WAIT, now)
        case Phase.ATTENTION if work.current.kind is StepKind.WATCH:
            return work, Effect.POLL
        case phase:
            return work, _ON_CLAIM[phase]


_ON_CLAIM = {
    Phase.QUEUED: Effect.SURVEY,
    Phase.UNSURE: Effect.LOOK,
    Phase.ATTENTION: Effect.LOOK,
    Phase.FOLLOW: Effect.POLL,
    Phase.CHILD: Effect.BEGIN,
    Phase.PUBLISH: Effect.PUBLISH,
}


def _sent_before(work: Work, now: float) -> Outcome:
    """Whoever sent it is gone, and with it the answer."""
    if work.current.kind is not StepKind.AGAIN:
        return unsure(work, now)
    return end(work, JobState.CANCELLED, now) if work.want_stop else send(work)


def _surveyed(work: Work, event: ev.Surveyed, now: float) -> Outcome:
    survey = event.survey
    found = survey.model_dump(include={"baseline", "title", "duration_seconds"})
    known = altered(work, **found, error=None)
    if work.want_stop:
        return end(known, JobState.CANCELLED, now)
    if survey.existing is None:
        return begin(known, now)
    there = altered(known, result=survey.existing, already_existed=True)
    if survey.existing.status is TrackStatus.PREPARING:
        # Somebody else has begun it: nothing to send, only to wait for.
        return forward(there, (Ref(what="track", id=survey.existing.track_id),), now)
    return end(there, JobState.SUCCEEDED, now)


def _accepted(work: Work, event: ev.Accepted, now: float) -> Outcome:
    return forward(work, event.refs, now)


def _accepted_unread(work: Work, _: ev.AcceptedUnread, now: float) -> Outcome:
    if work.current.kind is StepKind.AGAIN:
        return forward(work, (), now)
    return unsure(altered(work, effect_sure=True), now)


def _not_sent(work: Work, event: ev.NotSent, now: float) -> Outcome:
    unsent = altered(work, attempt=work.attempt - 1, error=event.error)
    if unsent.attempt > 0 and work.current.kind is StepKind.ONCE:
        return unsure(unsent, now)
    if _given_up(work, event.error, now):
        return end(unsent, JobState.FAILED, now, event.error)
    return _again(altered(unsent, phase=Phase.QUEUED), event.retry_after, now)


def _refused(work: Work, event: ev.RefusedByVendor, now: float) -> Outcome:
    if work.phase is Phase.SENT and work.attempt > 1 and work.current.kind is StepKind.ONCE:
        # The first send may have landed after all and be the very reason for this refusal.
        return unsure(altered(work, error=event.error), now)
    return end(work, JobState.FAILED, now, event.error)


def _unknown(work: Work, event: ev.OutcomeUnknown, now: float) -> Outcome:
    doubtful = altered(work, error=event.error)
    if work.current.kind is not StepKind.AGAIN:
        return unsure(doubtful, now)
    if _given_up(work, event.error, now):
        return end(work, JobState.FAILED, now, event.error)
    return _again(altered(doubtful, phase=Phase.QUEUED), 0.0, now)


def _looked(work: Work, event: ev.LookedFor, now: float) -> Outcome:
    if len(event.found) == 1:
        return _adopt(work, event.found[0], now)
    if work.phase is Phase.ATTENTION:
        return later(work, now + LONGEST_WAIT, now)
    if event.found:
        return attention(work, problems.AMBIGUOUS, now)
    if work.phase is Phase.FOLLOW:
        return attention(work, problems.SILENT, now)
    since = work.unsure_since if work.unsure_since is not None else now
    if now < since + SEND_TIMEOUT + 2 * work.current.grace_seconds:
        return later(work, now + look_wait(since, now), now)
    return _absent(work, now)


def _adopt(work: Work, found: TrackResult, now: float) -> Outcome:
    ref = Ref(what="track", id=found.track_id)
    if work.current.kind is StepKind.WATCH:
        return altered(work, refs=(*work.refs, ref)), Effect.POLL
    return forward(work, (ref,), now)


def _absent(work: Work, now: float) -> Outcome:
    if work.want_stop:
        return end(work, JobState.CANCELLED, now)
    if work.effect_sure or not work.current.keyed:
        return attention(work, problems.UNKNOWN, now)
    if work.attempt < SENDS and now - work.step_since < PATIENCE:
        return send(work)
    if work.error is not None:
        return end(work, JobState.FAILED, now, work.error)
    return attention(work, problems.UNKNOWN, now)


def _still_going(work: Work, event: ev.StillGoing, now: float) -> Outcome:
    going = altered(work, polls=work.polls + 1, progress=event.progress or work.progress)
    if now - work.step_since <= SILENT_AFTER:
        following = altered(going, phase=Phase.FOLLOW, error=None)
        return later(following, now + poll_wait(going.polls), now)
    if work.task.ref("track") is None:
        # The vendor may have forgotten the job and still have made the track.
        return going, Effect.LOOK
    return attention(going, problems.SILENT, now)


def _finished(work: Work, event: ev.Finished, now: float) -> Outcome:
    done = altered(work, result=event.result or work.result, error=None)
    return forward(done, event.refs, now)


def _vendor_failed(work: Work, event: ev.VendorFailed, now: float) -> Outcome:
    changed = event.error.code == problems.CHANGED_MEANWHILE and work.phase is Phase.PUBLISH
    if not changed or work.redone >= REDOES:
        return end(work, JobState.FAILED, now, event.error)
    redone = altered(
        work, step=0, phase=Phase.QUEUED, attempt=0, redone=work.redone + 1, refs=(), result=None
    )
    return later(redone, now, now)


def _vanished(work: Work, _: ev.Vanished, now: float) -> Outcome:
    going = altered(work, polls=work.polls + 1)
    if now - work.step_since <= VANISHED_AFTER:
        return later(going, now + poll_wait(going.polls), now)
    if all(step.keyed for step in work.plan.steps if step.kind is StepKind.ONCE):
        return end(work, JobState.FAILED, now, problems.VANISHED)
    return attention(going, problems.VANISHED, now)


def _hiccup(work: Work, event: ev.Hiccup, now: float) -> Outcome:
    match work.phase:
        case Phase.ATTENTION:
            return later(work, now + LONGEST_WAIT, now)
        case Phase.QUEUED if _given_up(work, event.error, now):
            return end(work, JobState.FAILED, now, event.error)
        case Phase.FOLLOW if _troubled_for(work, now) > SILENT_AFTER:
            return attention(work, event.error, now)
        case Phase.UNSURE if _troubled_for(work, now) > PATIENCE:
            return attention(work, problems.UNKNOWN, now)
        case _:
            return _again(altered(work, error=event.error), event.retry_after, now)


def _began(work: Work, event: ev.Began, now: float) -> Outcome:
    if work.want_stop:
        return end(work, JobState.CANCELLED, now)
    return altered(work, phase=Phase.CHILD, refs=event.refs, step_since=now), Effect.RUN


def _moved(work: Work, event: ev.Moved, _: float) -> Outcome:
    return altered(work, progress=event.progress), Effect.WAIT


def _child_lost(work: Work, event: ev.ChildLost, now: float) -> Outcome:
    lost = altered(work, attempt=work.attempt + 1)
    if lost.attempt >= CHILD_STARTS:
        return end(lost, JobState.FAILED, now, event.error)
    return later(lost, now + 1.0, now)


_ON: dict[type[Event], Callable[..., Outcome]] = {
    ev.Claimed: _claimed,
    ev.Surveyed: _surveyed,
    ev.Accepted: _accepted,
    ev.AcceptedUnread: _accepted_unread,
    ev.NotSent: _not_sent,
    ev.RefusedByVendor: _refused,
    ev.OutcomeUnknown: _unknown,
    ev.LookedFor: _looked,
    ev.StillGoing: _still_going,
    ev.Finished: _finished,
    ev.VendorFailed: _vendor_failed,
    ev.Vanished: _vanished,
    ev.Hiccup: _hiccup,
    ev.Began: _began,
    ev.Moved: _moved,
    ev.ChildLost: _child_lost,
}


def _troubled_for(work: Work, now: float) -> float:
    return now - (work.trouble_since if work.trouble_since is not None else now)


def _given_up(work: Work, error: Problem, now: float) -> bool:
    """Whether it was tried for long enough; one's turn may be long in coming."""
    waits = error.code == RateLimited.default_code
    return _troubled_for(work, now) > (PATIENCE if waits else GIVE_UP_UNSENT)


def _again(work: Work, at_least: float, now: float) -> Outcome:
    pause = backoff(now - _troubled_for(work, now), now)
    return later(work, now + max(at_least, pause), now)
