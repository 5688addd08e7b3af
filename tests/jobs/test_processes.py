"""Real server processes on one file, against the real sandbox: one effect, whoever dies."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, ExitStack
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult
from pydantic import BaseModel, ConfigDict

from media_tracks_server.sandbox import LogEntry, SandboxInfo, running
from media_tracks_tools.models import JobState
from waiting import eventually

_MAIN = "from media_tracks_server.cli import main; main()"
_SERVE = ("-c", _MAIN, "serve")
_SOURCE = "https://example.com/it.mp3"

Arguments = dict[str, str | bool | float]


class Case(BaseModel):
    """One change at one vendor, and the effects that its one request has."""

    model_config = ConfigDict(frozen=True)

    name: str
    vendor: str
    tool: str
    arguments: Arguments
    effects: tuple[str, ...]


CASES = (
    Case(
        name="datocms generates",
        vendor="datocms",
        tool="generate_subtitles",
        arguments={"language": "en"},
        effects=("job-created", "track-created"),
    ),
    Case(
        name="datocms adds",
        vendor="datocms",
        tool="add_audio_track",
        arguments={"language": "pl", "source": _SOURCE},
        effects=("job-created", "track-created"),
    ),
    Case(
        name="cloudflare generates",
        vendor="cloudflare",
        tool="generate_subtitles",
        arguments={"language": "en"},
        effects=("caption-created",),
    ),
    Case(
        name="cloudflare adds",
        vendor="cloudflare",
        tool="add_audio_track",
        arguments={"language": "pl", "source": _SOURCE, "make_default": True},
        effects=("track-created", "track-edited"),
    ),
)
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


class Answer(BaseModel):
    """What these tests read of a JobRef."""

    model_config = ConfigDict(extra="ignore")

    job_id: str
    state: JobState
    already_existed: bool | None = None


class Site:
    """The sandbox, one job database, and servers for both."""

    def __init__(self, sandbox: SandboxInfo, folder: Path) -> None:
        assert sandbox.datocms
        assert sandbox.cloudflare
        self._sandbox = sandbox
        self._videos = {
            "datocms": f"datocms/{sandbox.datocms.upload_id}",
            "cloudflare": f"cloudflare/{sandbox.cloudflare.video_uid}",
        }
        self.environment = {
            "HOME": str(folder),
            "MEDIA_TRACKS_DATABASE_URL": f"sqlite:///{folder / 'jobs.db'}",
            "DATOCMS_API_TOKEN": sandbox.datocms.token,
            "MEDIA_TRACKS_DATOCMS_BASE_URL": sandbox.datocms.base_url,
            "CLOUDFLARE_API_TOKEN": sandbox.cloudflare.token,
            "CLOUDFLARE_ACCOUNT_ID": sandbox.cloudflare.account_id,
            "MEDIA_TRACKS_CLOUDFLARE_BASE_URL": sandbox.cloudflare.base_url,
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE")},  # noqa: TID251 - for a real process
        }

    def client(self) -> AbstractAsyncContextManager[Client]:
        """The official client with a server process of its own."""
        return Client(
            StdioServerParameters(command=sys.executable, args=list(_SERVE), env=self.environment)
        )

    def arguments(self, case: Case, wait_seconds: float) -> dict[str, object]:
        video = self._videos[case.vendor]
        return {"video": video, "wait_seconds": wait_seconds, **case.arguments}

    async def ask(self, client: Client, case: Case, wait_seconds: float = 40) -> Answer:
        return read(await client.call_tool(case.tool, self.arguments(case, wait_seconds)))

    async def effects(self) -> list[LogEntry]:
        log = await anyio.to_thread.run_sync(self._sandbox.log)
        return [entry for entry in log if entry.effect]

    async def seen(self) -> Counter[str]:
        return Counter(str(entry.effect) for entry in await self.effects())


class RawServer:
    """A server process that is spoken to line by line, so that it can be killed by its pid."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *_SERVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], **environment},  # noqa: TID251 - for a real process
        )
        self._say(
            "initialize",
            id=1,
            params={
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "raw", "version": "1"},
            },
        )
        self._say("notifications/initialized")

    def call(self, tool: str, arguments: dict[str, object]) -> None:
        self._say("tools/call", id=2, params={"name": tool, "arguments": arguments})

    def end_input(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe and not pipe.closed:
                pipe.close()

    def _say(self, method: str, **rest: object) -> None:
        assert self.process.stdin
        line = json.dumps({"jsonrpc": "2.0", "method": method, **rest})
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()


def read(result: CallToolResult) -> Answer:
    assert not result.is_error, result.content
    return Answer.model_validate(result.structured_content)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running("all", job_seconds=1.0) as sandbox:
        yield Site(sandbox, tmp_path)


@pytest.fixture
def raw(site: Site) -> Iterator[RawServer]:
    with ExitStack() as opened:
        server = RawServer(site.environment)
        opened.callback(server.close)
        yield server


@each_case
async def test_two_servers_that_are_asked_at_once_send_one_request(site: Site, case: Case) -> None:
    answers = list[Answer]()

    async def ask(client: Client) -> None:
        answers.append(await site.ask(client, case))

    async with (
        site.client() as first,
        site.client() as second,
        anyio.create_task_group() as group,
    ):
        group.start_soon(ask, first)
        group.start_soon(ask, second)
    assert [answer.state for answer in answers] == [JobState.SUCCEEDED] * 2
    assert len({answer.job_id for answer in answers}) == 1
    assert await site.seen() == Counter(case.effects)


@each_case
async def test_a_server_killed_right_after_the_vendor_accepted_is_replaced_unbilled(
    site: Site, raw: RawServer, case: Case
) -> None:
    raw.call(case.tool, site.arguments(case, 0))
    await eventually(site.effects)
    raw.kill()
    async with site.client() as client:
        answer = await site.ask(client, case)
    assert (answer.state, answer.already_existed) == (JobState.SUCCEEDED, None)
    assert await site.seen() == Counter(case.effects)


async def test_a_job_asked_in_one_process_is_followed_to_its_end_in_another(site: Site) -> None:
    case = CASES[0]
    async with site.client() as first, site.client() as second:
        asked = await site.ask(first, case, wait_seconds=0)
        result = await second.call_tool(
            "get_job_result", {"job_id": asked.job_id, "wait_seconds": 40}
        )
    assert read(result).state is JobState.SUCCEEDED
    assert await site.seen() == Counter(case.effects)


async def test_a_server_that_starts_again_goes_on_with_open_work(site: Site) -> None:
    case = CASES[3]
    async with site.client() as before:
        asked = await site.ask(before, case, wait_seconds=0)
    async with site.client() as after:
        result = await after.call_tool(
            "get_job_result", {"job_id": asked.job_id, "wait_seconds": 40}
        )
    assert read(result).state is JobState.SUCCEEDED
    assert await site.seen() == Counter(case.effects)


async def test_a_server_ends_by_itself_when_its_input_ends_with_work_open(
    site: Site, raw: RawServer
) -> None:
    raw.call(CASES[0].tool, site.arguments(CASES[0], 0))
    await eventually(site.effects)
    raw.end_input()
    assert await anyio.to_thread.run_sync(raw.process.wait, 20) == 0
