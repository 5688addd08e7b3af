"""The state table, row by row (the numbers are those of the project's jobs page)."""

import pytest

from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs import problems
from media_tracks_server.jobs.events import Effect, Event
from media_tracks_server.jobs.machine import (
    CHILD_STARTS,
    GIVE_UP_UNSENT,
    PATIENCE,
    REDOES,
    SEND_TIMEOUT,
    SENDS,
    SILENT_AFTER,
    VANISHED_AFTER,
    advance,
)
from media_tracks_server.jobs.schedule import LONGEST_POLL, LONGEST_WAIT
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.models import JobState, Progress
from media_tracks_tools.plans import Ref
from plans_and_rows import (
    BATCH,
    KEYED,
    LOCAL,
    NOW,
    OTHER_TRACK,
    PROBLEM,
    SURVEY,
    TRACK,
    TRACK_REF,
    row,
)

CLAIMED = ev.Claimed()
NOT_SENT = ev.NotSent(error=PROBLEM, retry_after=2.0)
LIMITED = ev.NotSent(error=PROBLEM.model_copy(update={"code": "rate_limited"}), retry_after=30.0)
UNKNOWN = ev.OutcomeUnknown(error=PROBLEM)
REFUSED = ev.RefusedByVendor(error=PROBLEM)
NOT_YET = ev.StillGoing(progress=None)
HICCUP = ev.Hiccup(error=PROBLEM, retry_after=2.0)
NOTHING, ONE, TWO = (ev.LookedFor(found=found) for found in ((), (TRACK,), (TRACK, OTHER_TRACK)))
CHANGED = ev.VendorFailed(error=PROBLEM.model_copy(update={"code": problems.CHANGED_MEANWHILE}))
SENT = Phase.SENT
ABSENT_AFTER = SEND_TIMEOUT + 2 * 60


def altered(work: Work, **fields: object) -> Work:
    return work.model_copy(update=fields)


def unsure(**fields: object) -> Work:
    return altered(row(phase=Phase.UNSURE, attempt=1, unsure_since=NOW), **fields)


def at_default(**fields: object) -> Work:
    """Cloudflare's PATCH, after the track is ready."""
    return altered(row(KEYED, step=2, refs=(TRACK_REF,), result=TRACK), **fields)


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


def test_row_6_a_track_that_is_known_already_is_looked_at_at_once() -> None:
    accepted = ev.Accepted(refs=(TRACK_REF,))
    assert advance(row(KEYED, SENT, attempt=1), accepted, NOW)[0].next_at == NOW


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


def test_row_11_absence_sends_again_where_the_vendor_holds_a_key() -> None:
    after, effect = advance(unsure(plan=KEYED), NOTHING, NOW + SEND_TIMEOUT + 20)
    assert (after.phase, after.attempt, effect) == (SENT, 2, Effect.SEND)


def test_row_11_three_sends_are_the_most_and_then_the_last_error_is_told() -> None:
    after, _ = advance(unsure(plan=KEYED, attempt=SENDS, error=PROBLEM), NOTHING, NOW + 999)
    assert (after.state, after.error) == (JobState.FAILED, PROBLEM)
    nobody_knows = unsure(plan=KEYED, attempt=SENDS)
    assert advance(nobody_knows, NOTHING, NOW + 999)[0].state is JobState.NEEDS_ATTENTION


def test_row_11_no_key_is_tried_for_more_than_a_day() -> None:
    after, _ = advance(unsure(plan=KEYED, error=PROBLEM), NOTHING, NOW + PATIENCE)
    assert after.state is JobState.FAILED


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


@pytest.mark.parametrize(
    "unwanted",
    [row(), row(phase=Phase.ATTENTION), at_default(), row(LOCAL, Phase.CHILD)],
    ids=["queued", "attention", "before the last touch", "child"],
)
def test_row_25_what_was_not_sent_or_can_be_stopped_ends_cancelled(unwanted: Work) -> None:
    after, effect = advance(altered(unwanted, want_stop=True), CLAIMED, NOW)
    assert (after.state, effect is Effect.DISCARD) == (
        JobState.CANCELLED,
        unwanted.phase is Phase.CHILD,
    )


def test_row_25_a_cancel_during_the_survey_is_in_time() -> None:
    after, _ = advance(row(want_stop=True), ev.Surveyed(survey=SURVEY), NOW)
    assert after.state is JobState.CANCELLED


def test_row_26_a_cancel_of_what_was_sent_waits_until_it_is_known() -> None:
    after, effect = advance(row(phase=SENT, attempt=1, want_stop=True), CLAIMED, NOW)
    assert (after.phase, effect) == (Phase.UNSURE, Effect.LOOK)
    assert advance(after, ONE, NOW)[0].phase is Phase.FOLLOW
    assert advance(after, NOTHING, NOW + ABSENT_AFTER)[0].state is JobState.CANCELLED


def test_row_27_work_that_can_not_be_stopped_is_watched_but_nothing_more_is_begun() -> None:
    watching = row(KEYED, Phase.FOLLOW, step=1, want_stop=True)
    assert advance(watching, CLAIMED, NOW)[1] is Effect.POLL
    assert advance(watching, ev.Finished(result=TRACK), NOW)[0].state is JobState.CANCELLED
    last = row(phase=Phase.FOLLOW, step=2, want_stop=True)
    assert advance(last, ev.Finished(result=TRACK), NOW)[0].state is JobState.SUCCEEDED


def test_row_27_an_unwanted_last_touch_is_not_repeated() -> None:
    after, _ = advance(at_default(phase=SENT, attempt=1, want_stop=True), CLAIMED, NOW)
    assert after.state is JobState.CANCELLED


