"""The `Jobs` port of one principal: asks are made durable, followed and cancelled here."""

import base64
import binascii
from collections.abc import AsyncIterator, Sequence

import anyio

from media_tracks_server.jobs.asks import BATCHES
from media_tracks_server.jobs.bell import Bell, heard
from media_tracks_server.jobs.decisions import Decision
from media_tracks_server.jobs.doubt import choices
from media_tracks_server.jobs.handles import Handle, Handles
from media_tracks_server.jobs.shown import job_of
from media_tracks_tools import next_steps
from media_tracks_tools.errors import bad_cursor
from media_tracks_tools.models import Choice, Job, JobPage, JobState
from media_tracks_tools.requests import GenerateBatch
from media_tracks_tools.services import Accounts, JobQuery, Wanted

LISTEN_EVERY = 0.25
"""Seconds between looks for what another process did."""
TELL_EVERY = 4.0
"""Seconds after which a follower hears of an unchanged job."""


class Board:
    """Jobs as tools see them."""

    def __init__(self, handles: Handles, accounts: Accounts, bell: Bell) -> None:
        self._handles = handles
        self._accounts = accounts
        self._bell = bell

    async def start(self, wanted: Wanted) -> str:
        """See `Jobs.start`."""
        job_id = await self._handles.start(wanted)
        self._bell.ring()
        return job_id

    async def start_batch(self, batch: GenerateBatch, children: Sequence[Wanted]) -> str:
        """See `Jobs.start_batch`."""
        job_id = await self._handles.start_batch(batch, children)
        self._bell.ring()
        return job_id

    async def get(self, job_id: str) -> Job:
        """See `Jobs.get`."""
        return self._shown(await self._handles.get(job_id))

    async def decisions(self, job_id: str) -> tuple[Decision, ...]:
        """What a person has to decide about this job, or about those of this batch.

        Raises NotFound.
        """
        return tuple(
            Decision(
                job=self._shown(doubt.handle),
                choices=choices(doubt.handle.work),
                candidates=doubt.handle.work.candidates,
                since=doubt.since,
            )
            for doubt in await self._handles.doubts(job_id)
        )

    def _shown(self, handle: Handle) -> Job:
        """The public job; one that this server can't move says what it waits for."""
        job = job_of(handle)
        served = {BATCHES, *(provider.account.fingerprint for provider in self._accounts.all())}
        if job.state.ended or handle.work.account_fp in served:
            return job
        return job.model_copy(update={"next_steps": next_steps.for_another_server(job.account)})

    async def follow(self, job_id: str, wait_seconds: float) -> AsyncIterator[Job]:
        """See `Jobs.follow`."""
        deadline = anyio.current_time() + wait_seconds
        shown: Job | None = None
        shown_at = 0.0
        seq: int | None = None
        while True:
            ring = self._bell.listen()
            news = await self._handles.news(job_id, seq)
            job, seq = self._shown(news.handle), news.seq
            for progress in news.told:
                if progress != job.progress:
                    yield job.model_copy(update={"state": JobState.RUNNING, "progress": progress})
            now = anyio.current_time()
            if job != shown or now - shown_at >= TELL_EVERY:
                shown, shown_at = job, now
                yield job
            if job.state.ended or job.state is JobState.NEEDS_ATTENTION or now >= deadline:
                return
            await heard(ring, min(LISTEN_EVERY, deadline - now))

    async def list(self, query: JobQuery) -> JobPage:
        """See `Jobs.list`."""
        located = self._accounts.locate(query.video) if query.video else None
        served = (BATCHES, *(provider.account.fingerprint for provider in self._accounts.all()))
        handles = await self._handles.page(
            served,
            state=query.state,
            account_fp=located.provider.account.fingerprint if located else None,
            video_id=located.video_id if located else None,
            since=query.since.timestamp() if query.since else None,
            before=_parse(query.cursor) if query.cursor else None,
            limit=query.limit + 1,
        )
        shown = handles[: query.limit]
        more = len(handles) > query.limit
        elsewhere = 0 if located else await self._handles.elsewhere(served)
        return JobPage(
            jobs=tuple(self._shown(handle) for handle in shown),
            next_cursor=_cursor(shown[-1].created_at, shown[-1].job_id) if more else None,
            notes=(next_steps.on_other_accounts(elsewhere),) if elsewhere else None,
        )

    async def cancel(self, job_id: str) -> Job:
        """See `Jobs.cancel`."""
        handle = await self._handles.cancel(job_id)
        self._bell.ring()
        return self._shown(handle)

    async def resolve(self, job_id: str, choice: Choice, track_id: str | None = None) -> Job:
        """See `Jobs.resolve`."""
        handle = await self._handles.resolve(job_id, choice, track_id)
        self._bell.ring()
        return self._shown(handle)


def _cursor(created_at: float, job_id: str) -> str:
    return base64.urlsafe_b64encode(f"{created_at!r} {job_id}".encode()).decode()


def _parse(cursor: str) -> tuple[float, str]:
    try:
        at, job_id = base64.urlsafe_b64decode(cursor).decode().split(" ")
        return float(at), job_id
    except (ValueError, binascii.Error) as error:
        raise bad_cursor("list_jobs") from error
