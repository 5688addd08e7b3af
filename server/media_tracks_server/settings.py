"""All settings, in one frozen object; nothing else reads the environment.

The environment wins over `media-tracks.toml`. A secret may be given as `NAME_FILE`, the path
of a file that holds it. More accounts are tables of that file (`account_tables`).
"""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, TypedDict

import platformdirs
from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from media_tracks_server.account_tables import AccountName, AccountTable, fault_in_words
from media_tracks_server.jobs.uncertain import OnUncertain
from media_tracks_server.secret_files import SecretFiles, holds_secret
from media_tracks_server.toml_file import TomlFile
from media_tracks_tools.errors import SetupError

DATOCMS_URL = "https://site-api.datocms.com"
DATOCMS_MUX_URL = "https://stream.mux.com"
CLOUDFLARE_URL = "https://api.cloudflare.com/client/v4"
_ACCOUNTS = "accounts"


class LogLevel(StrEnum):
    """What reaches stderr."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Confirm(StrEnum):
    """Whether anything may be deleted or replaced, once the person has agreed."""

    ASK = "ask"
    REFUSE = "refuse"


class Family(StrEnum):
    """Tools that belong together, and are switched on and off together."""

    VIDEOS = "videos"
    AUDIO = "audio"
    SUBTITLES = "subtitles"
    JOBS = "jobs"


_EVERY_FAMILY = ",".join(Family)


def _families(text: str) -> str:
    """Names of families, separated by commas, in their fixed order."""
    named = {name.strip().casefold() for name in text.split(",")} - {""}
    if not named or named - set(Family):
        raise PydanticCustomError(
            "families", "name one or more of {known}", {"known": ", ".join(Family)}
        )
    return ",".join(family for family in Family if family in named)


def _data_folder() -> Path:
    return platformdirs.user_data_path("media-tracks", appauthor=False)


class Settings(BaseSettings):
    """Every setting, with its default; the server starts with none set."""

    model_config = SettingsConfigDict(
        env_prefix="MEDIA_TRACKS_",
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
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
    on_uncertain: OnUncertain = Field(
        default=OnUncertain.ASK,
        description="What to do when nobody can tell whether a vendor accepted a billed request: "
        "`ask`, `submit_again` or `give_up`.",
    )
    confirm: Confirm = Field(
        default=Confirm.ASK,
        description="Deleting and replacing: `ask` the person (or take a `confirm` value from "
        "clients that can't be asked), or always `refuse`.",
    )
    read_only: bool = Field(
        default=False,
        description="Offer only what changes nothing, whatever else is set; also "
        "`serve --read-only`.",
    )
    tools: Annotated[str, AfterValidator(_families)] = Field(
        default=_EVERY_FAMILY,
        description="Which families of tools are offered, separated by commas; also "
        "`serve --tools`.",
    )
    secret: SecretStr | None = Field(
        default=None,
        description="Signs `confirm` values; the same for all servers that share jobs. None: one "
        "is made, in a file of the user's data folder that only this user can read.",
    )
    allow_private_urls: bool = Field(
        default=False,
        description="Whether URLs that this server itself fetches may lead to this machine or a "
        "private network.",
    )
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
    datocms_mux_url: str = Field(
        default=DATOCMS_MUX_URL,
        description="DatoCMS: where the text of subtitles is tried to be read.",
    )
    cloudflare_base_url: str = Field(
        default=CLOUDFLARE_URL, description="Cloudflare's address; the sandbox's while trying."
    )
    accounts: Mapping[AccountName, AccountTable] = Field(
        default_factory=dict[AccountName, AccountTable],
        description="Only in `media-tracks.toml`: a table for each further account, with "
        "`provider` (`datocms`, `cloudflare`, `local`); a vendor's with `api_token_file`, "
        "`api_token_env` or `api_token`, optionally `base_url`, and Cloudflare's `account_id`; a "
        "local one with `folder`. Relative paths begin at the file's folder.",
    )

    @property
    def families(self) -> frozenset[Family]:
        """The families of tools that are offered."""
        return frozenset(Family(name) for name in self.tools.split(","))

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
        toml = TomlFile(settings_cls, config_file())
        files = SecretFiles(settings_cls, _secret_paths())
        return init_settings, _Environment(settings_cls), files, toml


class _Environment(EnvSettingsSource):
    """The environment; tables of accounts are never in it."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | None, str, bool]:
        """The variable of this field."""
        if field_name == _ACCOUNTS:
            return None, field_name, False
        return super().get_field_value(field, field_name)


def _secret_paths() -> dict[str, tuple[str, Path]]:
    """By field: the variable that names a secret's file, and that file."""
    fields = [name for name, field in Settings.model_fields.items() if holds_secret(field)]
    named = {field: f"{variable(field)}_FILE" for field in fields}
    given = {field: (name, os.environ.get(name)) for field, name in named.items()}
    return {field: (name, Path(path)) for field, (name, path) in given.items() if path}


class Given(TypedDict, total=False):
    """Settings that the command line may give; they win."""

    read_only: bool
    tools: str


def load(given: Given | None = None) -> Settings:
    """The settings of this process.

    Raises SetupError naming what is wrong, never a value.
    """
    try:
        settings = Settings(**(given or {}))
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(
            f"{config_file()} is not valid TOML: {error}.",
            next_step="Mend the file (or remove it), then start again.",
        ) from error
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        faults = "; ".join(_fault(fault) for fault in found)
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
    """The environment variable of a field; of the accounts, the table that stands for it."""
    if field == _ACCOUNTS:
        return "[accounts.NAME]"
    alias = Settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices) and isinstance(first := alias.choices[0], str):
        return first
    return f"MEDIA_TRACKS_{field.upper()}"


def config_file() -> Path:
    """Where `media-tracks.toml` is, or would be.

    Raises SetupError where MEDIA_TRACKS_CONFIG names a file that is not there.
    """
    named = os.environ.get("MEDIA_TRACKS_CONFIG")
    if named and not Path(named).is_file():
        raise SetupError(
            "MEDIA_TRACKS_CONFIG names a file that is not there.",
            next_step="Correct the path, or remove the setting.",
        )
    folder = platformdirs.user_config_path("media-tracks", appauthor=False)
    return Path(named) if named else folder / "media-tracks.toml"


def environment(name: str) -> str | None:
    """A variable that a table of an account names; None where it is empty or not there."""
    return os.environ.get(name) or None


def _fault(fault: ErrorDetails) -> str:
    field = str(fault["loc"][0])
    if field == _ACCOUNTS:
        return fault_in_words(fault)
    return f"{variable(field) if field in Settings.model_fields else field}: {fault['msg']}"
