"""Remux: adding audio to a large local file, against ffmpeg -c copy or the copying of the file."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
from mcp import Client

from media import make_large_video, make_sound
from media_tracks_server import logs
from media_tracks_server.providers.local import supervising, tasks
from media_tracks_server.settings import LogLevel
from media_tracks_tools.models import Progress
from report import NotRun, Verdict, at_most, interleaved, say, shown, spread
from under_test import LONGEST_WAIT, in_process, succeed

ROUNDS = 7
SECONDS = 600
FFMPEG_TARGET = 1.2
COPY_TARGET = 3.0
ROOM = 2_000_000_000
LABEL = "Italiano"


def run() -> Sequence[Verdict]:
    """The tool from the call to the finished job, the bare child, and the measure of both."""
    logs.set_up(LogLevel.WARNING)  # as serve does
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        free = shutil.disk_usage(folder).free
        if free < ROOM:
            raise NotRun(f"{folder} has {free / 1e6:.0f} MB free, {ROOM / 1e6:.0f} are needed")
        return anyio.run(_measure, _Files(folder))


class _Files:
    """The original, which is never changed, and a folder in which each round has its own link."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "videos"
        self.root.mkdir()
        self.original = make_large_video(folder / "original.mp4", SECONDS)
        self.sound = make_sound(self.root / "dub.m4a", SECONDS)
        self.video = self.root / "film.mp4"
        self.copy = folder / "copy.mp4"

    def prepare(self) -> None:
        """The video as it was; nothing of earlier rounds is left to be written to the disk."""
        for path in (self.video, self.copy):
            path.unlink(missing_ok=True)
        os.link(self.original, self.video)
        os.sync()

    def timed(self, act: Callable[[], object]) -> float:
        """Seconds that something takes which ends in this process."""
        self.prepare()
        began = time.perf_counter()
        act()
        return time.perf_counter() - began


async def _measure(files: _Files) -> Sequence[Verdict]:
    size = files.original.stat().st_size
    say(f"an mp4 of {size / 1e6:.0f} MB and {SECONDS} s, a dub of {files.sound.stat().st_size} B")
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg:
        name, target, act = "ffmpeg -c copy, + fsync", FFMPEG_TARGET, partial(_ffmpeg, ffmpeg)
    else:
        name, target, act = "cp + fsync (ffmpeg is not on PATH)", COPY_TARGET, _copy
    async with Client(in_process(files.folder, local_roots=str(files.root))) as client:
        measures = {
            name: partial(_in_thread, files, act),
            "the bare child task": partial(_child, files),
            "add_audio_track until succeeded": partial(_tool, files, client),
        }
        await interleaved(1, measures)
        found = await interleaved(ROUNDS, measures)
    for series, values in found.items():
        spread(series, values, "s")
    reference, child, tool = (min(values) for values in found.values())
    say(f"the tool beyond its child, minima: {shown(tool - child)} s")
    return [
        at_most("child / reference, minima", child / reference, target),
        at_most("add_audio_track / reference, minima", tool / reference, target),
    ]


async def _in_thread(files: _Files, act: Callable[[_Files], None]) -> float:
    return await anyio.to_thread.run_sync(files.timed, partial(act, files))


def _copy(files: _Files) -> None:
    shutil.copyfile(files.original, files.copy)
    _sync(files.copy)


def _ffmpeg(program: str, files: _Files) -> None:
    command = [program, "-nostdin", "-v", "error", "-i", files.original, "-i", files.sound]
    command += ["-map", "0", "-map", "1:a", "-c", "copy", "-y", files.copy]
    subprocess.run(command, check=True, timeout=120)
    _sync(files.copy)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def _child(files: _Files) -> float:
    await anyio.to_thread.run_sync(files.prepare)
    task = tasks.AddAudioTask(
        video=files.video, audio=files.sound, temp=files.copy, label=LABEL, language="it"
    )
    began = time.perf_counter()
    done = await supervising.run(task, _ignore)
    seconds = time.perf_counter() - began
    if not isinstance(done, tasks.Done):
        raise NotRun(f"the child failed: {done.error.message}")
    return seconds


async def _ignore(_: Progress) -> None:
    """Nobody looks."""


async def _tool(files: _Files, client: Client) -> float:
    await anyio.to_thread.run_sync(files.prepare)
    arguments = {
        "video": f"local/{files.video.name}",
        "source": files.sound.name,
        "label": LABEL,
        "language": "it",
        "wait_seconds": LONGEST_WAIT,
    }
    began = time.perf_counter()
    await succeed(client, await client.call_tool("add_audio_track", arguments))
    return time.perf_counter() - began
