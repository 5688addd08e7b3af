"""Upload tracks as ours: what they say, which one exists already, which one we made."""

from collections.abc import Iterable

from media_tracks_server.http import plain
from media_tracks_server.providers.datocms.wire import Track
from media_tracks_tools.languages import primary, same
from media_tracks_tools.models import (
    AudioKind,
    AudioTrack,
    SubtitleTrack,
    TrackResult,
    TrackStatus,
)
from media_tracks_tools.plans import AddAudioTrack, GenerateSubtitles, Task

_STATUSES = {"ready": TrackStatus.READY, "errored": TrackStatus.ERROR}


def status_of(track: Track) -> TrackStatus:
    """The status; one that the documentation does not name counts as still preparing."""
    return _STATUSES.get(track.attributes.status, TrackStatus.PREPARING)


def to_audio(track: Track) -> AudioTrack:
    """An audio track.

    That the video's own sound is the one called "Default" is inferred from Mux, which names it
    so. DatoCMS does not say which track plays by default.
    """
    attributes = track.attributes
    original = attributes.name.casefold() == "default"
    return AudioTrack(
        track_id=track.id,
        label=plain(attributes.name),
        language=plain(attributes.language_code, 40) or None,
        default=False,
        status=status_of(track),
        kind=AudioKind.ORIGINAL if original else AudioKind.ADDITIONAL,
        notes=_error_note(track),
    )


def to_subtitles(track: Track) -> SubtitleTrack:
    """A subtitle track; its text can't be read, and who made it is not told."""
    attributes = track.attributes
    return SubtitleTrack(
        track_id=track.id,
        name=plain(attributes.name),
        language=plain(attributes.language_code, 40),
        status=status_of(track),
        generated=False,
        closed_captions=attributes.closed_captions,
        readable=False,
        notes=_error_note(track),
    )


def to_result(track: Track) -> TrackResult:
    """The track as what a job ends with."""
    return TrackResult(
        track_id=track.id,
        name=plain(track.attributes.name),
        language=plain(track.attributes.language_code, 40) or None,
        status=status_of(track),
        readable=False if track.attributes.type == "subtitles" else None,
        notes=_error_note(track),
    )


def of_type(tracks: Iterable[Track], request: AddAudioTrack | GenerateSubtitles) -> list[Track]:
    """The tracks of the type that is asked for."""
    wanted = "audio" if isinstance(request, AddAudioTrack) else "subtitles"
    return [track for track in tracks if track.attributes.type == wanted]


def existing(
    tracks: Iterable[Track], request: AddAudioTrack | GenerateSubtitles
) -> TrackResult | None:
    """What is there already and not errored: audio by name, subtitles by language.

    Among subtitles of the language, the one that also has the name comes first.
    """
    usable = [
        track for track in of_type(tracks, request) if status_of(track) is not TrackStatus.ERROR
    ]
    if isinstance(request, AddAudioTrack):
        found = [track for track in usable if _same_name(track, request.label)]
    else:
        found = [
            track for track in usable if same(track.attributes.language_code, request.language)
        ]
        found.sort(key=lambda track: not _same_name(track, request.name))
    return to_result(found[0]) if found else None


def ours(tracks: Iterable[Track], task: Task) -> tuple[TrackResult, ...]:
    """The tracks that this task may have made (jobs.md §2): new, of the type, with our name.

    Of those, the ones in the language; else the only one in a variant of it (`it` for `it-IT`).
    """
    request = task.request
    name = request.label if isinstance(request, AddAudioTrack) else request.name
    named = [
        track
        for track in of_type(tracks, request)
        if track.id not in task.baseline and track.attributes.name.strip() == name.strip()
    ]
    language = request.language or ""
    exact = [track for track in named if same(track.attributes.language_code, language)]
    if exact:
        return tuple(map(to_result, exact))
    related = [
        track for track in named if primary(track.attributes.language_code) == primary(language)
    ]
    return (to_result(related[0]),) if len(related) == 1 else ()


def _same_name(track: Track, name: str) -> bool:
    return track.attributes.name.strip().casefold() == name.strip().casefold()


def _error_note(track: Track) -> tuple[str, ...] | None:
    error = plain(track.attributes.error or "")
    return (f"DatoCMS says: “{error}”",) if error else None
