"""Captions and additional audio tracks as ours, and which of them are our doing."""

from collections.abc import Iterable

from media_tracks_server.http import plain
from media_tracks_server.providers.cloudflare.wire import Audio, Caption
from media_tracks_tools import captions as texts
from media_tracks_tools.errors import CallerError
from media_tracks_tools.languages import autonym, same
from media_tracks_tools.models import (
    AudioKind,
    AudioTrack,
    SubtitleTrack,
    TrackResult,
    TrackStatus,
)
from media_tracks_tools.plans import Task
from media_tracks_tools.requests import AddSubtitles, EditSubtitles

_STATUSES = {"ready": TrackStatus.READY, "error": TrackStatus.ERROR}


def status_of(track: Audio | Caption) -> TrackStatus:
    """The status; one that the documentation does not name counts as still preparing."""
    return _STATUSES.get(track.status, TrackStatus.PREPARING)


def to_audio(track: Audio) -> AudioTrack:
    """An additional audio track; Cloudflare keeps no language for it."""
    return AudioTrack(
        track_id=track.uid,
        label=plain(track.label),
        default=track.default,
        status=status_of(track),
        kind=AudioKind.ADDITIONAL,
    )


def to_subtitles(caption: Caption) -> SubtitleTrack:
    """A caption; its language is its id."""
    return SubtitleTrack(
        track_id=caption.language,
        name=plain(caption.label) or caption.language,
        language=caption.language,
        status=status_of(caption),
        generated=caption.generated is True,
        readable=status_of(caption) is TrackStatus.READY,
    )


def audio_result(track: Audio, notes: tuple[str, ...] | None = None) -> TrackResult:
    """The audio track as what a job ends with."""
    return TrackResult(
        track_id=track.uid, name=plain(track.label), status=status_of(track), notes=notes
    )


def caption_result(caption: Caption, notes: tuple[str, ...] | None = None) -> TrackResult:
    """The caption as what a job ends with."""
    return TrackResult(
        track_id=caption.language,
        name=plain(caption.label) or caption.language,
        language=caption.language,
        status=status_of(caption),
        readable=status_of(caption) is TrackStatus.READY,
        notes=notes,
    )


def with_uid(tracks: Iterable[Audio], uid: str | None) -> Audio | None:
    """The track with this uid."""
    return next((one for one in tracks if one.uid == uid), None)


def with_label(tracks: Iterable[Audio], label: str) -> Audio | None:
    """The track with this label, which there is once at most (API reference, audio copy)."""
    return next((one for one in tracks if _same_label(one, label)), None)


def our_audio(tracks: Iterable[Audio], task: Task, label: str) -> tuple[Audio, ...]:
    """New tracks with our label."""
    return tuple(one for one in tracks if one.uid not in task.baseline and _same_label(one, label))


def in_language(captions: Iterable[Caption], language: str) -> Caption | None:
    """The captions in a language, which there are once at most."""
    return next((one for one in captions if same(one.language, language)), None)


def our_captions(captions: Iterable[Caption], task: Task, language: str) -> tuple[TrackResult, ...]:
    """New generated captions in our language, which is their key."""
    caption = in_language(captions, language)
    if caption is None or caption.language in task.baseline or caption.generated is False:
        return ()
    return (caption_result(caption),)


def our_upload(captions: Iterable[Caption], language: str) -> tuple[TrackResult, ...]:
    """Captions in our language that were uploaded."""
    caption = in_language(captions, language)
    return () if caption is None or caption.generated is True else (caption_result(caption),)


def same_cues(one: str | None, other: str) -> bool:
    """Whether two texts show the same; one that is no valid WebVTT shows what no other does."""
    if one is None:
        return False
    try:
        return texts.parse(one) == texts.parse(other)
    except CallerError:
        return one == other


def not_kept(request: AddSubtitles | EditSubtitles, there: Caption) -> tuple[str, ...] | None:
    """What was asked for besides the text, and Cloudflare has no place for."""
    kept = (there.language, plain(there.label), autonym(there.language))
    named = request.name.strip().casefold() in {name.casefold() for name in kept}
    notes = () if named else ("Cloudflare names captions by their language alone.",)
    if request.closed_captions:
        notes += ("Cloudflare does not mark captions as closed captions.",)
    return notes or None


def mark_of(caption: Caption | None) -> str:
    """What may tell captions from those that somebody makes in the same language afterwards."""
    if caption is None:
        return "nothing"
    return f"{'uploaded' if caption.generated is False else 'generated'} {caption.status[:40]}"


def _same_label(track: Audio, label: str) -> bool:
    return track.label.strip().casefold() == label.strip().casefold()
