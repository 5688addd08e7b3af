"""What the journal says has moved, from rows as the job core writes them."""

from pathlib import Path

import pytest
from sqlalchemy import insert

from media_tracks_server.jobs.database import Database, Mode
from media_tracks_server.jobs.journal import AT_ONCE, Journal, Moved, attention_since
from media_tracks_server.jobs.tables import job, job_event, work

WORK = {
    "account": "a",
    "account_fp": "fp",
    "settings_fp": "",
    "state": "running",
    "phase": "",
    "body": "",
    "engine_v": 1,
    "gen": 0,
    "lease_until": 0,
    "next_at": 0,
    "want_stop": 0,
    "created_at": 0,
    "updated_at": 0,
}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "jobs.db")


async def add_job(
    database: Database,
    job_id: str,
    work_id: str,
    parent_id: str | None = None,
    cancelled_at: float | None = None,
) -> None:
    """A handle, and its work where there is none."""
    row = {
        "id": job_id,
        "principal": "somebody",
        "work_id": work_id,
        "account_fp": "fp",
        "video_id": f"video of {work_id}",
        "kind": "generate_subtitles",
        "parent_id": parent_id,
        "created_at": 0.0,
        "cancelled_at": cancelled_at,
    }
    new_work = insert(work).prefix_with("OR IGNORE").values(id=work_id, **WORK)
    await database.run(lambda c: (c.execute(new_work), c.execute(insert(job).values(row))))


async def tell(database: Database, work_id: str, *states: str) -> None:
    rows = [{"work_id": work_id, "at": 0.0, "state": state} for state in states]
    await database.run(lambda c: c.execute(insert(job_event), rows))


def moved(job_id: str, work_id: str, *, ended: bool = False) -> Moved:
    return Moved(job_id, "fp", f"video of {work_id}", ended)


async def test_every_handle_on_a_work_that_moved_is_named_once_and_the_next_look_goes_on(
    database: Database,
) -> None:
    journal = Journal(database)
    await add_job(database, "job_1", "w")
    await add_job(database, "job_2", "w")
    await add_job(database, "job_3", "other")
    assert await journal.latest() == 0
    await tell(database, "w", "submitting", "running")
    look = await journal.after(0)
    assert sorted(one.job_id for one in look.moved) == ["job_1", "job_2"]
    assert moved("job_1", "w") in look.moved
    assert look.seq == await journal.latest() == 2
    assert (await journal.after(look.seq)).moved == ()
    await tell(database, "w", "succeeded")
    ends = (await journal.after(look.seq)).moved
    assert set(ends) == {moved("job_1", "w", ended=True), moved("job_2", "w", ended=True)}


async def test_a_batch_has_moved_when_one_of_its_jobs_has(database: Database) -> None:
    await add_job(database, "job_batch", "batch")
    await add_job(database, "job_part", "part", parent_id="batch")
    await tell(database, "part", "succeeded")
    found = (await Journal(database).after(0)).moved
    assert set(found) == {moved("job_part", "part", ended=True), moved("job_batch", "batch")}
    await tell(database, "batch", "succeeded")
    assert (await Journal(database).after(1)).moved == (moved("job_batch", "batch", ended=True),)


async def test_for_an_asker_who_cancelled_it_is_over_though_the_work_goes_on(
    database: Database,
) -> None:
    await add_job(database, "job_1", "w", cancelled_at=1.0)
    await tell(database, "w", "running")
    assert (await Journal(database).after(0)).moved == (moved("job_1", "w", ended=True),)


async def test_more_events_than_one_look_takes_are_all_seen(database: Database) -> None:
    journal = Journal(database)
    await add_job(database, "job_1", "w")
    await add_job(database, "job_2", "last")
    await tell(database, "w", *["running"] * AT_ONCE)
    await tell(database, "last", "succeeded")
    first = await journal.after(0)
    assert first.moved == (moved("job_1", "w"),)
    assert (await journal.after(first.seq)).moved == (moved("job_2", "last", ended=True),)


@pytest.mark.parametrize(
    ("states", "since"),
    [
        (("submitting", "needs_attention"), 2),
        (("submitting", "needs_attention", "needs_attention"), 2),
        (("submitting", "needs_attention", "running", "needs_attention", "needs_attention"), 4),
        (("submitting", "needs_attention", "running"), 0),
    ],
)
async def test_each_doubt_has_the_number_of_the_event_with_which_it_began(
    database: Database, states: tuple[str, ...], since: int
) -> None:
    await add_job(database, "job_1", "w")
    await tell(database, "w", *states)
    assert await database.run(lambda c: attention_since(c, "w"), Mode.READ) == since


async def test_it_is_quiet_until_anybody_writes(database: Database) -> None:
    journal, another = Journal(database), Database(database.path)
    assert not journal.quiet()
    await add_job(database, "job_1", "w")
    assert not journal.quiet()
    assert journal.quiet()
    await journal.latest()
    assert journal.quiet()
    await tell(another, "w", "running")
    assert not journal.quiet()
    assert journal.quiet()
    journal.rest()
    assert not journal.quiet()
    assert journal.quiet()
    journal.rest()
    another.close()


def test_it_is_not_quiet_where_there_is_no_file(database: Database) -> None:
    journal = Journal(database)
    assert not journal.quiet()
    assert not journal.quiet()
