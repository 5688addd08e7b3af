"""What was taken away to make room: put back when the plan fails, is cancelled, or starts anew."""

import pytest

from machine_events import CLAIMED, NOT_SENT, NOTHING, REFUSED, SENT, UNKNOWN, altered
from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs.events import Effect, Event
from media_tracks_server.jobs.machine import advance
from media_tracks_server.jobs.moves import GIVE_UP_UNSENT, PATIENCE, Outcome
from media_tracks_server.jobs.work import OnUncertain, Phase, Work
from media_tracks_tools.models import JobState
from media_tracks_tools.plans import Step, StepKind, Survey
from plans_and_rows import NOW, PROBLEM, REPLACE, SAVED, SURVEY, TRACK, row

FAILED = ev.VendorFailed(error=PROBLEM)
AGAIN = ev.VendorFailed(error=PROBLEM, again=True)
THERE = ev.Surveyed(survey=SURVEY.model_copy(update={"saved": SAVED}))
ACCEPTED = ev.Accepted(refs=())


def walk(work: Work, *events: Event) -> Outcome:
    """Through all events, at one moment."""
    outcome = work, Effect.WAIT
    for event in events:
        outcome = advance(outcome[0], event, NOW)
    return outcome


def at_clear(**fields: object) -> Work:
    """The spoiling request is on its way."""
    return altered(walk(row(REPLACE), CLAIMED, THERE)[0], **fields)


def cleared(**fields: object) -> Work:
    """The former text is gone, the making of the new one is on its way."""
    return altered(walk(at_clear(), ACCEPTED)[0], **fields)


def following(**fields: object) -> Work:
    return altered(walk(cleared(), ACCEPTED)[0], **fields)


def undoing() -> Work:
    return walk(following(), FAILED)[0]


def test_the_text_is_in_the_row_before_what_spoils_it_is_sent() -> None:
    work = at_clear()
    assert (work.phase, work.current.name, work.saved) == (SENT, "clear", SAVED)
    assert not work.spoiled
    assert work.task.saved == SAVED


@pytest.mark.parametrize(
    ("work", "event"),
    [(following(), FAILED), (cleared(), REFUSED)],
    ids=["the vendor fails it", "the vendor refuses to make it"],
)
def test_what_fails_after_the_spoiling_step_is_put_back_and_keeps_its_words(
    work: Work, event: Event
) -> None:
    turned, effect = advance(work, event, NOW)
    assert (turned.current.name, turned.phase, effect) == ("restore", SENT, Effect.SEND)
    assert (turned.state, turned.task.saved) == (JobState.RUNNING, SAVED)
    ended, effect = advance(turned, ACCEPTED, NOW)
    assert (ended.state, ended.saved, effect) == (JobState.FAILED, None, Effect.WAIT)
    assert ended.error is not None
    assert ended.error.code == PROBLEM.code
    assert ended.error.message.startswith(PROBLEM.message)
    assert "put back" in ended.error.message


@pytest.mark.parametrize(
    "work",
    [cleared(phase=Phase.QUEUED, attempt=0), cleared(phase=Phase.ATTENTION), at_clear(attempt=2)],
    ids=["before it is made", "in need of attention", "while it is cleared"],
)
def test_what_is_cancelled_after_the_spoiling_step_is_put_back_first(work: Work) -> None:
    turned, effect = advance(altered(work, want_stop=True), CLAIMED, NOW)
    assert (turned.current.name, effect) == ("restore", Effect.SEND)
    assert not turned.state.ended
    ended, _ = advance(turned, ACCEPTED, NOW)
    assert (ended.state, ended.error, ended.saved) == (JobState.CANCELLED, None, None)


def test_what_is_cancelled_when_the_spoiling_step_is_done_is_put_back() -> None:
    turned, effect = advance(at_clear(want_stop=True), ACCEPTED, NOW)
    assert (turned.current.name, effect) == ("restore", Effect.SEND)
    assert advance(turned, ACCEPTED, NOW)[0].state is JobState.CANCELLED


def test_a_restore_that_is_refused_keeps_the_text_and_says_both_reasons() -> None:
    why = PROBLEM.model_copy(update={"message": "no right to write"})
    ended, _ = advance(undoing(), ev.RefusedByVendor(error=why), NOW)
    assert (ended.state, ended.saved) == (JobState.FAILED, SAVED)
    assert ended.error is not None
    assert ended.error.code == "not_put_back"
    assert PROBLEM.message in ended.error.message
    assert why.message in ended.error.message


def test_a_cancelled_job_whose_restore_is_refused_has_failed_and_keeps_the_text() -> None:
    turned, _ = advance(at_clear(want_stop=True), ACCEPTED, NOW)
    ended, _ = advance(turned, REFUSED, NOW)
    assert (ended.state, ended.saved) == (JobState.FAILED, SAVED)


