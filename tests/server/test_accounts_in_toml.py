"""Several named accounts in `media-tracks.toml`: one table each."""

from collections.abc import Callable
from pathlib import Path

import pytest

from media_tracks_server.sandbox import SandboxInfo
from media_tracks_server.settings import Settings, load
from media_tracks_tools.errors import SetupError
from media_tracks_tools.models import AccountList
from talking import Opens, text_of

HIDDEN = "hunter2hunter2"


Reads = Callable[[str], Settings]


@pytest.fixture
def settings_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reads:
    """The settings of a configuration file of its own, with this text, and an own database."""
    path = tmp_path / "media-tracks.toml"
    monkeypatch.setenv("MEDIA_TRACKS_CONFIG", str(path))
    monkeypatch.setenv("MEDIA_TRACKS_DATABASE_URL", f"sqlite:///{tmp_path / 'jobs.db'}")

    def read(text: str) -> Settings:
        path.write_text(text)
        return load()

    return read


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """An empty folder beside the configuration file."""
    folder = tmp_path / "talks"
    folder.mkdir()
    return folder


async def listed(open_client: Opens, settings: Settings, *, check: bool = False) -> AccountList:
    """What list_accounts says; no token shows in it."""
    async with open_client(settings) as client:
        answer = await client.call_tool("list_accounts", {"check": check})
    assert HIDDEN not in text_of(answer)
    return AccountList.model_validate(answer.structured_content)


def names(found: AccountList) -> list[str]:
    """The accounts' names."""
    return [account.account for account in found.accounts]


