"""The tables `[accounts.NAME]` of `media-tracks.toml`: one account each, by its provider.

A malformed table is refused when the settings are read. Whether its secret is there is asked
only when the account is opened: one that is not disables that account alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_core import ErrorDetails

from media_tracks_server.secret_files import secret_in
from media_tracks_tools.errors import SetupError

AccountName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
_TOKEN_KEYS = ("api_token", "api_token_file", "api_token_env")
_PROVIDERS = "'datocms', 'cloudflare' or 'local'"


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class _VendorTable(_Table):
    """The token in exactly one of three forms; `base_url` overrules the vendor's address."""

    api_token: SecretStr | None = None
    api_token_file: Path | None = None
    api_token_env: str | None = None
    base_url: str | None = None

    @model_validator(mode="after")
    def _one_token(self) -> "_VendorTable":
        given = [key for key in _TOKEN_KEYS if getattr(self, key) is not None]
        if len(given) != 1:
            told = f"has {' and '.join(given)}" if given else "has no token"
            raise ValueError(f"{told}; give one of {', '.join(_TOKEN_KEYS)}")
        return self


class DatoCMSTable(_VendorTable):
    """A DatoCMS project."""

    provider: Literal["datocms"]


class CloudflareTable(_VendorTable):
    """A Cloudflare account with Stream."""

    provider: Literal["cloudflare"]
    account_id: str


class LocalTable(_Table):
    """A folder on this machine."""

    provider: Literal["local"]
    folder: Path


VendorTable = DatoCMSTable | CloudflareTable
AccountTable = Annotated[VendorTable | LocalTable, Field(discriminator="provider")]


@dataclass(frozen=True)
class Credential:
    """An account's token, and what holds it in words that name the place to mend.

    None: the adapter's own words, for a lone token.
    """

    token: SecretStr
    setting: str | None = None


@dataclass(frozen=True)
class Address:
    """An account's own address of its vendor, and what holds it, in words.

    None: the vendor's address in the settings.
    """

    url: str | None = None
    setting: str | None = None


USUAL_ADDRESS = Address()


def credential(
    name: str, table: VendorTable, folder: Path, environment: Callable[[str], str | None]
) -> Credential:
    """The token of the account `name`; a relative path begins at `folder`.

    Raises SetupError, naming the key, where there is no token.
    """
    if table.api_token_file is not None:
        key = f"accounts.{name}.api_token_file"
        token, setting = (
            secret_in(key, folder / table.api_token_file.expanduser()),
            f"the file that {key} names",
        )
    elif table.api_token_env is not None:
        key = f"accounts.{name}.api_token_env"
        token = SecretStr(environment(table.api_token_env) or "")
        setting = f"{table.api_token_env}, the variable that {key} names"
    else:
        key = setting = f"accounts.{name}.api_token"
        token = table.api_token or SecretStr("")
    if not token.get_secret_value():
        raise SetupError(
            f"{_capital(setting)} is empty or not set.",
            next_step=f"Put the account's token there, or correct {key} in media-tracks.toml.",
        )
    return Credential(token, f"{setting} in media-tracks.toml")


def address(name: str, table: VendorTable) -> Address:
    """The vendor's address for the account `name`."""
    if not table.base_url:
        return USUAL_ADDRESS
    return Address(table.base_url, f"accounts.{name}.base_url in media-tracks.toml")


def fault_in_words(fault: ErrorDetails) -> str:
    """What is wrong with a table, naming its account and key, and never a value."""
    _, *rest = (str(part) for part in fault["loc"])
    if not rest:
        return "accounts: give each account as a table, [accounts.NAME]"
    name, key = rest[0][:60], rest[-1]
    match fault["type"]:
        case _ if key == "[key]":
            said = "is no name of an account: use 1 to 32 of a-z, 0-9 and -"
        case "union_tag_not_found" | "union_tag_invalid":
            said = f"needs provider = {_PROVIDERS}"
        case "extra_forbidden":
            said = f"has a key that is none of its provider's: {key[:60]}"
        case "missing":
            said = f"lacks the key {key}"
        case "value_error":
            said = fault["msg"].removeprefix("Value error, ")
        case _ if len(rest) > 2:
            said = f"{key}: {fault['msg']}"
        case _:
            said = fault["msg"]
    return f"[accounts.{name}] {said}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:] if text.startswith("the ") else text
