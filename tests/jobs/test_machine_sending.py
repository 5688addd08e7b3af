"""The state table, rows 2 to 15: sending, and what is done when nobody knows (the numbers are
those of the project's jobs page)."""

import pytest

from machine_events import (
    ABSENT_AFTER,
    CLAIMED,
    HICCUP,
    LIMITED,
    NOT_SENT,
    NOTHING,
    ONE,
    REFUSED,
    SENT,
    TWO,
    UNKNOWN,
    altered,
    unsure,
)
from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs import problems
from media_tracks_server.jobs.doubt import SEND_TIMEOUT, SENDS
from media_tracks_server.jobs.events import Effect, Event
from media_tracks_server.jobs.machine import advance
from media_tracks_server.jobs.moves import GIVE_UP_UNSENT, PATIENCE
from media_tracks_server.jobs.schedule import LONGEST_POLL, LONGEST_WAIT
from media_tracks_server.jobs.work import Phase
from media_tracks_tools.models import JobState
from media_tracks_tools.plans import Plan, Ref, Step, StepKind
from plans_and_rows import (
    KEYED,
    NOW,
    PROBLEM,
    SURVEY,
    TRACK,
    TRACK_REF,
    row,
)


def test_row_2_a_claimed_row_is_surveyed_before_anything_else() -> None:
    assert advance(row(), CLAIMED, NOW)[1] is Effect.SURVEY


def test_row_3_what_exists_already_ends_the_job_without_sending() -> None:
    there = ev.Surveyed(survey=SURVEY.model_copy(update={"existing": TRACK}))
    after, effect = advance(row(), there, NOW)
    assert (after.state, after.already_existed, after.result) == (JobState.SUCCEEDED, True, TRACK)
    assert effect is Effect.WAIT


def test_row_4_the_intent_and_the_baseline_are_in_the_row_before_it_is_sent() -> None:
    after, effect = advance(row(), ev.Surveyed(survey=SURVEY), NOW)
    assert (after.phase, after.attempt, after.baseline) == (SENT, 1, ("t0",))
    assert (after.state, effect) == (JobState.SUBMITTING, Effect.SEND)


def test_row_5_what_was_certainly_not_sent_is_queued_again_with_its_error_shown() -> None:
    after, effect = advance(row(phase=SENT, attempt=1), NOT_SENT, NOW)
    assert (after.phase, after.attempt, after.error) == (Phase.QUEUED, 0, PROBLEM)
    assert (after.next_at, effect, after.state) == (NOW + 2, Effect.WAIT, JobState.SUBMITTING)


def test_row_5_a_vendor_out_of_reach_for_ten_minutes_fails_the_job() -> None:
    after, _ = advance(row(phase=SENT, attempt=1), NOT_SENT, NOW)
    late = NOW + GIVE_UP_UNSENT
    assert advance(altered(after, phase=SENT, attempt=1), NOT_SENT, late)[0].phase is Phase.QUEUED
    failed, _ = advance(altered(after, phase=SENT, attempt=1), NOT_SENT, late + 1)
    assert (failed.state, failed.error) == (JobState.FAILED, PROBLEM)


def test_row_5_the_ten_minutes_count_from_the_first_failure_not_from_the_question() -> None:
    after, _ = advance(row(), HICCUP, NOW + 3 * GIVE_UP_UNSENT)
    assert after.phase is Phase.QUEUED
    assert advance(after, HICCUP, NOW + 4 * GIVE_UP_UNSENT + 1)[0].state is JobState.FAILED


def test_row_5_a_survey_that_works_does_not_prolong_the_ten_minutes() -> None:
    after, _ = advance(row(phase=SENT, attempt=1), NOT_SENT, NOW)
    again, _ = advance(after, ev.Surveyed(survey=SURVEY), NOW + GIVE_UP_UNSENT)
    assert advance(again, NOT_SENT, NOW + GIVE_UP_UNSENT + 1)[0].state is JobState.FAILED


def test_row_5_a_second_try_that_was_not_sent_leaves_the_first_one_in_doubt() -> None:
    after, effect = advance(row(KEYED, SENT, attempt=2), NOT_SENT, NOW)
    assert (after.phase, after.attempt, effect) == (Phase.UNSURE, 1, Effect.LOOK)


