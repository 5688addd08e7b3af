"""Looking at the job database: can it be opened and written, and who waits in it?"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from media_tracks_server.doctor.findings import Finding, Outcome
from media_tracks_server.doctor.tools import CHANGING
from media_tracks_server.jobs.database import Database, Mode
from media_tracks_server.jobs.tables import job, work
from media_tracks_tools.errors import DatabaseUnusable

_BUSY_SECONDS = 3.0


@dataclass(frozen=True)
class _Open:
    """How many jobs of one account have not ended."""

    account: str
    fingerprint: str
    jobs: int


async def look_at_database(path: Path, fingerprints: Collection[str]) -> Finding:
    """One finding; a file that is not there is made, as the server would.

    `fingerprints` are those of the accounts that can be used.
    """
    database = Database(path, _BUSY_SECONDS)
    try:
        open_jobs = await database.run(_open_jobs, Mode.WRITE)
    except DatabaseUnusable as error:
        return Finding.of("job database", error, None, CHANGING)
    finally:
        database.close()
    count = sum(one.jobs for one in open_jobs)
    told = f"{path} can be opened and written; {_jobs(count)} open"
    stranded = [one for one in open_jobs if one.fingerprint not in fingerprints]
    if not stranded:
        detail, next_step = f"{told}.", None
    else:
        waiting = sum(one.jobs for one in stranded)
        names = ", ".join(sorted({repr(one.account) for one in stranded}))
        detail = f"{told}, {waiting} of them for an account that can't be used here: {names}."
        next_step = (
            "They go on once that account is configured again with the same address and token."
        )
    return Finding(
        looked_at="job database",
        outcome=Outcome.WARNING if stranded else Outcome.OK,
        detail=detail,
        next_step=next_step,
    )


def _open_jobs(connection: Connection) -> list[_Open]:
    statement = (
        select(work.c.account, work.c.account_fp, func.count())
        .join(job, job.c.work_id == work.c.id)
        .where(work.c.finished_at.is_(None), job.c.cancelled_at.is_(None))
        .group_by(work.c.account, work.c.account_fp)
    )
    return [_Open(*row) for row in connection.execute(statement)]


def _jobs(count: int) -> str:
    return f"{count} job" if count == 1 else f"{count} jobs"
