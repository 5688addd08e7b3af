"""The media child process: `python -m media_tracks_server.providers.local.child`.

Reads one `Task` line, does it, writes `Line`s. It never outlives its parent: at the end of its
standard input, or at SIGTERM, it removes its temp file and is gone at once, whatever it is
busy with. Standard output carries nothing but the protocol.
"""

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal, TextIO, cast

from media_tracks_server.providers.local.tasks import (
    AddAudioResult,
    AddAudioTask,
    Alive,
    Done,
    Failed,
    Line,
    Progress,
    Task,
    TranscribeResult,
    TranscribeTask,
    read_task,
)
from media_tracks_tools.errors import InternalError, MediaTracksError

_HEARTBEAT_SECONDS = 5.0
_REPORT_SECONDS = 0.2
_LOCK_SECONDS = 1.0
_STDIN, _STDOUT, _STDERR = 0, 1, 2
STOPPED = 3  # the exit code after the end of input or SIGTERM


class _Protocol:
    """Writes lines to what was standard output; everything else that prints goes to stderr.

    Nothing follows the last line, and from then on the temp file is the parent's.
    """

    def __init__(self) -> None:
        self._finished = False
        self._out = cast("TextIO", os.fdopen(os.dup(_STDOUT), "w", encoding="utf-8"))
        os.dup2(_STDERR, _STDOUT)
        self._lock = threading.Lock()

    def write(self, line: Line) -> None:
        with self._lock:
            if not self._finished:
                self._finished = isinstance(line, Done | Failed)
                self._out.write(line.model_dump_json() + "\n")
                self._out.flush()

    def vanish(self, temp: Path) -> None:
        """End the process at once without its temp file, unless the work is done by now."""
        self._lock.acquire(timeout=_LOCK_SECONDS)  # a parent that reads nothing must not stop us
        if not self._finished:
            with suppress(OSError):  # a read-only file system must not stop us either
                temp.unlink(missing_ok=True)
        os._exit(STOPPED)


class _Pace:
    """Lets through five reports a second, and each first one of a phase and the last."""

    def __init__(self, protocol: _Protocol, unit: Literal["seconds", "bytes"]) -> None:
        self._protocol = protocol
        self._unit: Literal["seconds", "bytes"] = unit
        self._phase = ""
        self._next = 0.0

    def tell(self, done: float, total: float, message: str) -> None:
        phase = message.partition(":")[0]
        now = time.monotonic()
        if phase != self._phase or now >= self._next or done >= total:
            self._phase, self._next = phase, now + _REPORT_SECONDS
            line = Progress(done=done, total=total, unit=self._unit, message=message)
            self._protocol.write(line)


def main() -> int:
    """Do the one task; the exit code is 0 after `done` and 1 after `failed`."""
    _block_sigterm()
    protocol = _Protocol()
    try:
        task = read_task(_first_line())
    except MediaTracksError as error:
        protocol.write(_failed(error))
        return 1
    _start_watching(lambda: protocol.vanish(task.temp))
    _start(lambda: _beat(protocol))
    try:
        result = _run(task, protocol)
    except MediaTracksError as error:
        protocol.write(_failed(error))
        return 1
    except Exception as error:  # noqa: BLE001 - the process's own boundary: told, never hidden
        traceback.print_exc()
        told = InternalError(f"The media child failed with {type(error).__name__}.")
        protocol.write(_failed(told))
        return 1
    protocol.write(Done(result=result))
    return 0


def _run(task: Task, protocol: _Protocol) -> TranscribeResult | AddAudioResult:
    try:
        if isinstance(task, TranscribeTask):
            return _transcribe(task, _Pace(protocol, "seconds"))
        return _add_audio(task, _Pace(protocol, "bytes"))
    except BaseException:
        with suppress(OSError):  # the error that is on its way says more
            task.temp.unlink(missing_ok=True)
        raise


def _transcribe(task: TranscribeTask, pace: _Pace) -> TranscribeResult:
    from media_tracks_server.providers.local import sidecars
    from media_tracks_server.providers.local.containers import telling
    from media_tracks_server.providers.local.publishing import sync_file
    from media_tracks_server.providers.local.speech import transcribe

    heard = transcribe(
        task.video,
        model=task.model,
        language=task.language,
        threads=task.threads,
        on_progress=pace.tell,
    )
    with telling(task.video):
        task.temp.write_text(sidecars.generated_text(heard.cues), encoding="utf-8")
        sync_file(task.temp)
    return TranscribeResult(
        language=heard.language,
        language_probability=heard.language_probability,
        cues=len(heard.cues),
        duration_seconds=heard.duration_seconds,
        warnings=heard.warnings,
        temp=task.temp,
        temp_inode=task.temp.stat().st_ino,
    )


def _add_audio(task: AddAudioTask, pace: _Pace) -> AddAudioResult:
    from media_tracks_server.providers.local.remux import add_audio

    added = add_audio(
        task.video,
        task.audio,
        task.temp,
        label=task.label,
        language=task.language,
        make_default=task.make_default,
        on_progress=lambda done, total: pace.tell(done, total, "copying the video"),
    )
    return AddAudioResult(
        label=added.label,
        language=added.language,
        codec=added.codec,
        copied=added.copied,
        duration_seconds=added.duration_seconds,
        warnings=added.warnings,
        temp=task.temp,
        temp_inode=task.temp.stat().st_ino,
    )


def _failed(error: MediaTracksError) -> Failed:
    return Failed(
        side=error.side, code=error.code, message=error.message, next_step=error.next_step
    )


def _first_line() -> bytes:
    """One line, read without buffering, so that the watcher sees what comes after it."""
    line = bytearray()
    while (byte := os.read(_STDIN, 1)) not in (b"", b"\n"):
        line += byte
    return bytes(line)


def _block_sigterm() -> None:
    """Before any other thread begins, so that SIGTERM waits for the thread that watches for it.

    Python's own handlers wait for the main thread, which may be inside FFmpeg or the model.
    """
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM,))


def _start_watching(vanish: Callable[[], None]) -> None:
    def at_end_of_input() -> None:
        while os.read(_STDIN, 1024):
            pass
        vanish()

    def at_sigterm() -> None:
        signal.sigwait((signal.SIGTERM,))
        vanish()

    _start(at_end_of_input)
    if hasattr(signal, "sigwait"):
        _start(at_sigterm)


def _beat(protocol: _Protocol) -> None:
    while True:
        time.sleep(_HEARTBEAT_SECONDS)
        protocol.write(Alive())


def _start(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
