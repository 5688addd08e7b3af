"""Claims, the fence, leases and purging, on a real file and a clock that is turned by hand."""

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, TypeVar

import pytest
from sqlalchemy import Connection, Table, func, select, update

from job_world import TurnedClock, World
from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs.database import Database, Mode
from media_tracks_server.jobs.machine import advance
from media_tracks_server.jobs.process import Owner
from media_tracks_server.jobs.store import HEARD_AFTER, Claim, Commit, WorkStore
from media_tracks_server.jobs.tables import job, job_event, work
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.errors import NotFound
from media_tracks_tools.models import Account, JobState, Progress
from media_tracks_tools.plans import Survey
from plans_and_rows import ACCOUNT, PROBLEM, REQUEST, UNKEYED

T = TypeVar("T")
LEASE = 15.0
HERE = Account(name="vendor", provider="test", fingerprint=ACCOUNT)
_CLAIM_ALL = """
import json, sys, time
from pathlib import Path
import anyio
from media_tracks_server.jobs.database import Database
from media_tracks_server.jobs.process import Owner
from media_tracks_server.jobs.store import WorkStore

async def main():
    store = WorkStore(Database(Path(sys.argv[1])), Owner.this(), lambda: 1_800_000_000.0)
    print("ready", flush=True)
    sys.stdin.readline()
    taken = []
    while rows := await store.claim([sys.argv[2]], 3):
        taken += [claim.id for claim, _ in rows]
    print(json.dumps(taken), flush=True)
    sys.stdin.readline()

anyio.run(main)
"""


def owner(name: str) -> Owner:
    """A living one, by its pid."""
    return dataclasses.replace(Owner.this(), nonce=name)


async def asked(world: World, count: int = 1) -> list[str]:
    handles = world.handles()
    return [
        await handles.start(HERE, REQUEST.model_copy(update={"video_id": f"v{number}"}), UNKEYED)
        for number in range(count)
    ]


async def one(store: WorkStore) -> tuple[Claim, Work]:
    (claimed,) = await store.claim([ACCOUNT], 5)
    return claimed


def start_claiming(path: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", _CLAIM_ALL, str(path), ACCOUNT],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout
    return child


def said(child: subprocess.Popen[str]) -> str:
    assert child.stdout
    return child.stdout.readline()


def tell(child: subprocess.Popen[str]) -> None:
    assert child.stdin
    child.stdin.write("\n")
    child.stdin.flush()


def finish(child: subprocess.Popen[str]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe:
            pipe.close()
    child.wait(20)


async def test_three_processes_share_the_rows_and_none_is_claimed_twice(world: World) -> None:
    await asked(world, 60)
    children = [start_claiming(world.database.path) for _ in range(3)]
    try:
        assert [said(child) for child in children] == ["ready\n"] * 3
        for child in children:
            tell(child)
        taken = [work_id for child in children for work_id in json.loads(said(child))]
    finally:
        for child in children:
            finish(child)
    assert len(taken) == len(set(taken)) == 60


async def test_rows_of_a_killed_process_are_free_at_once(world: World) -> None:
    await asked(world)
    child = start_claiming(world.database.path)
    try:
        said(child)
        tell(child)
        assert len(json.loads(said(child))) == 1
        store = world.store(LEASE)
        assert await store.release_stale([], [ACCOUNT]) == 0
        assert await store.next_due([ACCOUNT]) is None
        child.kill()
        child.wait(20)
        assert await store.release_stale([], [ACCOUNT]) == 1
        await one(store)
    finally:
        finish(child)


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


async def test_a_lease_holds_until_it_runs_out_and_longer_when_renewed(world: World) -> None:
    await asked(world)
    first, second = world.store(LEASE, owner("a")), world.store(LEASE, owner("b"))
    _, row = await one(first)
    world.clock.turn(LEASE - 1)
    assert await second.release_stale([], [ACCOUNT]) == 0
    await first.renew([row.id])
    world.clock.turn(LEASE - 1)
    assert await second.release_stale([], [ACCOUNT]) == 0
    assert await second.claim([ACCOUNT], 5) == []
    world.clock.turn(2)
    assert await second.release_stale([], [ACCOUNT]) == 1
    await one(second)


async def test_what_a_process_is_at_is_not_freed_by_itself(world: World) -> None:
    await asked(world)
    store = world.store(LEASE)
    _, row = await one(store)
    world.clock.turn(10 * LEASE)
    assert await store.release_stale([row.id], [ACCOUNT]) == 0
    assert await store.release_stale([], [ACCOUNT]) == 1


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


@pytest.mark.parametrize(
    "name",
    ["", "elsewhere|1|0.0|x", "a newer version's words"],
    ids=["empty", "another machine", "unreadable"],
)
def test_an_owner_that_can_not_be_judged_is_not_called_dead(name: str) -> None:
    assert not Owner.is_dead(name)


def test_an_owner_is_dead_when_its_pid_is_gone_or_another_process_has_it() -> None:
    alive = Owner.this()
    assert not Owner.is_dead(str(alive))
    assert Owner.is_dead(str(dataclasses.replace(alive, started=alive.started - 500)))
    assert Owner.is_dead(str(dataclasses.replace(alive, pid=2**22 + 1)))
    assert not Owner.is_dead(str(alive).replace(f"|{alive.pid}|", "|not a pid|"))


async def end_all(world: World) -> None:
    store = world.store()
    await store.release_all()
    for claim, row in await store.claim([ACCOUNT], 100):
        done = row.model_copy(update={"phase": Phase.DONE, "outcome": JobState.SUCCEEDED})
        assert await store.commit(claim, row, done, release=True) is Commit.DONE


async def count(world: World, table: Table) -> int:
    counted = select(func.count()).select_from(table)
    return await world.database.run(lambda c: c.scalar(counted) or 0, Mode.READ)
