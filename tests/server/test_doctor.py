"""`media-tracks doctor`: what is wrong, whose side it is on, and what to do."""

import json
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from media_tracks_server.doctor import Finding, Outcome, examine
from media_tracks_server.doctor.words import as_text
from media_tracks_server.sandbox import SandboxInfo
from media_tracks_server.settings import Settings
from media_tracks_tools.errors import Side
from talking import Opens, measured

COMMAND = Path(sys.executable).with_name("media-tracks")
WRONG = "hunter2hunter2"


@pytest.fixture
def environment(all_settings: Settings, sandbox: SandboxInfo, tmp_path: Path) -> dict[str, str]:
    """Local files and both sandboxed vendors, for a real process at 80 columns."""
    assert sandbox.datocms is not None
    assert sandbox.cloudflare is not None
    return measured(
        {
            "HOME": str(tmp_path),
            "COLUMNS": "80",
            "MEDIA_TRACKS_LOCAL_ROOTS": all_settings.local_roots,
            "MEDIA_TRACKS_DATABASE_URL": all_settings.database_url,
            "MEDIA_TRACKS_SPEECH_MODEL": all_settings.speech_model,
            "DATOCMS_API_TOKEN": sandbox.datocms.token,
            "MEDIA_TRACKS_DATOCMS_BASE_URL": sandbox.datocms.base_url,
            "CLOUDFLARE_API_TOKEN": sandbox.cloudflare.token,
            "CLOUDFLARE_ACCOUNT_ID": sandbox.cloudflare.account_id,
            "MEDIA_TRACKS_CLOUDFLARE_BASE_URL": sandbox.cloudflare.base_url,
        }
    )


