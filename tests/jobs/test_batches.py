"""Batches, with the whole driver: ordinary jobs, counted until the last of them has ended."""

import pytest

from job_world import (
    CANCELLED,
    ENDED,
    FAILED,
    NEEDS_ATTENTION,
    SUCCEEDED,
    TurnedClock,
    World,
    ended,
)
from media_tracks_server.jobs.database import Database
from media_tracks_server.jobs.shown import job_of
from media_tracks_tools.models import BatchItem, Choice, Job, JobKind, JobState
from media_tracks_tools.plans import Failed
from media_tracks_tools.requests import RefusedVideo
from media_tracks_tools.services import JobQuery
from plans_and_rows import PROBLEM, REQUEST
from waiting import eventually
from wire import Post, Vendor, VendorAccount

ENDS = (SUCCEEDED, FAILED, CANCELLED)
FAILS = Failed(error=PROBLEM)


def videos(**vendors: Vendor) -> VendorAccount:
    """An account with a video for each name."""
    return VendorAccount(Vendor(), others=vendors)


async def shown(world: World, job_id: str, principal: str = "ann") -> Job:
    return job_of(await world.handles(principal).get(job_id))


async def items(world: World, job_id: str, principal: str = "ann") -> dict[str, BatchItem]:
    known = (await shown(world, job_id, principal)).items or ()
    return {item.video.removeprefix("vendor/"): item for item in known}


async def states(world: World, job_id: str) -> dict[str, JobState]:
    return {video: item.state for video, item in (await items(world, job_id)).items()}


async def child(world: World, batch: str, video: str) -> str:
    found = (await items(world, batch))[video].job_id
    assert found
    return found


async def test_a_batch_makes_each_track_once_and_ends_when_all_are_made(
    fast_world: World,
) -> None:
    vendors = {f"v{number}": Vendor() for number in range(5)}
    provider = videos(**vendors)
    async with fast_world.driving(provider):
        batch = await fast_world.start_batch(provider, *vendors)
        handle = await fast_world.until(batch, *ENDED)
    job = job_of(handle)
    assert (job.state, job.kind, job.error) == (SUCCEEDED, JobKind.GENERATE_SUBTITLES_BATCH, None)
    assert (job.account, job.video) == ("vendor", "5 videos")
    assert handle.work.progress is not None
    assert (handle.work.progress.done, handle.work.progress.total) == (5, 5)
    assert await states(fast_world, batch) == dict.fromkeys(vendors, SUCCEEDED)
    assert [vendor.count("effect") for vendor in vendors.values()] == [1] * 5


async def test_the_jobs_of_a_batch_are_ordinary_jobs(fast_world: World) -> None:
    provider = videos(v1=Vendor(), v2=Vendor())
    async with fast_world.driving(provider):
        batch = await fast_world.start_batch(provider, "v1", "v2")
        one = await child(fast_world, batch, "v1")
        job = job_of(await fast_world.until(one, *ENDED))
    assert (job.kind, job.video, job.state) == (
        JobKind.GENERATE_SUBTITLES,
        "vendor/v1",
        SUCCEEDED,
    )
    assert (job.result is not None, job.items) == (True, None)
    page = await fast_world.board(provider).list(JobQuery())
    assert {job.job_id for job in page.jobs} == {batch, one, await child(fast_world, batch, "v2")}


async def test_a_batch_of_which_some_fail_says_how_many_and_which(fast_world: World) -> None:
    provider = videos(v1=Vendor(), v2=Vendor(failures=[FAILS]), v3=Vendor())
    refused = RefusedVideo(video="vendor/v9", error=PROBLEM)
    async with fast_world.driving(provider):
        batch = await fast_world.start_batch(provider, "v1", "v2", "v3", refused=(refused,))
        job = job_of(await fast_world.until(batch, *ENDED))
    assert job.state is FAILED
    assert job.error is not None
    assert job.error.code == "some_videos_failed"
    assert job.error.message == "2 of 4 videos are done; 2 failed."
    known = await items(fast_world, batch)
    assert {video for video, item in known.items() if item.error is not None} == {"v2", "v9"}
    assert known["v9"] == BatchItem(video="vendor/v9", state=FAILED, error=PROBLEM)
    assert [item.state for item in job.items or ()] == [FAILED, FAILED, SUCCEEDED, SUCCEEDED]


async def test_a_batch_for_which_nothing_could_be_begun_has_failed(fast_world: World) -> None:
    provider = videos()
    refused = tuple(RefusedVideo(video=f"vendor/v{one}", error=PROBLEM) for one in range(2))
    async with fast_world.driving(provider):
        batch = await fast_world.start_batch(provider, refused=refused)
        handle = await fast_world.until(batch, *ENDED)
    assert (handle.state, len(handle.items)) == (FAILED, 2)


