"""The whole driver, on a real file, with a vendor in memory: nothing is sent twice."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from anyio import lowlevel
from sqlalchemy import select, update

from job_world import FAST, QUICK, TurnedClock, World
from media_tracks_server.jobs.database import Database, Mode
from media_tracks_server.jobs.driver import HELD_AT_MOST
from media_tracks_server.jobs.handles import job_of
from media_tracks_server.jobs.tables import work
from media_tracks_server.jobs.work import Phase
from media_tracks_tools.errors import (
    CredentialRefused,
    DatabaseUnusable,
    InternalError,
    NotFound,
    Unavailable,
)
from media_tracks_tools.models import JobState
from media_tracks_tools.plans import Plan, Sent, Survey, Task, Watched
from plans_and_rows import LOCAL, REQUEST
from waiting import eventually
from wire import LocalAccount, Post, Vendor, VendorAccount

SUCCEEDED, FAILED, CANCELLED = JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED
ENDED = (SUCCEEDED, FAILED, CANCELLED, JobState.NEEDS_ATTENTION)


@pytest.mark.parametrize("keyed", [False, True], ids=["unkeyed", "keyed"])
@pytest.mark.parametrize(
    "post",
    [Post.FINE, Post.LIMITED, Post.UNREACHABLE, Post.DATABASE_LOCKED, Post.ANSWER_LOST,
     Post.UNREADABLE, Post.BUG],
    ids=str,
)  # fmt: skip
async def test_whatever_becomes_of_the_request_the_track_is_made_once(
    fast_world: World, post: Post, keyed: bool
) -> None:
    vendor = Vendor(posts=[post])
    provider = VendorAccount(vendor, keyed=keyed)
    async with fast_world.driving(provider):
        job_id = await fast_world.ask(provider)
        handle = await fast_world.until(job_id, *ENDED)
    assert (handle.state, vendor.count("effect")) == (SUCCEEDED, 1)
    assert handle.work.result is not None
    assert handle.work.result.track_id == "t1"
    assert (vendor.default, vendor.count("PATCH")) == (("t1", 1) if keyed else (None, 0))


async def test_a_refused_request_fails_and_is_not_repeated(fast_world: World) -> None:
    vendor = Vendor(posts=[Post.REFUSED])
    provider = VendorAccount(vendor)
    async with fast_world.driving(provider):
        handle = await fast_world.until(await fast_world.ask(provider), *ENDED)
    assert (handle.state, vendor.count("POST")) == (FAILED, 1)


async def test_a_request_that_got_lost_is_repeated_only_where_there_is_a_key(
    fast_world: World,
) -> None:
    keyed, unkeyed = Vendor(posts=[Post.LOST]), Vendor(posts=[Post.LOST])
    first = VendorAccount(keyed, keyed=True)
    second = VendorAccount(unkeyed, fingerprint="e" * 64)
    async with fast_world.driving(first, second):
        one, other = await fast_world.ask(first), await fast_world.ask(second)
        assert (await fast_world.until(one, *ENDED)).state is SUCCEEDED
        assert (await fast_world.until(other, *ENDED)).state is JobState.NEEDS_ATTENTION
        assert (keyed.count("POST"), keyed.count("effect")) == (2, 1)
        assert (unkeyed.count("POST"), unkeyed.count("effect")) == (1, 0)
        unkeyed.tracks.append("t9")
        fast_world.clock.turn(600)
        handle = await fast_world.until(other, SUCCEEDED)
    assert handle.work.result is not None
    assert handle.work.result.track_id == "t9"


async def test_a_repeat_that_the_vendor_refuses_as_taken_adopts_the_first(
    fast_world: World,
) -> None:
    vendor = Vendor(posts=[Post.ANSWER_LOST], listed=False, unique_labels=True)
    provider = VendorAccount(vendor, keyed=True)
    async with fast_world.driving(provider):
        job_id = await fast_world.ask(provider)
        await eventually(lambda: vendor.count("POST") == 2)
        vendor.listed = True
        handle = await fast_world.until(job_id, *ENDED)
    assert (handle.state, vendor.count("effect")) == (SUCCEEDED, 1)


async def test_the_last_touch_is_repeated_until_it_holds(fast_world: World) -> None:
    vendor = Vendor(posts=[Post.FINE, Post.ANSWER_LOST, Post.UNREACHABLE, Post.LIMITED])
    provider = VendorAccount(vendor, keyed=True)
    async with fast_world.driving(provider):
        handle = await fast_world.until(await fast_world.ask(provider), *ENDED)
    assert (handle.state, vendor.default, vendor.count("PATCH")) == (SUCCEEDED, "t1", 4)


async def test_a_vendor_out_of_reach_shows_its_error_and_then_fails_the_job(
    fast_world: World,
) -> None:
    vendor = Vendor(posts=[Post.UNREACHABLE] * 1000)
    provider = VendorAccount(vendor)
    async with fast_world.driving(provider):
        job_id = await fast_world.ask(provider)

        async def shown() -> bool:
            job = job_of(await fast_world.handles().get(job_id))
            return job.state is JobState.SUBMITTING and job.error is not None

        await eventually(shown)
        handle = await fast_world.until(job_id, *ENDED)
    assert (handle.state, vendor.count("POST")) == (FAILED, 0)
    assert handle.work.error is not None
    assert handle.work.error.code == "unreachable"


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (CredentialRefused("dead"), FAILED),
        (NotFound("no such video"), FAILED),
        (InternalError("bug"), FAILED),
        (Unavailable("502"), SUCCEEDED),
        (DatabaseUnusable("locked", code="database_locked"), SUCCEEDED),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_only_a_definite_error_of_the_first_list_ends_the_job(
    fast_world: World, error: Unavailable, state: JobState
) -> None:
    vendor = Vendor(reads=[error])
    provider = VendorAccount(vendor)
    async with fast_world.driving(provider):
        assert (await fast_world.until(await fast_world.ask(provider), *ENDED)).state is state


async def test_a_token_that_dies_while_following_keeps_the_job_running(world: World) -> None:
    vendor = Vendor(polls_until_ready=0)
    provider = VendorAccount(vendor)
    async with world.driving(provider):
        job_id = await world.ask(provider)
        await eventually(lambda: vendor.count("POST"))
        vendor.reads = [CredentialRefused("the token is dead")]
        world.clock.turn(2)

        async def told() -> bool:
            job = job_of(await world.handles().get(job_id))
            return job.state is JobState.RUNNING and job.error is not None

        await eventually(told)
        world.clock.turn(10)
        await eventually(lambda: vendor.count("watch job") >= 2)
        world.clock.turn(10)
        assert (await world.until(job_id, *ENDED)).state is SUCCEEDED


async def test_a_vendor_that_fails_later_fails_the_job(fast_world: World) -> None:
    provider = VendorAccount(Vendor(job_fails=True))
    async with fast_world.driving(provider):
        assert (await fast_world.until(await fast_world.ask(provider), *ENDED)).state is FAILED


async def test_a_video_that_is_gone_while_its_outcome_is_unknown_fails_the_job(
    fast_world: World,
) -> None:
    vendor = Vendor(posts=[Post.LOST])
    provider = VendorAccount(vendor)
    async with fast_world.driving(provider):
        job_id = await fast_world.ask(provider)
        await eventually(lambda: vendor.count("list"))
        vendor.reads = [NotFound("no such video")]
        assert (await fast_world.until(job_id, *ENDED)).state is FAILED


async def test_a_driver_that_is_stopped_in_the_middle_of_sending_leaves_the_rest_to_another(
    fast_world: World,
) -> None:
    vendor = Vendor(posts=[Post.HANGS])
    first, second = VendorAccount(vendor), VendorAccount(vendor)
    async with fast_world.driving(first):
        job_id = await fast_world.ask(first)
        await first.sending.wait()
    assert (await fast_world.work_of(job_id)).phase is Phase.SENT
    async with fast_world.driving(second):
        handle = await fast_world.until(job_id, *ENDED)
    assert (handle.state, vendor.count("POST"), vendor.count("effect")) == (SUCCEEDED, 1, 1)


async def test_two_drivers_on_one_file_send_once_for_each_question(fast_world: World) -> None:
    vendor = Vendor()
    first, second = VendorAccount(vendor), VendorAccount(vendor)
    async with fast_world.driving(first), fast_world.driving(second):
        jobs = [
            await fast_world.ask(first, REQUEST.model_copy(update={"video_id": f"v{number}"}))
            for number in range(12)
        ]
        for job_id in jobs:
            await fast_world.until(job_id, *ENDED)
    assert vendor.count("POST") == len(vendor.tracks) <= 12


async def test_a_driver_whose_row_was_taken_stops_what_it_does(world: World) -> None:
    vendor = Vendor(posts=[Post.HANGS])
    provider = VendorAccount(vendor)
    async with world.driving(provider):
        job_id = await world.ask(provider)
        await provider.sending.wait()
        await world.database.run(
            lambda c: c.execute(update(work).values(owner="another", gen=work.c.gen + 1)) and None
        )
        world.clock.turn(3600 * FAST)  # the other one hangs, and its lease runs out
        handle = await world.until(job_id, JobState.RUNNING, *ENDED)
    assert vendor.count("POST") == 1
    assert handle.work.refs


async def test_a_driver_that_lost_its_row_during_the_survey_sends_nothing(
    world: World,
) -> None:
    class Robbed(VendorAccount):
        async def survey(self, task: Task) -> Survey:
            await world.database.run(
                lambda c: c.execute(update(work).values(owner="another")) and None
            )
            return await super().survey(task)

    vendor = Vendor()
    provider = Robbed(vendor)
    async with world.driving(provider, pace=replace(QUICK, tick=3600)) as driver:
        await world.ask(provider)
        await eventually(lambda: vendor.count("survey") == 1)
        await eventually(lambda: driver.held == 0)
    assert vendor.count("POST") == 0


@pytest.mark.parametrize("error", [Unavailable("502"), InternalError("bug")], ids=repr)
async def test_a_list_that_fails_while_the_outcome_is_unknown_is_asked_again(
    fast_world: World, error: Unavailable
) -> None:
    vendor = Vendor(posts=[Post.ANSWER_LOST])

    class Failing(VendorAccount):
        async def send(self, task: Task) -> Sent:
            vendor.reads = [error]
            return await super().send(task)

    provider = Failing(vendor)
    async with fast_world.driving(provider):
        handle = await fast_world.until(await fast_world.ask(provider), *ENDED)
    assert (handle.state, vendor.count("POST")) == (SUCCEEDED, 1)


async def test_a_video_that_goes_away_while_it_is_followed_fails_the_job(
    fast_world: World,
) -> None:
    vendor = Vendor(polls_until_ready=10_000)
    provider = VendorAccount(vendor)
    async with fast_world.driving(provider):
        job_id = await fast_world.ask(provider)
        await fast_world.until(job_id, JobState.RUNNING)
        vendor.reads = [NotFound("no such video")]
        assert (await fast_world.until(job_id, *ENDED)).state is FAILED


async def test_a_track_that_is_not_listed_after_its_job_asks_a_person(fast_world: World) -> None:
    vendor = Vendor(polls_until_ready=0, listed=False)
    provider = VendorAccount(vendor)
    async with fast_world.driving(provider):
        job_id = await fast_world.ask(provider)
        await fast_world.until(job_id, JobState.NEEDS_ATTENTION)
        vendor.listed = True
        fast_world.clock.turn(600)
        assert (await fast_world.until(job_id, SUCCEEDED)).state is SUCCEEDED
    assert vendor.count("POST") == 1


async def test_what_ended_long_ago_is_forgotten_when_a_driver_starts(world: World) -> None:
    provider = VendorAccount(Vendor(tracks=["t1"]))
    async with world.driving(provider):
        await world.until(await world.ask(provider), SUCCEEDED)
    world.clock.turn(31 * 86400)
    async with world.driving(provider):

        async def forgotten() -> bool:
            return await world.rows() == []

        await eventually(forgotten)


async def test_a_bug_in_one_row_stops_no_other(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Untidy(LocalAccount):
        def discard(self, task: Task) -> None:
            super().discard(task)
            raise ZeroDivisionError

    untidy = Untidy(tmp_path, ["begin fails"])
    provider = VendorAccount(Vendor(tracks=["t1"]))
    async with world.driving(untidy, provider):
        await world.until(await world.ask(untidy), FAILED)
        await eventually(lambda: "met a bug" in caplog.text)
        await world.until(await world.ask(provider), SUCCEEDED)


async def test_a_bug_in_a_poll_keeps_the_job_open(fast_world: World) -> None:
    class Buggy(VendorAccount):
        bugs = 2

        async def watch(self, task: Task) -> Watched:
            if self.bugs:
                self.bugs -= 1
                raise ZeroDivisionError
            return await super().watch(task)

    vendor = Vendor()
    provider = Buggy(vendor)
    async with fast_world.driving(provider):
        handle = await fast_world.until(await fast_world.ask(provider), *ENDED)
    assert (handle.state, vendor.count("POST")) == (SUCCEEDED, 1)


async def test_a_cancel_before_anything_was_sent_sends_nothing(world: World) -> None:
    vendor = Vendor()
    provider = VendorAccount(vendor)
    job_id = await world.ask(provider)
    await world.handles().cancel(job_id)
    async with world.driving(provider):
        await eventually(lambda: ended(world, job_id))
    assert vendor.log == []


async def test_a_cancel_during_the_survey_sends_nothing(world: World) -> None:
    class Slow(VendorAccount):
        async def survey(self, task: Task) -> Survey:
            await world.handles().cancel(job_id)
            return await super().survey(task)

    vendor = Vendor()
    provider = Slow(vendor)
    job_id = await world.ask(provider)
    async with world.driving(provider):
        await eventually(lambda: ended(world, job_id))
    assert vendor.count("POST") == 0
    assert (await world.rows())[0].outcome is CANCELLED


async def test_who_asks_again_before_a_cancel_is_seen_gets_the_track(fast_world: World) -> None:
    vendor = Vendor()
    provider = VendorAccount(vendor)
    await fast_world.handles().cancel(await fast_world.ask(provider))
    job_id = await fast_world.ask(provider)
    async with fast_world.driving(provider):
        assert (await fast_world.until(job_id, *ENDED)).state is SUCCEEDED
    assert vendor.count("POST") == 1


async def test_a_cancel_never_stops_a_request_that_is_on_its_way(fast_world: World) -> None:
    vendor = Vendor(posts=[Post.HANGS])
    provider, other = VendorAccount(vendor), VendorAccount(vendor)
    async with fast_world.driving(provider):
        job_id = await fast_world.ask(provider)
        await provider.sending.wait()
        handle = await fast_world.handles().cancel(job_id)
        assert job_of(handle).state is CANCELLED
        assert "can't be stopped" in job_of(handle).next_steps[0]
        for _ in range(2):  # the second renewal comes after what the first one did
            before = await lease_until(fast_world)

            async def renewed(before: float = before) -> bool:
                return await lease_until(fast_world) > before

            await eventually(renewed)
        assert (await fast_world.rows())[0].phase is Phase.SENT
    async with fast_world.driving(other):
        await eventually(lambda: ended(fast_world, job_id))
    assert (await fast_world.rows())[0].outcome is SUCCEEDED
    assert vendor.count("POST") == 1


async def test_a_cancelled_job_that_was_sent_can_be_joined_again_unbilled(
    fast_world: World,
) -> None:
    vendor = Vendor(polls_until_ready=4)
    provider = VendorAccount(vendor)
    async with fast_world.driving(provider):
        job_id = await fast_world.ask(provider)
        await fast_world.until(job_id, JobState.RUNNING)
        await fast_world.handles().cancel(job_id)
        again = await fast_world.ask(provider)
        assert (await fast_world.until(again, *ENDED)).state is SUCCEEDED
        assert (await fast_world.handles().get(job_id)).state is CANCELLED
    assert vendor.count("POST") == 1


async def test_a_cancel_before_the_last_touch_leaves_it_out(world: World) -> None:
    vendor = Vendor(polls_until_ready=0)

    class Patient(VendorAccount):
        async def watch(self, task: Task) -> Watched:
            await world.handles().cancel(job_id)
            return await super().watch(task)

    provider = Patient(vendor, keyed=True)
    job_id = await world.ask(provider)
    async with world.driving(provider):
        await eventually(lambda: ended(world, job_id))
    assert (vendor.count("POST"), vendor.count("PATCH")) == (1, 0)


async def test_a_cancelled_question_in_need_of_attention_is_ended_at_once(world: World) -> None:
    vendor = Vendor(posts=[Post.LOST])
    provider = VendorAccount(vendor)
    async with world.driving(provider):
        job_id = await world.ask(provider)
        await eventually(lambda: vendor.count("list"))
        world.clock.turn(300)
        await world.until(job_id, JobState.NEEDS_ATTENTION)
        cancelled = job_of(await world.handles().cancel(job_id))
        assert "may still appear" in cancelled.next_steps[0]
        world.bell.ring()
        await eventually(lambda: ended(world, job_id))
    assert (await world.rows())[0].outcome is CANCELLED


async def test_a_local_file_is_made_and_published_once(world: World, tmp_path: Path) -> None:
    provider = LocalAccount(tmp_path)
    async with world.driving(provider):
        handle = await world.until(await world.ask(provider), *ENDED)
    assert handle.state is SUCCEEDED
    assert provider.log == ["survey", "begin", "run", "publish", "replaced"]
    assert handle.work.progress is not None
    assert handle.work.progress.total == 3


@pytest.mark.parametrize(
    ("script", "state", "replaced"),
    [
        (["run dies", "run dies"], SUCCEEDED, 1),
        (["run dies"] * 3, FAILED, 0),
        (["changed"] * 3, SUCCEEDED, 1),
        (["changed"] * 4, FAILED, 0),
        (["begin fails"], FAILED, 0),
        (["run fails"], FAILED, 0),
        (["run has a bug"], FAILED, 0),
        (["publish fails"], FAILED, 0),
    ],
)
async def test_what_goes_wrong_locally_is_tried_again_a_few_times(
    fast_world: World, tmp_path: Path, script: list[str], state: JobState, replaced: int
) -> None:
    provider = LocalAccount(tmp_path, script)
    async with fast_world.driving(provider):
        handle = await fast_world.until(await fast_world.ask(provider), *ENDED)
        await eventually(lambda: provider.log[-1] in {"replaced", "discard"})
    assert (handle.state, provider.log.count("replaced")) == (state, replaced)
    assert (tmp_path / "temp").exists() is False


async def test_a_cancel_ends_a_child_and_removes_what_it_left(world: World, tmp_path: Path) -> None:
    provider = LocalAccount(tmp_path, ["run hangs"])
    async with world.driving(provider):
        job_id = await world.ask(provider)
        await provider.running.wait()
        await world.handles().cancel(job_id)
        await eventually(lambda: provider.log[-1] == "discard")
    assert provider.log == ["survey", "begin", "run", "run ended", "discard"]


async def test_a_child_waits_for_the_one_before_it_and_can_be_cancelled_there(
    world: World, tmp_path: Path
) -> None:
    provider = LocalAccount(tmp_path, ["run hangs"])
    async with world.driving(provider):
        await world.ask(provider)
        await provider.running.wait()
        other = REQUEST.model_copy(update={"video_id": "v2"})
        waiting = await world.ask(provider, other)

        async def waits() -> bool:
            return (await world.work_of(waiting)).phase is Phase.CHILD

        await eventually(waits)
        await world.handles().cancel(waiting)
        await eventually(lambda: ended(world, waiting))
    assert provider.log.count("run") == 1


async def test_an_interrupted_publish_is_finished_by_the_next_driver(
    world: World, tmp_path: Path
) -> None:
    """As after kill -9: the file is in its place already, the row does not know."""
    provider = LocalAccount(tmp_path)
    async with world.driving(provider):
        job_id = await world.ask(provider)
        done = await world.until(job_id, SUCCEEDED)
    undone = done.work.model_copy(update={"phase": Phase.PUBLISH, "outcome": None})
    await world.database.run(
        lambda c: c.execute(
            update(work).values(
                body=undone.model_dump_json(exclude_none=True), phase="publish",
                state="running", finished_at=None, owner=None,
            )
        ) and None
    )  # fmt: skip
    async with world.driving(provider):
        await world.until(job_id, SUCCEEDED)
    assert (provider.log.count("publish"), provider.log.count("replaced")) == (2, 1)


async def test_a_child_whose_driver_was_stopped_runs_again_elsewhere(
    world: World, tmp_path: Path
) -> None:
    provider = LocalAccount(tmp_path, ["run hangs"])
    async with world.driving(provider):
        job_id = await world.ask(provider)
        await provider.running.wait()
    async with world.driving(provider):
        assert (await world.until(job_id, *ENDED)).state is SUCCEEDED
    assert provider.log.count("run") == 2


async def test_a_stopped_driver_lets_go_of_its_rows_at_once(world: World, tmp_path: Path) -> None:
    provider = LocalAccount(tmp_path, ["run hangs"])
    async with world.driving(provider):
        await world.ask(provider)
        await provider.running.wait()
    assert await world.store().claim([provider.account.fingerprint], 1)


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[World]:
    """A world whose database gives up on a lock at once."""
    database = Database(tmp_path / "jobs.db", busy_seconds=0.01)
    yield World(database, TurnedClock())
    database.close()


class Lock:
    """Another program that holds the file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("BEGIN EXCLUSIVE")

    def free(self) -> None:
        self._connection.close()


