"""Asking: the row of a new work, or the open one that is the same, and a handle on it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from media_tracks_server.jobs.rows import fingerprint, open_key, tell, values_of
from media_tracks_server.jobs.tables import job, work
from media_tracks_server.jobs.uncertain import OnUncertain
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.errors import Conflict
from media_tracks_tools.models import Account, Problem
from media_tracks_tools.plans import Plan, Step, StepKind
from media_tracks_tools.requests import GenerateBatch, RefusedVideo, Request
from media_tracks_tools.services import Wanted

BATCHES = fingerprint("batches")
"""The account of every batch: it needs no credential, so each process may move it."""
_BATCH_PLAN = Plan(steps=(Step(kind=StepKind.KIDS, name="videos"),), subject="batch")


@dataclass(frozen=True)
class Asker:
    """Who asks, when, and what to do about uncertainty."""

    principal: str
    now: float
    on_uncertain: OnUncertain = OnUncertain.ASK

    def row(self, account: Account, request: Request, plan: Plan) -> Work:
        """A work that nobody has begun."""
        return Work(
            id=secrets.token_hex(16),
            account=account.name,
            account_fp=account.fingerprint,
            request=request,
            plan=plan,
            created_at=self.now,
            updated_at=self.now,
            step_since=self.now,
            next_at=self.now,
            on_uncertain=self.on_uncertain,
        )

    def row_of(self, wanted: Wanted) -> Work:
        """A work for one change."""
        return self.row(wanted.located.provider.account, wanted.request, wanted.plan)


def ask(connection: Connection, asker: Asker, fresh: Work, batch: str | None = None) -> str:
    """Join the open work that is the same, or begin `fresh`; returns the id of the handle.

    A job of a batch always gets a handle of its own, which nobody else joins. Raises Conflict
    when the open work has other settings.
    """
    there = connection.execute(
        select(work.c.id, work.c.settings_fp).where(work.c.open_key == open_key(fresh))
    ).first()
    if there is None:
        connection.execute(insert(work).values(values_of(fresh)))
        tell(connection, fresh, asker.now)
        return _hand_out(connection, asker, fresh, fresh.id, batch)
    own = connection.scalar(
        select(job.c.id).where(
            job.c.work_id == there.id,
            job.c.principal == asker.principal,
            job.c.cancelled_at.is_(None),
            job.c.parent_id.is_(None),
        )
    )
    if there.settings_fp != fingerprint(fresh.request.settings):
        raise _open_with_other_settings(own)
    connection.execute(update(work).where(work.c.id == there.id).values(want_stop=0))
    if own is not None and batch is None:
        return own
    return _hand_out(connection, asker, fresh, there.id, batch)


def ask_batch(
    connection: Connection, asker: Asker, batch: GenerateBatch, children: Sequence[Wanted]
) -> str:
    """Begin a batch with all its jobs, or join the open one that is the same."""
    parent = asker.row(_account_of(children), batch, _BATCH_PLAN)
    same = work.c.open_key == open_key(parent)
    # One that was cancelled can't be joined: its jobs were cancelled with it.
    connection.execute(update(work).where(same, work.c.want_stop == 1).values(open_key=None))
    if connection.scalar(select(work.c.id).where(same)) is not None:
        return ask(connection, asker, parent)
    refused = list(batch.refused)
    begun: list[str] = []
    for child in children:
        video = child.located.video
        try:
            ask(connection, asker, asker.row_of(child), batch=parent.id)
        except Conflict as error:
            refused.append(RefusedVideo(video=video, error=Problem.of(error)))
        else:
            begun.append(video)
    known = batch.model_copy(update={"videos": tuple(begun), "refused": tuple(refused)})
    return ask(connection, asker, parent.model_copy(update={"request": known, "phase": Phase.KIDS}))


def _account_of(children: Sequence[Wanted]) -> Account:
    names = {child.located.provider.account.name for child in children}
    name = names.pop() if len(names) == 1 else "several"
    return Account(name=name, provider="batch", fingerprint=BATCHES)


def _hand_out(
    connection: Connection, asker: Asker, row: Work, work_id: str, batch: str | None
) -> str:
    job_id = f"job_{secrets.token_urlsafe(16)}"
    connection.execute(
        insert(job).values(
            id=job_id,
            principal=asker.principal,
            work_id=work_id,
            account_fp=row.account_fp,
            video_id=row.request.video_id,
            kind=row.request.kind.value,
            parent_id=batch,
            created_at=asker.now,
        )
    )
    return job_id


def _open_with_other_settings(own: str | None) -> Conflict:
    wait = f"Wait with get_job_result(job_id={own!r}), or cancel_job it" if own else "Wait for it"
    return Conflict(
        "The same track is being made by another request with other settings.",
        code="open_with_other_settings",
        next_step=f"{wait}; then ask again.",
    )
