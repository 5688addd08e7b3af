"""A job core on a real SQLite file, with a clock that stands still or runs fast."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from job_world import FAST, TurnedClock, World
from media_tracks_server.jobs.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "jobs.db")
    yield opened
    opened.close()


@pytest.fixture
def world(database: Database) -> World:
    """Time stands still."""
    return World(database, TurnedClock())


@pytest.fixture
def fast_world(database: Database) -> World:
    """An hour takes 18 s."""
    return World(database, TurnedClock(speed=FAST))
