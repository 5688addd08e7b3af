"""Running the media child: one process a task, killed with its parent or when cancelled."""

import sys
from contextlib import suppress

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from media_tracks_server.providers.local import tasks
from media_tracks_tools.errors import WorkerDied
from media_tracks_tools.models import Problem, Progress
from media_tracks_tools.plans import Failed
from media_tracks_tools.ports import Report

CHILD = "media_tracks_server.providers.local.child"
SILENT_AFTER = 30.0
"""The child says something every few seconds; one that is silent for this long is hung."""
GRACE = 1.0
"""Seconds between asking a child to end and killing it; the server has two to end itself."""
_LONGEST_LINE = 1 << 20


async def run(
    task: tasks.Task, report: Report, silent_after: float = SILENT_AFTER
) -> tasks.Done | Failed:
    """Do one task in a child process; cancelling this ends the child.

    Raises WorkerDied when it ended without a last word, or said nothing for `silent_after` seconds.
    """
    process = await anyio.open_process([sys.executable, "-m", CHILD], stderr=None)
    try:
        return await _talk(process, task, report, silent_after)
    finally:
        with anyio.CancelScope(shield=True):
            await _end(process)


async def _talk(
    process: Process, task: tasks.Task, report: Report, silent_after: float
) -> tasks.Done | Failed:
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(anyio.BrokenResourceError):  # it died already; its exit code is told below
        await process.stdin.send(task.model_dump_json().encode() + b"\n")
    lines = BufferedByteReceiveStream(process.stdout)
    while (line := await _next_line(lines, silent_after)) is not None:
        match line:
            case tasks.Progress():
                await report(
                    Progress(done=line.done, total=line.total, unit=line.unit, message=line.message)
                )
            case tasks.Done():
                return line
            case tasks.Failed():
                return Failed(error=_problem(line))
            case tasks.Alive():
                pass
    code = await process.wait()
    raise WorkerDied(
        f"The process that does the media work ended unexpectedly (exit code {code}).",
        next_step="It is started again by itself; the video was not touched.",
    )


async def _next_line(lines: BufferedByteReceiveStream, silent_after: float) -> tasks.Line | None:
    """What the child says next; None when it says no more."""
    try:
        with anyio.fail_after(silent_after):
            return tasks.read_line(await lines.receive_until(b"\n", _LONGEST_LINE))
    except (anyio.IncompleteRead, anyio.ClosedResourceError, anyio.BrokenResourceError):
        return None
    except TimeoutError as error:
        raise WorkerDied(
            f"The process that does the media work was silent for {silent_after:.0f} s.",
            next_step="It is started again by itself; the video was not touched.",
        ) from error


async def _end(process: Process) -> None:
    """End the child, politely first, and reap it."""
    if process.returncode is None:
        process.terminate()
        with anyio.move_on_after(GRACE):
            await process.wait()
    if process.returncode is None:
        process.kill()
        await process.wait()
    await process.aclose()


def _problem(line: tasks.Failed) -> Problem:
    return Problem(side=line.side, code=line.code, message=line.message, next_step=line.next_step)
