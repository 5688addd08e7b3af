"""Captions and additional audio tracks as ours, and which of them exist or are our doing."""

from collections.abc import Iterable

from media_tracks_server.http import plain
from media_tracks_server.providers.cloudflare.wire import Audio, Caption
from media_tracks_tools.errors import Conflict
from media_tracks_tools.languages import same
from media_tracks_tools.models import (
    AudioKind,
    AudioTrack,
    SubtitleTrack,
    TrackResult,
    TrackStatus,
)
from media_tracks_tools.plans import AddAudioTrack, GenerateSubtitles, Task

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


def caption_result(caption: Caption) -> TrackResult:
    """The caption as what a job ends with."""
    return TrackResult(
        track_id=caption.language,
        name=plain(caption.label) or caption.language,
        language=caption.language,
        status=status_of(caption),
        readable=status_of(caption) is TrackStatus.READY,
    )


def existing_audio(tracks: Iterable[Audio], request: AddAudioTrack) -> TrackResult | None:
    """The track that has the label already. Raises Conflict when it is a broken one."""
    track = next((one for one in tracks if _same_label(one, request.label)), None)
    if track is None:
        return None
    if status_of(track) is TrackStatus.ERROR:
        raise Conflict(
            f"A broken audio track has the label {plain(track.label)!r}.",
            code="broken_track",
            next_step="Delete that track in the Cloudflare dashboard, or use another label.",
        )
    silent = track.default or not request.make_default
    return audio_result(track, None if silent else ("It exists, but is not the default track.",))


def existing_caption(captions: Iterable[Caption], request: GenerateSubtitles) -> TrackResult | None:
    """The generated captions in the language, unless they are in error.

    Raises Conflict when uploaded ones are in the way: Cloudflare has one per language and wants
    them deleted first (how-to page, Add captions).
    """
    caption = in_language(captions, request.language)
    if caption is None or status_of(caption) is TrackStatus.ERROR:
        return None
    if caption.generated is False:
        raise Conflict(
            f"Captions in {caption.language!r} were uploaded for this video, and Cloudflare keeps "
            "one per language.",
            code="uploaded_captions_exist",
            next_step="Use those, or delete them in the Cloudflare dashboard and ask again.",
        )
    return caption_result(caption)


def in_language(captions: Iterable[Caption], language: str) -> Caption | None:
    """The captions in a language, which there are once at most."""
    return next((one for one in captions if same(one.language, language)), None)


def our_audio(tracks: Iterable[Audio], task: Task, label: str) -> tuple[TrackResult, ...]:
    """New tracks with our label, which is unique in a video (API reference, audio copy)."""
    return tuple(
        audio_result(one)
        for one in tracks
        if one.uid not in task.baseline and _same_label(one, label)
    )


def our_captions(captions: Iterable[Caption], task: Task, language: str) -> tuple[TrackResult, ...]:
    """New generated captions in our language, which is their key."""
    caption = in_language(captions, language)
    if caption is None or caption.language in task.baseline or caption.generated is False:
        return ()
    return (caption_result(caption),)


def _same_label(track: Audio, label: str) -> bool:
    return track.label.strip().casefold() == label.strip().casefold()
