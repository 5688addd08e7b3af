"""A batch is counted in one process while its jobs end in others: no end goes unseen."""

from job_world import World
from media_tracks_server.jobs.asks import BATCHES
from media_tracks_server.jobs.events import Claimed, Counted
from media_tracks_server.jobs.machine import advance
from media_tracks_server.jobs.store import Claim, Commit, WorkStore
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.models import JobState
from plans_and_rows import ACCOUNT
from store_world import HERE, owner

Held = tuple[Claim, Work]


async def hold(store: WorkStore, account: str) -> Held:
    """Claim the longest due row of an account."""
    ((claim, row),) = await store.claim([account], 1)
    return claim, row


async def end(store: WorkStore, held: Held, outcome: JobState = JobState.SUCCEEDED) -> Commit:
    claim, row = held
    done = row.model_copy(update={"phase": Phase.DONE, "outcome": outcome})
    return await store.commit(claim, row, done, release=True)


async def keep(store: WorkStore, held: Held, counted: Counted, now: float) -> Commit:
    claim, row = held
    after, _ = advance(advance(row, Claimed(), now)[0], counted, now)
    return await store.commit(claim, row, after, release=True)


async def test_a_count_that_a_job_has_overtaken_is_not_written(world: World) -> None:
    batch = await world.start_batch(HERE, "v1", "v2")
    one, other, third = (world.store(15, owner(name)) for name in "abc")
    first, second = await hold(one, ACCOUNT), await hold(other, ACCOUNT)
    counting = await hold(third, BATCHES)
    old = await third.count(counting[1])
    assert (old.running, old.succeeded) == (2, 0)
    assert await end(one, first) is Commit.DONE
    assert await keep(third, counting, old, world.clock()) is Commit.LOST
    counting = await hold(third, BATCHES)
    old = await third.count(counting[1])
    assert (old.running, old.succeeded) == (1, 1)
    assert await end(other, second) is Commit.DONE
    assert await keep(third, counting, old, world.clock()) is Commit.LOST
    counting = await hold(third, BATCHES)
    now = await third.count(counting[1])
    assert (now.running, now.succeeded) == (0, 2)
    assert await keep(third, counting, now, world.clock()) is Commit.DONE
    assert (await world.handles().get(batch)).state is JobState.SUCCEEDED


async def test_a_batch_that_waits_is_due_at_once_when_a_job_ends(world: World) -> None:
    await world.start_batch(HERE, "v1", "v2")
    store = world.store(15)
    child, counting = await hold(store, ACCOUNT), await hold(store, BATCHES)
    assert await keep(store, counting, await store.count(counting[1]), world.clock())
    assert await store.claim([BATCHES], 1) == []
    await end(store, child)
    assert len(await store.claim([BATCHES], 1)) == 1


async def test_a_move_inside_a_state_wakes_no_batch(world: World) -> None:
    await world.start_batch(HERE, "v1")
    store = world.store(15)
    (claim, row), counting = await hold(store, ACCOUNT), await hold(store, BATCHES)
    polled = row.model_copy(update={"polls": 1})
    assert await store.commit(claim, row, polled, release=False) is Commit.DONE
    counted = await store.count(counting[1])
    assert await keep(store, counting, counted, world.clock()) is Commit.DONE


async def test_a_job_in_need_of_attention_wakes_its_batch(world: World) -> None:
    await world.start_batch(HERE, "v1", "v2")
    store = world.store(15)
    (claim, row), counting = await hold(store, ACCOUNT), await hold(store, BATCHES)
    assert await keep(store, counting, await store.count(counting[1]), world.clock())
    asking = row.model_copy(update={"phase": Phase.ATTENTION})
    await store.commit(claim, row, asking, release=True)
    counted = await store.count((await hold(store, BATCHES))[1])
    assert (counted.running, counted.waiting) == (2, 1)


async def test_a_job_wakes_every_batch_it_is_in_and_no_other(world: World) -> None:
    mine = await world.start_batch(HERE, "v1", "v2")
    bobs = await world.start_batch(HERE, "v1", "v3", principal="bob")
    await world.start_batch(HERE, "v4")
    store = world.store(15)
    for claim, row in await store.claim([BATCHES], 3):
        counted = await store.count(row)
        await keep(store, (claim, row), counted, world.clock())
    await end(store, await hold(store, ACCOUNT))
    woken = {row.id for _, row in await store.claim([BATCHES], 9)}
    expected = {(await world.work_of(mine)).id, (await world.work_of(bobs, "bob")).id}
    assert woken == expected


async def test_a_cancelled_job_counts_as_cancelled_though_the_vendor_goes_on(
    world: World,
) -> None:
    batch = await world.start_batch(HERE, "v1", "v2")
    one = (await world.handles().get(batch)).items[0].job_id
    assert one
    await world.handles().cancel(one)
    store = world.store(15)
    counted = await store.count((await hold(store, BATCHES))[1])
    assert (counted.running, counted.cancelled) == (1, 1)


async def test_an_ended_batch_is_not_woken_again(world: World) -> None:
    batch = await world.start_batch(HERE, "v1")
    store = world.store(15)
    child, counting = await hold(store, ACCOUNT), await hold(store, BATCHES)
    await end(store, counting, JobState.CANCELLED)
    await end(store, child)
    assert await store.claim([BATCHES], 1) == []
    assert (await world.handles().get(batch)).state is JobState.CANCELLED
