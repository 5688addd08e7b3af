"""A job as the task that the extension's schema describes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from mcp.types import ElicitRequest
from mcp_types import methods
from mcp_types.version import LATEST_MODERN_VERSION
from pydantic import JsonValue

from media_tracks_tools import replies
from media_tracks_tools.following import message_of
from media_tracks_tools.models import Job, JobState

Wire = dict[str, JsonValue]

SOONEST, LATEST = timedelta(seconds=1), timedelta(seconds=15)
"""Between these is when a client is told to ask again."""
LATE = timedelta(milliseconds=250)
"""After the next look at the vendor: by then its outcome is in the database."""


class TaskStatus(StrEnum):
    """The statuses of the extension. `failed` is only for JSON-RPC errors, which no job ends in."""

    WORKING = "working"
    INPUT_REQUIRED = "input_required"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


_STATUS = {
    JobState.SUBMITTING: TaskStatus.WORKING,
    JobState.RUNNING: TaskStatus.WORKING,
    JobState.NEEDS_ATTENTION: TaskStatus.INPUT_REQUIRED,
    JobState.SUCCEEDED: TaskStatus.COMPLETED,
    JobState.FAILED: TaskStatus.COMPLETED,
    JobState.CANCELLED: TaskStatus.CANCELLED,
}


def seed(job: Job, keep_seconds: float, now: datetime) -> Wire:
    """What a tool call answers with: the handle, without result or questions."""
    return {"resultType": "task", **_task(job, _STATUS[job.state], keep_seconds, now)}


def whole(
    job: Job, questions: Mapping[str, ElicitRequest], keep_seconds: float, now: datetime
) -> Wire:
    """What tasks/get answers with: the task, with its result or its questions.

    A job that needs attention but has nothing to decide is still at work: its account's process
    is elsewhere, or somebody has just decided.
    """
    status = _STATUS[job.state]
    if status is TaskStatus.INPUT_REQUIRED and not questions:
        status = TaskStatus.WORKING
    found: Wire = {"resultType": "complete", **_task(job, status, keep_seconds, now)}
    if status is TaskStatus.COMPLETED:
        found["result"] = _result(job)
    if status is TaskStatus.INPUT_REQUIRED:
        found["inputRequests"] = {
            key: one.model_dump(by_alias=True, mode="json", exclude_none=True)
            for key, one in questions.items()
        }
    return found


def _task(job: Job, status: TaskStatus, keep_seconds: float, now: datetime) -> Wire:
    ended = job.state.ended
    kept = job.updated_at - job.created_at + timedelta(seconds=keep_seconds)
    found: Wire = {
        "taskId": job.job_id,
        "status": status.value,
        "statusMessage": _message(job),
        "createdAt": _iso(job.created_at),
        "lastUpdatedAt": _iso(job.updated_at),
        "ttlMs": _milliseconds(kept) if ended else None,
    }
    if not ended:
        found["pollIntervalMs"] = _milliseconds(_until_next(job, now))
    return found


def _until_next(job: Job, now: datetime) -> timedelta:
    if job.state is JobState.NEEDS_ATTENTION:
        return LATEST
    due = SOONEST if job.next_check_at is None else job.next_check_at - now + LATE
    return min(max(due, SOONEST), LATEST)


def _message(job: Job) -> str:
    if job.error is not None:
        return job.error.message
    return replies.job_lines(job)[0] if job.state.ended else message_of(job)


def _result(job: Job) -> Wire:
    """Exactly what the tool answers when it waits to the end, in the form it has on the wire."""
    plain = replies.job_ref_reply(job).model_dump(by_alias=True, mode="json", exclude_none=True)
    return methods.serialize_server_result("tools/call", LATEST_MODERN_VERSION, plain)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _milliseconds(length: timedelta) -> int:
    return round(length / timedelta(milliseconds=1))
