"""The state table, rows 17 to 24: following, the last touch, and what may be repeated."""

import pytest

from machine_events import (
    CLAIMED,
    HICCUP,
    NOT_SENT,
    NOT_YET,
    NOTHING,
    ONE,
    REFUSED,
    SENT,
    UNKNOWN,
    at_default,
)
from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs import problems
from media_tracks_server.jobs.events import Effect, Event
from media_tracks_server.jobs.machine import SILENT_AFTER, VANISHED_AFTER, advance
from media_tracks_server.jobs.moves import GIVE_UP_UNSENT
from media_tracks_server.jobs.schedule import LONGEST_POLL, LONGEST_WAIT
from media_tracks_server.jobs.work import Phase
from media_tracks_tools.models import JobState, Progress
from plans_and_rows import (
    KEYED,
    NOW,
    PROBLEM,
    TRACK,
    TRACK_REF,
    row,
)


def test_row_17_what_is_not_finished_is_looked_at_more_and_more_seldom() -> None:
    following, waits = row(phase=Phase.FOLLOW, step=1, error=PROBLEM), list[float]()
    for _ in range(20):
        following, _ = advance(following, NOT_YET, NOW)
        waits.append(following.next_at - NOW)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1], following.error) == (2, LONGEST_POLL, None)


def test_row_17_progress_that_is_not_told_anew_stays() -> None:
    progress = Progress(done=3, total=9, message="3 of 9")
    told, _ = advance(row(phase=Phase.FOLLOW, step=1), ev.StillGoing(progress=progress), NOW)
    assert advance(told, NOT_YET, NOW)[0].progress == progress


def test_row_17_a_token_that_dies_keeps_the_job_running_with_its_error() -> None:
    after, _ = advance(row(phase=Phase.FOLLOW, step=1), HICCUP, NOW)
    assert (after.state, after.error, after.next_at) == (JobState.RUNNING, PROBLEM, NOW + 2)
    later, _ = advance(after, HICCUP, NOW + 100)
    assert later.next_at == NOW + 120
    asked, _ = advance(after, HICCUP, NOW + SILENT_AFTER + 1)
    assert (asked.state, asked.error) == (JobState.NEEDS_ATTENTION, PROBLEM)


def test_row_17_after_a_sleep_one_failed_look_is_only_a_hiccup() -> None:
    after, _ = advance(row(phase=Phase.FOLLOW, step=1), HICCUP, NOW + 10 * SILENT_AFTER)
    assert after.phase is Phase.FOLLOW


def test_row_18_the_next_step_begins_anew() -> None:
    watching = row(KEYED, Phase.FOLLOW, step=1, polls=9, attempt=1, refs=(TRACK_REF,))
    after, effect = advance(watching, ev.Finished(result=TRACK), NOW + 5)
    assert (after.step, after.phase, after.attempt) == (2, SENT, 1)
    assert (after.polls, after.step_since, after.result) == (0, NOW + 5, TRACK)
    assert (effect, after.state) == (Effect.SEND, JobState.RUNNING)


def test_row_19_the_last_step_ends_the_job_with_its_result() -> None:
    done, effect = advance(row(phase=Phase.FOLLOW, step=2), ev.Finished(result=TRACK), NOW)
    assert (done.state, done.result, effect) == (JobState.SUCCEEDED, TRACK, Effect.WAIT)
    assert done.progress == Progress(done=0, message="done")


def test_row_20_a_failure_at_the_vendor_ends_the_job() -> None:
    failed, _ = advance(row(phase=Phase.FOLLOW, step=1), ev.VendorFailed(error=PROBLEM), NOW)
    assert (failed.state, failed.error) == (JobState.FAILED, PROBLEM)


def test_row_21_a_track_may_stay_unlisted_for_a_while() -> None:
    after, _ = advance(row(phase=Phase.FOLLOW, step=2), ev.Vanished(), NOW + VANISHED_AFTER)
    assert (after.phase, after.next_at) == (Phase.FOLLOW, NOW + VANISHED_AFTER + 2)


