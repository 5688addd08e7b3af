"""Claims and the fence, on a real file and a clock that is turned by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, TypeVar

from sqlalchemy import Connection, select, update

from job_world import TurnedClock, World
from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs.database import Database, Mode
from media_tracks_server.jobs.machine import advance
from media_tracks_server.jobs.store import Commit
from media_tracks_server.jobs.tables import job, work
from media_tracks_server.jobs.work import Phase
from media_tracks_tools.models import JobState, Progress
from media_tracks_tools.plans import Survey
from plans_and_rows import ACCOUNT, PROBLEM
from store_world import asked, end_all, one, owner

T = TypeVar("T")
LEASE = 15.0


async def test_a_row_is_written_only_by_who_holds_it(world: World) -> None:
    await asked(world)
    first, second = world.store(LEASE, owner("a")), world.store(LEASE, owner("b"))
    claim, row = await one(first)
    world.clock.turn(LEASE + 1)
    assert await second.release_stale([], [ACCOUNT]) == 1
    again, _ = await one(second)
    assert again.gen == claim.gen + 1
    after, _ = advance(row, ev.Surveyed(survey=Survey(baseline=())), world.clock())
    assert await first.commit(claim, row, after, release=False) is Commit.LOST
    assert (await first.renew([row.id])) == {}
    assert await second.commit(again, row, after, release=False) is Commit.DONE
    assert await second.renew([row.id]) == {row.id: False}


async def test_an_older_generation_of_the_same_owner_is_fenced_too(world: World) -> None:
    await asked(world)
    store = world.store(LEASE)
    claim, row = await one(store)
    await store.release_all()
    await one(store)
    assert await store.commit(claim, row, row, release=True) is Commit.LOST


async def test_a_row_that_was_freed_is_not_written_by_who_held_it(world: World) -> None:
    await asked(world)
    store = world.store(LEASE)
    claim, row = await one(store)
    await store.release_all()
    assert await store.commit(claim, row, row, release=True) is Commit.LOST


async def test_all_but_progress_is_on_the_disk_before_anything_follows(tmp_path: Path) -> None:
    class Noting(Database):
        modes: ClassVar[list[Mode]] = []

        async def run(self, function: Callable[[Connection], T], mode: Mode = Mode.WRITE) -> T:
            self.modes.append(mode)
            return await super().run(function, mode)

    world = World(Noting(tmp_path / "noted.db"), TurnedClock())
    (job_id,) = await asked(world)
    await world.handles().cancel(job_id)
    await asked(world)
    assert Noting.modes == [Mode.DURABLE] * 3
    store = world.store()
    claim, row = await one(store)
    for event, mode in (
        (ev.Surveyed(survey=Survey(baseline=())), Mode.DURABLE),
        (ev.Accepted(refs=()), Mode.DURABLE),
        (ev.StillGoing(progress=Progress(done=1, message="1")), Mode.WRITE),
        (ev.Hiccup(error=PROBLEM, retry_after=1), Mode.WRITE),
        (ev.Finished(), Mode.DURABLE),
        (ev.Finished(), Mode.DURABLE),
    ):
        after, _ = advance(row, event, world.clock())
        assert await store.commit(claim, row, after, release=False) is Commit.DONE
        assert Noting.modes[-1] is mode, event
        row = after
    assert row.outcome is JobState.SUCCEEDED
    world.database.close()


async def test_a_clock_set_back_one_hour_stalls_nothing(world: World) -> None:
    await asked(world, 2)
    store = world.store(LEASE)
    rows = await store.claim([ACCOUNT], 2)
    claim, row = rows[0]
    later = row.model_copy(update={"next_at": world.clock() + 5})
    await store.commit(claim, row, later, release=True)
    world.clock.turn(-3600 + 6)
    assert await store.claim([ACCOUNT], 5) == []
    assert await store.release_stale([], [ACCOUNT]) == 2
    assert len(await store.claim([ACCOUNT], 5)) == 2


async def test_only_rows_of_ones_own_accounts_are_seen(world: World) -> None:
    await asked(world)
    store = world.store()
    assert await store.claim(["x" * 64], 5) == []
    assert await store.next_due(["x" * 64]) is None
    assert await store.next_due([]) is None
    assert await store.next_due(["x" * 64, ACCOUNT]) == world.clock()


async def test_rows_of_a_newer_engine_are_left_alone(world: World) -> None:
    await asked(world)
    await world.database.run(lambda c: c.execute(update(work).values(engine_v=99)) and None)
    store = world.store()
    assert await store.claim([ACCOUNT], 5) == []
    assert await store.next_due([ACCOUNT]) is None


async def test_a_row_that_can_not_be_read_blocks_no_other(world: World) -> None:
    poisoned, good = await asked(world, 2)
    store = world.store()
    await world.database.run(
        lambda c: c.execute(
            update(work)
            .where(work.c.id == select(job.c.work_id).where(job.c.id == poisoned).scalar_subquery())
            .values(body='{"news": 1}')
        ) and None
    )  # fmt: skip
    claimed = await store.claim([ACCOUNT], 5)
    assert [row.id for _, row in claimed] == [(await world.work_of(good)).id]
    due = await store.next_due([ACCOUNT])
    assert due is not None
    assert due > world.clock()


async def test_the_longest_due_come_first_and_no_more_than_asked_for(world: World) -> None:
    await asked(world, 3)
    store = world.store()
    claim, row = (await store.claim([ACCOUNT], 1))[0]
    older = row.model_copy(update={"next_at": world.clock() - 10})
    await store.commit(claim, row, older, release=True)
    assert [again.id for _, again in await store.claim([ACCOUNT], 1)] == [row.id]


async def test_what_is_not_due_is_not_claimed(world: World) -> None:
    await asked(world)
    store = world.store()
    claim, row = await one(store)
    waiting = row.model_copy(update={"next_at": world.clock() + 5})
    await store.commit(claim, row, waiting, release=True)
    assert await store.claim([ACCOUNT], 5) == []
    assert await store.next_due([ACCOUNT]) == world.clock() + 5
    world.clock.turn(5)
    await one(store)


async def test_a_cancel_stops_a_send_but_no_other_write(world: World) -> None:
    (job_id,) = await asked(world)
    store = world.store()
    claim, row = await one(store)
    await world.handles().cancel(job_id)
    sending, _ = advance(row, ev.Surveyed(survey=Survey(baseline=())), world.clock())
    assert sending.phase is Phase.SENT
    assert await store.commit(claim, row, sending, release=False) is Commit.WISH_CHANGED
    waiting = row.model_copy(update={"next_at": world.clock() + 60})
    assert await store.commit(claim, row, waiting, release=True) is Commit.DONE
    assert await store.next_due([ACCOUNT]) == world.clock(), "the cancel is not slept through"
    _, again = await one(store)
    assert again.want_stop
    assert await store.renew([row.id]) == {row.id: True}


async def test_what_is_wanted_again_does_not_end_cancelled(world: World) -> None:
    (job_id,) = await asked(world)
    await world.handles().cancel(job_id)
    store = world.store()
    claim, row = await one(store)
    (again,) = await asked(world)
    ended, _ = advance(row, ev.Claimed(), world.clock())
    assert ended.outcome is JobState.CANCELLED
    assert await store.commit(claim, row, ended, release=True) is Commit.WISH_CHANGED
    assert (await world.work_of(again)).phase is Phase.QUEUED


async def test_an_ended_row_is_never_claimed_again_and_frees_its_key(world: World) -> None:
    (first,) = await asked(world)
    await end_all(world)
    assert await world.store().claim([ACCOUNT], 5) == []
    (second,) = await asked(world)
    assert (await world.work_of(first)).id != (await world.work_of(second)).id
