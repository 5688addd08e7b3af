"""The job database: one SQLite file (WAL) that every server process of this user shares."""

import logging
import sqlite3
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import anyio
import anyio.to_thread
import psutil
from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from media_tracks_server.jobs import tables
from media_tracks_tools.errors import DatabaseUnusable

_T = TypeVar("_T")
log = logging.getLogger(__name__)

BUSY_SECONDS = 10.0
_SLICE = 0.25
"""SQLite itself waits for a lock only this long at once, so that a cancel gets through."""
_LOCKED = "database_locked"
_SHARED_FILE_SYSTEMS = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "9p", "drvfs", "vboxsf"),
        *("fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.davfs", "fuse.gvfsd-fuse"),
    }
)
_MOVE = (
    "Move the file away to start with an empty one, or point MEDIA_TRACKS_DATABASE_URL elsewhere."
)


class Mode(StrEnum):
    """How a transaction begins and what its commit promises."""

    READ = "read"
    WRITE = "write"
    """Survives the end of any process, not a power cut."""
    DURABLE = "durable"
    """On the disk when the commit returns: for what may be billed."""


def mounted() -> Mapping[Path, str]:
    """The kind of file system at each mount point."""
    return {Path(part.mountpoint): part.fstype for part in psutil.disk_partitions(all=True)}


class Database:
    """Opens the file, makes the tables, runs functions in one thread of its own.

    Raises DatabaseUnusable where the file is locked, corrupt, too new for this version, or on
    a file system whose locks SQLite can't trust.
    """

    def __init__(
        self,
        path: Path,
        busy_seconds: float = BUSY_SECONDS,
        file_systems: Callable[[], Mapping[Path, str]] = mounted,
    ) -> None:
        self.path = path
        self._busy_seconds = busy_seconds
        self._file_systems = file_systems
        self._engine: Engine | None = None
        self._inode = 0
        self._thread = anyio.CapacityLimiter(1)

    async def run(self, function: Callable[[Connection], _T], mode: Mode = Mode.WRITE) -> _T:
        """One transaction in the database's thread; cancelling waits for its end.

        `function` is run again from the start while another program has the file locked.
        """
        deadline = anyio.current_time() + self._busy_seconds
        while True:
            try:
                return await anyio.to_thread.run_sync(
                    self._transact, function, mode, limiter=self._thread
                )
            except DatabaseUnusable as error:
                if error.code != _LOCKED or anyio.current_time() >= deadline:
                    raise
            await anyio.sleep(_SLICE / 10)

    def _transact(self, function: Callable[[Connection], _T], mode: Mode) -> _T:
        with self._explained():
            engine = self._opened()
            options = engine.connect().execution_options(mode=mode.value)
            with options as connection, connection.begin():
                if mode is not Mode.READ:
                    _refuse_old_writer(connection)
                return function(connection)

    def close(self) -> None:
        """Let go of the file."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _opened(self) -> Engine:
        if self._engine is not None and self._inode != _inode(self.path):
            log.warning("the job database was moved or deleted; opening %s anew", self.path)
            self.close()
        if self._engine is None:
            _refuse_shared(self.path, self._file_systems())
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._engine = _engine(self.path, min(self._busy_seconds, _SLICE))
            try:
                _make_tables(self._engine)
            except BaseException:
                self.close()
                raise
            self._inode = _inode(self.path)
        return self._engine

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except (DBAPIError, OSError) as error:
            raise _explain(error, self.path) from error


def _explain(error: DBAPIError | OSError, path: Path) -> DatabaseUnusable:
    cause = error.orig if isinstance(error, DBAPIError) else error
    text = str(cause)
    if "locked" in text or "busy" in text:
        return DatabaseUnusable(
            f"The job database {path} is locked by another program.",
            code=_LOCKED,
            next_step="Close what holds it (a backup, a database browser), then ask again.",
            retry_after_seconds=10,
        )
    if isinstance(cause, sqlite3.DatabaseError) and (
        "malformed" in text or "not a database" in text
    ):
        return DatabaseUnusable(
            f"The job database {path} is damaged.", code="database_corrupt", next_step=_MOVE
        )
    if isinstance(cause, OSError) and not isinstance(cause, PermissionError):
        return DatabaseUnusable(
            f"The folder of the job database {path} can't be made: {cause.strerror}.",
            next_step="Create the folder, or point MEDIA_TRACKS_DATABASE_URL elsewhere.",
        )
    if any(words in text for words in ("readonly", "unable to open", "ermission denied", "full")):
        return DatabaseUnusable(
            f"The job database {path} can't be written: {text}.",
            code="database_not_writable",
            next_step="Give this user the right to write to its folder and room on its disk, or "
            "point MEDIA_TRACKS_DATABASE_URL elsewhere.",
        )
    return DatabaseUnusable(f"The job database {path} can't be used: {text}.", next_step=_MOVE)


def _engine(path: Path, busy_seconds: float) -> Engine:
    engine = create_engine(
        f"sqlite+pysqlite:///{path}",
        connect_args={"timeout": busy_seconds, "check_same_thread": False},
    )

    def on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)
        connection.isolation_level = None  # SQLAlchemy's begin event opens transactions, below
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        if mode != ("wal",):
            raise sqlite3.OperationalError(f"its file system refuses write-ahead logging ({mode})")
        connection.execute("PRAGMA journal_size_limit=4194304")

    def on_begin(connection: Connection) -> None:
        mode = Mode(connection.get_execution_options().get("mode", Mode.DURABLE.value))
        level = "FULL" if mode is Mode.DURABLE else "NORMAL"
        connection.exec_driver_sql(f"PRAGMA synchronous={level}")
        connection.exec_driver_sql("BEGIN" if mode is Mode.READ else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine


def _make_tables(engine: Engine) -> None:
    with engine.begin() as connection:
        tables.metadata.create_all(connection)
        for table in tables.metadata.sorted_tables:
            for index in table.indexes:  # those of a table that an older version made
                index.create(connection, checkfirst=True)
        if connection.execute(select(tables.meta.c.key)).first() is None:
            rows = {"schema_version": tables.SCHEMA_VERSION, "min_writer": tables.WRITER_VERSION}
            connection.execute(
                insert(tables.meta), [{"key": key, "value": value} for key, value in rows.items()]
            )


_MIN_WRITER = select(tables.meta.c.value).where(tables.meta.c.key == "min_writer")


def _refuse_old_writer(connection: Connection) -> None:
    least = connection.execute(_MIN_WRITER).scalar_one()
    if least > tables.WRITER_VERSION:
        raise DatabaseUnusable(
            "A newer media-tracks uses the same job database; this one is too old to write to it.",
            code="server_too_old",
            next_step="Restart this chat host, or update media-tracks here.",
        )


def _refuse_shared(path: Path, file_systems: Mapping[Path, str]) -> None:
    kind = next((file_systems[one] for one in path.resolve().parents if one in file_systems), "")
    if kind.lower() in _SHARED_FILE_SYSTEMS:
        raise DatabaseUnusable(
            f"The job database {path} lies on a network file system ({kind}), "
            "where SQLite's locks can't be trusted.",
            code="database_on_network",
            next_step="Point MEDIA_TRACKS_DATABASE_URL to a file on a local disk.",
        )


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0
