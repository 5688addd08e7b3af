"""The local steps of a plan: a child makes a file beside the target, publishing puts it there."""

from pathlib import Path

import anyio.to_thread

from media_tracks_server.providers.local import (
    containers,
    publishing,
    roots,
    sidecars,
    supervising,
    tasks,
)
from media_tracks_server.providers.local.publishing import FileStamp
from media_tracks_server.providers.local.roots import Root
from media_tracks_tools import languages
from media_tracks_tools.errors import CallerError, Conflict, InternalError
from media_tracks_tools.models import Problem, TrackResult
from media_tracks_tools.plans import (
    AddAudioTrack,
    Done,
    Failed,
    GenerateSubtitles,
    Ref,
    Survey,
    Task,
)
from media_tracks_tools.ports import Report

_STAMP = "target_stamp"
_INODE = "temp_inode"
_ABSENT = "absent"


class LocalSteps:
    """What `LocalFiles` does when a job runs."""

    def __init__(
        self, root: Root, all_roots: tuple[Root, ...], *, model: str, threads: int
    ) -> None:
        self._root = root
        self._all_roots = all_roots
        self._model = model
        self._threads = threads

    @property
    def _model_name(self) -> str:
        return Path(self._model).name

    async def survey(self, task: Task) -> Survey:
        """See `Surveys`: what the container, or the folder, already holds."""
        return await anyio.to_thread.run_sync(self._survey, task)

    def begin(self, task: Task) -> tuple[Ref, ...]:
        """See `DoesLocalSteps`: the target's stamp from before the child reads anything."""
        stamp = publishing.stamp_of(self._target(task))
        return (Ref(what=_STAMP, id=stamp.model_dump_json() if stamp else _ABSENT),)

    async def run(self, task: Task, report: Report) -> Done | Failed:
        """See `DoesLocalSteps`. Raises WorkerDied."""
        done = await supervising.run(self._child_task(task), report)
        if isinstance(done, Failed):
            return done
        inode = Ref(what=_INODE, id=str(done.result.temp_inode))
        match done.result:
            case tasks.TranscribeResult() as heard:
                return Done(refs=(inode,), result=self._subtitle_result(task, heard))
            case tasks.AddAudioResult() as added:
                return Done(refs=(inode,), result=_audio_result(added))

    def publish(self, task: Task) -> Done | Failed:
        """See `DoesLocalSteps`."""
        stamp, inode = task.ref(_STAMP), task.ref(_INODE)
        if stamp is None or inode is None:
            raise InternalError("A file is to be published of which nothing was noted.")
        target = self._target(task)
        expected = None if stamp == _ABSENT else FileStamp.model_validate_json(stamp)
        try:
            publishing.publish(self._temp(task), target, expected, temp_inode=int(inode))
        except Conflict as error:
            return Failed(error=Problem.of(error))
        if isinstance(task.request, GenerateSubtitles):
            return Done()
        return Done(result=_published(target, task.request))

    def discard(self, task: Task) -> None:
        """See `DoesLocalSteps`."""
        self._temp(task).unlink(missing_ok=True)

    def _survey(self, task: Task) -> Survey:
        path = roots.resolve(self._root, task.request.video_id)
        info = containers.probe(path)
        match task.request:
            case AddAudioTrack() as request:
                there = _same_label(info, request)
            case GenerateSubtitles() as request:
                there = self._same_language(path, request)
                if there is None and not info.audio:
                    raise CallerError(
                        f"{path.name!r} has no audio, so there is nothing to hear.",
                        code="no_audio",
                        next_step="Choose another video, or add an audio track first.",
                    )
        return Survey(
            baseline=tuple(str(stream.position + 1) for stream in info.audio),
            existing=there,
            title=path.stem,
            duration_seconds=info.duration_seconds,
        )

    def _same_language(self, video: Path, request: GenerateSubtitles) -> TrackResult | None:
        for sidecar in sidecars.beside(video):
            if languages.same(sidecar.language, request.language):
                return TrackResult(
                    track_id=sidecar.track_id,
                    name=languages.autonym(sidecar.language),
                    language=sidecar.language,
                    path=str(sidecar.path),
                    readable=True,
                )
        return None

    def _child_task(self, task: Task) -> tasks.Task:
        video = roots.resolve(self._root, task.request.video_id)
        match task.request:
            case AddAudioTrack() as request:
                return tasks.AddAudioTask(
                    video=video,
                    audio=roots.resolve_within(self._all_roots, Path(request.source)),
                    temp=self._temp(task),
                    label=request.label,
                    language=request.language,
                    make_default=request.make_default,
                )
            case GenerateSubtitles() as request:
                return tasks.TranscribeTask(
                    video=video,
                    temp=self._temp(task),
                    model=self._model,
                    language=request.language,
                    threads=self._threads,
                )

    def _target(self, task: Task) -> Path:
        video = roots.resolve(self._root, task.request.video_id)
        if isinstance(task.request, GenerateSubtitles):
            return sidecars.path_for(video, task.request.language)
        return video

    def _temp(self, task: Task) -> Path:
        return roots.temp_beside(self._target(task), task.work_id)

    def _subtitle_result(self, task: Task, heard: tasks.TranscribeResult) -> TrackResult:
        language = task.request.language or heard.language or "und"
        notes = heard.warnings
        if heard.cues == 0:
            notes = ("No speech was found, so the track is empty.", *notes)
        return TrackResult(
            track_id=language,
            name=languages.autonym(language),
            language=language,
            cues=heard.cues,
            path=str(self._target(task)),
            readable=True,
            notes=notes or None,
        )


def _same_label(info: containers.MediaInfo, request: AddAudioTrack) -> TrackResult | None:
    for stream in info.audio:
        if stream.label is not None and stream.label.casefold() == request.key:
            return TrackResult(
                track_id=str(stream.position + 1),
                name=stream.label,
                language=containers.bcp47(stream.language),
            )
    return None


def _audio_result(added: tasks.AddAudioResult) -> TrackResult:
    how = "copied as it was" if added.copied else f"encoded as {added.codec}"
    return TrackResult(
        track_id="",
        name=added.label,
        language=added.language,
        notes=(f"The sound was {how}.", *added.warnings),
    )


def _published(target: Path, request: AddAudioTrack) -> TrackResult:
    there = _same_label(containers.probe(target), request)
    if there is None:
        raise InternalError("The new audio track can't be found in the file that was written.")
    return there.model_copy(update={"path": str(target)})
