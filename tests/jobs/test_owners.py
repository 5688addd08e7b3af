"""Whose a row is: leases, and processes that die or share one file."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from job_world import World
from media_tracks_server.jobs.process import Owner
from plans_and_rows import ACCOUNT
from store_world import asked, one, owner

LEASE = 15.0
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
