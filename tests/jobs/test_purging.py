"""What is kept of jobs that have ended, and for how long."""

import pytest

from job_world import World
from media_tracks_server.jobs.store import HEARD_AFTER
from media_tracks_server.jobs.tables import job_event, work
from media_tracks_tools.errors import NotFound
from media_tracks_tools.models import JobState, Progress
from store_world import HERE, asked, count, end_all, one


async def test_events_tell_changes_and_once_heard_only_an_ended_jobs_last_is_kept(
    world: World,
) -> None:
    await asked(world)
    store = world.store()
    claim, row = await one(store)
    moved = row.model_copy(update={"progress": Progress(done=1, message="1")})
    await store.commit(claim, row, moved, release=False)
    await store.commit(claim, moved, moved, release=True)
    assert await count(world, job_event) == 2
    await end_all(world)
    await store.purge(0)
    assert await count(world, job_event) == 3
    world.clock.turn(HEARD_AFTER + 1)
    await store.purge(0)
    assert await count(world, job_event) == 1


async def test_purging_forgets_what_ended_long_ago_in_slices(world: World) -> None:
    jobs = await asked(world, 5)
    await end_all(world)
    world.clock.turn(100)
    assert await world.store().purge(world.clock() - 200) == 0
    (fresh,) = await asked(world)
    store = world.store()
    slices = [await store.purge(world.clock() - 50, slice_size=2) for _ in range(4)]
    assert slices == [2, 2, 1, 0]
    with pytest.raises(NotFound):
        await world.handles().get(jobs[0])
    assert (await world.handles().get(fresh)).job_id == fresh
    assert (await count(world, work), await count(world, job_event)) == (1, 1)


async def test_what_ended_in_a_batch_that_is_still_open_is_kept_for_its_count(
    world: World,
) -> None:
    batch = await world.start_batch(HERE, "v1", "v2")
    await end_all(world)
    world.clock.turn(100)
    assert await world.store().purge(world.clock() - 50) == 0
    items = (await world.handles().get(batch)).items
    assert [item.state for item in items] == [JobState.SUCCEEDED, JobState.SUCCEEDED]
