"""The state machine: `advance(work, event, now)` is pure; the driver commits, then acts.

The rows of the state table in words: a ONCE step is committed as SENT before its request leaves,
an AGAIN step too, but it is simply sent again when its outcome is unknown. A WATCH step is asked
after until it is done. What fails after something was taken away to make room is undone first.
`doubt` says what becomes of a request whose outcome nobody knows.
"""

from collections.abc import Callable

from media_tracks_server.jobs import doubt, problems
from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs.events import Effect, Event
from media_tracks_server.jobs.moves import (
    PATIENCE,
    Outcome,
    again,
    altered,
    anew,
    attention,
    begin,
    end,
    forward,
    given_up,
    later,
    send,
    stop,
    troubled_for,
    unsure,
)
from media_tracks_server.jobs.schedule import LONGEST_WAIT, poll_wait
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.models import JobState, Progress, TrackStatus
from media_tracks_tools.plans import Ref, StepKind

SILENT_AFTER = 2 * 3600.0
"""A vendor that has not finished after this long is called silent."""
VANISHED_AFTER = 120.0
"""A track that was accepted may stay unlisted this long."""
CHILD_STARTS = 3


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
    if work.unwanted and work.phase in {Phase.QUEUED, Phase.ATTENTION, Phase.CHILD}:
        return stop(work, JobState.CANCELLED, now)
    match work.phase:
        case Phase.SENT:
            return _sent_before(work, now)
        case Phase.QUEUED if work.step > 0 or work.undoing:
            return begin(work, now)
        case Phase.ATTENTION if work.current.kind is StepKind.KIDS:
            return work, Effect.COUNT
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
    Phase.KIDS: Effect.COUNT,
}


def _sent_before(work: Work, now: float) -> Outcome:
    """Whoever sent it is gone, and with it the answer."""
    doubtful = altered(work, spoiled=work.spoiled or work.current.spoils)
    if work.current.kind is not StepKind.AGAIN:
        return unsure(doubtful, now)
    return stop(doubtful, JobState.CANCELLED, now) if work.unwanted else send(doubtful)


def _surveyed(work: Work, event: ev.Surveyed, now: float) -> Outcome:
    survey = event.survey
    known = altered(
        work,
        baseline=survey.baseline,
        title=survey.title,
        duration_seconds=survey.duration_seconds,
        skip=survey.skip,
        saved=work.saved if survey.saved is None else survey.saved,
        error=None,
    )
    if work.unwanted:
        return stop(known, JobState.CANCELLED, now)
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


def _still_going(work: Work, event: ev.StillGoing, now: float) -> Outcome:
    progress = event.progress or work.progress
    going = altered(work, polls=work.polls + 1, progress=progress, looked_at=now)
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
    if event.again and work.redone < work.plan.redoes:
        return anew(work, now)
    return stop(work, JobState.FAILED, now, event.error)


def _vanished(work: Work, _: ev.Vanished, now: float) -> Outcome:
    going = altered(work, polls=work.polls + 1)
    if now - work.step_since <= VANISHED_AFTER:
        return later(going, now + poll_wait(going.polls), now)
    if all(step.keyed for step in work.steps if step.kind is StepKind.ONCE):
        return stop(work, JobState.FAILED, now, problems.VANISHED)
    return attention(going, problems.VANISHED, now)


def _hiccup(work: Work, event: ev.Hiccup, now: float) -> Outcome:
    match work.phase:
        case Phase.ATTENTION:
            return later(work, now + LONGEST_WAIT, now)
        case Phase.QUEUED if given_up(work, event.error, now):
            return stop(work, JobState.FAILED, now, event.error)
        case Phase.FOLLOW if troubled_for(work, now) > SILENT_AFTER:
            return attention(work, event.error, now)
        case Phase.UNSURE if troubled_for(work, now) > PATIENCE:
            return attention(work, problems.UNKNOWN, now)
        case _:
            return again(altered(work, error=event.error), event.retry_after, now)


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


def _counted(work: Work, event: ev.Counted, now: float) -> Outcome:
    """A batch ends when all its jobs have; it needs attention when only a person can go on."""
    lost = event.failed + event.cancelled
    ended = event.succeeded + lost
    message = f"{event.succeeded} of {event.running + ended} videos done"
    if event.failed:
        message += f", {event.failed} failed"
    told = Progress(
        done=float(ended), total=float(event.running + ended), unit="videos", message=message
    )
    known = altered(work, phase=Phase.KIDS, progress=told, error=None)
    if event.running:
        waits = event.running == event.waiting
        return attention(known, problems.CHILDREN_WAIT, now) if waits else _next_count(known, now)
    if not lost:
        return end(known, JobState.SUCCEEDED, now)
    if work.want_stop or not event.succeeded + event.failed:
        return end(known, JobState.CANCELLED, now)
    problem = problems.some_failed(event.failed, event.cancelled, ended)
    return end(known, JobState.FAILED, now, problem)


def _next_count(work: Work, now: float) -> Outcome:
    """The jobs of a batch wake it; this is only for what was missed."""
    return later(work, now + LONGEST_WAIT, now)


_ON: dict[type[Event], Callable[..., Outcome]] = {
    ev.Claimed: _claimed,
    ev.Surveyed: _surveyed,
    ev.Accepted: _accepted,
    ev.AcceptedUnread: _accepted_unread,
    ev.NotSent: doubt.not_sent,
    ev.RefusedByVendor: doubt.refused,
    ev.OutcomeUnknown: doubt.unknown,
    ev.LookedFor: doubt.looked,
    ev.StillGoing: _still_going,
    ev.Finished: _finished,
    ev.VendorFailed: _vendor_failed,
    ev.Vanished: _vanished,
    ev.Hiccup: _hiccup,
    ev.Began: _began,
    ev.Moved: _moved,
    ev.ChildLost: _child_lost,
    ev.Counted: _counted,
    ev.Chosen: doubt.chosen,
}
