"""Reading `job_event` in the order in which it was written, whoever wrote it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from media_tracks_server.jobs.database import Database, Mode
from media_tracks_server.jobs.tables import job, job_event
from media_tracks_tools.models import JobState

AT_ONCE = 500
"""Events that one look reads at most; the next look goes on with the rest."""


@dataclass(frozen=True)
class Moved:
    """A job that has moved, and its video; `ended` where its asker will hear no more of it."""

    job_id: str
    account_fp: str
    video_id: str
    ended: bool


@dataclass(frozen=True)
class Look:
    """What has moved since the last look; the next one goes on after `seq`."""

    seq: int
    moved: tuple[Moved, ...]


class Journal:
    """The events of all jobs in the database, of every principal."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watching: sqlite3.Connection | None = None
        self._version: int | None = None

    def quiet(self) -> bool:
        """Whether nobody has written to the file since this was last asked: some microseconds.

        Not a transaction, so it may be asked in the event loop. False where it can't be told.
        """
        before, self._version = self._version, self._data_version()
        return before is not None and before == self._version

    def _data_version(self) -> int | None:
        """What SQLite counts up for each connection when another one, of any process, writes."""
        try:
            if self._watching is None:
                file = f"{self._database.path.resolve().as_uri()}?mode=rw"
                self._watching = sqlite3.connect(file, uri=True, timeout=0)
            return self._watching.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:
            self.rest()
            return None

    def rest(self) -> None:
        """Let go of the file until `quiet` is asked again."""
        self._version = None
        if self._watching is not None:
            self._watching.close()
            self._watching = None

    async def latest(self) -> int:
        """The number of the newest event, 0 where there is none."""
        newest = select(func.max(job_event.c.seq))
        return await self._database.run(lambda c: c.scalar(newest), Mode.READ) or 0

    async def after(self, seq: int) -> Look:
        """What has moved after the event `seq`: jobs, and the batches that they are part of."""
        return await self._database.run(lambda c: _after(c, seq), Mode.READ)


def attention_since(connection: Connection, work_id: str) -> int:
    """The event with which this work began to need the attention that it needs now."""
    of_it = (job_event.c.work_id == work_id,)
    waiting = job_event.c.state == JobState.NEEDS_ATTENTION.value
    before = select(func.coalesce(func.max(job_event.c.seq), 0)).where(*of_it, ~waiting)
    first = select(func.min(job_event.c.seq)).where(
        *of_it, waiting, job_event.c.seq > before.scalar_subquery()
    )
    return connection.scalar(first) or 0


def _after(connection: Connection, seq: int) -> Look:
    new = select(job_event.c.seq, job_event.c.work_id, job_event.c.state)
    new = new.where(job_event.c.seq > seq).order_by(job_event.c.seq).limit(AT_ONCE)
    events = connection.execute(new).all()
    if not events:
        return Look(seq, ())
    states = {event.work_id: JobState(event.state) for event in events}
    columns = (job.c.id, job.c.work_id, job.c.account_fp, job.c.video_id, job.c.parent_id)
    moved = connection.execute(
        select(*columns, job.c.cancelled_at).where(job.c.work_id.in_(states))
    ).all()
    found = [
        Moved(
            row.id,
            row.account_fp,
            row.video_id,
            states[row.work_id].ended or row.cancelled_at is not None,
        )
        for row in moved
    ]
    parents = {row.parent_id for row in moved if row.parent_id} - states.keys()
    return Look(events[-1].seq, (*found, *_batches(connection, sorted(parents))))


def _batches(connection: Connection, works: Sequence[str]) -> list[Moved]:
    """The handles on these batches: some of their jobs moved, they themselves have not ended."""
    columns = select(job.c.id, job.c.account_fp, job.c.video_id)
    rows = connection.execute(columns.where(job.c.work_id.in_(works))).all()
    return [Moved(row.id, row.account_fp, row.video_id, ended=False) for row in rows]
