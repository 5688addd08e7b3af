"""The steps by which audio tracks are added, edited and deleted."""

from contextlib import suppress

import anyio.to_thread

from media_tracks_server.http import Files
from media_tracks_server.providers.cloudflare import audio_surveys, outcomes
from media_tracks_server.providers.cloudflare.calls import Calls
from media_tracks_server.providers.cloudflare.files import opened
from media_tracks_server.providers.cloudflare.steps import no_such_step, sent
from media_tracks_server.providers.cloudflare.tracks import audio_result, our_audio, with_uid
from media_tracks_server.providers.cloudflare.wire import Audio
from media_tracks_tools.errors import NotFound
from media_tracks_tools.models import TrackResult
from media_tracks_tools.plans import Sent, Survey, Task, Watched
from media_tracks_tools.requests import AddAudioTrack, DeleteAudioTrack, UpdateAudioTrack


class AudioSteps:
    """One account's; every method but `send` makes one request, the list of the tracks."""

    def __init__(self, calls: Calls, files: Files) -> None:
        self._calls = calls
        self._files = files

    async def survey(self, task: Task) -> Survey:
        """What is there, and what that means for the request."""
        tracks = await self._calls.audio(task.request.video_id)
        match task.request:
            case AddAudioTrack() as request:
                return audio_surveys.before_adding(tracks, request)
            case UpdateAudioTrack() as request:
                return audio_surveys.before_editing(tracks, request)
            case DeleteAudioTrack() as request:
                return audio_surveys.before_deleting(tracks, request)
            case _:
                raise no_such_step(task)

    async def send(self, task: Task) -> Sent:
        """One POST, PATCH or DELETE; a track that is gone is deleted."""
        uid = task.request.video_id
        match task.request, task.step.name:
            case AddAudioTrack() as request, "copy":
                return _sent(await self._calls.copy_audio(uid, request.label, request.source))
            case AddAudioTrack() as request, "upload":
                return _sent(await self._upload(task, request))
            case AddAudioTrack(), "default" if track_id := task.ref("track"):
                return _sent(await self._calls.edit_audio(uid, track_id, default=True))
            case UpdateAudioTrack() as request, "edit":
                label, default = request.new_label, request.make_default
                edited = self._calls.edit_audio(uid, request.track_id, label, default=default)
                return _sent(await edited)
            case DeleteAudioTrack() as request, "delete":
                with suppress(NotFound):
                    await self._calls.delete_audio(uid, request.track_id)
                return Sent()
            case _:
                raise no_such_step(task)

    async def find_ours(self, task: Task) -> tuple[TrackResult, ...]:
        """New tracks of our label; of an edit, the track itself."""
        tracks = await self._calls.audio(task.request.video_id)
        match task.request:
            case AddAudioTrack() as request:
                return tuple(map(audio_result, our_audio(tracks, task, request.label)))
            case UpdateAudioTrack() as request:
                edited = with_uid(tracks, request.track_id)
                return (audio_result(edited),) if edited else ()
            case _:
                return ()

    async def watch(self, task: Task) -> Watched:
        """How the track is."""
        tracks = await self._calls.audio(task.request.video_id)
        match task.request:
            case AddAudioTrack() as request:
                return outcomes.of_audio(tracks, task, request)
            case UpdateAudioTrack() as request:
                return outcomes.of_edited_audio(tracks, request)
            case DeleteAudioTrack() as request:
                return outcomes.of_deleted_audio(tracks, request)
            case _:
                raise no_such_step(task)

    async def _upload(self, task: Task, request: AddAudioTrack) -> Audio:
        name, file = await anyio.to_thread.run_sync(opened, self._files, request.source)
        with file:
            return await self._calls.upload_audio(
                request.video_id, request.label, name, file, task.step.extra_seconds
            )


def _sent(track: Audio) -> Sent:
    return sent(track.uid)