def test_row_21_a_track_that_went_away_fails_only_where_a_key_proves_its_absence() -> None:
    late = NOW + VANISHED_AFTER + 1
    failed, _ = advance(row(KEYED, Phase.FOLLOW, step=1), ev.Vanished(), late)
    assert (failed.state, failed.error) == (JobState.FAILED, problems.VANISHED)
    asked, _ = advance(row(phase=Phase.FOLLOW, step=2), ev.Vanished(), late)
    assert (asked.state, asked.error) == (JobState.NEEDS_ATTENTION, problems.VANISHED)


def test_row_22_a_silent_vendor_whose_track_is_unknown_is_searched_for_it() -> None:
    late = NOW + SILENT_AFTER + 1
    overdue, effect = advance(row(phase=Phase.FOLLOW, step=1), NOT_YET, late)
    assert (overdue.phase, effect) == (Phase.FOLLOW, Effect.LOOK)
    found, effect = advance(overdue, ONE, late)
    assert (found.task.ref("track"), effect) == ("t1", Effect.POLL)
    asked, _ = advance(overdue, NOTHING, late)
    assert (asked.state, asked.error) == (JobState.NEEDS_ATTENTION, problems.SILENT)


def test_row_22_a_track_that_is_never_ready_asks_a_person_and_is_not_called_a_success() -> None:
    late = NOW + SILENT_AFTER + 1
    watching = row(phase=Phase.FOLLOW, step=2, refs=(TRACK_REF,))
    asked, _ = advance(watching, NOT_YET, late)
    assert (asked.state, asked.error) == (JobState.NEEDS_ATTENTION, problems.SILENT)
    assert advance(asked, CLAIMED, late)[1] is Effect.POLL
    still, _ = advance(asked, NOT_YET, late)
    assert (still.state, still.next_at) == (JobState.NEEDS_ATTENTION, late + LONGEST_WAIT)
    assert advance(still, ev.Finished(result=TRACK), late)[0].state is JobState.SUCCEEDED


def test_row_22_a_vendor_that_speaks_again_is_followed_again() -> None:
    asked = row(phase=Phase.ATTENTION, step=2, refs=(TRACK_REF,), error=problems.VANISHED)
    after, _ = advance(asked, NOT_YET, NOW + 200)
    assert (after.state, after.error) == (JobState.RUNNING, None)


def test_row_23_a_refused_last_touch_keeps_the_track_that_exists() -> None:
    failed, _ = advance(at_default(phase=SENT, attempt=1), REFUSED, NOW)
    assert (failed.state, failed.result, failed.error) == (JobState.FAILED, TRACK, PROBLEM)


@pytest.mark.parametrize("event", [UNKNOWN, NOT_SENT], ids=["unknown", "not sent"])
@pytest.mark.parametrize("attempt", [1, 2, 9])
def test_row_24_a_repeatable_request_is_sent_again_and_never_searched_for(
    event: Event, attempt: int
) -> None:
    after, effect = advance(at_default(phase=SENT, attempt=attempt), event, NOW)
    assert (after.phase, after.step, effect) == (Phase.QUEUED, 2, Effect.WAIT)
    assert (after.state, after.error) == (JobState.RUNNING, PROBLEM)
    again, effect = advance(after, CLAIMED, after.next_at)
    assert (again.phase, effect) == (SENT, Effect.SEND)


def test_row_24_a_repeatable_request_is_sent_again_after_a_take_over() -> None:
    after, effect = advance(at_default(phase=SENT, attempt=1), CLAIMED, NOW)
    assert (after.attempt, effect) == (2, Effect.SEND)


def test_row_24_a_repeatable_request_is_given_up_after_ten_minutes_of_silence() -> None:
    doubtful = at_default(phase=SENT, attempt=3, trouble_since=NOW)
    assert advance(doubtful, UNKNOWN, NOW + GIVE_UP_UNSENT)[0].phase is Phase.QUEUED
    failed, _ = advance(doubtful, UNKNOWN, NOW + GIVE_UP_UNSENT + 1)
    assert (failed.state, failed.result) == (JobState.FAILED, TRACK)


def test_row_24_an_unreadable_acceptance_of_a_repeatable_request_is_an_acceptance() -> None:
    done, _ = advance(at_default(phase=SENT, attempt=1), ev.AcceptedUnread(), NOW)
    assert (done.state, done.result) == (JobState.SUCCEEDED, TRACK)
