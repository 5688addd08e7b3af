"""Real processes: stdio as a chat host starts it, loopback HTTP, and the command line."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp.types import ResourceLink, TextResourceContents

from media_tracks_server.demo.accuracy import word_error_rate
from media_tracks_server.demo.footage import transcript
from media_tracks_server.settings import Settings
from media_tracks_tools import captions
from media_tracks_tools.models import JobRef, JobState
from processes import http
from talking import Told, measured, packets, text_of

ROOT = Path(__file__).parent.parent.parent
COMMAND = Path(sys.executable).with_name("media-tracks")
ASK = {"video": "local/talks/My intro.mp4", "language": "en", "wait_seconds": 50}


@pytest.fixture
def environment(local_settings: Settings, tmp_path: Path) -> dict[str, str]:
    """What a host puts into `env`; the home is an empty one."""
    return measured(
        {
            "HOME": str(tmp_path),
            "MEDIA_TRACKS_LOCAL_ROOTS": local_settings.local_roots,
            "MEDIA_TRACKS_DATABASE_URL": local_settings.database_url,
            "MEDIA_TRACKS_SPEECH_MODEL": local_settings.speech_model,
        }
    )


def ran(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The command, run to its end."""
    return subprocess.run(
        [COMMAND, *arguments], env=env, capture_output=True, text=True, timeout=60, check=False
    )


async def test_over_stdio_the_main_job_is_done_seen_to_its_end_and_never_twice(
    environment: dict[str, str], videos: Path, era: str
) -> None:
    path = videos / "talks" / "My intro.mp4"
    before = [packets(path, "video", 0), packets(path, "audio", 0)]
    add = {"video": ASK["video"], "source": "music.m4a", "label": "Music", "wait_seconds": 50}
    server = StdioServerParameters(command=str(COMMAND), args=["serve"], env=environment)
    told = Told()
    async with Client(server, mode=era) as client:
        result = await client.call_tool("generate_subtitles", ASK, progress_callback=told)
        assert JobRef.model_validate(result.structured_content).state is JobState.SUCCEEDED
        links = [block.uri for block in result.content if isinstance(block, ResourceLink)]
        contents = [(await client.read_resource(uri)).contents[0] for uri in links]
        added = await client.call_tool("add_audio_track", add)
        assert JobRef.model_validate(added.structured_content).state is JobState.SUCCEEDED
        again = [
            await client.call_tool("generate_subtitles", ASK),
            await client.call_tool("add_audio_track", add),
        ]
    assert all(JobRef.model_validate(r.structured_content).already_existed for r in again)
    assert len(told.values) >= 3
    assert all(one < two for one, two in zip(told.values, told.values[1:], strict=False))
    assert isinstance(contents[-1], TextResourceContents)
    heard = captions.as_text(captions.parse(contents[-1].text))
    assert word_error_rate(transcript(), heard) <= 0.10
    assert [packets(path, "video", 0), packets(path, "audio", 0)] == before
    assert packets(path, "audio", 1) == packets(videos / "music.m4a", "audio", 0)
    assert sorted(found.name for found in path.parent.iterdir()) == [
        "My intro.en.vtt",
        "My intro.mp4",
    ]


async def test_the_example_configuration_starts_a_server_once_its_paths_are_filled_in(
    environment: dict[str, str],
) -> None:
    text = (ROOT / "mcp.json").read_text()
    assert not re.search(r"token|secret|password", text, re.IGNORECASE)
    assert text.strip() in (ROOT / "README.md").read_text()
    filled = text.replace("/absolute/path/to/media-tracks/.venv/bin", str(COMMAND.parent))
    filled = filled.replace(
        "/absolute/path/to/your/videos", environment["MEDIA_TRACKS_LOCAL_ROOTS"]
    )
    assert "/absolute/" not in filled
    host = json.loads(filled)["mcpServers"]["media-tracks"]
    quiet = {key: environment[key] for key in ("HOME", "MEDIA_TRACKS_DATABASE_URL")}
    server = StdioServerParameters(
        command=host["command"], args=host["args"], env=host["env"] | quiet
    )
    async with Client(server) as client:
        found = await client.call_tool("find_videos", {"query": "intro"})
    assert "local/talks/My intro.mp4" in text_of(found)


async def test_over_loopback_http_two_clients_share_the_jobs(
    environment: dict[str, str], era: str
) -> None:
    told = Told()
    async with (
        http(environment) as url,
        Client(url, mode=era) as one,
        Client(url, mode=era) as two,
    ):
        result = await one.call_tool("generate_subtitles", ASK, progress_callback=told)
        job = JobRef.model_validate(result.structured_content)
        assert job.state is JobState.SUCCEEDED
        listed = await two.call_tool("list_jobs", {})
        contents = (await two.read_resource(f"job://{job.job_id}")).contents
    assert job.job_id in text_of(listed)
    assert contents
    assert len(told.values) >= 3


def test_another_address_than_this_machines_is_refused(environment: dict[str, str]) -> None:
    done = ran("serve", "--transport", "http", "--host", "0.0.0.0", env=environment)
    assert done.returncode == 2
    assert "no authentication" in done.stderr
    assert "Next: " in done.stderr


@pytest.mark.parametrize("command", [(), ("serve",), ("demo",), ("sandbox",), ("doctor",)])
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    done = ran(*command, "--help")
    assert done.returncode == 0
    assert "Usage: media-tracks" in done.stdout


def test_the_version_is_the_packages() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", ran("--version").stdout)


@pytest.mark.parametrize(
    ("name", "value"),
    [("MEDIA_TRACKS_WAIT_SECONDS", "soon"), ("MEDIA_TRACKS_DATABASE_URL", "mysql://x")],
)
def test_a_setting_that_is_not_valid_is_named_and_its_value_is_not_shown(
    environment: dict[str, str], name: str, value: str
) -> None:
    done = ran("serve", env=environment | {name: value})
    assert done.returncode == 2
    assert name in done.stderr
    assert value not in done.stderr


def test_a_secret_file_that_cannot_be_read_is_named(environment: dict[str, str]) -> None:
    done = ran("serve", env=environment | {"DATOCMS_API_TOKEN_FILE": "/no/such/file"})
    assert done.returncode == 2
    assert "DATOCMS_API_TOKEN_FILE" in done.stderr


@pytest.mark.parametrize(
    ("name", "says"),
    [("gone.mp4", "no file"), ("notes.mp4", "not a readable video"), ("music.m4a", "mp4")],
)
def test_the_demo_of_a_file_that_is_no_video_says_so_in_two_lines(
    environment: dict[str, str], videos: Path, tmp_path: Path, name: str, says: str
) -> None:
    done = subprocess.run(
        [COMMAND, "demo", str(videos / name)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert not (tmp_path / "media-tracks-demo").exists()


def test_the_demo_does_the_main_job_on_all_three_accounts(tmp_path: Path) -> None:
    done = subprocess.run(
        [COMMAND, "demo"],
        cwd=tmp_path,
        env=measured({"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "COLUMNS": "200"}),
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rate = re.search(r"Word error rate: ([\d.]+) %", done.stdout)
    assert rate is not None
    assert float(rate[1]) <= 10
    made = next(tmp_path.glob("media-tracks-demo/*/videos/*.en.vtt"))
    assert captions.parse(made.read_text())
    assert done.stdout.count("succeeded: generate subtitles") == 3
    assert done.stdout.count("succeeded: add audio track") == 3
    assert "Traceback" not in done.stderr
