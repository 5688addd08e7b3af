"""The rows of `work`: claimed under a lease, written only behind the fence of their generation."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Row, case, delete, func, select, union_all, update

from media_tracks_server.jobs import batches
from media_tracks_server.jobs.database import Database, Mode
from media_tracks_server.jobs.events import Counted
from media_tracks_server.jobs.lessons import Lessons, keep, lesson_of
from media_tracks_server.jobs.process import Owner
from media_tracks_server.jobs.rows import moved, read_work, tell
from media_tracks_server.jobs.schedule import LONGEST_WAIT
from media_tracks_server.jobs.tables import job, job_event, work
from media_tracks_server.jobs.work import ENGINE_VERSION, Phase, Work
from media_tracks_tools.models import JobState

LEASE = 15.0
"""Seconds a hung process keeps its rows; a dead one of this machine loses them at once."""
HEARD_AFTER = 60.0
"""Seconds after its end when nobody who followed a job from the beginning listens any more."""
FARTHEST = LONGEST_WAIT + 300.0
"""A `next_at` further away than this is the work of a clock that was set back."""

Clock = Callable[[], float]


@dataclass(frozen=True)
class Claim:
    """A held row: it may be written only while `gen` is still the row's generation."""

    id: str
    gen: int


class Commit(StrEnum):
    """What became of a write."""

    DONE = "done"
    LOST = "lost"
    """Another process holds the row now: drop everything and do nothing more."""
    WISH_CHANGED = "wish changed"
    """Not written: it would begin what nobody wants any more, or end what is wanted again."""