def test_row_6_accepted_work_is_followed_with_the_ids_the_vendor_gave() -> None:
    job = Ref(what="job", id="j1")
    after, effect = advance(row(phase=SENT, attempt=1), ev.Accepted(refs=(job,)), NOW)
    assert (after.phase, after.step, after.refs) == (Phase.FOLLOW, 1, (job,))
    assert (after.next_at, effect) == (NOW + 1, Effect.WAIT)


def test_row_6_what_was_made_is_looked_at_after_a_wait_even_where_its_track_is_known() -> None:
    accepted = ev.Accepted(refs=(TRACK_REF,))
    after, effect = advance(row(KEYED, SENT, attempt=1), accepted, NOW)
    assert (after.phase, after.next_at, effect) == (Phase.FOLLOW, NOW + 1, Effect.WAIT)


def test_row_6_what_was_only_changed_is_looked_at_at_once() -> None:
    edit = Step(kind=StepKind.AGAIN, name="edit"), Step(kind=StepKind.WATCH, name="edited")
    sent = row(Plan(steps=edit), SENT, attempt=1)
    after, effect = advance(sent, ev.Accepted(refs=()), NOW)
    assert (after.phase, after.next_at, effect) == (Phase.FOLLOW, NOW, Effect.WAIT)


def test_row_7_an_unreadable_acceptance_is_searched_for_and_never_sent_again() -> None:
    after, effect = advance(row(KEYED, SENT, attempt=1), ev.AcceptedUnread(), NOW)
    assert (after.phase, after.effect_sure, effect) == (Phase.UNSURE, True, Effect.LOOK)
    asked, effect = advance(after, NOTHING, NOW + ABSENT_AFTER)
    assert (asked.state, effect) == (JobState.NEEDS_ATTENTION, Effect.WAIT)


def test_row_8_a_definite_no_ends_the_job() -> None:
    after, _ = advance(row(phase=SENT, attempt=1), REFUSED, NOW)
    assert (after.state, after.error) == (JobState.FAILED, PROBLEM)


def test_row_8_a_rate_limit_only_makes_the_job_wait() -> None:
    after, _ = advance(row(phase=SENT, attempt=1), LIMITED, NOW)
    assert (after.phase, after.next_at) == (Phase.QUEUED, NOW + 30)
    sent = altered(after, phase=SENT, attempt=1)
    assert advance(sent, LIMITED, NOW + PATIENCE)[0].phase is Phase.QUEUED
    assert advance(sent, LIMITED, NOW + PATIENCE + 1)[0].state is JobState.FAILED


def test_row_8_a_second_try_that_is_refused_may_be_refused_because_of_the_first() -> None:
    after, effect = advance(row(KEYED, SENT, attempt=2), REFUSED, NOW)
    assert (after.phase, effect) == (Phase.UNSURE, Effect.LOOK)
    assert advance(after, ONE, NOW)[0].phase is Phase.FOLLOW


@pytest.mark.parametrize("event", [UNKNOWN, CLAIMED], ids=["no answer", "taken over"])
def test_row_9_an_unknown_outcome_is_searched_for_at_once(event: Event) -> None:
    long_ago = row(phase=SENT, attempt=1)
    after, effect = advance(long_ago, event, NOW + 9999)
    assert (after.phase, effect) == (Phase.UNSURE, Effect.LOOK)
    assert after.unsure_since == NOW + 9999


def test_row_10_one_match_is_adopted_at_once() -> None:
    after, _ = advance(unsure(), ONE, NOW)
    assert (after.phase, after.step, after.refs) == (Phase.FOLLOW, 1, (TRACK_REF,))
    assert (after.unsure_since, after.error) == (None, None)


def test_row_11_absence_counts_only_after_the_time_out_and_twice_the_grace() -> None:
    soon, effect = advance(unsure(), NOTHING, NOW + ABSENT_AFTER - 0.1)
    assert (soon.phase, effect) == (Phase.UNSURE, Effect.WAIT)
    assert NOW + ABSENT_AFTER < soon.next_at <= NOW + ABSENT_AFTER + LONGEST_POLL
    assert advance(unsure(), NOTHING, NOW + ABSENT_AFTER)[0].phase is not Phase.UNSURE


