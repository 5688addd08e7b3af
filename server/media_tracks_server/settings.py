"""All settings, in one frozen object; nothing else reads the environment.

The environment wins over `media-tracks.toml`. A secret may be given as `NAME_FILE`, the path
of a file that holds it.
"""

import os
from enum import StrEnum
from pathlib import Path
from tomllib import TOMLDecodeError

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from media_tracks_tools.errors import SetupError

DATOCMS_URL = "https://site-api.datocms.com"
CLOUDFLARE_URL = "https://api.cloudflare.com/client/v4"
_SECRETS = ("DATOCMS_API_TOKEN", "CLOUDFLARE_API_TOKEN")


class LogLevel(StrEnum):
    """What reaches stderr."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _data_folder() -> Path:
    return platformdirs.user_data_path("media-tracks", appauthor=False)


class Settings(BaseSettings):
    """Every setting, with its default; the server starts with none set."""

    model_config = SettingsConfigDict(
        env_prefix="MEDIA_TRACKS_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    local_roots: str = Field(
        default="",
        description="Folders whose videos may be used, separated as in PATH, each optionally "
        "`name=folder`. None: local files are off.",
    )
    database_url: str = Field(
        default_factory=lambda: f"sqlite:///{_data_folder() / 'jobs.db'}",
        description="The job database, `sqlite:///` and a path; shared by every server of this "
        "user. Default: `jobs.db` in the user's data folder.",
    )
    speech_model: str = Field(
        default="base",
        description="The Whisper model for local files: a name (`tiny`, `base`, `small`, …), "
        "downloaded on first use, or a folder that holds one.",
    )
    speech_threads: int = Field(
        default=1, ge=1, le=64, description="Threads for speech recognition."
    )
    wait_seconds: float = Field(
        default=25,
        ge=0,
        le=50,
        description="How long a tool waits for a job unless told otherwise.",
    )
    keep_jobs_days: float = Field(default=30, gt=0, description="How long ended jobs are kept.")
    log_level: LogLevel = Field(default=LogLevel.WARNING, description="What is logged to stderr.")
    datocms_api_token: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("DATOCMS_API_TOKEN", "datocms_api_token"),
        description="DatoCMS: a token of the project with CMA access.",
    )
    cloudflare_api_token: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("CLOUDFLARE_API_TOKEN", "cloudflare_api_token"),
        description="Cloudflare: a token with the permission Stream: Edit.",
    )
    cloudflare_account_id: str | None = Field(
        default=None,
        validation_alias=AliasChoices("CLOUDFLARE_ACCOUNT_ID", "cloudflare_account_id"),
        description="Cloudflare: the account's id.",
    )
    datocms_base_url: str = Field(
        default=DATOCMS_URL, description="DatoCMS's address; the sandbox's while trying."
    )
    cloudflare_base_url: str = Field(
        default=CLOUDFLARE_URL, description="Cloudflare's address; the sandbox's while trying."
    )

    @property
    def database_path(self) -> Path:
        """The SQLite file. Raises SetupError for any other kind of URL."""
        scheme, _, path = self.database_url.partition("sqlite:///")
        if scheme or not path:
            raise SetupError(
                "MEDIA_TRACKS_DATABASE_URL is not an SQLite URL.",
                next_step="Set it to sqlite:/// and the path of a file, or leave it out.",
            )
        return Path(path).expanduser()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, then the secrets' files, then the TOML file."""
        files = _SecretFiles(settings_cls)
        return init_settings, env_settings, files, _Toml(settings_cls, _toml())


class _SecretFiles(PydanticBaseSettingsSource):
    """`DATOCMS_API_TOKEN_FILE=/run/secrets/dato` and the like."""

    def get_field_value(self, field: object, field_name: str) -> tuple[str | None, str, bool]:
        """The content of the file that the environment names for this field."""
        name = f"{field_name.upper()}_FILE"
        path = os.environ.get(name) if field_name.upper() in _SECRETS else None
        return (_content(name, Path(path)) if path else None), field_name, False

    def __call__(self) -> dict[str, str]:
        values = {name: self.get_field_value(None, name.lower())[0] for name in _SECRETS}
        return {name.lower(): value for name, value in values.items() if value is not None}


class _Toml(TomlConfigSettingsSource):
    """`media-tracks.toml`; a key that is no setting is refused, `…_file` names a secret's file."""

    def __call__(self) -> dict[str, object]:
        values: dict[str, object] = dict(super().__call__())
        for name in [name.lower() for name in _SECRETS]:
            path = values.pop(f"{name}_file", None)
            if isinstance(path, str):
                values[name] = _content(f"{name}_file", Path(path).expanduser())
        unknown = sorted(key for key in values if key.lower() not in Settings.model_fields)
        if unknown:
            raise SetupError(
                f"{_toml()} has keys that are no settings: {', '.join(unknown)[:200]}.",
                next_step="Correct or remove them; the README lists the settings.",
            )
        return values


def _content(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SetupError(
            f"The file that {name} names can't be read: {reason}.",
            next_step="Mend the path or the file, then restart this server.",
        ) from error


def load() -> Settings:
    """The settings of this process. Raises SetupError naming what is wrong, never a value."""
    try:
        settings = Settings()
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(
            f"{_toml()} is not valid TOML: {error}.",
            next_step="Mend the file (or remove it), then start again.",
        ) from error
    except ValidationError as error:
        faults = "; ".join(
            f"{_variable(str(fault['loc'][0]))}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        raise SetupError(
            f"A setting is not valid. {faults}.",
            next_step="Mend it in the environment or in media-tracks.toml, then start again.",
        ) from error
    if settings.database_path.is_dir():
        raise SetupError(
            "MEDIA_TRACKS_DATABASE_URL names a folder.",
            next_step="Set it to sqlite:/// and the path of a file, or leave it out.",
        )
    return settings


def variable(field: str) -> str:
    """The environment variable of a field."""
    alias = Settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices) and isinstance(first := alias.choices[0], str):
        return first
    return f"MEDIA_TRACKS_{field.upper()}"


def _variable(location: str) -> str:
    return variable(location) if location in Settings.model_fields else location


def _toml() -> Path:
    named = os.environ.get("MEDIA_TRACKS_CONFIG")
    if named and not Path(named).is_file():
        raise SetupError(
            "MEDIA_TRACKS_CONFIG names a file that is not there.",
            next_step="Correct the path, or remove the setting.",
        )
    folder = platformdirs.user_config_path("media-tracks", appauthor=False)
    return Path(named) if named else folder / "media-tracks.toml"
