"""The configured accounts: which provider a name, a handle or a pasted URL means."""

from collections.abc import Sequence

from media_tracks_tools.errors import CallerError, NotFound
from media_tracks_tools.ports import Located, Provider


class Registry:
    """The accounts of this process; satisfies `media_tracks_tools.ports.Accounts`."""

    def __init__(self, providers: Sequence[Provider], notes: Sequence[str] = ()) -> None:
        self._providers = tuple(providers)
        self._notes = tuple(notes)

    def all(self) -> tuple[Provider, ...]:
        """See `Accounts.all`."""
        return self._providers

    def notes(self) -> tuple[str, ...]:
        """See `Accounts.notes`."""
        return self._notes

    def named(self, name: str) -> Provider:
        """See `Accounts.named`."""
        for provider in self._providers:
            if provider.account.name == name:
                return provider
        raise NotFound(
            f"There is no account {name[:60]!r}.", code="unknown_account", next_step=self._advice()
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
            f"No account here knows the video {text[:120]!r}.",
            code="unknown_video",
            next_step=f"Call find_videos and pass its `video` value. {self._advice()}",
        )

    def _advice(self) -> str:
        names = ", ".join(provider.account.name for provider in self._providers)
        return f"The accounts here: {names}." if names else " ".join(self._notes)