def test_row_11_a_request_that_may_take_longer_is_given_longer() -> None:
    slow = Step(kind=StepKind.ONCE, name="upload", extra_seconds=300)
    work = unsure(plan=Plan(steps=(slow,)))
    assert advance(work, NOTHING, NOW + SEND_TIMEOUT + 299)[0].phase is Phase.UNSURE
    assert advance(work, NOTHING, NOW + SEND_TIMEOUT + 300)[0].phase is Phase.ATTENTION


def test_row_11_absence_sends_again_where_the_vendor_holds_a_key() -> None:
    after, effect = advance(unsure(plan=KEYED), NOTHING, NOW + SEND_TIMEOUT + 20)
    assert (after.phase, after.attempt, effect) == (SENT, 2, Effect.SEND)


def test_row_11_three_sends_are_the_most_and_then_a_person_is_asked() -> None:
    after, _ = advance(unsure(plan=KEYED, attempt=SENDS, error=PROBLEM), NOTHING, NOW + 999)
    assert after.state is JobState.NEEDS_ATTENTION
    assert after.error == problems.UNKNOWN


def test_row_11_a_definite_no_to_a_second_send_is_the_end_once_nothing_is_listed() -> None:
    sent = unsure(plan=KEYED, attempt=2, phase=Phase.SENT)
    doubted, effect = advance(sent, ev.RefusedByVendor(error=PROBLEM), NOW)
    assert (doubted.phase, effect) == (Phase.UNSURE, Effect.LOOK)
    after, _ = advance(doubted, NOTHING, NOW + 999)
    assert (after.state, after.error) == (JobState.FAILED, PROBLEM)
    nobody_knows = unsure(plan=KEYED, attempt=SENDS)
    assert advance(nobody_knows, NOTHING, NOW + 999)[0].state is JobState.NEEDS_ATTENTION


def test_row_11_no_key_is_tried_for_more_than_a_day() -> None:
    after, _ = advance(unsure(plan=KEYED, error=PROBLEM), NOTHING, NOW + PATIENCE)
    assert after.state is JobState.NEEDS_ATTENTION


def test_row_12_absence_asks_a_person_where_sending_again_may_be_billed_twice() -> None:
    after, effect = advance(unsure(), NOTHING, NOW + ABSENT_AFTER)
    assert (after.state, after.error) == (JobState.NEEDS_ATTENTION, problems.UNKNOWN)
    assert (after.next_at, effect) == (NOW + ABSENT_AFTER + LONGEST_WAIT, Effect.WAIT)


def test_row_14_several_matches_ask_a_person() -> None:
    after, _ = advance(unsure(), TWO, NOW)
    assert (after.state, after.error) == (JobState.NEEDS_ATTENTION, problems.AMBIGUOUS)


def test_row_14_a_list_that_fails_for_a_day_asks_a_person() -> None:
    after, _ = advance(unsure(), HICCUP, NOW)
    assert (after.phase, after.error) == (Phase.UNSURE, PROBLEM)
    assert advance(after, HICCUP, NOW + PATIENCE)[0].phase is Phase.UNSURE
    asked, _ = advance(after, HICCUP, NOW + PATIENCE + 1)
    assert (asked.state, asked.error) == (JobState.NEEDS_ATTENTION, problems.UNKNOWN)


def test_row_15_a_track_that_appears_later_is_adopted() -> None:
    waiting = unsure(phase=Phase.ATTENTION, error=problems.UNKNOWN)
    assert advance(waiting, CLAIMED, NOW)[1] is Effect.LOOK
    assert advance(waiting, ONE, NOW)[0].phase is Phase.FOLLOW


@pytest.mark.parametrize("event", [NOTHING, TWO, HICCUP], ids=["none", "two", "no list"])
def test_row_15_a_person_is_asked_on_with_the_same_words(event: Event) -> None:
    waiting = unsure(phase=Phase.ATTENTION, error=problems.UNKNOWN)
    after, effect = advance(waiting, event, NOW)
    assert (after.phase, after.error) == (Phase.ATTENTION, problems.UNKNOWN)
    assert (after.next_at, effect) == (NOW + LONGEST_WAIT, Effect.WAIT)
