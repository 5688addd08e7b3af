"""Steps that are not needed, what starts anew, and what the user said to do in doubt."""

import pytest

from machine_events import (
    ABSENT_AFTER,
    CHANGED,
    CLAIMED,
    NOT_SENT,
    NOTHING,
    ONE,
    SENT,
    TWO,
    altered,
    unsure,
)
from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs import problems
from media_tracks_server.jobs.doubt import SENDS, choices
from media_tracks_server.jobs.events import Effect
from media_tracks_server.jobs.machine import SILENT_AFTER, advance
from media_tracks_server.jobs.schedule import LONGEST_WAIT
from media_tracks_server.jobs.work import OnUncertain, Phase
from media_tracks_tools.models import Choice, JobState, TrackStatus
from plans_and_rows import (
    BATCH,
    KEYED,
    LOCAL,
    NOW,
    REPLACE,
    SURVEY,
    TRACK,
    TRACK_REF,
    UNKEYED,
    row,
)

LATE = NOW + ABSENT_AFTER
SUBMIT_AGAIN, GIVE_UP = OnUncertain.SUBMIT_AGAIN, OnUncertain.GIVE_UP


def without(*names: str) -> ev.Surveyed:
    return ev.Surveyed(survey=SURVEY.model_copy(update={"skip": names}))


def test_a_first_step_that_is_not_needed_is_passed_over_unsent() -> None:
    after, effect = advance(row(REPLACE), without("clear"), NOW)
    assert (after.current.name, after.attempt, effect) == ("generate", 1, Effect.SEND)
    assert not after.spoiled


def test_a_last_step_that_is_not_needed_ends_the_job_unsent() -> None:
    work, _ = advance(row(KEYED), without("default"), NOW)
    work, _ = advance(work, ev.Accepted(refs=(TRACK_REF,)), NOW)
    done, effect = advance(work, ev.Finished(result=TRACK), NOW)
    assert (done.state, done.result, effect) == (JobState.SUCCEEDED, TRACK, Effect.WAIT)


def test_a_step_between_that_is_not_needed_is_passed_over() -> None:
    work, _ = advance(row(UNKEYED), without("job"), NOW)
    after, _ = advance(work, ev.Accepted(refs=(TRACK_REF,)), NOW)
    assert (after.current.name, after.phase) == ("track", Phase.FOLLOW)


def test_where_no_step_is_needed_nothing_is_sent() -> None:
    done, effect = advance(row(REPLACE), without("clear", "generate", "caption"), NOW)
    assert (done.state, effect) == (JobState.SUCCEEDED, Effect.WAIT)


def test_what_somebody_else_has_begun_is_only_watched() -> None:
    preparing = TRACK.model_copy(update={"status": TrackStatus.PREPARING})
    begun = SURVEY.model_copy(update={"existing": preparing, "skip": ("clear", "generate")})
    work, effect = advance(row(REPLACE), ev.Surveyed(survey=begun), NOW)
    assert (work.current.name, work.phase, effect) == ("caption", Phase.FOLLOW, Effect.WAIT)
    assert advance(work, ev.Finished(result=TRACK), NOW)[0].already_existed


def test_what_somebody_else_had_begun_and_failed_is_no_longer_called_existing() -> None:
    preparing = TRACK.model_copy(update={"status": TrackStatus.PREPARING})
    begun = SURVEY.model_copy(update={"existing": preparing, "skip": ("clear", "generate")})
    work, _ = advance(row(REPLACE), ev.Surveyed(survey=begun), NOW)
    work, _ = advance(work, CHANGED, NOW)
    for event in (CLAIMED, ev.Surveyed(survey=SURVEY), *[ev.Accepted(refs=())] * 2):
        work, _ = advance(work, event, NOW)
    done, _ = advance(work, ev.Finished(result=TRACK), NOW)
    assert (done.state, done.already_existed) == (JobState.SUCCEEDED, False)