def ran(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, run to its end."""
    return subprocess.run(
        [COMMAND, "doctor", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def finding(settings: Settings, looked_at: str, name: str | None = None) -> Finding:
    """The one finding about this."""
    found = (await examine(settings, account_seconds=5)).findings
    (one,) = [each for each in found if each.looked_at == looked_at and each.name == name]
    return one


def changed(settings: Settings, **values: object) -> Settings:
    """The settings with other values."""
    return Settings.model_validate(settings.model_dump() | values)


def test_where_all_is_well_each_thing_is_one_line_and_the_exit_code_0(
    environment: dict[str, str],
) -> None:
    done = ran(environment)
    assert done.returncode == 0, done.stdout + done.stderr
    begun = [line for line in done.stdout.splitlines() if line.startswith("ok ")]
    for words in ("account datocms", "account cloudflare", "local root local", "job database"):
        assert any(words in line for line in begun), done.stdout
    assert done.stdout.endswith("\nAll well.\n")
    assert "\x1b" not in done.stdout
    assert not done.stderr


def test_a_wrong_token_and_an_unreachable_host_are_told_with_their_side_and_what_to_do(
    environment: dict[str, str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
    ask = {"DATOCMS_API_TOKEN": WRONG, "MEDIA_TRACKS_CLOUDFLARE_BASE_URL": nobody}
    done = ran(environment | ask)
    assert done.returncode == 1
    told = " ".join(done.stdout.split())
    dato = told[told.index("FAILED account datocms") : told.index("FAILED account cloudflare")]
    assert "does not accept the token" in dato
    assert "Whose side: your setup" in dato
    assert "Disables here: every tool." in dato
    assert "DATOCMS_API_TOKEN" in dato[dato.index("Next: ") :]
    cloudflare = told[told.index("FAILED account cloudflare") : told.index("local root")]
    assert "can't be reached" in cloudflare
    assert "Whose side: the vendor" in cloudflare
    assert "Next: Check the network and MEDIA_TRACKS_CLOUDFLARE_BASE_URL" in cloudflare
    assert told.endswith("2 FAILED, 0 warnings.")
    assert all(len(line) <= 80 for line in done.stdout.splitlines() if "/" not in line)
    assert WRONG not in done.stdout + done.stderr


def test_the_same_as_json_for_scripts(environment: dict[str, str]) -> None:
    done = ran(environment | {"DATOCMS_API_TOKEN": WRONG}, "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert document["ok"] is False
    failed = [one for one in document["findings"] if one["outcome"] == "failed"]
    (dato,) = failed
    assert (dato["looked_at"], dato["name"]) == ("account", "datocms")
    assert (dato["side"], dato["code"]) == ("your setup", "credential_refused")
    assert "generate_subtitles" in dato["disables"]
    assert WRONG not in done.stdout


def test_settings_that_cannot_be_read_are_two_lines_and_exit_code_2(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "media-tracks.toml").write_text("accounts.a.provider = 'datocms'")
    done = ran(environment | {"MEDIA_TRACKS_CONFIG": str(tmp_path / "media-tracks.toml")})
    assert done.returncode == 2
    assert not done.stdout
    assert "accounts.a" in done.stderr
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("vendor", ["datocms", "cloudflare"])
async def test_a_token_that_may_only_read_is_told_with_the_tools_that_it_disables(
    all_settings: Settings, sandbox: SandboxInfo, vendor: str
) -> None:
    info = sandbox.datocms if vendor == "datocms" else sandbox.cloudflare
    assert info is not None
    settings = changed(all_settings, **{f"{vendor}_api_token": info.read_only_token})
    found = await finding(settings, "account", vendor)
    assert (found.outcome, found.side) == (Outcome.FAILED, Side.YOUR_SETUP)
    assert found.code == "permission_missing"
    assert found.detail.startswith("Reading works")
    assert {"add_audio_track", "generate_subtitles"} <= set(found.disables)
    assert not {"list_subtitles", "find_videos", "cancel_job"} & set(found.disables)
    assert found.next_step


@pytest.mark.parametrize("vendor", ["datocms", "cloudflare"])
async def test_an_address_without_the_vendors_api_is_told_by_its_setting(
    all_settings: Settings, sandbox: SandboxInfo, vendor: str
) -> None:
    assert sandbox.datocms is not None
    settings = changed(
        all_settings, **{f"{vendor}_base_url": f"{sandbox.datocms.base_url}/elsewhere"}
    )
    found = await finding(settings, "account", vendor)
    assert (found.outcome, found.side) == (Outcome.FAILED, Side.YOUR_SETUP)
    assert f"MEDIA_TRACKS_{vendor.upper()}_BASE_URL" in str(found.next_step)


async def test_a_vendor_that_never_answers_is_not_waited_for(all_settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings = changed(all_settings, datocms_base_url=url)
        found = (await examine(settings, account_seconds=0.3)).findings
    (dato,) = [one for one in found if one.name == "datocms"]
    assert (dato.outcome, dato.side) == (Outcome.FAILED, Side.VENDOR)
    assert "did not answer within 0.3 s" in dato.detail
    assert "network" in str(dato.next_step)


async def test_jobs_of_an_account_that_is_not_configured_are_counted_and_told_how_they_go_on(
    open_client: Opens, all_settings: Settings, sandbox: SandboxInfo
) -> None:
    assert sandbox.datocms is not None
    ask = {"video": f"datocms/{sandbox.datocms.upload_id}", "language": "en", "wait_seconds": 0}
    async with open_client(all_settings) as client:
        await client.call_tool("generate_subtitles", ask)
    usable = await finding(all_settings, "job database")
    assert (usable.outcome, "1 job open." in usable.detail) == (Outcome.OK, True)
    other = changed(all_settings, datocms_api_token=WRONG)
    stranded = await finding(other, "job database")
    assert stranded.outcome is Outcome.WARNING
    assert "1 of them for an account that can't be used here: 'datocms'" in stranded.detail
    assert "same address and token" in str(stranded.next_step)


async def test_a_job_database_of_a_newer_version_is_told(local_settings: Settings) -> None:
    await examine(local_settings)
    with sqlite3.connect(local_settings.database_path) as connection:
        connection.execute("UPDATE meta SET value = 99 WHERE key = 'min_writer'")
    connection.close()
    found = await finding(local_settings, "job database")
    assert (found.outcome, found.code) == (Outcome.FAILED, "server_too_old")
    assert "update" in str(found.next_step)


async def test_without_a_database_the_accounts_are_looked_at_all_the_same(
    all_settings: Settings,
) -> None:
    settings = changed(all_settings, database_url="sqlite:////proc/nope/jobs.db")
    assert (await finding(settings, "job database")).outcome is Outcome.FAILED
    assert (await finding(settings, "account", "datocms")).outcome is Outcome.OK


async def test_a_folder_that_cannot_be_written_still_lets_tracks_be_listed(
    local_settings: Settings,
) -> None:
    found = await finding(changed(local_settings, local_roots="/proc"), "local root", "local")
    assert found.outcome is Outcome.FAILED
    assert "can't be written" in found.detail
    assert "generate_subtitles" in found.disables
    assert "list_subtitles" not in found.disables


async def test_a_folder_that_is_gone_is_told_with_its_name(local_settings: Settings) -> None:
    settings = changed(local_settings, local_roots="talks=/no/such/folder")
    found = await finding(settings, "account", "talks")
    assert found.outcome is Outcome.FAILED
    assert "/no/such/folder" in found.detail


@pytest.mark.parametrize(
    ("model", "outcome", "words"),
    [
        ("/no/such/model", Outcome.FAILED, "no speech model in /no/such/model"),
        ("huge", Outcome.FAILED, "large-v3"),
        ("base", Outcome.OK, "downloaded on first use"),
    ],
)
def test_a_speech_model_that_is_not_there_is_told(
    environment: dict[str, str], model: str, outcome: Outcome, words: str
) -> None:
    done = ran(environment | {"MEDIA_TRACKS_SPEECH_MODEL": model}, "--json")
    found = json.loads(done.stdout)["findings"]
    (speech,) = [one for one in found if one["looked_at"] == "speech model"]
    assert speech["outcome"] == outcome.value
    assert words in speech["detail"]


@pytest.mark.parametrize(("local", "outcome"), [(True, Outcome.FAILED), (False, Outcome.OK)])
async def test_without_the_extra_for_local_files_only_they_are_told_to_fail(
    local_settings: Settings, monkeypatch: pytest.MonkeyPatch, local: bool, outcome: Outcome
) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    settings = local_settings if local else changed(local_settings, local_roots="")
    found = await finding(settings, "speech model", settings.speech_model)
    assert found.outcome is outcome
    assert ("pip install" in str(found.next_step)) is local


async def test_nothing_configured_is_a_warning_that_says_how_to_begin(tmp_path: Path) -> None:
    found = await examine(Settings(database_url=f"sqlite:///{tmp_path / 'jobs.db'}"))
    assert found.ok
    text = " ".join(as_text(found, 80).split())
    assert "warning account: There is no account that can be used." in text
    assert "Set MEDIA_TRACKS_LOCAL_ROOTS" in text
    assert text.endswith("Nothing failed, 1 warning.")


async def test_a_name_with_a_line_end_and_an_escape_forges_no_line(
    local_settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "x\nok account forged\x1b[2J"
    folder.mkdir()
    found = await examine(changed(local_settings, local_roots=str(folder)))
    text = as_text(found, 400)
    assert "\x1b" not in text
    assert not any(line.startswith("ok account") for line in text.splitlines())
