"""The whole driver, on a real file, with a vendor in memory: nothing is sent twice."""

import pytest

from job_world import ENDED, FAILED, SUCCEEDED, World
from media_tracks_server.jobs.shown import job_of
from media_tracks_tools.errors import (
    CredentialRefused,
    DatabaseUnusable,
    InternalError,
    NotFound,
    Unavailable,
)
from media_tracks_tools.models import JobState
from media_tracks_tools.plans import Failed, Sent, Task, Watched
from plans_and_rows import PROBLEM
from waiting import eventually
from wire import Post, Vendor, VendorAccount


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
    assert (vendor.default, vendor.count("default")) == (("t1", 1) if keyed else (None, 0))


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
    vendor = Vendor(touches=[Post.ANSWER_LOST, Post.UNREACHABLE, Post.LIMITED])
    provider = VendorAccount(vendor, keyed=True)
    async with fast_world.driving(provider):
        handle = await fast_world.until(await fast_world.ask(provider), *ENDED)
    assert (handle.state, vendor.default, vendor.count("default")) == (SUCCEEDED, "t1", 4)


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
    provider = VendorAccount(Vendor(failures=[Failed(error=PROBLEM)]))
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
