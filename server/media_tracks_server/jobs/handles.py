"""The rows of `job`: what each principal asked for, joined to the one work that serves it."""

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Row, Select, insert, or_, select, tuple_, update

from media_tracks_server.jobs import problems
from media_tracks_server.jobs.database import Database, Mode
from media_tracks_server.jobs.rows import fingerprint, open_key, read_work, tell, values_of
from media_tracks_server.jobs.store import Clock
from media_tracks_server.jobs.tables import job, job_event, work
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools import next_steps
from media_tracks_tools.errors import Conflict, DatabaseUnusable, NotFound
from media_tracks_tools.models import Account, Job, JobState, Progress
from media_tracks_tools.plans import AddAudioTrack, Plan, Request


@dataclass(frozen=True)
class Handle:
    """One principal's claim to a piece of work. Times are seconds since the epoch."""

    job_id: str
    created_at: float
    cancelled_at: float | None
    work: Work

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


class Handles:
    """Asks, reads and cancels as one principal."""

    def __init__(self, database: Database, principal: str, clock: Clock = time.time) -> None:
        self._database = database
        self._principal = principal
        self._clock = clock

    async def start(self, account: Account, request: Request, plan: Plan) -> str:
        """Join the open work that is the same, or begin one; on the disk when this returns.

        Raises Conflict when the open one has other settings.
        """
        now = self._clock()
        fresh = Work(
            id=secrets.token_hex(16),
            account=account.name,
            account_fp=account.fingerprint,
            request=request,
            plan=plan,
            created_at=now,
            updated_at=now,
            step_since=now,
            next_at=now,
        )
        return await self._database.run(lambda c: self._ask(c, fresh, now), Mode.DURABLE)

    def _ask(self, connection: Connection, fresh: Work, now: float) -> str:
        there = connection.execute(
            select(work.c.id, work.c.settings_fp).where(work.c.open_key == open_key(fresh))
        ).first()
        if there is None:
            connection.execute(insert(work).values(values_of(fresh)))
            tell(connection, fresh, now)
            return self._hand_out(connection, fresh, fresh.id, now)
        own = connection.scalar(
            select(job.c.id).where(
                job.c.work_id == there.id,
                job.c.principal == self._principal,
                job.c.cancelled_at.is_(None),
            )
        )
        if there.settings_fp != fingerprint(fresh.request.settings):
            raise _open_with_other_settings(own)
        connection.execute(update(work).where(work.c.id == there.id).values(want_stop=0))
        return own or self._hand_out(connection, fresh, there.id, now)

    def _hand_out(self, connection: Connection, row: Work, work_id: str, now: float) -> str:
        job_id = f"job_{secrets.token_urlsafe(16)}"
        connection.execute(
            insert(job).values(
                id=job_id,
                principal=self._principal,
                work_id=work_id,
                account_fp=row.account_fp,
                video_id=row.request.video_id,
                kind=row.request.kind.value,
                created_at=now,
            )
        )
        return job_id

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
        return handle

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

    async def cancel(self, job_id: str) -> Handle:
        """Drop this handle; when it was the last one, ask the work to stop. Ended jobs stay."""

        def drop(connection: Connection) -> Handle:
            handle = self._find(connection, job_id)
            if handle.state.ended:
                return handle
            now = self._clock()
            connection.execute(update(job).where(job.c.id == job_id).values(cancelled_at=now))
            others = select(job.c.id).where(
                job.c.work_id == handle.work.id, job.c.cancelled_at.is_(None)
            )
            if connection.execute(others).first() is None:
                stop = update(work).where(work.c.id == handle.work.id)
                connection.execute(stop.values(want_stop=1, next_at=now))
            tell(connection, handle.work, now)
            return self._find(connection, job_id)

        return await self._database.run(drop, Mode.DURABLE)

    def _mine(self) -> Select[str, str, float, float | None, str]:
        columns = select(job.c.id, job.c.work_id, job.c.created_at, job.c.cancelled_at, work.c.body)
        return columns.join(work, work.c.id == job.c.work_id).where(
            job.c.principal == self._principal
        )


def job_of(handle: Handle) -> Job:
    """The public job. Its state is the asker's; everything else is the work's."""
    row = handle.work
    request = row.request
    open_still = not handle.state.ended
    video = f"{row.account}/{request.video_id}"
    steps = next_steps.for_job(
        handle.job_id,
        request.kind,
        handle.state,
        video,
        row.result,
        existed=row.already_existed,
    )
    if handle.cancelled_at is not None:
        steps = _after_cancel(row) or steps
    return Job(
        job_id=handle.job_id,
        kind=request.kind,
        state=handle.state,
        account=row.account,
        video=video,
        title=row.title,
        progress=row.progress if open_still else None,
        already_existed=row.already_existed or None,
        error=row.error if handle.state is not JobState.CANCELLED else None,
        updated_at=_utc(max(row.updated_at, handle.cancelled_at or 0.0)),
        language=request.language,
        label=request.label if isinstance(request, AddAudioTrack) else request.name,
        created_at=_utc(handle.created_at),
        next_check_at=_utc(row.next_at) if open_still and row.phase is Phase.FOLLOW else None,
        result=row.result if handle.state in {JobState.SUCCEEDED, JobState.FAILED} else None,
        next_steps=steps,
    )


def _after_cancel(row: Work) -> tuple[str, ...]:
    """What the vendor may still do of what nobody, or only this asker no more, wants."""
    if row.phase is Phase.ATTENTION:
        return (problems.MAY_STILL_APPEAR,)
    if row.phase in {Phase.SENT, Phase.UNSURE, Phase.FOLLOW}:
        return next_steps.still_at_the_vendor(row.account)
    return ()


def _open_with_other_settings(own: str | None) -> Conflict:
    wait = f"Wait with get_job_result(job_id={own!r}), or cancel_job it" if own else "Wait for it"
    return Conflict(
        "The same track is being made by another request with other settings.",
        code="open_with_other_settings",
        next_step=f"{wait}; then ask again.",
    )


def _handle(row: Row[str, str, float, float | None, str]) -> Handle | None:
    """None where the work was written by a version that this one can't read."""
    known = read_work(row.work_id, row.body)
    return known and Handle(row.id, row.created_at, row.cancelled_at, known)


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=0)
