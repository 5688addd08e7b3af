"""Where settings come from, and which source wins."""

from pathlib import Path

import pytest

from media_tracks_server.settings import load
from media_tracks_tools.errors import SetupError


@pytest.fixture(autouse=True)
def toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An own configuration file."""
    path = tmp_path / "media-tracks.toml"
    path.touch()
    monkeypatch.setenv("MEDIA_TRACKS_CONFIG", str(path))
    return path


def test_the_defaults_need_nothing() -> None:
    settings = load()
    assert settings.local_roots == ""
    assert settings.datocms_api_token is None
    assert settings.wait_seconds == 25
    assert settings.database_path.name == "jobs.db"


def test_the_toml_file_is_read_and_the_environment_wins(
    toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml.write_text('wait_seconds = 10\nlocal_roots = "/a"\ndatocms_api_token = "from-toml"\n')
    monkeypatch.setenv("MEDIA_TRACKS_WAIT_SECONDS", "5")
    settings = load()
    assert (settings.wait_seconds, settings.local_roots) == (5, "/a")
    assert settings.datocms_api_token is not None
    assert settings.datocms_api_token.get_secret_value() == "from-toml"


def test_a_secret_may_lie_in_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("from-file\n")
    monkeypatch.setenv("DATOCMS_API_TOKEN_FILE", str(tmp_path / "token"))
    settings = load()
    assert settings.datocms_api_token is not None
    assert settings.datocms_api_token.get_secret_value() == "from-file"
    assert "from-file" not in repr(settings)


@pytest.mark.parametrize("content", [b"this = is = no toml", b"\xff\xfe"])
def test_a_toml_file_that_is_none_is_named(toml: Path, content: bytes) -> None:
    toml.write_bytes(content)
    with pytest.raises(SetupError, match=r"media-tracks\.toml"):
        load()


def test_a_key_that_is_no_setting_is_named(toml: Path) -> None:
    toml.write_text("wait_secnods = 10")
    with pytest.raises(SetupError, match="wait_secnods"):
        load()


def test_a_configuration_file_that_was_named_has_to_be_there(
    toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIA_TRACKS_CONFIG", f"{toml}.gone")
    with pytest.raises(SetupError, match="MEDIA_TRACKS_CONFIG"):
        load()


def test_the_toml_file_may_name_a_secrets_file(toml: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    toml.write_text(f'datocms_api_token_file = "{tmp_path / "token"}"')
    settings = load()
    assert settings.datocms_api_token is not None
    assert settings.datocms_api_token.get_secret_value() == "from-file"


def test_a_secrets_file_that_is_no_text_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    monkeypatch.setenv("DATOCMS_API_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(SetupError, match="DATOCMS_API_TOKEN_FILE"):
        load()


def test_an_invalid_value_names_its_variable_and_not_the_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MEDIA_TRACKS_WAIT_SECONDS", "hunter2")
    with pytest.raises(SetupError) as caught:
        load()
    assert "MEDIA_TRACKS_WAIT_SECONDS" in caught.value.message
    assert "hunter2" not in caught.value.message


def test_every_secret_may_lie_in_a_file_and_none_shows(
    toml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "signing").write_text("from-file\n")
    monkeypatch.setenv("MEDIA_TRACKS_SECRET_FILE", str(tmp_path / "signing"))
    toml.write_text('cloudflare_api_token = "from-toml"')
    settings = load()
    assert settings.secret is not None
    assert settings.secret.get_secret_value() == "from-file"
    assert "from-" not in f"{settings!r} {settings.model_dump()} {settings.model_dump_json()}"


def test_relative_paths_in_the_toml_file_begin_at_its_folder(
    toml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("from-file")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("MEDIA_TRACKS_CONFIG", f"../{toml.name}")
    toml.write_text(
        'local_roots = "videos:talks=more/talks:/absolute"\n'
        'database_url = "sqlite:///jobs.db"\n'
        'speech_model = "./model"\n'
        'datocms_api_token_file = "token"\n'
    )
    settings = load()
    roots = [Path(part).resolve() for part in settings.local_roots.replace("talks=", "").split(":")]
    assert roots == [tmp_path / "videos", tmp_path / "more" / "talks", Path("/absolute")]
    assert settings.database_path.resolve() == tmp_path / "jobs.db"
    assert Path(settings.speech_model).resolve() == tmp_path / "model"
    assert settings.datocms_api_token is not None


def test_a_speech_models_name_in_the_toml_file_stays_a_name(toml: Path) -> None:
    toml.write_text('speech_model = "small"')
    assert load().speech_model == "small"


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("MEDIA_TRACKS_ON_UNCERTAIN", "pay twice", "submit_again"),
        ("MEDIA_TRACKS_CONFIRM", "never", "refuse"),
    ],
)
def test_a_choice_that_is_none_is_told_with_the_choices(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SetupError, match=f"{variable}.*{words}"):
        load()


def test_the_choices_default_to_asking() -> None:
    settings = load()
    assert (settings.on_uncertain.value, settings.confirm.value) == ("ask", "ask")