async def test_an_answer_that_can_not_be_written_yet_is_kept_until_it_can(
    impatient: World, caplog: pytest.LogCaptureFixture
) -> None:
    locks = list[Lock]()

    class Locking(VendorAccount):
        async def send(self, task: Task) -> Sent:
            locks.append(Lock(impatient.database.path))
            return await super().send(task)

    vendor = Vendor(polls_until_ready=0)
    provider = Locking(vendor)
    async with impatient.driving(provider):
        job_id = await impatient.ask(provider)
        await eventually(lambda: "waits for the database" in caplog.text)
        locks[0].free()
        handle = await impatient.until(job_id, JobState.RUNNING, *ENDED)
    assert [ref.what for ref in handle.work.refs] == ["job"]
    assert (vendor.count("POST"), vendor.count("list")) == (1, 0)


async def test_nothing_is_sent_whose_intent_can_not_be_written(
    impatient: World, caplog: pytest.LogCaptureFixture
) -> None:
    locks = list[Lock]()

    class Locking(VendorAccount):
        async def survey(self, task: Task) -> Survey:
            locks.append(Lock(impatient.database.path))
            return await super().survey(task)

    vendor = Vendor()
    provider = Locking(vendor)
    async with impatient.driving(provider):
        job_id = await impatient.ask(provider)
        work_id = (await impatient.work_of(job_id)).id
        await eventually(lambda: f"work {work_id} stands still" in caplog.text)
    locks[0].free()
    assert vendor.log == ["survey"]
    assert (await impatient.rows())[0].phase is Phase.QUEUED


