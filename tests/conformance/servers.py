"""The servers under test, each a process of its own with a fresh data folder."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = str(Path(sys.executable).parent / "media-tracks")
SERVE_HTTP = (COMMAND, "serve", "--transport", "http", "--port", "0")
FIXTURES = (sys.executable, "-m", "conformance.fixture_server")
_URL = re.compile(r"http://\S+/mcp")
_DEADLINE = 30.0


@dataclass(frozen=True)
class Running:
    """A server: where it is, and the file of what it says on stdout."""

    url: str
    said: Path


def environment(data: Path, vendor: Mapping[str, str]) -> dict[str, str]:
    """No setting of this machine, only the sandbox's, and a data folder made here."""
    data.mkdir()
    config = data / "media-tracks.toml"
    config.touch()
    return {
        "PATH": os.environ["PATH"],  # noqa: TID251 - for a real process
        "PYTHONPATH": str(Path(__file__).parent.parent),
        "MEDIA_TRACKS_CONFIG": str(config),
        "MEDIA_TRACKS_DATABASE_URL": f"sqlite:///{data / 'jobs.db'}",
        "MEDIA_TRACKS_SECRET": "conformance-" * 4,
        **vendor,
    }


@dataclass(frozen=True)
class Sandbox:
    """The vendors: the settings that lead there, and a video."""

    settings: Mapping[str, str]
    video: str


@contextmanager
def sandbox(job_seconds: float) -> Generator[Sandbox]:
    """Both vendors, played on this machine."""
    command = [COMMAND, "sandbox", "--job-seconds", str(job_seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield _sandbox(json.loads(process.stdout.readline()))
        finally:
            process.terminate()


def _sandbox(told: Mapping[str, Mapping[str, str]]) -> Sandbox:
    datocms, cloudflare = told["datocms"], told["cloudflare"]
    settings = {
        "DATOCMS_API_TOKEN": datocms["token"],
        "MEDIA_TRACKS_DATOCMS_BASE_URL": datocms["base_url"],
        "MEDIA_TRACKS_DATOCMS_MUX_URL": datocms["mux_base_url"],
        "CLOUDFLARE_API_TOKEN": cloudflare["token"],
        "CLOUDFLARE_ACCOUNT_ID": cloudflare["account_id"],
        "MEDIA_TRACKS_CLOUDFLARE_BASE_URL": cloudflare["base_url"],
    }
    return Sandbox(settings, f"cloudflare/{cloudflare['video_uid']}")


@contextmanager
def http(command: Sequence[str], vendor: Mapping[str, str], data: Path) -> Generator[Running]:
    """A server on HTTP, once it tells its address on stderr. Raises SystemExit if it never does."""
    env = environment(data, vendor)
    said, log = data / "stdout", data / "stderr"
    with (
        said.open("w") as out,
        log.open("w") as err,
        subprocess.Popen(command, stdout=out, stderr=err, env=env) as process,
    ):
        try:
            yield Running(_address(process, log), said)
        finally:
            process.terminate()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + _DEADLINE
    while time.monotonic() < end and process.poll() is None:
        if found := _URL.search(log.read_text()):
            return found[0]
        time.sleep(0.02)
    raise SystemExit(f"The server did not start:\n{log.read_text()}")
