"""Upload tracks as ours: what they say."""

from media_tracks_server.http import plain
from media_tracks_server.providers.datocms.wire import Track
from media_tracks_tools.models import (
    AudioKind,
    AudioTrack,
    SubtitleTrack,
    TrackResult,
    TrackStatus,
)

_STATUSES = {
    "ready": TrackStatus.READY,
    "errored": TrackStatus.ERROR,
    "skipped": TrackStatus.ERROR,
}
"""`skipped` is Mux's own since 2026-11, for captions of a video without sound; that DatoCMS passes
it on is inferred."""


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
    """A subtitle track; who made it is not told, nor does DatoCMS give its text."""
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


def to_result(track: Track, *notes: str) -> TrackResult:
    """The track as what a job ends with; `notes` come before DatoCMS's words."""
    return TrackResult(
        track_id=track.id,
        name=plain(track.attributes.name),
        language=plain(track.attributes.language_code, 40) or None,
        status=status_of(track),
        readable=False if track.attributes.type == "subtitles" else None,
        notes=(*notes, *(_error_note(track) or ())) or None,
    )


def _error_note(track: Track) -> tuple[str, ...] | None:
    error = plain(track.attributes.error or "")
    return (f"DatoCMS says: “{error}”",) if error else None
