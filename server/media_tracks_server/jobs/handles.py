"""The rows of `job`: what each principal asked for, joined to the one work that serves it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select, tuple_, update

from media_tracks_server.jobs import asks, batches
from media_tracks_server.jobs.database import Database, Mode
from media_tracks_server.jobs.doubt import choices
from media_tracks_server.jobs.events import Chosen
from media_tracks_server.jobs.journal import attention_since
from media_tracks_server.jobs.machine import advance
from media_tracks_server.jobs.rows import moved, read_work, tell
from media_tracks_server.jobs.store import Clock
from media_tracks_server.jobs.tables import job, job_event, work
from media_tracks_server.jobs.uncertain import OnUncertain
from media_tracks_server.jobs.work import Work
from media_tracks_tools.errors import Conflict, DatabaseUnusable, NotFound
from media_tracks_tools.models import BatchItem, Choice, JobState, Progress
from media_tracks_tools.requests import GenerateBatch
from media_tracks_tools.services import Wanted


@dataclass(frozen=True)
class Handle:
    """One principal's claim to a piece of work. Times are seconds since the epoch.

    `items` are a batch's.
    """

    job_id: str
    created_at: float
    cancelled_at: float | None
    work: Work
    items: tuple[BatchItem, ...] = ()

    @property
    def state(self) -> JobState:
        """The job's state for this asker, who may have lost interest before the work ended."""
        return JobState.CANCELLED if self.cancelled_at is not None else self.work.state


@dataclass(frozen=True)
class News:
    """A job as it is, and what was told of its work since the last look, oldest first.

    `seq` is where the next look goes on.
    """

    handle: Handle
    told: tuple[Progress, ...]
    seq: int


@dataclass(frozen=True)
class Doubt:
    """A job that only a person can go on with, and the event with which that began."""

    handle: Handle
    since: int


