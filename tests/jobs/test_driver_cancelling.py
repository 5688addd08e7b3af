"""A cancel, at each point of a job's way."""

from job_world import CANCELLED, ENDED, SUCCEEDED, World, ended, lease_until
from media_tracks_server.jobs.shown import job_of
from media_tracks_server.jobs.work import Phase
from media_tracks_tools.models import JobState
from media_tracks_tools.plans import Survey, Task, Watched
from waiting import eventually
from wire import Post, Vendor, VendorAccount


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


async def test_a_cancel_before_the_last_touch_leaves_it_out(fast_world: World) -> None:
    vendor = Vendor(polls_until_ready=0)

    class Patient(VendorAccount):
        async def watch(self, task: Task) -> Watched:
            await fast_world.handles().cancel(job_id)
            return await super().watch(task)

    provider = Patient(vendor, keyed=True)
    job_id = await fast_world.ask(provider)
    async with fast_world.driving(provider):
        await eventually(lambda: ended(fast_world, job_id))
    assert (vendor.count("POST"), vendor.count("default")) == (1, 0)


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
