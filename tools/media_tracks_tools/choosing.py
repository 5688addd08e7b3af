"""Which track is meant: its id, or a name or language that only one has."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from media_tracks_tools import languages
from media_tracks_tools.capabilities import require
from media_tracks_tools.errors import CallerError, Conflict, NotFound
from media_tracks_tools.models import AudioTrack, SubtitleTrack
from media_tracks_tools.ports import ListsAudio, ListsSubtitles
from media_tracks_tools.services import Located, Services

_SHOWN = 20


class _Track(Protocol):
    @property
    def track_id(self) -> str: ...

    @property
    def language(self) -> str | None: ...


_T = TypeVar("_T", bound=_Track)


async def audio_track(services: Services, located: Located, wanted: str) -> AudioTrack:
    """The audio track with this id, or else the only one with this label or language.

    Raises NotFound or CallerError, naming the tracks there are.
    """
    return _audio(await _audio_tracks(services, located), located, wanted)


async def removable_audio_track(services: Services, located: Located, wanted: str) -> AudioTrack:
    """The same, for deleting it. Raises Conflict for the default track, naming the others."""
    tracks = await _audio_tracks(services, located)
    chosen = _audio(tracks, located, wanted)
    if not chosen.default:
        return chosen
    others = [track for track in tracks if track is not chosen]
    raise Conflict(
        f"The audio track {chosen.label[:60]!r} is the one that players start with, so it can't "
        "be deleted.",
        code="default_track",
        next_step="Make another one the default first: "
        + "; or ".join(
            f"update_audio_track(video={located.video!r}, track={track.track_id!r}, "
            f"make_default=true) for {track.label[:60]!r}"
            for track in others[:_SHOWN]
        )
        + "."
        if others
        else "It is the only one that is listed; add another audio track first.",
    )


async def _audio_tracks(services: Services, located: Located) -> tuple[AudioTrack, ...]:
    lister = require(services.accounts, located.provider, ListsAudio)
    return (await lister.list_audio_tracks(located.video_id)).tracks


def _audio(tracks: Sequence[AudioTrack], located: Located, wanted: str) -> AudioTrack:
    names = {track.track_id: track.label for track in tracks}
    return _chosen("audio", located, wanted, names, tracks)


async def subtitle_track(services: Services, located: Located, wanted: str) -> SubtitleTrack:
    """The subtitle track with this id, or else the only one with this name or language.

    Raises NotFound or CallerError, naming the tracks there are.
    """
    lister = require(services.accounts, located.provider, ListsSubtitles)
    tracks = (await lister.list_subtitles(located.video_id)).tracks
    return _chosen(
        "subtitle", located, wanted, {track.track_id: track.name for track in tracks}, tracks
    )


def _chosen(
    kind: str, located: Located, wanted: str, names: dict[str, str], tracks: Sequence[_T]
) -> _T:
    by_id = [track for track in tracks if track.track_id == wanted]
    by_word = [
        track
        for track in tracks
        if names[track.track_id].casefold() == wanted.strip().casefold()
        or languages.same(track.language, wanted)
    ]
    found = by_id or by_word or _by_own_name(wanted, names, tracks)
    there = ", ".join(
        f"{track.track_id!r} ({names[track.track_id][:60]!r})" for track in tracks[:_SHOWN]
    )
    if len(found) > 1:
        raise CallerError(
            f"More than one {kind} track is called {wanted[:60]!r}.",
            code="ambiguous_track",
            next_step=f"Call again with one of these as track: {there}.",
        )
    if not found:
        raise NotFound(
            f"{located.video!r} has no {kind} track {wanted[:60]!r}.",
            code="unknown_track",
            next_step=f"It has: {there}." if there else _NONE[kind],
        )
    return found[0]


_NONE = {
    "audio": "It has none that is listed; add_audio_track adds one.",
    "subtitle": "It has none; generate_subtitles makes some from the speech, add_subtitles adds "
    "yours.",
}


def _by_own_name(wanted: str, names: dict[str, str], tracks: Sequence[_T]) -> list[_T]:
    """The tracks called by the language's own name, where the account keeps no language."""
    try:
        own = languages.autonym(languages.standard(wanted)).casefold()
    except CallerError:
        return []
    return [track for track in tracks if names[track.track_id].casefold() == own]
