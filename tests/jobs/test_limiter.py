"""The shared rate limit: one clock for all processes."""

import json
import math
import subprocess
import sys
import time
from pathlib import Path

import pytest

from job_world import TurnedClock
from media_tracks_server.http import Bucket
from media_tracks_server.jobs.database import Database
from media_tracks_server.jobs.limiter import FARTHEST, STALL, SharedLimiter
from media_tracks_tools.errors import RateLimited

BUCKET = Bucket("credential", interval_seconds=10.0, burst=1)
BURST = Bucket("bursting", interval_seconds=10.0, burst=3)
_TAKE = """
import json, sys, time
from pathlib import Path
import anyio
from media_tracks_server.http import Bucket
from media_tracks_server.jobs.database import Database
from media_tracks_server.jobs.limiter import SharedLimiter

async def main():
    limiter = SharedLimiter(Database(Path(sys.argv[1])))
    begun = time.time()
    turns = []
    for _ in range(6):
        await limiter.take(Bucket("shared", 0.05, 1), 60)
        turns.append(time.time())
    print(json.dumps([begun, turns]))

anyio.run(main)
"""


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def limiter(database: Database, clock: TurnedClock) -> SharedLimiter:
    return SharedLimiter(database, clock)


async def wait_of(limiter: SharedLimiter, bucket: Bucket = BUCKET, budget: float = 0.0) -> float:
    """0 when a turn was had, else how long it would have taken."""
    try:
        await limiter.take(bucket, budget)
    except RateLimited as error:
        return error.retry_after_seconds or math.nan
    return 0.0


async def test_one_turn_an_interval(limiter: SharedLimiter, clock: TurnedClock) -> None:
    assert await wait_of(limiter) == 0
    assert await wait_of(limiter) == 10
    clock.turn(9)
    assert await wait_of(limiter) == 1
    clock.turn(1)
    assert await wait_of(limiter) == 0


async def test_a_refused_turn_costs_nothing(limiter: SharedLimiter, clock: TurnedClock) -> None:
    await wait_of(limiter)
    for _ in range(5):
        assert await wait_of(limiter, budget=9) == 10
    clock.turn(10)
    assert await wait_of(limiter) == 0


async def test_a_burst_is_had_at_once_and_comes_back_with_time(
    limiter: SharedLimiter, clock: TurnedClock
) -> None:
    assert [await wait_of(limiter, BURST) for _ in range(4)] == [0, 0, 0, 10]
    clock.turn(25)
    assert [await wait_of(limiter, BURST) for _ in range(3)] == [0, 0, 5]


async def test_a_wait_within_the_budget_is_waited_for(database: Database) -> None:
    limiter = SharedLimiter(database)
    quick = Bucket("quick", interval_seconds=0.05, burst=1)
    before = time.monotonic()
    for _ in range(3):
        await limiter.take(quick, 5)
    assert time.monotonic() - before >= 0.1


async def test_each_credential_has_its_own_clock(limiter: SharedLimiter) -> None:
    assert await wait_of(limiter) == 0
    assert await wait_of(limiter, BURST) == 0


@pytest.mark.parametrize("bucket", [BUCKET, BURST], ids=["single", "burst"])
async def test_a_vendor_that_says_stay_away_is_left_alone_so_long(
    limiter: SharedLimiter, clock: TurnedClock, bucket: Bucket
) -> None:
    await limiter.push_back(bucket, 60)
    await limiter.push_back(bucket, 5)
    assert await wait_of(limiter, bucket) == 60
    clock.turn(60)
    assert await wait_of(limiter, bucket) == 0


async def test_a_very_long_stay_away_holds_for_as_long_as_a_clock_can_be_trusted(
    limiter: SharedLimiter, clock: TurnedClock
) -> None:
    await wait_of(limiter)
    await limiter.push_back(BUCKET, 3600)
    clock.turn(FARTHEST - 1)
    assert await wait_of(limiter) == 1
    clock.turn(1)
    assert await wait_of(limiter) == 0


async def test_a_clock_that_was_set_back_does_not_stall(
    limiter: SharedLimiter, clock: TurnedClock
) -> None:
    await wait_of(limiter)
    clock.turn(-3600)
    assert await wait_of(limiter) == 0
    assert await wait_of(limiter) == 10


async def test_a_turn_that_passed_while_the_machine_slept_is_not_used(
    database: Database,
) -> None:
    class Sleeper(TurnedClock):
        looks = 0

        def __call__(self) -> float:
            self.looks += 1
            if self.looks == 3:  # asked, reserved, and now awake again
                self.turn(STALL + 1.1)
            return super().__call__()

    with pytest.raises(RateLimited, match="asleep"):
        await SharedLimiter(database, Sleeper()).take(BURST, 1.0)


def test_three_processes_keep_the_gap_between_them(database: Database) -> None:
    children = [
        subprocess.Popen([sys.executable, "-c", _TAKE, str(path)], stdout=subprocess.PIPE)
        for path in [Path(database.path)] * 3
    ]
    answers = [child.communicate(timeout=60)[0] for child in children]
    told = [json.loads(answer) for answer in answers]
    first = min(begun for begun, _ in told)
    turns = sorted(turn for _, of_one in told for turn in of_one)
    assert len(turns) == 18
    assert all(turn >= first + place * 0.05 for place, turn in enumerate(turns))
