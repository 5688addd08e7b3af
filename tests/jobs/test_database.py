"""The file: locked, damaged, moved, too new, on a network; each with what to do next."""

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import anyio
import pytest
from sqlalchemy import Connection, func, insert, select, update

from media_tracks_server.jobs.database import Database, Mode
from media_tracks_server.jobs.tables import WRITER_VERSION, meta, rate
from media_tracks_tools.errors import DatabaseUnusable, Side


def write(connection: Connection) -> None:
    connection.execute(insert(rate).values(bucket=f"b{rows(connection)}", tat=1.0))


def rows(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(rate)) or 0


@contextmanager
def locked(path: Path) -> Generator[sqlite3.Connection]:
    """Another program holds the file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield other


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "data" / "jobs.db", busy_seconds=0.05)
    yield database
    database.close()


async def refusal(database: Database, mode: Mode = Mode.WRITE) -> DatabaseUnusable:
    with pytest.raises(DatabaseUnusable) as raised:
        await database.run(write, mode)
    assert raised.value.side is Side.YOUR_SETUP
    assert raised.value.next_step
    assert "jobs.db" in raised.value.message or raised.value.code == "server_too_old"
    return raised.value


async def test_the_folder_and_the_file_are_made_for_this_user_alone(opened: Database) -> None:
    await opened.run(write)
    assert opened.path.parent.stat().st_mode & 0o077 == 0
    assert await opened.run(rows, Mode.READ) == 1


@pytest.mark.parametrize(
    ("mode", "level"), [(Mode.DURABLE, 2), (Mode.WRITE, 1), (Mode.READ, 1)], ids=str
)
async def test_only_what_may_be_billed_waits_for_the_disk(
    opened: Database, mode: Mode, level: int
) -> None:
    def synchronous(connection: Connection) -> int:
        return connection.exec_driver_sql("PRAGMA synchronous").scalar_one()

    assert await opened.run(synchronous, mode) == level
    assert await opened.run(synchronous, Mode.DURABLE) == 2


async def test_a_failed_transaction_leaves_nothing(opened: Database) -> None:
    def half(connection: Connection) -> None:
        write(connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await opened.run(half)
    assert await opened.run(rows, Mode.READ) == 0


async def test_a_locked_file_is_told_with_a_wait_and_works_again_after_it(
    opened: Database,
) -> None:
    await opened.run(write)
    with locked(opened.path):
        error = await refusal(opened)
        assert (error.code, error.retry_after_seconds) == ("database_locked", 10)
        assert await opened.run(rows, Mode.READ) == 1, "reading goes on"
    await opened.run(write)


async def test_a_short_lock_is_waited_for(tmp_path: Path) -> None:
    database = Database(tmp_path / "jobs.db", busy_seconds=20)
    await database.run(write)
    async with anyio.create_task_group() as group:
        with locked(database.path):
            group.start_soon(database.run, write)
            with anyio.move_on_after(0.6):  # longer than SQLite itself waits at once
                await anyio.sleep_forever()
            assert await database.run(rows, Mode.READ) == 1
    assert await database.run(rows, Mode.READ) == 2
    database.close()


async def test_waiting_for_a_lock_can_be_cancelled(tmp_path: Path) -> None:
    database = Database(tmp_path / "jobs.db", busy_seconds=3600)
    await database.run(write)
    with locked(database.path), anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(database.run, write)
            await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
    assert await database.run(rows, Mode.READ) == 1
    database.close()


async def test_a_file_that_is_no_database_is_called_damaged(opened: Database) -> None:
    opened.path.parent.mkdir()
    opened.path.write_text("these are not the bytes of a database at all" * 100)
    error = await refusal(opened)
    assert error.code == "database_corrupt"
    assert "Move the file away" in (error.next_step or "")


async def test_damage_is_told_and_the_file_is_left_as_it_is(opened: Database) -> None:
    for _ in range(200):
        await opened.run(write)
    opened.close()
    damaged = bytearray(opened.path.read_bytes())
    damaged[4096:] = b"\xff" * (len(damaged) - 4096)
    opened.path.write_bytes(damaged)
    assert (await refusal(opened)).code == "database_corrupt"
    assert opened.path.read_bytes() == bytes(damaged)


async def test_a_file_that_was_moved_away_is_opened_anew(opened: Database) -> None:
    await opened.run(write)
    moved = opened.path.rename(opened.path.with_suffix(".old"))
    assert await opened.run(rows, Mode.READ) == 0
    await opened.run(write)
    assert opened.path.exists()
    assert moved.exists()


async def test_a_file_that_was_deleted_is_made_anew(opened: Database) -> None:
    await opened.run(write)
    for file in opened.path.parent.iterdir():
        file.unlink()
    await opened.run(write)
    assert await opened.run(rows, Mode.READ) == 1


async def test_a_folder_where_a_file_is_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    assert (await refusal(Database(tmp_path / "data" / "jobs.db"))).code == "database_unusable"


async def test_a_place_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "jobs.db").mkdir()
    error = await refusal(Database(tmp_path / "jobs.db"))
    assert error.code == "database_not_writable"
    assert "right to write" in (error.next_step or "")


async def test_a_newer_version_stops_this_one_from_writing_but_not_from_reading(
    opened: Database,
) -> None:
    newer = update(meta).where(meta.c.key == "min_writer").values(value=WRITER_VERSION + 1)
    await opened.run(lambda c: c.execute(newer) and None)
    error = await refusal(opened)
    assert (error.code, "Restart" in (error.next_step or "")) == ("server_too_old", True)
    assert (await refusal(opened, Mode.DURABLE)).code == "server_too_old"
    assert await opened.run(rows, Mode.READ) == 0


@pytest.mark.parametrize("kind", ["nfs4", "CIFS", "9p", "fuse.sshfs"])
async def test_a_network_file_system_is_refused(tmp_path: Path, kind: str) -> None:
    mounts = {Path("/"): "ext4", tmp_path: kind}
    error = await refusal(Database(tmp_path / "deep" / "jobs.db", file_systems=lambda: mounts))
    assert error.code == "database_on_network"
    assert kind in error.message
    assert not (tmp_path / "deep").exists()


@pytest.mark.parametrize("mounts", [{Path("/"): "ext4"}, {}], ids=["local", "unknown"])
async def test_a_local_disk_is_taken(tmp_path: Path, mounts: dict[Path, str]) -> None:
    database = Database(tmp_path / "jobs.db", file_systems=lambda: mounts)
    await database.run(write)
    database.close()


async def test_a_file_system_without_write_ahead_logging_is_told() -> None:
    """`jobs.db?mode=memory` can't be asked for; a memory file stands in for such a system."""
    database = Database(Path(":memory:"), file_systems=dict)
    with pytest.raises(DatabaseUnusable, match="write-ahead"):
        await database.run(write)