@pytest.mark.parametrize("event", [UNKNOWN, NOT_SENT], ids=["unknown", "not sent"])
def test_a_restore_is_tried_for_a_day(event: Event) -> None:
    turned = altered(undoing(), trouble_since=NOW)
    still, effect = advance(turned, event, NOW + GIVE_UP_UNSENT + 1)
    assert (still.undoing, still.phase, effect) == (True, Phase.QUEUED, Effect.WAIT)
    again, effect = advance(still, CLAIMED, still.next_at)
    assert (again.current.name, effect) == ("restore", Effect.SEND)
    ended, _ = advance(turned, event, NOW + PATIENCE + 1)
    assert (ended.state, ended.saved) == (JobState.FAILED, SAVED)


def test_a_cancel_stops_no_restore() -> None:
    turned = altered(undoing(), want_stop=True)
    assert advance(turned, CLAIMED, NOW)[1] is Effect.SEND
    queued, _ = advance(turned, NOT_SENT, NOW)
    assert advance(queued, CLAIMED, NOW)[1] is Effect.SEND
    assert advance(turned, ACCEPTED, NOW)[0].state is JobState.FAILED


@pytest.mark.parametrize(
    ("work", "event"),
    [
        (row(REPLACE), REFUSED),
        (at_clear(), REFUSED),
        (at_clear(), ev.NotSent(error=PROBLEM, retry_after=1)),
    ],
    ids=["the survey fails", "the spoiling step is refused", "it is never sent"],
)
def test_what_was_not_spoiled_is_not_undone(work: Work, event: Event) -> None:
    late = NOW + GIVE_UP_UNSENT + 1
    ended, effect = advance(altered(work, trouble_since=NOW), event, late)
    assert (ended.state, ended.error, effect) == (JobState.FAILED, PROBLEM, Effect.WAIT)
    assert (ended.saved, ended.undoing) == (None, False)


def test_a_track_that_was_not_there_is_not_put_back() -> None:
    work = walk(row(REPLACE), CLAIMED, ev.Surveyed(survey=SURVEY), ACCEPTED, ACCEPTED)[0]
    assert advance(work, FAILED, NOW)[0].error == PROBLEM


def test_an_unknown_outcome_of_the_spoiling_step_counts_as_spoiled() -> None:
    doubtful, _ = advance(at_clear(), UNKNOWN, NOW)
    assert advance(doubtful, CLAIMED, NOW)[1] is Effect.SURVEY
    again, effect = advance(doubtful, ev.Surveyed(survey=SURVEY), NOW)
    assert (again.current.name, again.saved, effect) == ("clear", SAVED, Effect.SEND)
    turned, effect = advance(again, REFUSED, NOW)
    assert (turned.current.name, effect) == ("restore", Effect.SEND)


def test_a_spoiling_step_that_was_taken_over_counts_as_spoiled() -> None:
    again, _ = advance(at_clear(), CLAIMED, NOW)
    assert again.current.name == "clear"
    assert advance(again, REFUSED, NOW)[0].current.name == "restore"


def test_a_spoiling_step_that_must_not_be_repeated_counts_as_spoiled_when_taken_over() -> None:
    spoil = Step(kind=StepKind.ONCE, name="swap", spoils=True)
    plan = REPLACE.model_copy(update={"steps": (spoil,)})
    sent = walk(row(plan, on_uncertain=OnUncertain.GIVE_UP), CLAIMED, THERE)[0]
    unsure, _ = advance(sent, CLAIMED, NOW)
    turned, effect = advance(unsure, NOTHING, NOW + 999)
    assert (turned.current.name, effect) == ("restore", Effect.SEND)


def test_a_replacement_that_is_made_keeps_no_text() -> None:
    done, _ = advance(following(), ev.Finished(result=TRACK), NOW)
    assert (done.state, done.result, done.saved) == (JobState.SUCCEEDED, TRACK, None)


def test_what_may_be_made_anew_is_so_as_often_as_the_plan_says_and_then_put_back() -> None:
    work, effect = advance(following(), AGAIN, NOW)
    assert (work.step, work.phase, work.next_at, effect) == (0, Phase.QUEUED, NOW, Effect.WAIT)
    assert advance(work, CLAIMED, NOW)[1] is Effect.SURVEY
    gone = ev.Surveyed(survey=Survey(skip=("clear",)))
    second, effect = walk(work, CLAIMED, gone)
    assert (second.current.name, second.saved, effect) == ("generate", SAVED, Effect.SEND)
    turned, effect = walk(second, ACCEPTED, AGAIN)
    assert (turned.current.name, turned.redone, effect) == ("restore", 1, Effect.SEND)
    assert advance(turned, ACCEPTED, NOW)[0].state is JobState.FAILED


def test_a_failure_that_would_come_again_is_not_made_anew() -> None:
    assert advance(following(), FAILED, NOW)[0].undoing


def test_nobody_wants_it_made_anew_so_it_is_put_back() -> None:
    work, _ = advance(following(want_stop=True), AGAIN, NOW)
    turned, effect = advance(work, CLAIMED, NOW)
    assert (turned.current.name, effect) == ("restore", Effect.SEND)


def test_a_survey_that_fails_when_it_starts_anew_puts_the_former_text_back() -> None:
    turned, effect = walk(following(), AGAIN, CLAIMED, REFUSED)
    assert (turned.current.name, effect) == ("restore", Effect.SEND)
