"""Which track a request is about: the one it wants, the one that is there, the one we made."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from media_tracks_server.http import plain
from media_tracks_server.providers.datocms.tracks import status_of, to_result
from media_tracks_server.providers.datocms.wire import Track
from media_tracks_tools.languages import autonym, primary, same
from media_tracks_tools.models import TrackResult, TrackStatus
from media_tracks_tools.plans import Task
from media_tracks_tools.requests import (
    AddAudioTrack,
    AddSubtitles,
    DeleteAudioTrack,
    DeleteSubtitles,
    EditSubtitles,
    GenerateSubtitles,
    Request,
)

CHOSEN_NAME = "name"
"""What a Ref calls the name that the new track got, where the wanted one was taken."""
_NUMBERED = re.compile(r"(?P<stem>.*\S) (?P<number>[2-9]|[1-9][0-9])")
_ADOPTED = (
    "DatoCMS's answer to the request was lost; the track was found in the list by its name and "
    "language, so somebody else may have made it."
)


@dataclass(frozen=True)
class Wish:
    """A track that is to be made; `replaces` is the id of the one whose place it takes."""

    type: str
    name: str
    language: str
    replaces: str | None = None


def wish_of(request: Request) -> Wish | None:
    """The track that the request wants made; None for a deletion."""
    match request:
        case AddAudioTrack():
            return Wish("audio", request.label, request.language or "")
        case GenerateSubtitles() | AddSubtitles():
            return Wish("subtitles", request.name, request.language, request.replaces)
        case EditSubtitles():
            return Wish("subtitles", request.name, request.language, request.track_id)
        case _:
            return None


def doomed_by(request: Request) -> str | None:
    """The id of the track that the request wants gone."""
    if isinstance(request, (DeleteAudioTrack, DeleteSubtitles)):
        return request.track_id
    wish = wish_of(request)
    return wish.replaces if wish else None


def name_for(task: Task, wish: Wish) -> str:
    """The new track's name: the one that was chosen for this task, else the wanted one."""
    return task.ref(CHOSEN_NAME) or wish.name


def of_type(tracks: Iterable[Track], kind: str) -> list[Track]:
    """The tracks of one type: `audio` or `subtitles`."""
    return [track for track in tracks if track.attributes.type == kind]


def by_id(tracks: Iterable[Track], track_id: str | None, kind: str | None = None) -> Track | None:
    """The track with this id, and of this type if one is given."""
    found = (track for track in tracks if track.id == track_id)
    return next((track for track in found if kind in (None, track.attributes.type)), None)


def alike(tracks: Iterable[Track], wish: Wish) -> Track | None:
    """What is there already and not errored: audio by name, subtitles by language.

    Among subtitles of the language, the one that also has the name comes first.
    """
    usable = [
        track for track in of_type(tracks, wish.type) if status_of(track) is not TrackStatus.ERROR
    ]
    if wish.type == "audio":
        return next((track for track in usable if has_name(track, wish.name)), None)
    found = [track for track in usable if same(track.attributes.language_code, wish.language)]
    found.sort(key=lambda track: not has_name(track, wish.name))
    return found[0] if found else None


def ours(tracks: Iterable[Track], task: Task) -> tuple[TrackResult, ...]:
    """The tracks that this task may have made (jobs.md §2): new, of the type, with our name.

    Of those, the ones in the language; else the only one in a variant of it (`it` for `it-IT`).
    """
    return tuple(to_result(track, _ADOPTED) for track in _ours(tuple(tracks), task))


def late(tracks: tuple[Track, ...], task: Task) -> Track | None:
    """The one track, not errored, that an earlier run of this job has made after all.

    A baseline before the survey is the earlier run's.
    """
    found = [one for one in _ours(tracks, task) if status_of(one) is not TrackStatus.ERROR]
    return found[0] if task.baseline and len(found) == 1 else None


def _ours(tracks: tuple[Track, ...], task: Task) -> list[Track]:
    wish = wish_of(task.request)
    if wish is None:
        return []
    names = _our_names(tracks, task, wish)
    named = [
        track
        for track in of_type(tracks, wish.type)
        if track.id not in task.baseline and track.attributes.name.strip() in names
    ]
    found = [track for track in named if same(track.attributes.language_code, wish.language)]
    if not found:
        code = primary(wish.language)
        found = [track for track in named if primary(track.attributes.language_code) == code]
        found = found if len(found) == 1 else []
    return found


def _our_names(tracks: tuple[Track, ...], task: Task, wish: Wish) -> set[str]:
    """The name that was chosen; where nobody knows it, the wanted one and what would be chosen.

    Nobody does after a fresh start, which forgets what the earlier run was told.
    """
    chosen = task.ref(CHOSEN_NAME)
    if chosen:
        return {chosen.strip()}
    there = [track for track in tracks if track.id in task.baseline]
    return {wish.name.strip(), free_name(there, wish).strip()}


def made_by(track: Track, task: Task) -> TrackResult:
    """The track as the job's result, with what is to be said of how it came by its name.

    That no job was ever named, and no track given at once, means that it was adopted.
    """
    notes: list[str] = []
    chosen = task.ref(CHOSEN_NAME)
    if chosen and track.id not in task.baseline:
        wish = wish_of(task.request)
        taken = plain(wish.name if wish else chosen)
        notes.append(f"It is called {plain(chosen)!r} because {taken!r} was taken.")
    told = task.ref("job") or task.ref("given")
    if not told and track.id not in task.baseline:
        notes.append(_ADOPTED)
    return to_result(track, *notes)


def is_taken(tracks: Iterable[Track], wish: Wish) -> bool:
    """Whether a track of the type, errored ones too, has the wanted name."""
    return any(has_name(track, wish.name) for track in of_type(tracks, wish.type))


def free_name(tracks: Iterable[Track], wish: Wish) -> str:
    """The first of `Italiano`, `Italiano 2`, `Italiano 3` … that no track of the type has.

    That DatoCMS refuses a name that is taken is inferred from Mux, where names are unique among
    the tracks of a type. A track that takes the place of `Italiano 2` may be `Italiano` again;
    a number that is not ours stays.
    """
    taken = {_folded(track.attributes.name) for track in of_type(tracks, wish.type)}
    stem = _unnumbered(wish) if wish.replaces else wish.name
    name, number = stem, 1
    while _folded(name) in taken:
        number += 1
        name = f"{stem} {number}"
    return name


def _unnumbered(wish: Wish) -> str:
    """The name without the number that this program added to it.

    It did where the rest is the language's own name, and where a 2 follows a number: of `Part 2`
    that was replaced it makes `Part 2 2`. Any other number is somebody's.
    """
    numbered = _NUMBERED.fullmatch(wish.name)
    if numbered is None:
        return wish.name
    stem = numbered["stem"]
    languages = (wish.language, primary(wish.language))
    usual = _folded(stem) in {_folded(autonym(language)) for language in languages}
    twice = numbered["number"] == "2" and _NUMBERED.fullmatch(stem)
    return stem if usual or twice else wish.name


def has_name(track: Track, name: str) -> bool:
    """Whether this is the track's name, but for case and spaces around it."""
    return _folded(track.attributes.name) == _folded(name)


def _folded(name: str) -> str:
    return name.strip().casefold()
