"""Calls: what a tool adds to the vendor's own answer, and to a bare look into a local file."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
import av
import httpx
from mcp import Client
from mcp.types import CallToolResult

from media_tracks_server import logs
from media_tracks_server.demo.footage import make_video
from media_tracks_server.sandbox import CloudflareInfo, DatoCmsInfo, SandboxInfo
from media_tracks_server.settings import LogLevel
from report import NotRun, Verdict, at_most, interleaved, say, shown, spread
from under_test import in_process

BLOCKS = 3
ROUNDS = 30
WARM = 5
TARGET_MS = 3.0
PACE = 0.16
"""Seconds before each measurement: a round is slower than any vendor's rate limit (0.3 s)."""
VIDEO = "clip.mp4"

Act = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class _Subject:
    """One vendor's account, a video there, and the headers of a raw request."""

    account: str
    video_id: str
    headers: Mapping[str, str]


def run() -> Sequence[Verdict]:
    """Both sandboxed vendors, then a local file."""
    logs.set_up(LogLevel.WARNING)  # as serve does
    with tempfile.TemporaryDirectory() as name, _sandbox() as sandbox:
        return anyio.run(_all, Path(name), sandbox)


@contextmanager
def _sandbox() -> Generator[SandboxInfo]:
    """Both vendors in a process of their own: in ours, they and the server would take turns.

    Threads of one process wait up to 5 ms for each other, more than may be added here.
    """
    command = [sys.executable, "-m", "media_tracks_server", "sandbox", "all"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        if not first:
            raise NotRun("the sandbox did not start")
        told = json.loads(first)
        yield SandboxInfo(
            datocms=DatoCmsInfo(**told["datocms"]),
            cloudflare=CloudflareInfo(**told["cloudflare"]),
            log_url=told["log_url"],
        )
    finally:
        process.terminate()
        process.communicate()


async def _all(folder: Path, sandbox: SandboxInfo) -> Sequence[Verdict]:
    subjects, settings = _accounts(sandbox)
    videos = folder / "videos"
    videos.mkdir()
    make_video(videos / VIDEO)
    app = in_process(folder, local_roots=str(videos), **settings)
    async with Client(app) as client, httpx.AsyncClient(trust_env=False) as raw:
        verdicts = [await _vendor(client, raw, sandbox, subject) for subject in subjects]
        return [*verdicts, await _local(client, videos / VIDEO)]


def _accounts(sandbox: SandboxInfo) -> tuple[Sequence[_Subject], dict[str, str]]:
    dato, cloudflare = sandbox.datocms, sandbox.cloudflare
    if dato is None or cloudflare is None:
        raise NotRun("the sandbox did not start both vendors")
    token = {"Authorization": f"Bearer {dato.token}", "X-Api-Version": "3"}
    key = {"Authorization": f"Bearer {cloudflare.token}"}
    settings = {
        "datocms_api_token": dato.token,
        "datocms_base_url": dato.base_url,
        "cloudflare_api_token": cloudflare.token,
        "cloudflare_account_id": cloudflare.account_id,
        "cloudflare_base_url": cloudflare.base_url,
    }
    subjects = (
        _Subject("datocms", dato.upload_id, token),
        _Subject("cloudflare", cloudflare.video_uid, key),
    )
    return subjects, settings


async def _vendor(
    client: Client, raw: httpx.AsyncClient, sandbox: SandboxInfo, subject: _Subject
) -> Verdict:
    async def tool() -> object:
        return await _list(client, f"{subject.account}/{subject.video_id}")

    url = await _url_of(tool, sandbox, subject)

    async def get() -> object:
        return (await raw.get(url, headers=subject.headers)).raise_for_status()

    return await _compare(f"{subject.account}: GET by a warm httpx client", get, tool, PACE)


async def _url_of(tool: Act, sandbox: SandboxInfo, subject: _Subject) -> str:
    """The address that the tool really asks, as the sandbox's log tells it."""
    before = len(await anyio.to_thread.run_sync(sandbox.log))
    await tool()
    made = (await anyio.to_thread.run_sync(sandbox.log))[before:]
    if len(made) != 1 or made[0].method != "GET":
        raise NotRun(f"list_audio_tracks made {len(made)} requests to {subject.account}, not one")
    vendor = sandbox.datocms if subject.account == "datocms" else sandbox.cloudflare
    assert vendor is not None
    return str(httpx.URL(vendor.base_url).join(made[0].path))


async def _local(client: Client, video: Path) -> Verdict:
    async def tool() -> object:
        return await _list(client, f"local/{video.name}")

    async def probe() -> object:
        return _probed(video)

    return await _compare("local: opened and read by bare PyAV", probe, tool, 0.0)


def _probed(video: Path) -> object:
    with av.open(str(video)) as container:
        return container.duration, [
            (one.codec_context.name, one.channels, one.duration, one.language, dict(one.metadata))
            for one in container.streams.audio
        ]


async def _list(client: Client, video: str) -> CallToolResult:
    result = await client.call_tool("list_audio_tracks", {"video": video})
    if result.is_error:
        raise NotRun(f"list_audio_tracks failed: {result.content}")
    return result


async def _compare(name: str, bare: Act, tool: Act, pace: float) -> Verdict:
    """Compare in blocks: other programs only ever add time, so the quietest one counts."""
    measures = {
        name: partial(_milliseconds, bare, pace),
        "  list_audio_tracks by the in-memory client": partial(_milliseconds, tool, pace),
    }
    await interleaved(WARM, measures)
    blocks = [await interleaved(ROUNDS, measures) for _ in range(BLOCKS)]
    for series in measures:
        spread(series, [value for block in blocks for value in block[series]], "ms", 2)
    added = sorted(_difference(*block.values()) for block in blocks)
    told = ", ".join(shown(one, 2) for one in added)
    say(f"  difference of the paired medians, each block of {ROUNDS} rounds: {told} ms")
    return at_most("  the tool adds, in the quietest block", added[0], TARGET_MS, " ms", 2)


def _difference(bare: Sequence[float], tool: Sequence[float]) -> float:
    return statistics.median(tool) - statistics.median(bare)


async def _milliseconds(act: Act, pace: float) -> float:
    await anyio.sleep(pace)
    began = time.perf_counter()
    await act()
    return (time.perf_counter() - began) * 1000