def test_row_29_a_child_starts_after_its_target_was_noted() -> None:
    begun, effect = advance(row(LOCAL), ev.Surveyed(survey=SURVEY), NOW)
    assert effect is Effect.BEGIN
    stamp = Ref(what="target_stamp", id="absent")
    running, effect = advance(begun, ev.Began(refs=(stamp,)), NOW)
    assert (running.phase, running.refs, effect) == (Phase.CHILD, (stamp,), Effect.RUN)
    assert advance(running, CLAIMED, NOW)[1] is Effect.BEGIN
    assert advance(altered(begun, want_stop=True), ev.Began(refs=()), NOW)[0].phase is Phase.DONE


def test_row_30_a_child_tells_how_far_it_is() -> None:
    progress = Progress(done=3, total=9, message="3 of 9")
    after, _ = advance(row(LOCAL, Phase.CHILD), ev.Moved(progress=progress), NOW)
    assert (after.progress, after.phase) == (progress, Phase.CHILD)


def test_row_31_a_child_that_dies_is_started_again_twice() -> None:
    lost = ev.ChildLost(error=PROBLEM)
    working = row(LOCAL, Phase.CHILD)
    for _ in range(CHILD_STARTS - 1):
        working, effect = advance(working, lost, NOW)
        assert (working.phase, working.next_at, effect) == (Phase.CHILD, NOW + 1, Effect.WAIT)
    failed, effect = advance(working, lost, NOW)
    assert (failed.state, failed.error, effect) == (JobState.FAILED, PROBLEM, Effect.DISCARD)


def test_row_32_a_finished_file_is_put_in_its_place() -> None:
    inode = Ref(what="temp_inode", id="7")
    done = ev.Finished(result=TRACK, refs=(inode,))
    after, effect = advance(row(LOCAL, Phase.CHILD), done, NOW)
    assert (after.phase, after.refs, effect) == (Phase.PUBLISH, (inode,), Effect.PUBLISH)
    assert advance(after, CLAIMED, NOW)[1] is Effect.PUBLISH


def test_row_33_published_is_done_with_what_the_child_found() -> None:
    publishing = row(LOCAL, Phase.PUBLISH, step=1, result=TRACK)
    done, effect = advance(publishing, ev.Finished(), NOW)
    assert (done.state, done.result, effect) == (JobState.SUCCEEDED, TRACK, Effect.WAIT)


def test_row_33_a_file_that_changed_meanwhile_is_done_anew_three_times_and_no_more() -> None:
    work = row(LOCAL, Phase.PUBLISH, step=1, refs=(TRACK_REF,), result=TRACK)
    for _ in range(REDOES):
        work, effect = advance(work, CHANGED, NOW)
        assert (work.step, work.phase, work.refs) == (0, Phase.QUEUED, ())
        assert (work.next_at, effect) == (NOW, Effect.WAIT)
        work, _ = advance(work, ev.Surveyed(survey=SURVEY), NOW)
        work, _ = advance(work, ev.Began(refs=()), NOW)
        work, _ = advance(work, ev.Finished(result=TRACK), NOW)
        assert work.phase is Phase.PUBLISH
    failed, effect = advance(work, CHANGED, NOW)
    assert (failed.state, effect) == (JobState.FAILED, Effect.DISCARD)


def test_row_33_any_other_failure_to_publish_ends_the_job() -> None:
    failed, effect = advance(row(LOCAL, Phase.PUBLISH, step=1), ev.VendorFailed(error=PROBLEM), NOW)
    assert (failed.state, effect) == (JobState.FAILED, Effect.DISCARD)


def test_row_35_a_batch_waits_without_spinning() -> None:
    waiting, effect = advance(row(BATCH), ev.Surveyed(survey=SURVEY), NOW)
    assert (waiting.phase, waiting.next_at, effect) == (
        Phase.KIDS,
        NOW + LONGEST_WAIT,
        Effect.WAIT,
    )
    again, effect = advance(waiting, CLAIMED, NOW + LONGEST_WAIT)
    assert (again.next_at, effect) == (NOW + 2 * LONGEST_WAIT, Effect.WAIT)


def test_no_row_sleeps_longer_than_the_clock_check_allows() -> None:
    hour = ev.NotSent(error=PROBLEM, retry_after=3600.0)
    assert advance(row(phase=SENT, attempt=1), hour, NOW)[0].next_at == NOW + LONGEST_WAIT


def test_a_clock_that_was_set_back_counts_anew_instead_of_standing_still() -> None:
    before = unsure(trouble_since=NOW, step_since=NOW)
    after, _ = advance(before, HICCUP, NOW - 3600)
    assert (after.unsure_since, after.step_since, after.trouble_since) == (NOW - 3600,) * 3


def test_an_ended_job_says_how_far_it_came() -> None:
    progress = Progress(done=3, total=9, unit="bytes", message="copying")
    child = row(LOCAL, Phase.CHILD, progress=progress)
    failed, _ = advance(child, ev.VendorFailed(error=PROBLEM), NOW)
    assert failed.progress == Progress(done=3, total=9, unit="bytes", message="failed")
    watching = row(phase=Phase.FOLLOW, step=2, progress=progress)
    done, _ = advance(watching, ev.Finished(), NOW)
    assert done.progress == Progress(done=9, total=9, unit="bytes", message="done")


def test_what_has_ended_never_changes() -> None:
    ended, _ = advance(row(phase=Phase.FOLLOW, step=2), ev.Finished(result=TRACK), NOW)
    for event in (CLAIMED, REFUSED, NOTHING, HICCUP, NOT_YET):
        assert advance(ended, event, NOW + 99) == (ended, Effect.WAIT)
