"""A database file that another program holds."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from job_world import (
    ENDED,
    SUCCEEDED,
    TurnedClock,
    World,
)
from local_wire import LocalAccount
from media_tracks_server.jobs.database import Database
from media_tracks_server.jobs.work import Phase
from media_tracks_tools.models import JobState
from media_tracks_tools.plans import Sent, Survey, Task
from waiting import eventually
from wire import Vendor, VendorAccount


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[World]:
    """A world whose database gives up on a lock at once."""
    database = Database(tmp_path / "jobs.db", busy_seconds=0.01)
    yield World(database, TurnedClock())
    database.close()


class Lock:
    """Another program that holds the file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("BEGIN EXCLUSIVE")

    def free(self) -> None:
        self._connection.close()


async def test_an_answer_that_can_not_be_written_yet_is_kept_until_it_can(
    impatient: World, caplog: pytest.LogCaptureFixture
) -> None:
    locks = list[Lock]()

    class Locking(VendorAccount):
        async def send(self, task: Task) -> Sent:
            locks.append(Lock(impatient.database.path))
            return await super().send(task)

    vendor = Vendor(polls_until_ready=0)
    provider = Locking(vendor)
    async with impatient.driving(provider):
        job_id = await impatient.ask(provider)
        await eventually(lambda: "waits for the database" in caplog.text)
        locks[0].free()
        handle = await impatient.until(job_id, JobState.RUNNING, *ENDED)
    assert [ref.what for ref in handle.work.refs] == ["job"]
    assert (vendor.count("POST"), vendor.count("list")) == (1, 0)


async def test_nothing_is_sent_whose_intent_can_not_be_written(
    impatient: World, caplog: pytest.LogCaptureFixture
) -> None:
    locks = list[Lock]()

    class Locking(VendorAccount):
        async def survey(self, task: Task) -> Survey:
            locks.append(Lock(impatient.database.path))
            return await super().survey(task)

    vendor = Vendor()
    provider = Locking(vendor)
    async with impatient.driving(provider):
        job_id = await impatient.ask(provider)
        work_id = (await impatient.work_of(job_id)).id
        await eventually(lambda: f"work {work_id} stands still" in caplog.text)
    locks[0].free()
    assert vendor.log == ["survey"]
    assert (await impatient.rows())[0].phase is Phase.QUEUED


async def test_jobs_go_on_when_a_lock_is_gone(
    impatient: World, caplog: pytest.LogCaptureFixture
) -> None:
    provider = VendorAccount(Vendor(polls_until_ready=0))
    job_id = await impatient.ask(provider)
    lock = Lock(impatient.database.path)
    async with impatient.driving(provider):
        await eventually(lambda: "claiming jobs stands still" in caplog.text)
        lock.free()
        await impatient.until(job_id, JobState.RUNNING, *ENDED)


async def test_progress_that_can_not_be_written_does_not_stop_a_child(
    impatient: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    provider = LocalAccount(tmp_path)
    locks = list[Lock]()

    async def lock_once() -> None:
        if not locks:
            locks.append(Lock(impatient.database.path))
        elif "not kept" in caplog.text:
            locks[0].free()

    provider.before_report = lock_once
    async with impatient.driving(provider):
        assert (await impatient.until(await impatient.ask(provider), *ENDED)).state is SUCCEEDED
    assert provider.log.count("run") == 1
