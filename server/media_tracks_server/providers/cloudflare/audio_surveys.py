"""What is there before a change of an audio track, and what that means for it."""

from media_tracks_server.http import plain
from media_tracks_server.providers.cloudflare.plans import sends_audio
from media_tracks_server.providers.cloudflare.tracks import (
    audio_result,
    status_of,
    with_label,
    with_uid,
)
from media_tracks_server.providers.cloudflare.wire import Audio
from media_tracks_tools.errors import Conflict, NotFound
from media_tracks_tools.models import TrackStatus
from media_tracks_tools.plans import Survey
from media_tracks_tools.requests import AddAudioTrack, DeleteAudioTrack, UpdateAudioTrack

_NAMED_TRACKS = 5


def before_adding(tracks: tuple[Audio, ...], request: AddAudioTrack) -> Survey:
    """Whether a track has the label already; where it only is to be the default, nothing is added.

    That track is then left out of the baseline, so that it is the one that is watched. Raises
    Conflict when it is a broken one.
    """
    there = with_label(tracks, request.label)
    if there is None:
        return Survey(baseline=_uids(tracks))
    if status_of(there) is TrackStatus.ERROR:
        raise Conflict(
            f"A broken audio track has the label {plain(there.label)!r}.",
            code="broken_track",
            next_step=f"Call delete_audio_track(track={there.uid!r}) first, or use another label.",
        )
    if request.make_default and not there.default:
        others = tuple(one for one in tracks if one is not there)
        return Survey(baseline=_uids(others), skip=(sends_audio(request),))
    return Survey(baseline=_uids(tracks), existing=audio_result(there))


def before_editing(tracks: tuple[Audio, ...], request: UpdateAudioTrack) -> Survey:
    """Whether the track is as wanted already. Raises NotFound, and Conflict for a taken label."""
    track = with_uid(tracks, request.track_id)
    if track is None:
        raise NotFound(
            f"The video has no audio track {request.track_id[:60]!r} any more.",
            code="unknown_track",
            next_step="Call list_audio_tracks to see which there are.",
        )
    others = tuple(one for one in tracks if one is not track)
    taken = with_label(others, request.new_label) if request.new_label is not None else None
    if taken is not None:
        raise Conflict(
            f"Another audio track of this video has the label {plain(taken.label)!r}.",
            code="label_taken",
            next_step=f"Use another label, or give the track {taken.uid!r} another one first.",
        )
    existing = audio_result(track) if is_as_wanted(track, request) else None
    return Survey(baseline=_uids(tracks), existing=existing)


def before_deleting(tracks: tuple[Audio, ...], request: DeleteAudioTrack) -> Survey:
    """What is there. Raises Conflict for the default track, which Cloudflare keeps.

    "You must assign another audio track as default prior to deletion" (how-to page).
    """
    track = with_uid(tracks, request.track_id)
    if track is not None and track.default:
        raise Conflict(
            f"The audio track {plain(track.label)!r} is the default, and Cloudflare deletes no "
            "default track.",
            code="default_track",
            next_step=_another_default(tuple(one for one in tracks if one is not track)),
        )
    return Survey(baseline=_uids(tracks))


def is_as_wanted(track: Audio, request: UpdateAudioTrack) -> bool:
    """Whether label and default are what was asked for; other capitals are another label."""
    label = request.new_label
    named = label is None or track.label.strip() == label.strip()
    return named and (track.default or not request.make_default)


def _another_default(others: tuple[Audio, ...]) -> str:
    ready = [one for one in others if status_of(one) is TrackStatus.READY]
    if not ready:
        return (
            "No other additional audio track of this video is ready: add one with "
            "add_audio_track(…, make_default=true), then delete this one."
        )
    calls = [
        f"update_audio_track(track={one.uid!r}, make_default=true) for {plain(one.label)!r}"
        for one in ready[:_NAMED_TRACKS]
    ]
    return f"Make another track the default first: {', or '.join(calls)}."


def _uids(tracks: tuple[Audio, ...]) -> tuple[str, ...]:
    return tuple(one.uid for one in tracks)
