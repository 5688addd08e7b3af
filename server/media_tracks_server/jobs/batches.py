"""Batches: a work whose jobs are others. It is woken by their ends and counts them."""

from sqlalchemy import Connection, Select, select, update

from media_tracks_server.jobs.events import Counted
from media_tracks_server.jobs.rows import read_work
from media_tracks_server.jobs.tables import job, work
from media_tracks_server.jobs.work import Work
from media_tracks_tools.models import BatchItem, JobState
from media_tracks_tools.requests import GenerateBatch


def wake(connection: Connection, work_id: str, now: float) -> None:
    """Make the batches of this work due.

    Whoever is counting one right now loses it: what it counted may be old (jobs.md §1 row 35).
    """
    parents = select(job.c.parent_id).where(job.c.work_id == work_id, job.c.parent_id.is_not(None))
    connection.execute(
        update(work)
        .where(work.c.id.in_(parents), work.c.finished_at.is_(None))
        .values(gen=work.c.gen + 1, owner=None, next_at=now)
    )


def in_open_ones() -> Select[str]:
    """The works whose jobs belong to a batch that has not ended."""
    parent = work.alias()
    return (
        select(job.c.work_id)
        .join(parent, parent.c.id == job.c.parent_id)
        .where(parent.c.finished_at.is_(None))
    )


def count(connection: Connection, batch: Work) -> Counted:
    """How its jobs stand; a video for which none could be begun counts as failed."""
    states = [
        JobState.CANCELLED if row.cancelled_at is not None else JobState(row.state)
        for row in connection.execute(
            select(job.c.cancelled_at, work.c.state)
            .join(work, work.c.id == job.c.work_id)
            .where(job.c.parent_id == batch.id)
        )
    ]
    refused = len(batch.request.refused) if isinstance(batch.request, GenerateBatch) else 0
    return Counted(
        running=sum(not state.ended for state in states),
        waiting=states.count(JobState.NEEDS_ATTENTION),
        succeeded=states.count(JobState.SUCCEEDED),
        failed=states.count(JobState.FAILED) + refused,
        cancelled=states.count(JobState.CANCELLED),
    )


def items(connection: Connection, batch: Work, principal: str) -> tuple[BatchItem, ...]:
    """Its videos, those that need a look first; only the principal's own jobs have their ids."""
    if not isinstance(batch.request, GenerateBatch):
        return ()
    rows = connection.execute(
        select(job.c.id, job.c.principal, job.c.cancelled_at, job.c.work_id, work.c.body)
        .join(work, work.c.id == job.c.work_id)
        .where(job.c.parent_id == batch.id)
        .order_by(job.c.created_at, job.c.id)
    ).all()
    found = [
        BatchItem(video=refused.video, state=JobState.FAILED, error=refused.error)
        for refused in batch.request.refused
    ]
    for row in rows:
        known = read_work(row.work_id, row.body)
        if known is not None:
            cancelled = row.cancelled_at is not None
            found.append(
                BatchItem(
                    video=f"{known.account}/{known.request.video_id}",
                    title=known.title,
                    job_id=row.id if row.principal == principal else None,
                    state=JobState.CANCELLED if cancelled else known.state,
                    error=None if cancelled else known.error,
                )
            )
    return tuple(sorted(found, key=lambda item: _URGENT.index(item.state)))


_URGENT = (
    JobState.NEEDS_ATTENTION,
    JobState.FAILED,
    JobState.CANCELLED,
    JobState.RUNNING,
    JobState.SUBMITTING,
    JobState.SUCCEEDED,
)
