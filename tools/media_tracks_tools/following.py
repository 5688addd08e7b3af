"""Waiting for a job inside a call, telling the client how it goes."""

import time
from datetime import UTC, datetime

from media_tracks_tools.foreign_words import line
from media_tracks_tools.models import Job, JobState, Progress
from media_tracks_tools.replies import LONGEST_MESSAGE, progress_text
from media_tracks_tools.services import Ctx, Services

LONGEST_WAIT = 50.0
"""Most hosts cut a call at about 60 s."""
_STEP = 0.001
_NEVER_THERE = 0.99


class Meter:
    """Progress values that strictly increase and reach the total only at the end.

    A percentage where the work knows its total, else the seconds waited; the truth is in the
    message, because hosts show that.
    """

    def __init__(self) -> None:
        self._last = 0.0
        self._started = time.monotonic()

    def value(self, progress: Progress | None) -> tuple[float, float | None]:
        """The next value to report, with its total."""
        if progress is None or not progress.total:
            self._last = max(self._last + _STEP, time.monotonic() - self._started)
            return self._last, None
        percent = 100 * min(progress.done / progress.total, _NEVER_THERE)
        self._last = max(self._last + _STEP, percent)
        return self._last, 100.0 if self._last < 100 else None


async def follow(services: Services, ctx: Ctx, job_id: str, wait_seconds: float | None) -> Job:
    """The job when it has ended or needs attention, or as it is when the wait is over."""
    wait = services.wait_seconds if wait_seconds is None else wait_seconds
    meter = Meter()
    job: Job | None = None
    async for job in services.jobs.follow(job_id, min(wait, LONGEST_WAIT)):
        value, total = meter.value(job.progress)
        if not job.state.ended:
            await ctx.report_progress(value, total, message_of(job))
    return job if job is not None else await services.jobs.get(job_id)


def message_of(job: Job) -> str:
    """What to show while a job runs."""
    waited = (datetime.now(UTC) - job.created_at).total_seconds()
    if job.state is JobState.SUBMITTING:
        return (
            "asking the account" if job.error is None else line(job.error.message, LONGEST_MESSAGE)
        )
    if job.progress is not None:
        return progress_text(job.progress)
    if job.next_check_at is not None:
        look = f"next look at {job.next_check_at:%H:%M:%S} UTC"
        return f"{job.account} is at work, {waited:.0f} s so far; {look}"
    return "starting"
