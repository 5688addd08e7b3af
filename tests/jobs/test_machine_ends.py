"""The state table, rows 25 to 33: cancelling, local steps, and how a row ends."""

import pytest

from machine_events import (
    ABSENT_AFTER,
    CHANGED,
    CLAIMED,
    HICCUP,
    NOT_YET,
    NOTHING,
    ONE,
    REFUSED,
    SENT,
    altered,
    at_default,
    unsure,
)
from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs.events import Effect
from media_tracks_server.jobs.machine import CHILD_STARTS, advance
from media_tracks_server.jobs.schedule import LONGEST_WAIT
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.models import JobState, Progress
from media_tracks_tools.plans import Ref
from plans_and_rows import (
    KEYED,
    LOCAL,
    NOW,
    PROBLEM,
    SURVEY,
    TRACK,
    TRACK_REF,
    row,
)


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
    for _ in range(LOCAL.redoes):
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
