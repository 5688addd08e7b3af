"""Starting and stopping the sandbox, in this process and as a program."""

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress

import httpx
import pytest

from media_tracks_server.sandbox import SandboxInfo, running

PROGRAM = "from media_tracks_server.sandbox import run; run({arguments})"


@contextmanager
def program(arguments: str) -> Generator[subprocess.Popen[str]]:
    """The sandbox in a process of its own, which is gone afterwards."""
    command = [sys.executable, "-c", PROGRAM.format(arguments=arguments)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def answers(url: str) -> bool:
    """Whether a server listens there."""
    try:
        return httpx.get(url, trust_env=False).status_code > 0
    except httpx.ConnectError:
        return False


def free_port() -> int:
    """A port that nobody had a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_program_announces_itself_and_ends_quietly(ending: signal.Signals) -> None:
    with program("job_seconds=0.5") as process:
        assert process.stdout
        assert process.stderr
        first = json.loads(process.stdout.readline())
        assert set(first) == {"datocms", "cloudflare", "log_url"}
        assert set(first["datocms"]) == {
            "base_url",
            "token",
            "read_only_token",
            "mux_base_url",
            "upload_id",
            "silent_id",
            "non_video_upload_id",
        }
        assert set(first["cloudflare"]) == {
            "base_url",
            "token",
            "read_only_token",
            "account_id",
            "video_uid",
            "silent_id",
        }
        assert first["cloudflare"]["base_url"].endswith("/client/v4")
        exports = dict(
            process.stdout.readline().removeprefix("export ").strip().split("=", 1)
            for _ in range(6)
        )
        assert exports == {
            "DATOCMS_API_TOKEN": first["datocms"]["token"],
            "MEDIA_TRACKS_DATOCMS_BASE_URL": first["datocms"]["base_url"],
            "MEDIA_TRACKS_DATOCMS_MUX_URL": first["datocms"]["mux_base_url"],
            "CLOUDFLARE_API_TOKEN": first["cloudflare"]["token"],
            "CLOUDFLARE_ACCOUNT_ID": first["cloudflare"]["account_id"],
            "MEDIA_TRACKS_CLOUDFLARE_BASE_URL": first["cloudflare"]["base_url"],
        }
        assert httpx.get(first["log_url"], trust_env=False).json() == {"requests": []}
        process.send_signal(ending)
        assert process.communicate(timeout=20) == ("", "")
        assert process.returncode == 0


def test_a_single_vendor_is_alone_in_the_announcement() -> None:
    with program("'cloudflare'") as process:
        assert process.stdout
        first = json.loads(process.stdout.readline())
        assert set(first) == {"cloudflare", "log_url"}
        assert answers(first["cloudflare"]["base_url"])
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=20)
        assert "DATOCMS" not in rest


def test_every_server_of_the_process_tells_the_same_log() -> None:
    with running() as sandbox:
        assert sandbox.datocms
        assert sandbox.cloudflare
        answers(sandbox.datocms.base_url + "/site")
        answers(sandbox.cloudflare.base_url + "/user/tokens/verify")
        origin = sandbox.cloudflare.base_url.removesuffix("/client/v4")
        same = httpx.get(f"{origin}/_sandbox/log", trust_env=False).json()["requests"]
        assert [(entry["vendor"], entry["status"]) for entry in same] == [
            ("datocms", 401),
            ("cloudflare", 400),
        ]
        assert [entry.model_dump(mode="json") for entry in sandbox.log()] == same


def test_two_sandboxes_know_nothing_of_each_other(sandbox: SandboxInfo) -> None:
    with running("datocms") as other:
        assert other.datocms
        assert other.cloudflare is None
        answers(other.datocms.base_url + "/site")
        assert len(other.log()) == 1
        assert sandbox.log() == ()


def test_afterwards_neither_thread_nor_listener_is_left() -> None:
    before = set(threading.enumerate())
    with running("datocms") as sandbox:
        assert sandbox.datocms
        url = sandbox.datocms.base_url
        assert answers(url)
        assert set(threading.enumerate()) != before
    assert set(threading.enumerate()) == before
    assert not answers(url)


def test_the_vendors_listen_on_the_port_and_the_one_above() -> None:
    for _ in range(20):
        port = free_port()
        with suppress(OSError), running("all", port=port) as info:
            assert info.datocms
            assert info.cloudflare
            assert httpx.URL(info.datocms.base_url).port == port
            assert httpx.URL(info.cloudflare.base_url).port == port + 1
            return
    pytest.fail("Twenty times another process was quicker to take the port.")


def test_a_port_that_is_taken_is_an_error_and_leaves_nothing_open() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port: int = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"), running("all", port=port - 1):
            pass


def test_an_unknown_vendor_is_refused_by_naming_the_known() -> None:
    with pytest.raises(ValueError, match="datocms, cloudflare or all"), running("mux"):
        pass
