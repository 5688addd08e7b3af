"""What a look at a running change found."""

from collections.abc import Iterable

from media_tracks_server.providers.cloudflare.tracks import (
    audio_result,
    caption_result,
    in_language,
    our_audio,
    status_of,
)
from media_tracks_server.providers.cloudflare.wire import Audio, Caption
from media_tracks_tools.errors import Side
from media_tracks_tools.models import Problem, TrackStatus
from media_tracks_tools.plans import (
    AddAudioTrack,
    Done,
    Failed,
    GenerateSubtitles,
    Gone,
    NotYet,
    Ref,
    Task,
    Watched,
)


def of_audio(tracks: tuple[Audio, ...], task: Task, request: AddAudioTrack) -> Watched:
    """The track by its uid; where the answer did not tell it, by its label."""
    track_id = task.ref("track") or _only_new(tracks, task, request.label)
    track = next((one for one in tracks if one.uid == track_id), None)
    if track is None:
        return Gone()
    status = status_of(track)
    if status is TrackStatus.PREPARING:
        return NotYet()
    if status is TrackStatus.READY:
        return Done(result=audio_result(track), refs=(Ref(what="track", id=track.uid),))
    return _failed(
        "audio_failed",
        f"Cloudflare could not make an audio track of the source; it left the broken track "
        f"{track.uid} and gives no reason.",
        "Check that the URL is public, answers HEAD and ranged requests and is audio. Delete the "
        "broken track in the Cloudflare dashboard, then ask again.",
    )


def of_caption(captions: Iterable[Caption], request: GenerateSubtitles) -> Watched:
    """The caption by its language, which is its key."""
    caption = in_language(captions, request.language)
    if caption is None:
        return Gone()
    status = status_of(caption)
    if caption.generated is False:
        return _failed(
            "replaced_meanwhile",
            f"Somebody uploaded captions in {caption.language!r} while they were being generated.",
            "Read them with read_subtitles; nothing is to be generated any more.",
        )
    if status is TrackStatus.PREPARING:
        return NotYet()
    if status is TrackStatus.READY:
        track = Ref(what="track", id=caption.language)
        return Done(result=caption_result(caption), refs=(track,))
    return _failed(
        "generation_failed",
        f"Cloudflare could not generate captions in {caption.language!r} and gives no reason.",
        "Check that the video has sound and that this is the language spoken. Delete the failed "
        "captions in the Cloudflare dashboard, then ask again.",
    )


def video_gone(uid: str) -> Failed:
    """The list is a 404: the video went away meanwhile."""
    return Failed(
        error=Problem(
            side=Side.YOURS,
            code="video_deleted",
            message=f"The video {uid} was deleted from Cloudflare while the job was running.",
            next_step="Choose the video again with find_videos.",
        )
    )


def _failed(code: str, message: str, next_step: str) -> Failed:
    return Failed(error=Problem(side=Side.VENDOR, code=code, message=message, next_step=next_step))


def _only_new(tracks: tuple[Audio, ...], task: Task, label: str) -> str | None:
    found = our_audio(tracks, task, label)
    return found[0].track_id if len(found) == 1 else None
