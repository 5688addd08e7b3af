"""Which tools are offered: read-only wins over everything, families, and why a tool is off."""

import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client, MCPError, StdioServerParameters

from media_tracks_server.doctor import Outcome, examine
from media_tracks_server.sandbox import SandboxInfo
from media_tracks_server.settings import Settings
from talking import Opens, measured, text_of

COMMAND = Path(sys.executable).with_name("media-tracks")
READING = {
    "find_videos",
    "list_accounts",
    "list_audio_tracks",
    "list_subtitles",
    "read_subtitles",
    "get_job_result",
    "list_jobs",
}
OF_AUDIO = {"list_audio_tracks", "add_audio_track", "update_audio_track", "delete_audio_track"}
ASK = {"video": "local/talks/My intro.mp4", "language": "en", "wait_seconds": 50}


def changed(settings: Settings, **values: object) -> Settings:
    """The settings with other values."""
    return Settings.model_validate(settings.model_dump() | values)


@pytest.fixture
def environment(local_settings: Settings, tmp_path: Path) -> dict[str, str]:
    """What a host puts into `env`; the home is an empty one."""
    return measured(
        {
            "HOME": str(tmp_path),
            "MEDIA_TRACKS_LOCAL_ROOTS": local_settings.local_roots,
            "MEDIA_TRACKS_DATABASE_URL": local_settings.database_url,
        }
    )


def names_in(folder: Path) -> list[str]:
    """All that is in a folder."""
    return sorted(path.name for path in folder.rglob("*"))


async def names_of(client: Client) -> set[str]:
    """What is listed."""
    return {tool.name for tool in (await client.list_tools()).tools}


async def test_read_only_lists_nothing_that_changes_and_does_nothing_when_called_all_the_same(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    before = names_in(videos)
    async with open_client(changed(local_settings, read_only=True)) as client:
        listed = await names_of(client)
        refused = await client.call_tool("generate_subtitles", ASK)
        prompts = (await client.list_prompts()).prompts
        instructions = client.instructions or ""
        found = await client.call_tool("find_videos", {})
    assert listed == READING
    assert refused.is_error
    assert refused.structured_content is None
    assert "generate_subtitles is off" in text_of(refused)
    assert "your setup (code read_only)" in text_of(refused)
    assert "MEDIA_TRACKS_READ_ONLY" in text_of(refused)
    assert prompts == []
    assert "change nothing" in instructions
    assert "add_subtitles" not in instructions
    assert "local/talks/My intro.mp4" in text_of(found)
    assert names_in(videos) == before


async def test_read_only_wins_over_the_families(
    open_client: Opens, local_settings: Settings
) -> None:
    settings = changed(local_settings, read_only=True, tools="audio")
    async with open_client(settings) as client:
        assert await names_of(client) == {"list_audio_tracks"}
        why = text_of(await client.call_tool("add_audio_track", {"video": "v", "source": "s"}))
    assert "MEDIA_TRACKS_READ_ONLY" in why


async def test_a_tool_of_a_family_that_is_off_says_which_setting_and_who_can_change_it(
    open_client: Opens, local_settings: Settings
) -> None:
    async with open_client(changed(local_settings, tools="Audio")) as client:
        assert await names_of(client) == OF_AUDIO
        refused = await client.call_tool("list_subtitles", {"video": "local/cut.mp4"})
        unknown = await client.call_tool("list_subs", {})
        assert (await client.list_prompts()).prompts == []
        with pytest.raises(MCPError, match="MEDIA_TRACKS_TOOLS") as off:
            await client.get_prompt("caption_video", {"video": "local/cut.mp4"})
    assert refused.is_error
    assert "list_subtitles is off" in text_of(refused)
    assert "add 'subtitles' to MEDIA_TRACKS_TOOLS or --tools" in text_of(refused)
    assert "Whoever runs this server" in text_of(refused)
    assert unknown.is_error
    assert "is off" not in text_of(unknown)
    assert off.value.code == -32602


@pytest.mark.parametrize(
    ("arguments", "more", "listed"),
    [
        (["--read-only"], {}, READING),
        (
            ["--tools", "jobs, audio", "--read-only"],
            {},
            {"list_audio_tracks", "get_job_result", "list_jobs"},
        ),
        ([], {"MEDIA_TRACKS_READ_ONLY": "true"}, READING),
        (["--tools", "audio"], {"MEDIA_TRACKS_TOOLS": "jobs"}, OF_AUDIO),
    ],
)
async def test_both_are_options_of_serve_and_settings(
    environment: dict[str, str], arguments: list[str], more: dict[str, str], listed: set[str]
) -> None:
    server = StdioServerParameters(
        command=str(COMMAND), args=["serve", *arguments], env=environment | more
    )
    async with Client(server) as client:
        found = await names_of(client)
    assert found == listed


@pytest.mark.parametrize("given", ["videos,hunter2", ","])
def test_a_family_that_there_is_not_is_refused_naming_those_there_are(
    environment: dict[str, str], given: str
) -> None:
    done = subprocess.run(
        [COMMAND, "serve", "--tools", given],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "MEDIA_TRACKS_TOOLS: name one or more of videos, audio, subtitles, jobs" in done.stderr
    assert "hunter2" not in done.stderr
    assert len(done.stderr.splitlines()) == 2


async def test_for_a_server_that_only_reads_a_token_that_only_reads_is_no_failure(
    all_settings: Settings, sandbox: SandboxInfo
) -> None:
    assert sandbox.cloudflare is not None
    values = {"cloudflare_api_token": sandbox.cloudflare.read_only_token, "local_roots": "/proc"}
    found = await examine(changed(all_settings, read_only=True, **values), account_seconds=5)
    (account,) = [one for one in found.findings if one.name == "cloudflare"]
    (root,) = [one for one in found.findings if one.looked_at == "local root"]
    assert found.ok, [one for one in found.findings if one.outcome is Outcome.FAILED]
    for one in (account, root):
        assert one.outcome is Outcome.WARNING
        assert "MEDIA_TRACKS_READ_ONLY" in one.detail
        assert one.disables == ()


async def test_for_a_server_that_only_reads_a_wrong_token_is_a_failure_all_the_same(
    all_settings: Settings,
) -> None:
    settings = changed(all_settings, read_only=True, datocms_api_token="hunter2")
    found = await examine(settings, account_seconds=5)
    assert [one.name for one in found.findings if one.outcome is Outcome.FAILED] == ["datocms"]
