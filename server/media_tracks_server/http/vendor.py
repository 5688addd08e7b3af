"""What the client has to know of a vendor, of a request, and of an answer."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from media_tracks_server.http.limits import Bucket
from media_tracks_tools.errors import MediaTracksError, Unreadable

Parsed = TypeVar("Parsed", bound=BaseModel)


@dataclass(frozen=True)
class VendorSays:
    """What a vendor's error body says.

    `code` and `message` are the vendor's; `means` and `next_step` are the adapter's knowledge
    of that code and overrule the status table.
    """

    code: str | None = None
    message: str | None = None
    means: type[MediaTracksError] | None = None
    next_step: str | None = None


@dataclass(frozen=True)
class Places:
    """What holds an account's credential and its address, in words for people."""

    credential: str
    base_url: str

    def filled_in(self, text: str) -> str:
        """The text with these words in the place of `{credential}` and `{base_url}`."""
        filled = text.replace("{credential}", self.credential)
        return filled.replace("{base_url}", self.base_url)


class Known(NamedTuple):
    """What an adapter knows of one of its vendor's error codes; `means` None: the status says.

    `next_step` may name the account's `Places`.
    """

    means: type[MediaTracksError] | None
    next_step: str | None


@dataclass(frozen=True)
class Vendor:
    """One account on the wire; `headers` and `secrets` never show in a repr.

    `settings` names what holds the credential and `base_url_setting` the address, for people.
    """

    name: str
    base_url: str
    bucket: Bucket
    settings: str
    base_url_setting: str
    read_error: Callable[[int, bytes], VendorSays]
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Ask:
    """What a request is for, in words: `doing` fits after "refused", `missing` explains a 404."""

    doing: str
    missing: str | None = None


@dataclass(frozen=True)
class Answer:
    """A 2xx answer, not yet read."""

    status: int
    body: bytes
    vendor: str
    doing: str

    def parse(self, model: type[Parsed]) -> Parsed:
        """The body as a model of the vendor's JSON. Raises Unreadable."""
        try:
            return model.model_validate_json(self.body)
        except ValidationError:
            raise self.unreadable() from None

    def text(self) -> str:
        """The body as UTF-8, without a byte order mark. Raises Unreadable."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise self.unreadable() from None

    def unreadable(self) -> Unreadable:
        """The error of an accepted request whose answer makes no sense."""
        return Unreadable(
            f"{self.vendor} accepted {self.doing} (HTTP {self.status}), but its answer is not "
            "what its documentation says.",
            next_step="Look at what is there before asking for it again.",
        )


def fingerprint(*parts: str) -> str:
    """A hash by which accounts and credentials are told apart; it may be stored."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