def test_absence_sends_exactly_once_more_where_the_user_said_so_and_then_asks() -> None:
    again, effect = advance(unsure(on_uncertain=SUBMIT_AGAIN), NOTHING, LATE)
    assert (again.phase, again.attempt, effect) == (SENT, 2, Effect.SEND)
    doubtful, effect = advance(again, CLAIMED, LATE)
    assert (doubtful.phase, effect) == (Phase.UNSURE, Effect.LOOK)
    asked, effect = advance(doubtful, NOTHING, LATE + ABSENT_AFTER)
    assert (asked.state, effect) == (JobState.NEEDS_ATTENTION, Effect.WAIT)


def test_a_second_send_that_certainly_did_not_leave_is_no_second_send() -> None:
    again, _ = advance(unsure(on_uncertain=SUBMIT_AGAIN), NOTHING, LATE)
    doubtful, _ = advance(again, NOT_SENT, LATE)
    assert (doubtful.phase, doubtful.attempt) == (Phase.UNSURE, 1)


def test_absence_fails_where_the_user_said_to_give_up() -> None:
    failed, effect = advance(unsure(on_uncertain=GIVE_UP), NOTHING, LATE)
    assert (failed.state, failed.error, effect) == (
        JobState.FAILED,
        problems.UNKNOWN,
        Effect.WAIT,
    )


@pytest.mark.parametrize("said", OnUncertain, ids=str)
def test_a_track_that_appears_is_adopted_whatever_the_user_said(said: OnUncertain) -> None:
    assert advance(unsure(on_uncertain=said), ONE, LATE)[0].refs == (TRACK_REF,)


@pytest.mark.parametrize("said", OnUncertain, ids=str)
def test_what_the_vendor_accepted_is_never_sent_again_nor_given_up(said: OnUncertain) -> None:
    sure = unsure(on_uncertain=said, effect_sure=True)
    asked, effect = advance(sure, NOTHING, LATE)
    assert (asked.state, effect) == (JobState.NEEDS_ATTENTION, Effect.WAIT)


@pytest.mark.parametrize("said", OnUncertain, ids=str)
def test_a_step_with_a_key_is_sent_again_whatever_the_user_said(said: OnUncertain) -> None:
    work = unsure(plan=KEYED, on_uncertain=said)
    for attempt in range(2, SENDS + 1):
        work, effect = advance(altered(work, phase=Phase.UNSURE, unsure_since=NOW), NOTHING, LATE)
        assert (work.attempt, effect) == (attempt, Effect.SEND)


@pytest.mark.parametrize("said", OnUncertain, ids=str)
def test_several_matches_ask_whatever_the_user_said(said: OnUncertain) -> None:
    asked, _ = advance(unsure(on_uncertain=said), TWO, LATE)
    assert asked.state is JobState.NEEDS_ATTENTION
    assert [one.track_id for one in asked.candidates] == ["t1", "t2"]


def test_candidates_of_a_doubt_that_is_over_are_not_offered_in_the_next_one() -> None:
    asked, _ = advance(unsure(plan=KEYED), TWO, NOW)
    work, _ = advance(asked, ONE, NOW)
    silent, _ = advance(work, ev.StillGoing(progress=None), NOW + SILENT_AFTER + 1)
    assert (silent.state, silent.candidates) == (JobState.NEEDS_ATTENTION, ())


def test_who_submits_again_starts_from_the_survey_with_nothing_of_the_first_try() -> None:
    asked, _ = advance(unsure(baseline=("t0",)), TWO, NOW)
    anew, effect = advance(asked, ev.Chosen(choice=Choice.SUBMIT_AGAIN), NOW)
    assert (anew.phase, anew.step, anew.next_at, effect) == (Phase.QUEUED, 0, NOW, Effect.WAIT)
    assert (anew.refs, anew.candidates, anew.error) == ((), (), None)
    assert advance(anew, CLAIMED, NOW)[1] is Effect.SURVEY


