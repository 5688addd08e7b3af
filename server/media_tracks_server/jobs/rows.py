"""What stands in the rows: a work's columns, its key, what watchers are told."""

import hashlib
import logging

from pydantic import ValidationError
from sqlalchemy import Connection, insert

from media_tracks_server.jobs.tables import job_event
from media_tracks_server.jobs.work import Work

log = logging.getLogger(__name__)


def read_work(work_id: str, body: str) -> Work | None:
    """The row's body; None where another version wrote what this one can't read."""
    try:
        return Work.model_validate_json(body)
    except ValidationError as error:
        log.warning(
            "work %s can't be read by this version (%d faults)", work_id, error.error_count()
        )
        return None


def values_of(row: Work) -> dict[str, object]:
    """A new row's columns."""
    return {
        "id": row.id,
        "account": row.account,
        "account_fp": row.account_fp,
        "open_key": open_key(row),
        "settings_fp": fingerprint(row.request.settings),
        "state": row.state.value,
        "phase": row.phase.value,
        "body": row.model_dump_json(exclude_none=True),
        "engine_v": row.engine_v,
        "gen": 0,
        "lease_until": 0.0,
        "next_at": row.next_at,
        "want_stop": 0,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def moved(row: Work, now: float) -> dict[str, object]:
    """The columns that every move of a row writes; one that has ended is open no more."""
    ended = row.outcome is not None
    return {
        "state": row.state.value,
        "phase": row.phase.value,
        "body": row.model_dump_json(exclude_none=True),
        "updated_at": row.updated_at,
        **({"finished_at": now, "open_key": None} if ended else {}),
    }


def tell(connection: Connection, row: Work, now: float) -> None:
    """Append to `job_event` what watchers should hear of."""
    connection.execute(
        insert(job_event).values(
            work_id=row.id,
            at=now,
            state=row.state.value,
            progress=row.progress.model_dump_json() if row.progress else None,
        )
    )


def open_key(row: Work) -> str:
    """What may be open only once: the subject, the kind and the request's own key."""
    subject = row.plan.subject or f"{row.account_fp}\n{row.request.video_id}"
    return fingerprint(subject, row.request.kind.value, row.request.key)


def fingerprint(*parts: str) -> str:
    """A hash of several texts that no other several texts have."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
