"""The steps of DatoCMS's plans, done one at a time."""

import mimetypes
from pathlib import Path
from typing import NamedTuple

import anyio.to_thread

from media_tracks_server.http import Files, is_url
from media_tracks_server.providers.datocms import matching, outcomes, plans, videos
from media_tracks_server.providers.datocms.calls import Calls
from media_tracks_server.providers.datocms.codes import ErrorWords
from media_tracks_server.providers.datocms.matching import Wish
from media_tracks_tools.errors import InternalError, NotFound, Unavailable, Unreadable
from media_tracks_tools.models import TrackResult
from media_tracks_tools.plans import Done, Gone, Ref, Sent, Task, Watched
from media_tracks_tools.requests import AddAudioTrack, AddSubtitles, EditSubtitles, Request

_UPLOADED = "upload"
_DELETION = "deletion"


class _Content(NamedTuple):
    """What is stored, and as what."""

    filename: str
    body: bytes | Path
    type: str


class Steps:
    """Does the steps on one project."""

    def __init__(self, calls: Calls, files: Files, words: ErrorWords) -> None:
        self._calls = calls
        self._files = files
        self._words = words

    async def send(self, task: Task) -> Sent:
        """The one request of the step that writes; `upload` is two, `name` reads the tracks."""
        videos.checked_id(task.request.video_id)
        if task.step.name in ("delete", "delete_old"):
            return await self._delete(task)
        wish = matching.wish_of(task.request)
        if wish is None:
            raise _no_step(task)
        match task.step.name:
            case "name":
                return await self._choose_name(task, wish)
            case "upload":
                return Sent(refs=(await self._upload(task),))
            case "create":
                return await self._create(task, wish)
            case "generate":
                name = matching.name_for(task, wish)
                made = await self._calls.generate(task.request.video_id, wish.language, name)
                return Sent(refs=_told(made))
            case _:
                raise _no_step(task)

    async def find_ours(self, task: Task) -> tuple[TrackResult, ...]:
        """One request: the tracks."""
        tracks = await self._calls.tracks(videos.checked_id(task.request.video_id))
        return matching.ours(tracks, task)

    async def watch(self, task: Task) -> Watched:
        """One request: the job's result, or the tracks; of a deletion the tracks, then its job."""
        match task.step.name:
            case "job":
                return await self._watch_job(task)
            case "track":
                return await self._watch_track(task)
            case "deletion":
                return await self._watch_deletion(task)
            case _:
                raise _no_step(task)

    async def _choose_name(self, task: Task, wish: Wish) -> Sent:
        """Chosen once and kept with the job, so that every attempt has the same name."""
        try:
            tracks = await self._calls.tracks(task.request.video_id)
        except Unreadable as error:
            raise _nothing_happened(error) from None
        return Sent(refs=(Ref(what=matching.CHOSEN_NAME, id=matching.free_name(tracks, wish)),))

    async def _upload(self, task: Task) -> Ref:
        """What is stored twice is used once: both requests may be repeated."""
        content = await self._content(task)
        try:
            place = await self._calls.reserve(content.filename)
        except Unreadable as error:
            raise _nothing_happened(error) from None
        await self._calls.store(place, content.body, content.type)
        return Ref(what=_UPLOADED, id=place.id)

    async def _content(self, task: Task) -> _Content:
        request = task.request
        if isinstance(request, (AddSubtitles, EditSubtitles)):
            name = f"{request.language}.vtt"
            return _Content(name, request.text.encode("utf-8", "replace"), "text/vtt")
        if not isinstance(request, AddAudioTrack):
            raise _no_step(task)
        path = await anyio.to_thread.run_sync(plans.file_of, request.source, self._files)
        guessed, _ = mimetypes.guess_type(path.name)
        return _Content(path.name, path, guessed or "application/octet-stream")

    async def _create(self, task: Task, wish: Wish) -> Sent:
        """Every attempt names the same place, and so makes one request of the usual length."""
        request = task.request
        source = _url_of(request) or task.ref(_UPLOADED)
        if source is None:
            raise _no_step(task)
        attributes: dict[str, str | bool | None] = {
            "url_or_upload_request_id": source,
            "type": wish.type,
            "language_code": wish.language,
            "name": matching.name_for(task, wish),
        }
        if isinstance(request, (AddSubtitles, EditSubtitles)):
            attributes["closed_captions"] = request.closed_captions
        made = await self._calls.create(request.video_id, attributes)
        return Sent(refs=_told(made))

    async def _delete(self, task: Task) -> Sent:
        track_id = matching.doomed_by(task.request)
        if track_id is None:
            raise _no_step(task)
        try:
            job = await self._calls.destroy(task.request.video_id, track_id)
        except NotFound:
            return Sent()
        return Sent(refs=(Ref(what=_DELETION, id=job.id),) if job else ())

    async def _watch_job(self, task: Task) -> Watched:
        """The track may be known already: adopted, or given at once."""
        if task.ref("track"):
            return Done()
        job_id = task.ref("job")
        if job_id is None:
            return Gone()
        return outcomes.of_job(await self._calls.job_result(job_id), self._words)

    async def _watch_track(self, task: Task) -> Watched:
        video_id = videos.checked_id(task.request.video_id)
        try:
            tracks = await self._calls.tracks(video_id)
        except NotFound:
            return outcomes.video_gone(video_id)
        return outcomes.of_track(tracks, task)

    async def _watch_deletion(self, task: Task) -> Watched:
        """What counts is that the track is gone; the job tells why it is not.

        The tracks first: nobody says for how long a job's result is kept.
        """
        try:
            tracks = await self._calls.tracks(videos.checked_id(task.request.video_id))
        except NotFound:
            tracks = ()
        if matching.by_id(tracks, matching.doomed_by(task.request)) is None:
            return outcomes.deleted(task)
        job_id = task.ref(_DELETION)
        result = await self._calls.job_result(job_id) if job_id else None
        return outcomes.not_deleted(result, self._words)


def _url_of(request: Request) -> str | None:
    """The address from which DatoCMS is to fetch the track itself."""
    if isinstance(request, AddAudioTrack) and is_url(request.source):
        return request.source
    return None


def _told(made: Ref) -> tuple[Ref, ...]:
    """A track that is given at once is not one that was found in the list."""
    return (Ref(what="given", id=made.id), made) if made.what == "track" else (made,)


def _nothing_happened(error: Unreadable) -> Unavailable:
    """An answer that makes no sense, to a request whose effect nobody misses."""
    return Unavailable(error.message, next_step="Try again in a minute.")


def _no_step(task: Task) -> InternalError:
    return InternalError(f"DatoCMS has no step {task.step.name!r} for {task.request.kind.value}.")
