"""What an account can do, and the one sentence for when it can't."""

from typing import TypeVar

from media_tracks_tools.errors import NotSupported
from media_tracks_tools.ports import (
    AddsAudio,
    AddsSubtitles,
    DeletesAudio,
    DeletesSubtitles,
    EditsSubtitles,
    FindsVideos,
    GeneratesSubtitles,
    ListsAudio,
    ListsSubtitles,
    Provider,
    ReadsSubtitles,
    UpdatesAudio,
)
from media_tracks_tools.services import Accounts

_C = TypeVar("_C")

CAPABILITIES: dict[type, str] = {
    FindsVideos: "find videos",
    ListsAudio: "list audio tracks",
    AddsAudio: "add audio tracks",
    UpdatesAudio: "change audio tracks",
    DeletesAudio: "delete audio tracks",
    ListsSubtitles: "list subtitles",
    GeneratesSubtitles: "generate subtitles",
    ReadsSubtitles: "read subtitles",
    AddsSubtitles: "add subtitles",
    EditsSubtitles: "edit subtitles",
    DeletesSubtitles: "delete subtitles",
}


def of(provider: Provider) -> tuple[str, ...]:
    """What this account can do, in words."""
    return tuple(word for kind, word in CAPABILITIES.items() if isinstance(provider, kind))


def require(accounts: Accounts, provider: Provider, capability: type[_C]) -> _C:
    """The provider as one that has this capability.

    Raises NotSupported, naming the accounts that can.
    """
    if isinstance(provider, capability):
        return provider
    able = [other.account.name for other in accounts.all() if isinstance(other, capability)]
    word = CAPABILITIES[capability]
    others = f"Of your accounts, these can: {', '.join(able)}." if able else "No account here can."
    raise NotSupported(
        f"The account {provider.account.name!r} has no way to {word}.", next_step=others
    )