async def test_each_table_is_an_account_whose_token_works_in_each_of_three_forms(
    open_client: Opens,
    settings_of: Reads,
    talks: Path,
    sandbox: SandboxInfo,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert sandbox.datocms is not None
    assert sandbox.cloudflare is not None
    (tmp_path / "token").write_text(f"{sandbox.datocms.token}\n")
    monkeypatch.setenv("CF_EU", sandbox.cloudflare.token)
    settings = settings_of(f"""
        cloudflare_base_url = "{sandbox.cloudflare.base_url}"
        [accounts.marketing]
        provider = "datocms"
        api_token_file = "token"
        base_url = "{sandbox.datocms.base_url}"
        [accounts.stream-eu]
        provider = "cloudflare"
        api_token_env = "CF_EU"
        account_id = "{sandbox.cloudflare.account_id}"
        [accounts.wrong]
        provider = "datocms"
        api_token = "{HIDDEN}"
        base_url = "{sandbox.datocms.base_url}"
        [accounts.talks]
        provider = "local"
        folder = "{talks.name}"
    """)
    found = await listed(open_client, settings, check=True)
    checks = {one.account: one.check.ok for one in found.accounts if one.check is not None}
    assert checks == {"talks": True, "marketing": True, "stream-eu": True, "wrong": False}
    assert not found.notes
    (wrong,) = [one.check for one in found.accounts if one.account == "wrong"]
    assert wrong is not None
    assert wrong.error is not None
    assert "accounts.wrong.api_token in media-tracks.toml" in str(wrong.error.next_step)


async def test_an_address_of_the_tables_own_is_told_by_its_key(
    open_client: Opens, settings_of: Reads
) -> None:
    settings = settings_of(f"""
        datocms_base_url = "http://127.0.0.1:9"
        [accounts.own]
        provider = "datocms"
        api_token = "{HIDDEN}"
        base_url = "http://127.0.0.1:9"
        [accounts.stream]
        provider = "cloudflare"
        api_token = "{HIDDEN}"
        account_id = "x"
        base_url = "http://127.0.0.1:9"
        [accounts.usual]
        provider = "datocms"
        api_token = "{HIDDEN}2"
    """)
    found = await listed(open_client, settings, check=True)
    told = {
        one.account: str(one.check.error.next_step)
        for one in found.accounts
        if one.check is not None and one.check.error is not None
    }
    assert "accounts.own.base_url in media-tracks.toml" in told["own"]
    assert "accounts.stream.base_url in media-tracks.toml" in told["stream"]
    assert "MEDIA_TRACKS_DATOCMS_BASE_URL" in told["usual"]


async def test_a_token_that_is_not_there_is_told_by_account_and_key_and_stops_only_that_account(
    open_client: Opens, settings_of: Reads, talks: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").touch()
    settings = settings_of(f"""
        accounts.gone = {{ provider = "datocms", api_token_file = "gone" }}
        accounts.empty = {{ provider = "datocms", api_token_file = "empty" }}
        accounts.unset = {{ provider = "cloudflare", api_token_env = "UNSET", account_id = "x" }}
        accounts.nowhere = {{ provider = "local", folder = "nowhere" }}
        accounts.talks = {{ provider = "local", folder = "{talks}" }}
    """)
    found = await listed(open_client, settings)
    assert names(found) == ["talks"]
    notes = found.notes or ()
    for words in (
        ("accounts.gone.api_token_file", "No such file"),
        ("accounts.empty.api_token_file", "empty"),
        ("accounts.unset.api_token_env", "UNSET"),
        ("'nowhere'", "no such folder"),
    ):
        assert any(all(word in note for word in words) for note in notes), words
    assert len(notes) == 4


async def test_a_video_of_an_account_that_is_not_used_is_told_why(
    open_client: Opens, settings_of: Reads, talks: Path
) -> None:
    settings = settings_of(f"""
        accounts.gone = {{ provider = "datocms", api_token_env = "UNSET" }}
        accounts.talks = {{ provider = "local", folder = "{talks}" }}
    """)
    async with open_client(settings) as client:
        answer = await client.call_tool("list_audio_tracks", {"video": "gone/123"})
        named = await client.call_tool("find_videos", {"account": "gone"})
    assert "accounts.gone.api_token_env" in text_of(answer)
    assert "accounts.gone.api_token_env" in text_of(named)


async def test_of_two_accounts_of_one_name_the_environments_wins_and_a_note_says_so(
    open_client: Opens, settings_of: Reads, talks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (talks / "inner").mkdir()
    monkeypatch.setenv("MEDIA_TRACKS_LOCAL_ROOTS", str(talks))
    monkeypatch.setenv("DATOCMS_API_TOKEN", HIDDEN)
    settings = settings_of(f"""
        accounts.datocms = {{ provider = "local", folder = "{talks / "inner"}" }}
        accounts.local = {{ provider = "datocms", api_token = "{HIDDEN}2" }}
    """)
    found = await listed(open_client, settings)
    assert [(one.account, one.provider) for one in found.accounts] == [
        ("local", "local"),
        ("datocms", "datocms"),
    ]
    assert sum("already give an account of this name" in note for note in found.notes or ()) == 2


async def test_one_account_under_two_names_is_used_under_its_first_and_a_note_says_so(
    open_client: Opens, settings_of: Reads, talks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", HIDDEN)
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "x")
    settings = settings_of(f"""
        local_roots = "{talks}"
        accounts.one = {{ provider = "datocms", api_token = "{HIDDEN}" }}
        accounts.two = {{ provider = "datocms", api_token = "{HIDDEN}" }}
        accounts.same = {{ provider = "cloudflare", api_token = "{HIDDEN}", account_id = "x" }}
        accounts.other = {{ provider = "cloudflare", api_token = "{HIDDEN}", account_id = "y" }}
        accounts.again = {{ provider = "local", folder = "talks" }}
    """)
    found = await listed(open_client, settings)
    assert names(found) == ["local", "cloudflare", "one", "other"]
    notes = " ".join(found.notes or ())
    for second, first in (("two", "one"), ("same", "cloudflare"), ("again", "local")):
        assert f"The account '{second}' is not used: it is '{first}' under a second name" in notes


TOKEN = f'api_token = "{HIDDEN}"'


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (f'[accounts.a]\nprovider = "datocms"\n{TOKEN}\nfolder = "x"', ["accounts.a", "folder"]),
        (f'[accounts.a]\nprovider = "datocms"\napi_tokn = "{HIDDEN}"', ["accounts.a", "api_tokn"]),
        (f'[accounts.a]\nprovider = "cloudflare"\n{TOKEN}', ["accounts.a", "account_id"]),
        ('[accounts.a]\nprovider = "local"', ["accounts.a", "folder"]),
        ('[accounts.a]\nprovider = "datocms"', ["accounts.a", "no token", "api_token_env"]),
        (
            f'[accounts.a]\nprovider = "datocms"\n{TOKEN}\napi_token_env = "X"',
            ["accounts.a", "api_token and api_token_env"],
        ),
        (f"[accounts.a]\n{TOKEN}", ["accounts.a", "provider"]),
        (f'[accounts.a]\nprovider = "vimeo"\n{TOKEN}', ["accounts.a", "'cloudflare'"]),
        (f'[accounts.A]\nprovider = "datocms"\n{TOKEN}', ["accounts.A", "a-z"]),
        (f'[accounts."{"a" * 33}"]\nprovider = "datocms"\n{TOKEN}', ["1 to 32"]),
        (f'[accounts.a]\nprovider = "datocms"\napi_token = ["{HIDDEN}"]', ["api_token"]),
        (f'accounts = "{HIDDEN}"', ["[accounts.NAME]"]),
        (f'accounts.a = "{HIDDEN}"', ["accounts.a"]),
    ],
)
def test_a_malformed_table_is_refused_by_its_name_and_key_and_no_token_shows(
    settings_of: Reads, table: str, words: list[str]
) -> None:
    with pytest.raises(SetupError) as caught:
        settings_of(table)
    assert all(word in caught.value.message for word in words), caught.value.message
    assert "media-tracks.toml" in str(caught.value.next_step)
    assert HIDDEN not in f"{caught.value} {caught.value.__cause__}"


def test_no_variable_stands_for_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MEDIA_TRACKS_ACCOUNTS", "ACCOUNTS"):
        monkeypatch.setenv(name, "no JSON")
    assert not load().accounts
