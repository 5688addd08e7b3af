"""What a look at a running change found: the job's result, then the track."""

from pydantic import ValidationError

from media_tracks_server.http import plain, redact
from media_tracks_server.providers.datocms.codes import ErrorWords
from media_tracks_server.providers.datocms.matching import by_id, made_by, ours
from media_tracks_server.providers.datocms.tracks import status_of
from media_tracks_server.providers.datocms.wire import JobResultAttributes, Track, TrackDocument
from media_tracks_tools.errors import Side
from media_tracks_tools.models import Problem, TrackResult, TrackStatus
from media_tracks_tools.plans import Done, Failed, Gone, NotYet, Ref, Task, Watched
from media_tracks_tools.requests import DeleteAudioTrack, DeleteSubtitles

_LOOK = "Choose the video again with find_videos."


def of_job(result: JobResultAttributes | None, words: ErrorWords) -> Watched:
    """No result is a job that runs, or an unknown one; a failed job is a 200 that says so."""
    if result is None:
        return NotYet()
    if result.status >= 400:
        return Failed(error=_job_failed(result, words))
    return Done(refs=_track_in(result))


def of_track(tracks: tuple[Track, ...], task: Task) -> Watched:
    """The track by its id; where the job did not tell it, the only one that is ours."""
    track_id = task.ref("track") or _only_new(tracks, task)
    track = by_id(tracks, track_id)
    if track is None:
        return Gone()
    status = status_of(track)
    if status is TrackStatus.ERROR:
        return Failed(error=_track_errored(track))
    if status is TrackStatus.PREPARING:
        return NotYet()
    return Done(result=made_by(track, task), refs=(Ref(what="track", id=track.id),))


def deleted(task: Task) -> Done:
    """The track is gone; where that was all that was asked, it is the result."""
    match task.request:
        case DeleteAudioTrack(track_id=track_id, label=name, language=language):
            return Done(result=TrackResult(track_id=track_id, name=name, language=language))
        case DeleteSubtitles(track_id=track_id, name=name, language=language):
            return Done(result=TrackResult(track_id=track_id, name=name, language=language))
        case _:
            return Done()


def not_deleted(result: JobResultAttributes | None, words: ErrorWords) -> Watched:
    """The track is still listed; a job that found it gone already (404) is only ahead of the list.

    That a deletion that failed names itself in its job's result is documented of all jobs.
    """
    if result is not None and result.status >= 400 and result.status != 404:
        return Failed(error=_job_failed(result, words))
    return NotYet()


def video_gone(video_id: str) -> Failed:
    """The list of tracks is a 404: the upload went away meanwhile."""
    message = f"The video {video_id} was deleted from DatoCMS while the job was running."
    return Failed(
        error=Problem(side=Side.YOURS, code="video_deleted", message=message, next_step=_LOOK)
    )


def _job_failed(result: JobResultAttributes, words: ErrorWords) -> Problem:
    says = words.in_job(result.payload)
    quoted = plain(redact((says.message or "")[:4000]))
    code = plain(says.code or "", 64)
    return Problem(
        side=says.means.side if says.means else Side.VENDOR,
        code=code or "job_failed",
        message=f"DatoCMS could not do it ({f'{code}, ' if code else ''}status {result.status})."
        + (f" DatoCMS says: “{quoted}”" if quoted else ""),
        next_step=says.next_step or "Look at the video in DatoCMS, then ask again.",
    )


def _track_errored(track: Track) -> Problem:
    words = plain(redact((track.attributes.error or "")[:4000]))
    return Problem(
        side=Side.VENDOR,
        code="track_errored",
        message=f"DatoCMS made the track {track.id}, but it is unusable."
        + (f" DatoCMS says: “{words}”" if words else ""),
        next_step="Delete that track, check the source or the language, and ask again.",
    )


def _track_in(result: JobResultAttributes) -> tuple[Ref, ...]:
    try:
        track = TrackDocument.model_validate(result.payload).data
    except ValidationError:
        return ()
    return (Ref(what="track", id=track.id),)


def _only_new(tracks: tuple[Track, ...], task: Task) -> str | None:
    found = ours(tracks, task)
    return found[0].track_id if len(found) == 1 else None
