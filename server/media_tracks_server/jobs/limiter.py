"""The vendors' rate limits, shared by all processes: one GCRA row per credential (jobs.md §5)."""

import time

import anyio
from sqlalchemy import Connection, Float, bindparam, case, insert, select, update

from media_tracks_server.http import Bucket
from media_tracks_server.jobs.database import Database, Mode
from media_tracks_server.jobs.store import Clock
from media_tracks_server.jobs.tables import rate
from media_tracks_tools.errors import RateLimited

FARTHEST = 900.0
"""A theoretical arrival time further ahead than this is the work of a clock that was set back."""
STALL = 5.0
"""Seconds by which a turn may come late; after more of them this machine was asleep."""


_START = case(
    ((rate.c.tat > bindparam("now")) & (rate.c.tat < bindparam("sane")), rate.c.tat),
    else_=bindparam("now", type_=Float),
)
_TURN = (
    update(rate)
    .where(rate.c.bucket == bindparam("key"), bindparam("latest") >= _START)
    .values(tat=_START + bindparam("interval", type_=Float))
    .returning(rate.c.tat)
)
"""Built once: building it takes as long as running it, and every vendor request needs a turn."""


class SharedLimiter:
    """Hands out turns from the job database."""

    def __init__(self, database: Database, clock: Clock = time.time) -> None:
        self._database = database
        self._clock = clock

    async def take(self, bucket: Bucket, budget_seconds: float) -> None:
        """Wait for the next turn; raises RateLimited when that takes longer than the budget."""
        asked = self._clock()
        wait = await self._database.run(lambda c: self._reserve(c, bucket, budget_seconds))
        if wait > budget_seconds:
            raise RateLimited(
                f"The vendor's request limit is used up for {wait:.0f} s.",
                retry_after_seconds=round(wait, 1),
                next_step=f"Ask again in {wait:.0f} s.",
            )
        if wait > 0:
            await anyio.sleep(wait)
        if self._clock() - asked > budget_seconds + STALL:
            # The caller's lease may have run out meanwhile: it has to look before it goes on.
            raise RateLimited(
                "The turn for this request passed unused, while this machine was asleep or busy.",
                retry_after_seconds=1.0,
                next_step="Ask again.",
            )

    async def push_back(self, bucket: Bucket, seconds: float) -> None:
        """The vendor said to stay away: nobody gets a turn for `seconds`."""
        burst = (bucket.burst - 1) * bucket.interval_seconds

        def push(connection: Connection) -> None:
            self._known(connection, bucket)
            until = self._clock() + min(seconds, FARTHEST) + burst
            connection.execute(
                update(rate)
                .where(rate.c.bucket == bucket.key, rate.c.tat < until)
                .values(tat=until)
            )

        await self._database.run(push, Mode.WRITE)

    def _reserve(self, connection: Connection, bucket: Bucket, budget_seconds: float) -> float:
        """Seconds until the turn; a turn is taken only when that fits the budget."""
        now = self._clock()
        burst = (bucket.burst - 1) * bucket.interval_seconds
        values = {
            "key": bucket.key,
            "now": now,
            "sane": now + FARTHEST + burst,
            "latest": now + burst + budget_seconds,
            "interval": bucket.interval_seconds,
        }
        taken = connection.scalar(_TURN, values)
        if taken is not None:
            return max(0.0, taken - bucket.interval_seconds - burst - now)
        if self._known(connection, bucket):
            tat = connection.scalar(select(rate.c.tat).where(rate.c.bucket == bucket.key)) or now
            return tat - burst - now
        return self._reserve(connection, bucket, budget_seconds)

    def _known(self, connection: Connection, bucket: Bucket) -> bool:
        """Whether the row was there; it is now."""
        if connection.execute(select(rate.c.tat).where(rate.c.bucket == bucket.key)).first():
            return True
        connection.execute(insert(rate).values(bucket=bucket.key, tat=self._clock()))
        return False