def test_who_adopts_goes_on_with_that_track() -> None:
    asked, _ = advance(unsure(), TWO, NOW)
    chosen, _ = advance(asked, ev.Chosen(choice=Choice.ADOPT, track_id="t2"), NOW)
    assert (chosen.phase, chosen.step, chosen.task.ref("track")) == (Phase.FOLLOW, 1, "t2")


def test_who_adopts_for_a_silent_vendor_has_it_looked_at_at_once() -> None:
    silent = row(phase=Phase.ATTENTION, step=1, error=problems.SILENT)
    late = NOW + SILENT_AFTER + 9
    chosen, effect = advance(silent, ev.Chosen(choice=Choice.ADOPT, track_id="t2"), late)
    assert (chosen.phase, chosen.step, chosen.next_at) == (Phase.FOLLOW, 1, late)
    assert (chosen.task.ref("track"), chosen.error, effect) == ("t2", None, Effect.WAIT)
    still, _ = advance(chosen, ev.StillGoing(progress=None), late)
    assert still.phase is Phase.FOLLOW, "the vendor gets its two hours anew"


def test_who_gives_up_ends_the_job() -> None:
    asked, _ = advance(unsure(), TWO, NOW)
    ended, effect = advance(asked, ev.Chosen(choice=Choice.GIVE_UP), NOW)
    assert (ended.state, ended.error, effect) == (JobState.CANCELLED, None, Effect.WAIT)


def test_only_what_needs_attention_has_choices() -> None:
    asked, _ = advance(unsure(), TWO, NOW)
    assert set(choices(asked)) == set(Choice)
    assert choices(unsure()) == ()
    assert choices(row(BATCH, Phase.ATTENTION)) == ()
    assert choices(row(LOCAL, Phase.ATTENTION)) == (Choice.GIVE_UP,)


def test_a_batch_is_counted_when_it_is_claimed_and_waits_without_spinning() -> None:
    waiting = row(BATCH, Phase.KIDS)
    assert advance(waiting, CLAIMED, NOW)[1] is Effect.COUNT
    counted = ev.Counted(running=2, waiting=1, succeeded=1, failed=1, cancelled=0)
    after, effect = advance(waiting, counted, NOW)
    assert (after.phase, after.next_at, effect) == (Phase.KIDS, NOW + LONGEST_WAIT, Effect.WAIT)
    assert after.progress is not None
    assert (after.progress.done, after.progress.total) == (2, 4)


@pytest.mark.parametrize(
    ("succeeded", "failed", "cancelled", "state"),
    [
        (3, 0, 0, JobState.SUCCEEDED),
        (2, 1, 0, JobState.FAILED),
        (0, 3, 0, JobState.FAILED),
        (2, 0, 1, JobState.FAILED),
        (0, 0, 3, JobState.CANCELLED),
    ],
)
def test_a_batch_ends_when_nothing_of_it_runs(
    succeeded: int, failed: int, cancelled: int, state: JobState
) -> None:
    counted = ev.Counted(
        running=0, waiting=0, succeeded=succeeded, failed=failed, cancelled=cancelled
    )
    after, _ = advance(row(BATCH, Phase.KIDS), counted, NOW)
    assert after.state is state
    assert (after.error is None) == (state is not JobState.FAILED)


def test_a_batch_needs_attention_only_while_all_that_remains_does() -> None:
    waiting = ev.Counted(running=1, waiting=1, succeeded=1, failed=0, cancelled=0)
    asked, _ = advance(row(BATCH, Phase.KIDS), waiting, NOW)
    assert (asked.state, asked.error) == (JobState.NEEDS_ATTENTION, problems.CHILDREN_WAIT)
    assert advance(asked, CLAIMED, NOW)[1] is Effect.COUNT
    going = waiting.model_copy(update={"waiting": 0})
    after, _ = advance(asked, going, NOW)
    assert (after.state, after.error) == (JobState.RUNNING, None)