class WorkStore:
    """Claims, commits and lets go of rows, as one owner."""

    def __init__(
        self, database: Database, owner: Owner, clock: Clock = time.time, lease: float = LEASE
    ) -> None:
        self._database = database
        self._owner = owner
        self.clock = clock
        self.lease = lease
        self.lessons = Lessons(database, clock)

    async def claim(self, accounts: Collection[str], limit: int) -> list[tuple[Claim, Work]]:
        """Take up to `limit` due rows of these account fingerprints, the longest due first."""
        now = self.clock()
        mine = {"owner": str(self._owner), "gen": work.c.gen + 1, "lease_until": now + self.lease}

        def take(connection: Connection) -> list[tuple[Claim, Work]]:
            due = (
                select(work.c.id)
                .where(*_free(accounts), work.c.next_at <= now)
                .order_by(work.c.next_at)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            taken = connection.execute(
                update(work)
                .where(work.c.id.in_(due))
                .values(mine)
                .returning(work.c.id, work.c.gen, work.c.body, work.c.want_stop)
            ).all()
            return list(_readable(connection, taken, now))

        return await self._database.run(take)

    async def next_due(self, accounts: Collection[str]) -> float | None:
        """When a row can next be claimed; None when nothing is open and free."""
        if not accounts:
            return None
        each = [select(func.min(work.c.next_at)).where(*_free([one])) for one in accounts]
        found = await self._database.run(lambda c: c.scalars(union_all(*each)).all(), Mode.READ)
        return min((at for at in found if at is not None), default=None)

    async def commit(self, claim: Claim, before: Work, after: Work, *, release: bool) -> Commit:
        """Write the row if it is still ours; on the disk at once when more than progress moved."""
        mode = Mode.WRITE if _only_progress(before, after) else Mode.DURABLE
        return await self._database.run(
            lambda c: self._write(c, claim, before, after, release), mode
        )

    def _write(
        self, connection: Connection, claim: Claim, before: Work, after: Work, release: bool
    ) -> Commit:
        now = self.clock()
        ended = after.phase is Phase.DONE
        mine = [work.c.id == claim.id, work.c.gen == claim.gen, work.c.owner == str(self._owner)]
        same_wish = work.c.want_stop == int(after.want_stop)
        written = connection.execute(
            update(work)
            .where(*mine, *([same_wish] if _hangs_on_the_wish(before, after) else []))
            .values(
                next_at=case((same_wish, after.next_at), else_=now),
                lease_until=now + self.lease,
                **moved(after, now),
                **({"owner": None} if release or ended else {}),
            )
        )
        if written.rowcount == 0:
            still = connection.execute(select(work.c.id).where(*mine)).first()
            return Commit.LOST if still is None else Commit.WISH_CHANGED
        if ended or _worth_telling(before, after):
            tell(connection, after, now)
        if ended or before.state is not after.state:
            batches.wake(connection, after.id, now)
        if (lesson := lesson_of(before, after, now)) is not None:
            keep(connection, before, lesson, now)
        return Commit.DONE

    async def count(self, batch: Work) -> Counted:
        """How the jobs of a batch stand."""
        return await self._database.run(lambda c: batches.count(c, batch), Mode.READ)

    async def renew(self, held: Collection[str]) -> dict[str, bool]:
        """Push the leases of `held` ahead; those still ours, and whether nobody wants them."""
        now = self.clock()

        def push(connection: Connection) -> dict[str, bool]:
            rows = connection.execute(
                update(work)
                .where(work.c.owner == str(self._owner), work.c.id.in_(held))
                .values(lease_until=now + self.lease)
                .returning(work.c.id, work.c.want_stop)
            )
            return {row.id: bool(row.want_stop) for row in rows}

        return await self._database.run(push)

    async def release_all(self) -> None:
        """Let go of every row of ours, so that another process may go on at once."""
        await self._database.run(
            lambda c: c.execute(
                update(work).where(work.c.owner == str(self._owner)).values(owner=None)
            )
        )

    async def release_stale(self, held: Collection[str], accounts: Collection[str]) -> int:
        """Free the rows whose process is dead or hung, or that a clock set back put far away.

        `held` are the rows this process is at: a lease of theirs that ran out is renewed.
        """

        now = self.clock()

        def stale(connection: Connection) -> list[str]:
            owned = select(work.c.id, work.c.owner, work.c.lease_until)
            rows = connection.execute(owned.where(work.c.owner.is_not(None))).all()
            return [row.id for row in rows if row.id not in held and self._is_stale(row, now)]

        def far(connection: Connection) -> list[str]:
            ahead = select(work.c.id).where(*_free(accounts), work.c.next_at > now + FARTHEST)
            return list(connection.scalars(ahead))

        def free(connection: Connection) -> int:
            freed = stale(connection)
            connection.execute(update(work).where(work.c.id.in_(freed)).values(owner=None))
            due = far(connection)
            connection.execute(update(work).where(work.c.id.in_(due)).values(next_at=now))
            return len({*freed, *due})

        if await self._database.run(lambda c: bool(stale(c) or far(c)), Mode.READ):
            return await self._database.run(free)
        return 0

    def _is_stale(self, row: Row[str, str | None, float], now: float) -> bool:
        holding = now <= row.lease_until <= now + 2 * self.lease
        return not holding or Owner.is_dead(row.owner or "")

    async def purge(self, before: float, slice_size: int = 500) -> int:
        """Forget one slice of what ended before `before`; returns how many.

        Of what ended since, only the last event is kept, once every follower has heard the others.
        What ended in a batch that is still open is kept for its count.
        """
        heard = select(work.c.id).where(work.c.finished_at < self.clock() - HEARD_AFTER)
        ended = [state.value for state in JobState if state.ended]

        def forget(connection: Connection) -> int:
            connection.execute(
                delete(job_event).where(
                    job_event.c.work_id.in_(heard), job_event.c.state.not_in(ended)
                )
            )
            counted = batches.in_open_ones()
            ended_long_ago = (work.c.finished_at < before, work.c.id.not_in(counted))
            old = connection.scalars(
                select(work.c.id).where(*ended_long_ago).limit(slice_size)
            ).all()
            for table, column in ((job_event, job_event.c.work_id), (job, job.c.work_id)):
                connection.execute(delete(table).where(column.in_(old)))
            connection.execute(delete(work).where(work.c.id.in_(old)))
            return len(old)

        return await self._database.run(forget)


def _free(accounts: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    """Open rows that nobody holds and this version understands; the index `work_due` has them."""
    return (
        work.c.finished_at.is_(None),
        work.c.account_fp.in_(accounts),
        work.c.owner.is_(None),
        work.c.engine_v <= ENGINE_VERSION,
    )


def _readable(
    connection: Connection, rows: Sequence[Row[str, int, str, int]], now: float
) -> Iterator[tuple[Claim, Work]]:
    """The rows as models. One that can't be read is put off, so that it blocks no others."""
    for row in rows:
        known = read_work(row.id, row.body)
        if known is not None:
            yield (
                Claim(row.id, row.gen),
                known.model_copy(update={"want_stop": bool(row.want_stop)}),
            )
            continue
        connection.execute(
            update(work).where(work.c.id == row.id).values(owner=None, next_at=now + LONGEST_WAIT)
        )


def _hangs_on_the_wish(before: Work, after: Work) -> bool:
    """Whether this write begins what can't be taken back, or ends what nobody wants."""
    begins = after.phase in {Phase.SENT, Phase.CHILD, Phase.PUBLISH}
    return after.outcome is JobState.CANCELLED or (begins and _place(before) != _place(after))


def _place(row: Work) -> tuple[bool, int, Phase, int]:
    return row.undoing, row.step, row.phase, row.attempt


def _worth_telling(before: Work, after: Work) -> bool:
    told = (before.state, before.progress, before.error)
    return told != (after.state, after.progress, after.error)


def _only_progress(before: Work, after: Work) -> bool:
    quiet = {
        "progress": after.progress,
        "polls": after.polls,
        "looked_at": after.looked_at,
        "next_at": after.next_at,
        "updated_at": after.updated_at,
        "trouble_since": after.trouble_since,
        "error": after.error,
    }
    return before.model_copy(update=quiet) == after
