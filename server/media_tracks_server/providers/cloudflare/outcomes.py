"""What a look at a running change found."""

from collections.abc import Iterable

from media_tracks_server.providers.cloudflare.audio_surveys import is_as_wanted
from media_tracks_server.providers.cloudflare.tracks import (
    audio_result,
    caption_result,
    in_language,
    mark_of,
    not_kept,
    our_audio,
    status_of,
    with_uid,
)
from media_tracks_server.providers.cloudflare.wire import Audio, Caption
from media_tracks_tools.errors import Side
from media_tracks_tools.models import Problem, TrackResult, TrackStatus
from media_tracks_tools.plans import Done, Failed, Gone, NotYet, Ref, Task, Watched
from media_tracks_tools.requests import (
    AddAudioTrack,
    AddSubtitles,
    DeleteAudioTrack,
    DeleteSubtitles,
    EditSubtitles,
    GenerateSubtitles,
    UpdateAudioTrack,
)

_WAS_THERE = (
    "A track of this label was there and was made the default; its sound was not compared.",
)


def of_audio(tracks: tuple[Audio, ...], task: Task, request: AddAudioTrack) -> Watched:
    """The track by its uid; the one that was there, which is in no baseline, by its label."""
    known = task.ref("track")
    track = with_uid(tracks, known) if known else _only_new(tracks, task, request.label)
    if track is None:
        return Gone()
    status = status_of(track)
    if status is TrackStatus.PREPARING:
        return NotYet()
    if status is TrackStatus.READY:
        notes = _WAS_THERE if known is None and request.make_default else None
        return Done(result=audio_result(track, notes), refs=_named(track.uid))
    return _failed(
        "audio_failed",
        f"Cloudflare could not make an audio track of the source; it left the broken track "
        f"{track.uid} and gives no reason.",
        "Check that the source is audio and, for a URL, that it is public and answers HEAD and "
        f"ranged requests. Call delete_audio_track(track={track.uid!r}), then ask again.",
    )


def of_edited_audio(tracks: tuple[Audio, ...], request: UpdateAudioTrack) -> Watched:
    """The track once it is listed as wanted."""
    track = with_uid(tracks, request.track_id)
    if track is None:
        return Gone()
    if not is_as_wanted(track, request):
        return NotYet()
    return Done(result=audio_result(track), refs=_named(track.uid))


def of_deleted_audio(tracks: tuple[Audio, ...], request: DeleteAudioTrack) -> Watched:
    """Whether the track is no longer listed; no other ever gets its uid."""
    if with_uid(tracks, request.track_id) is not None:
        return NotYet()
    return deleted(request)


def of_generated(captions: Iterable[Caption], request: GenerateSubtitles) -> Watched:
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
        return Done(result=caption_result(caption), refs=_named(caption.language))
    return _failed(
        "generation_failed",
        f"Cloudflare could not generate captions in {caption.language!r} and gives no reason.",
        "Check that the video has sound and that this is the language spoken, then ask again; or "
        "upload captions with add_subtitles.",
        again=True,
    )


def of_uploaded(
    captions: Iterable[Caption], request: AddSubtitles | EditSubtitles, language: str
) -> Watched:
    """The caption once it is no generated one; until then the list shows the former one."""
    caption = in_language(captions, language)
    if caption is None:
        return Gone()
    status = status_of(caption)
    if status is TrackStatus.ERROR:
        return _failed(
            "captions_failed",
            f"Cloudflare could not use the captions in {caption.language!r} and gives no reason.",
            "Check the text's times, then ask again.",
        )
    if caption.generated is True or status is TrackStatus.PREPARING:
        return NotYet()
    result = caption_result(caption, not_kept(request, caption))
    return Done(result=result, refs=_named(caption.language))


def other_text(language: str) -> Failed:
    """An upload was accepted, and the captions have another text."""
    return _failed(
        "changed_meanwhile",
        f"Cloudflare accepted the captions in {language!r}, but holds other ones: somebody "
        "uploaded theirs at the same time.",
        "Read them with read_subtitles, and decide which to keep.",
    )


def of_deleted(captions: Iterable[Caption], request: DeleteSubtitles, mark: str | None) -> Watched:
    """Whether the captions are no longer listed; others that somebody has made since may be."""
    there = in_language(captions, request.track_id)
    if there is not None and mark in {None, mark_of(there)}:
        return NotYet()
    return deleted(request)


def deleted(request: DeleteAudioTrack | DeleteSubtitles) -> Done:
    """The track is gone, alone or with its video."""
    name = request.label if isinstance(request, DeleteAudioTrack) else request.name
    return Done(result=TrackResult(track_id=request.track_id, name=name, language=request.language))


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


def _failed(code: str, message: str, next_step: str, *, again: bool = False) -> Failed:
    problem = Problem(side=Side.VENDOR, code=code, message=message, next_step=next_step)
    return Failed(error=problem, again=again)


def _named(track_id: str) -> tuple[Ref, ...]:
    return (Ref(what="track", id=track_id),)


def _only_new(tracks: tuple[Audio, ...], task: Task, label: str) -> Audio | None:
    found = our_audio(tracks, task, label)
    return found[0] if len(found) == 1 else None