async def test_jobs_go_on_when_a_lock_is_gone(
    impatient: World, caplog: pytest.LogCaptureFixture
) -> None:
    provider = VendorAccount(Vendor(polls_until_ready=0))
    job_id = await impatient.ask(provider)
    lock = Lock(impatient.database.path)
    async with impatient.driving(provider):
        await eventually(lambda: "claiming jobs stands still" in caplog.text)
        lock.free()
        await impatient.until(job_id, JobState.RUNNING, *ENDED)


async def test_progress_that_can_not_be_written_does_not_stop_a_child(
    impatient: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    provider = LocalAccount(tmp_path)
    locks = list[Lock]()

    async def lock_once() -> None:
        if not locks:
            locks.append(Lock(impatient.database.path))
        elif "not kept" in caplog.text:
            locks[0].free()

    provider.before_report = lock_once
    async with impatient.driving(provider):
        assert (await impatient.until(await impatient.ask(provider), *ENDED)).state is SUCCEEDED
    assert provider.log.count("run") == 1


async def test_progress_is_written_once_in_a_while(world: World, tmp_path: Path) -> None:
    provider = LocalAccount(tmp_path)
    async with world.driving(provider, pace=replace(QUICK, report=3600)):
        handle = await world.until(await world.ask(provider), *ENDED)
    assert handle.work.progress is not None
    assert handle.work.progress.message == "done"


async def test_a_child_whose_row_was_taken_is_ended_at_its_next_word(
    world: World, tmp_path: Path
) -> None:
    provider = LocalAccount(tmp_path)

    async def take() -> None:
        provider.before_report = lowlevel.checkpoint
        await world.database.run(lambda c: c.execute(update(work).values(owner="another")) and None)

    provider.before_report = take
    async with world.driving(provider, pace=replace(QUICK, tick=3600)):
        job_id = await world.ask(provider)
        await eventually(lambda: provider.log.count("run") == 1)
        world.clock.turn(3600 * FAST)
        assert (await world.until(job_id, *ENDED)).state is SUCCEEDED
    assert (provider.log.count("run"), provider.log.count("publish")) == (2, 1)


async def test_a_machine_that_slept_between_the_intent_and_the_request_sends_nothing(
    fast_world: World,
) -> None:
    """A lease that is over before any commit returns stands in for the sleep."""
    vendor = Vendor()
    provider = VendorAccount(vendor)
    async with fast_world.driving(provider, store=fast_world.store(lease=0.01)):
        job_id = await fast_world.ask(provider)
        await eventually(lambda: vendor.count("survey") >= 3)

        async def told() -> bool:
            error = (await fast_world.work_of(job_id)).error
            return error is not None and "asleep" in error.message

        await eventually(told)
    assert vendor.count("POST") == 0


async def test_a_plan_that_nobody_can_do_fails_with_our_own_error(world: World) -> None:
    class Mistaken(VendorAccount):
        def plan_generate_subtitles(self, _: object) -> Plan:
            return LOCAL

    provider = Mistaken(Vendor())
    async with world.driving(provider):
        handle = await world.until(await world.ask(provider), *ENDED)
    assert handle.work.error is not None
    assert handle.work.error.code == "internal_error"


async def test_full_hands_leave_the_rest_to_others(fast_world: World) -> None:
    vendor = Vendor(posts=[Post.HANGS] * HELD_AT_MOST, listed=False)
    provider = VendorAccount(vendor)
    for number in range(HELD_AT_MOST + 5):
        await fast_world.ask(provider, REQUEST.model_copy(update={"video_id": f"v{number}"}))
    async with fast_world.driving(provider):
        await eventually(lambda: vendor.count("POST") >= HELD_AT_MOST)
        await fast_world.database.run(lambda _: None)
    assert vendor.count("POST") == HELD_AT_MOST


async def lease_until(world: World) -> float:
    held = select(work.c.lease_until)
    return await world.database.run(lambda c: c.scalar(held) or 0.0, Mode.READ)


async def ended(world: World, job_id: str) -> bool:
    return (await world.work_of(job_id)).phase is Phase.DONE