async def test_a_video_with_another_open_request_is_refused_and_the_others_are_made(
    fast_world: World,
) -> None:
    provider = videos(v1=Vendor(), v2=Vendor())
    other = REQUEST.model_copy(update={"name": "Italian"})
    await fast_world.ask(provider, other)
    batch = await fast_world.start_batch(provider, "v1", "v2")
    async with fast_world.driving(provider):
        await fast_world.until(batch, *ENDED)
    known = await items(fast_world, batch)
    assert (known["v1"].state, known["v1"].job_id, known["v2"].state) == (FAILED, None, SUCCEEDED)
    assert known["v1"].error is not None
    assert known["v1"].error.code == "open_with_other_settings"


async def test_a_cancelled_batch_cancels_what_has_not_ended_and_nothing_of_anybody_else(
    fast_world: World,
) -> None:
    slow, bobs = Vendor(polls_until_ready=10_000), Vendor(polls_until_ready=30)
    provider = videos(v1=Vendor(), v2=slow, v3=bobs)
    bobs_job = await fast_world.ask(
        provider, REQUEST.model_copy(update={"video_id": "v3"}), principal="bob"
    )
    batch = await fast_world.start_batch(provider, "v1", "v2", "v3")
    first = await child(fast_world, batch, "v1")
    async with fast_world.driving(provider):
        await fast_world.until(first, SUCCEEDED)
        assert (await fast_world.board(provider).cancel(batch)).state is CANCELLED
        assert await states(fast_world, batch) == {
            "v1": SUCCEEDED, "v2": CANCELLED, "v3": CANCELLED
        }  # fmt: skip
        await eventually(lambda: ended(fast_world, batch))
        handle = await fast_world.until(bobs_job, *ENDED, principal="bob")
    assert (handle.state, handle.work.want_stop) == (SUCCEEDED, False)
    assert (await fast_world.work_of(batch)).outcome is CANCELLED
    wishes = {row.request.video_id: row.want_stop for row in await fast_world.rows()}
    assert wishes["v2"], "the vendor can't be stopped, but nobody waits for it"


async def test_a_batch_whose_jobs_were_all_cancelled_is_cancelled(world: World) -> None:
    provider = videos(v1=Vendor(), v2=Vendor())
    batch = await world.start_batch(provider, "v1", "v2")
    for video in ("v1", "v2"):
        await world.handles().cancel(await child(world, batch, video))
    async with world.driving(provider):
        assert (await world.until(batch, *ENDED)).state is CANCELLED


async def test_a_batch_of_which_one_job_was_cancelled_says_so(fast_world: World) -> None:
    provider = videos(v1=Vendor(), v2=Vendor())
    batch = await fast_world.start_batch(provider, "v1", "v2")
    await fast_world.handles().cancel(await child(fast_world, batch, "v2"))
    async with fast_world.driving(provider):
        job = job_of(await fast_world.until(batch, *ENDED))
    assert job.error is not None
    assert (job.state, job.error.message) == (FAILED, "1 of 2 videos are done; 1 were cancelled.")


async def test_a_batch_joins_what_the_same_caller_has_open_and_lets_it_live(
    fast_world: World,
) -> None:
    provider = videos(v1=Vendor(), v2=Vendor())
    single = await fast_world.ask(provider)
    batch = await fast_world.start_batch(provider, "v1", "v2")
    assert len([row for row in await fast_world.rows() if row.request.video_id == "v1"]) == 1
    assert await child(fast_world, batch, "v1") != single
    await fast_world.handles().cancel(batch)
    async with fast_world.driving(provider):
        assert (await fast_world.until(single, *ENDED)).state is SUCCEEDED
        await eventually(lambda: ended(fast_world, batch))
    assert await states(fast_world, batch) == {"v1": CANCELLED, "v2": CANCELLED}


async def test_a_video_of_a_batch_that_is_asked_for_alone_is_made_once(fast_world: World) -> None:
    vendor = Vendor()
    provider = videos(v1=vendor, v2=Vendor())
    batch = await fast_world.start_batch(provider, "v1", "v2")
    single = await fast_world.ask(provider)
    async with fast_world.driving(provider):
        assert (await fast_world.until(single, *ENDED)).state is SUCCEEDED
        assert (await fast_world.until(batch, *ENDED)).state is SUCCEEDED
    assert vendor.count("effect") == 1


async def test_what_was_asked_for_alone_outlives_a_batch_that_is_cancelled(world: World) -> None:
    provider = videos(v1=Vendor(), v2=Vendor())
    batch = await world.start_batch(provider, "v1", "v2")
    single = await world.ask(provider)
    await world.handles().cancel(batch)
    assert (await world.handles().get(single)).state is JobState.SUBMITTING


