"""The public job: what a handle and its work look like to the one who asked."""

from datetime import UTC, datetime

from media_tracks_server.jobs import problems
from media_tracks_server.jobs.doubt import choices
from media_tracks_server.jobs.handles import Handle
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools import next_steps
from media_tracks_tools.models import Job, JobState
from media_tracks_tools.requests import AudioRequest, GenerateBatch

_WITH_RESULT = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.NEEDS_ATTENTION})
"""A replacement whose last step is in doubt has its new track already."""


def job_of(handle: Handle) -> Job:
    """The public job. Its state is the asker's; everything else is the work's."""
    row = handle.work
    request = row.request
    open_still = not handle.state.ended
    batch = isinstance(request, GenerateBatch)
    video = request.video_id if batch else f"{row.account}/{request.video_id}"
    kept = row.saved if row.phase is Phase.DONE else None
    return Job(
        job_id=handle.job_id,
        kind=request.kind,
        state=handle.state,
        account=row.account,
        video=video,
        title=row.title,
        progress=row.progress if open_still else None,
        already_existed=row.already_existed or None,
        error=row.error if kept or handle.state is not JobState.CANCELLED else None,
        updated_at=_utc(max(row.updated_at, handle.cancelled_at or 0.0)),
        language=request.language,
        label=request.label if isinstance(request, AudioRequest) else request.name,
        created_at=_utc(handle.created_at),
        next_check_at=_utc(row.next_at) if open_still and row.phase is Phase.FOLLOW else None,
        result=row.result if handle.state in _WITH_RESULT else None,
        items=handle.items or None,
        saved_text=kept,
        next_steps=_next_steps(handle, video),
    )


def _next_steps(handle: Handle, video: str) -> tuple[str, ...]:
    row = handle.work
    after_cancel = _after_cancel(row) if handle.cancelled_at is not None else ()
    return after_cancel or next_steps.for_job(
        next_steps.Subject(
            job_id=handle.job_id,
            kind=row.request.kind,
            state=handle.state,
            video=video,
            result=row.result,
            existed=row.already_existed,
            choices=choices(row),
            candidates=row.candidates,
        )
    )


def _after_cancel(row: Work) -> tuple[str, ...]:
    """What the vendor may still do of what nobody, or only this asker no more, wants."""
    if row.phase is Phase.ATTENTION:
        return (problems.MAY_STILL_APPEAR,)
    if row.phase in {Phase.SENT, Phase.UNSURE, Phase.FOLLOW}:
        return next_steps.still_at_the_vendor(row.account)
    return ()


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=0)
