"""The configured accounts: which provider a name, a handle or a pasted URL means."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from media_tracks_tools.errors import CallerError, NotFound
from media_tracks_tools.ports import Provider
from media_tracks_tools.services import Located


class Noted(StrEnum):
    """Why there is a note on what is not used."""

    OFF = "off"
    """Nobody asked for it."""
    PASSED_OVER = "passed over"
    """Another account has its name, or is the same."""
    BROKEN = "broken"
    """It was asked for and can't be used."""


@dataclass(frozen=True)
class Note:
    """What is not configured, or not used, and why: a sentence. `account` is the name it has."""

    kind: Noted
    text: str
    account: str | None = None
    next_step: str | None = None

    def __str__(self) -> str:
        return f"{self.text} {self.next_step}" if self.next_step else self.text


class Registry:
    """The accounts of this process; satisfies `media_tracks_tools.services.Accounts`."""

    def __init__(self, providers: Sequence[Provider], notes: Sequence[Note] = ()) -> None:
        self._providers = tuple(providers)
        self._notes = tuple(notes)

    def all(self) -> tuple[Provider, ...]:
        """See `Accounts.all`."""
        return self._providers

    def notes(self) -> tuple[str, ...]:
        """See `Accounts.notes`."""
        return tuple(str(note) for note in self._notes)

    def named(self, name: str) -> Provider:
        """See `Accounts.named`."""
        for provider in self._providers:
            if provider.account.name == name:
                return provider
        raise NotFound(
            f"There is no account {name[:60]!r}.{self._why_not(name)}",
            code="unknown_account",
            next_step=self._advice(),
        )

    def locate(self, video: str) -> Located:
        """See `Accounts.locate`. A name that is an account's wins over a folder of that name."""
        text = video.strip()
        name, slash, rest = text.partition("/")
        for provider in self._providers:
            if slash and rest and provider.account.name == name:
                return Located(provider, provider.recognise(rest) or rest)
        found = [(p, video_id) for p in self._providers if (video_id := p.recognise(text))]
        if len(found) == 1:
            return Located(*found[0])
        if found:
            handles = ", ".join(f"{p.account.name}/{video_id}" for p, video_id in found)
            raise CallerError(
                f"More than one account can mean {text[:120]!r}.",
                code="ambiguous_video",
                next_step=f"Call again with one of these as video: {handles}.",
            )
        raise NotFound(
            f"No account here knows the video {text[:120]!r}.{self._why_not(name)}",
            code="unknown_video",
            next_step=f"Call find_videos and pass its `video` value. {self._advice()}",
        )

    def _advice(self) -> str:
        names = ", ".join(provider.account.name for provider in self._providers)
        return f"The accounts here: {names}." if names else " ".join(self.notes())

    def _why_not(self, name: str) -> str:
        """The notes on an account of this name."""
        return "".join(f" {note}" for note in self._notes if note.account == name)