class Handles:
    """Asks, reads and cancels as one principal."""

    def __init__(
        self,
        database: Database,
        principal: str,
        on_uncertain: OnUncertain = OnUncertain.ASK,
        clock: Clock = time.time,
    ) -> None:
        self._database = database
        self._principal = principal
        self._on_uncertain = on_uncertain
        self._clock = clock

    async def start(self, wanted: Wanted) -> str:
        """Join the open work that is the same, or begin one; on the disk when this returns.

        Raises Conflict when the open one has other settings.
        """
        asker = self._asker()
        return await self._database.run(
            lambda c: asks.ask(c, asker, asker.row_of(wanted)), Mode.DURABLE
        )

    async def start_batch(self, batch: GenerateBatch, children: Sequence[Wanted]) -> str:
        """Begin a batch and all its jobs in one transaction, or join the open one."""
        asker = self._asker()
        return await self._database.run(
            lambda c: asks.ask_batch(c, asker, batch, children), Mode.DURABLE
        )

    def _asker(self) -> asks.Asker:
        return asks.Asker(self._principal, self._clock(), self._on_uncertain)

    async def get(self, job_id: str) -> Handle:
        """One of this principal's jobs. Raises NotFound."""
        return await self._database.run(lambda c: self._find(c, job_id), Mode.READ)

    async def news(self, job_id: str, after: int | None) -> News:
        """One of this principal's jobs, with what was told after `after`; None: nothing told yet.

        Raises NotFound.
        """

        def look(connection: Connection) -> News:
            handle = self._find(connection, job_id)
            events = select(job_event.c.seq, job_event.c.state, job_event.c.progress)
            of_this = (job_event.c.work_id == handle.work.id, job_event.c.seq > (after or 0))
            rows = connection.execute(events.where(*of_this).order_by(job_event.c.seq)).all()
            running = [row for row in rows if row.progress and not JobState(row.state).ended]
            told = [row.progress for row in running] if after is not None else []
            return News(
                handle,
                tuple(Progress.model_validate_json(progress) for progress in told),
                rows[-1].seq if rows else after or 0,
            )

        return await self._database.run(look, Mode.READ)

    async def doubts(self, job_id: str) -> tuple[Doubt, ...]:
        """What there is to decide about one of this principal's jobs, or about those of a batch.

        Raises NotFound.
        """

        def look(connection: Connection) -> tuple[Doubt, ...]:
            asked = self._find(connection, job_id)
            waiting = [item for item in asked.items if item.state is JobState.NEEDS_ATTENTION]
            parts = [self._find(connection, item.job_id) for item in waiting if item.job_id]
            return tuple(
                Doubt(handle, attention_since(connection, handle.work.id))
                for handle in (asked, *parts)
                if not handle.state.ended and choices(handle.work)
            )

        return await self._database.run(look, Mode.READ)

    def _find(self, connection: Connection, job_id: str) -> Handle:
        row = connection.execute(self._mine().where(job.c.id == job_id)).first()
        if row is None:
            raise NotFound(
                f"There is no job {job_id[:60]!r}.",
                code="unknown_job",
                next_step="list_jobs shows the jobs that are kept; ended ones go after some weeks.",
            )
        handle = _handle(row)
        if handle is None:
            raise DatabaseUnusable(
                f"The job {job_id!r} was written by another version of media-tracks.",
                code="job_of_another_version",
                next_step="Restart this chat host, or update media-tracks here.",
            )
        return replace(handle, items=batches.items(connection, handle.work, self._principal))

    async def page(
        self,
        accounts: tuple[str, ...],
        *,
        state: JobState | None,
        account_fp: str | None,
        video_id: str | None,
        since: float | None,
        before: tuple[float, str] | None,
        limit: int,
    ) -> list[Handle]:
        """This principal's jobs on these accounts, newest first."""
        asked = self._mine().where(job.c.account_fp.in_(accounts))
        if state is JobState.CANCELLED:
            asked = asked.where(or_(job.c.cancelled_at.is_not(None), work.c.state == state.value))
        elif state is not None:
            asked = asked.where(job.c.cancelled_at.is_(None), work.c.state == state.value)
        if account_fp is not None:
            asked = asked.where(job.c.account_fp == account_fp, job.c.video_id == video_id)
        if since is not None:
            asked = asked.where(job.c.created_at >= since)
        if before is not None:
            asked = asked.where(tuple_(job.c.created_at, job.c.id) < before)
        asked = asked.order_by(job.c.created_at.desc(), job.c.id.desc()).limit(limit)
        rows = await self._database.run(lambda c: c.execute(asked).all(), Mode.READ)
        return [handle for row in rows if (handle := _handle(row)) is not None]

    async def elsewhere(self, accounts: tuple[str, ...]) -> int:
        """How many open jobs of this principal are on other accounts than these."""
        of_others = select(func.count()).select_from(job).join(work, work.c.id == job.c.work_id)
        open_ones = of_others.where(
            job.c.principal == self._principal,
            job.c.account_fp.not_in(accounts),
            job.c.cancelled_at.is_(None),
            work.c.finished_at.is_(None),
        )
        found = await self._database.run(lambda c: c.scalar(open_ones), Mode.READ)
        return found or 0

    async def cancel(self, job_id: str) -> Handle:
        """Drop this handle; when it was the last one, ask the work to stop. Ended jobs stay."""

        def drop(connection: Connection) -> Handle:
            handle = self._find(connection, job_id)
            if handle.state.ended:
                return handle
            self._drop(connection, handle)
            return self._find(connection, job_id)

        return await self._database.run(drop, Mode.DURABLE)

    async def resolve(self, job_id: str, choice: Choice, track_id: str | None) -> Handle:
        """End the doubt about a job as its asker says.

        Whoever looks at the work right now loses it (its generation goes up), and it is due.
        Raises Conflict when this choice is none of the job's.
        """

        def decide(connection: Connection) -> Handle:
            handle = self._find(connection, job_id)
            _refuse_choice(handle, choice, track_id)
            if choice is Choice.GIVE_UP and self._others(connection, handle.work.id, job_id):
                self._drop(connection, handle)
                return self._find(connection, job_id)
            now = self._clock()
            unwanted = choice is Choice.GIVE_UP
            doubted = handle.work.model_copy(update={"want_stop": unwanted})
            after, _ = advance(doubted, Chosen(choice=choice, track_id=track_id), now)
            fence = {
                "gen": work.c.gen + 1,
                "owner": None,
                "next_at": now,
                "want_stop": int(unwanted),
            }
            connection.execute(
                update(work).where(work.c.id == after.id).values(**moved(after, now), **fence)
            )
            tell(connection, after, now)
            batches.wake(connection, after.id, now)
            return self._find(connection, job_id)

        return await self._database.run(decide, Mode.DURABLE)

    def _drop(self, connection: Connection, handle: Handle) -> None:
        """The asker lets go, of a batch with all that has not ended in it."""
        row, now = handle.work, self._clock()
        self._drop_one(connection, row.id, job.c.id == handle.job_id)
        if not self._others(connection, row.id, handle.job_id):
            of_it = (job.c.parent_id == row.id, work.c.finished_at.is_(None))
            children = select(job.c.work_id).join(work, work.c.id == job.c.work_id).where(*of_it)
            for child in connection.scalars(children.distinct()).all():
                self._drop_one(connection, child, job.c.parent_id == row.id)
        tell(connection, row, now)

    def _drop_one(self, connection: Connection, work_id: str, whose: ColumnElement[bool]) -> None:
        now = self._clock()
        live = (job.c.work_id == work_id, job.c.cancelled_at.is_(None))
        connection.execute(update(job).where(whose, *live).values(cancelled_at=now))
        if connection.execute(select(job.c.id).where(*live)).first() is None:
            stop = update(work).where(work.c.id == work_id)
            connection.execute(stop.values(want_stop=1, next_at=now))
        batches.wake(connection, work_id, now)

    def _others(self, connection: Connection, work_id: str, job_id: str) -> bool:
        """Whether anybody else wants it."""
        live = (job.c.work_id == work_id, job.c.cancelled_at.is_(None), job.c.id != job_id)
        return connection.execute(select(job.c.id).where(*live)).first() is not None

    def _mine(self) -> Select[str, str, float, float | None, str]:
        columns = select(job.c.id, job.c.work_id, job.c.created_at, job.c.cancelled_at, work.c.body)
        return columns.join(work, work.c.id == job.c.work_id).where(
            job.c.principal == self._principal
        )


def _refuse_choice(handle: Handle, choice: Choice, track_id: str | None) -> None:
    allowed = () if handle.state.ended else choices(handle.work)
    if choice in allowed and (track_id or choice is not Choice.ADOPT):
        return
    if allowed:
        raise Conflict(
            f"This job can't be resolved by {choice.value!r}.",
            code="no_such_choice",
            next_step=f"Its choices are: {', '.join(one.value for one in allowed)}.",
        )
    raise Conflict(
        f"This job needs no decision: it is {handle.state.value.replace('_', ' ')}.",
        code="no_attention_needed",
        next_step=f"get_job_result(job_id={handle.job_id!r}) shows it.",
    )


def _handle(row: Row[str, str, float, float | None, str]) -> Handle | None:
    """None where the work was written by a version that this one can't read."""
    known = read_work(row.work_id, row.body)
    return known and Handle(row.id, row.created_at, row.cancelled_at, known)