async def test_two_batches_that_share_a_video_make_it_once(fast_world: World) -> None:
    shared = Vendor()
    provider = videos(v1=Vendor(), v2=shared, v3=Vendor())
    one = await fast_world.start_batch(provider, "v1", "v2")
    other = await fast_world.start_batch(provider, "v2", "v3")
    async with fast_world.driving(provider):
        assert (await fast_world.until(one, *ENDED)).state is SUCCEEDED
        assert (await fast_world.until(other, *ENDED)).state is SUCCEEDED
    assert shared.count("effect") == 1


async def test_the_same_batch_asked_again_is_the_same_job(world: World) -> None:
    provider = videos()
    first = await world.start_batch(provider, "v1", "v2")
    assert await world.start_batch(provider, "v2", "v1") == first
    assert await world.start_batch(provider, "v1", "v2", "v3") != first
    bobs = await world.start_batch(provider, "v1", "v2", principal="bob")
    assert bobs != first
    assert len([row for row in await world.rows() if row.plan.subject == "batch"]) == 2
    seen = await items(world, bobs, "bob")
    assert {item.job_id for item in seen.values()} == {None}, "the jobs are Ann's"


async def test_a_batch_that_is_asked_again_after_a_cancel_is_made(fast_world: World) -> None:
    provider = videos(v1=Vendor(), v2=Vendor())
    first = await fast_world.start_batch(provider, "v1", "v2")
    await fast_world.handles().cancel(first)
    second = await fast_world.start_batch(provider, "v1", "v2")
    async with fast_world.driving(provider):
        assert (await fast_world.until(second, *ENDED)).state is SUCCEEDED
        assert (await fast_world.until(first, *ENDED)).state is CANCELLED
        await eventually(lambda: ended(fast_world, first))


async def test_a_batch_needs_attention_while_only_such_videos_are_left(fast_world: World) -> None:
    first, second = Vendor(posts=[Post.LOST]), Vendor(posts=[Post.LOST])
    provider = videos(v1=first, v2=second, v3=Vendor())
    async with fast_world.driving(provider):
        batch = await fast_world.start_batch(provider, "v1", "v2", "v3")
        job = job_of(await fast_world.until(batch, NEEDS_ATTENTION))
        assert job.error is not None
        assert job.error.code == "videos_need_attention"
        assert [item.state for item in job.items or ()][:2] == [NEEDS_ATTENTION] * 2
        followed = [one.state async for one in fast_world.board(provider).follow(batch, 60)]
        assert followed[-1] is NEEDS_ATTENTION
        one = await child(fast_world, batch, "v1")
        await fast_world.board(provider).resolve(one, Choice.SUBMIT_AGAIN)
        await fast_world.until(one, SUCCEEDED)
        await fast_world.until(batch, NEEDS_ATTENTION)
        other = await child(fast_world, batch, "v2")
        await fast_world.board(provider).resolve(other, Choice.GIVE_UP)
        job = job_of(await fast_world.until(batch, *ENDS))
    assert job.error is not None
    assert job.error.message == "2 of 3 videos are done; 1 were cancelled."


async def test_a_resolved_job_takes_its_batch_out_of_attention_at_once(world: World) -> None:
    vendor = Vendor(posts=[Post.LOST])
    provider = videos(v1=vendor)
    async with world.driving(provider):
        batch = await world.start_batch(provider, "v1")
        await eventually(lambda: vendor.count("list"))
        world.clock.turn(300)
        await world.until(batch, NEEDS_ATTENTION)
        one = await child(world, batch, "v1")
        vendor.polls_until_ready = 10_000
        await world.board(provider).resolve(one, Choice.SUBMIT_AGAIN)
        await world.until(one, JobState.RUNNING)
        assert job_of(await world.until(batch, JobState.RUNNING)).error is None


@pytest.mark.parametrize("run", range(3))
async def test_two_processes_end_a_batch_between_them(fast_world: World, run: int) -> None:
    """Each with a file handle of its own; time in both is one."""
    vendors = {f"v{run}{number}": Vendor(polls_until_ready=0) for number in range(8)}
    provider, twin = videos(**vendors), videos(**vendors)
    other = Database(fast_world.database.path)
    clock = TurnedClock(fast_world.clock.speed, fast_world.clock.offset, fast_world.clock.begun)
    elsewhere = World(other, clock)
    async with fast_world.driving(provider), elsewhere.driving(twin):
        batch = await fast_world.start_batch(provider, *vendors)
        assert (await fast_world.until(batch, *ENDED)).state is SUCCEEDED
    other.close()
    assert [vendor.count("effect") for vendor in vendors.values()] == [1] * len(vendors)
