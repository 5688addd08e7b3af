"""The local steps of a plan: a child makes a file beside the target, publishing puts it there."""

import os
from collections.abc import Iterator
from contextlib import suppress
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
from media_tracks_tools.plans import Done, Failed, Ref, Survey, Task
from media_tracks_tools.ports import Report
from media_tracks_tools.requests import AddAudioTrack, GenerateSubtitles

_STAMP = "target_stamp"
_INODE = "temp_inode"
_TEMP = "temp_path"
_NOTE = "note"
_ABSENT = "absent"


class LocalSteps:
    """What `LocalFiles` does when a job runs."""

    def __init__(
        self, root: Root, all_roots: tuple[Root, ...], *, model: str, threads: int
    ) -> None:
        self._root = root
        self._all_roots = (root, *(other for other in all_roots if other != root))
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
        target = self._target(task)
        with containers.telling(target):
            stamp = publishing.stamp_of(target)
        return (
            Ref(what=_STAMP, id=stamp.model_dump_json() if stamp else _ABSENT),
            Ref(what=_TEMP, id=str(roots.temp_beside(target, task.work_id))),
        )

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
                notes = (Ref(what=_NOTE, id=note) for note in _audio_notes(added))
                return Done(refs=(inode, *notes))

    def publish(self, task: Task) -> Done | Failed:
        """See `DoesLocalSteps`."""
        stamp, inode = task.ref(_STAMP), task.ref(_INODE)
        if stamp is None or inode is None:
            raise InternalError("A file is to be published of which nothing was noted.")
        target = self._target(task)
        expected = None if stamp == _ABSENT else FileStamp.model_validate_json(stamp)
        try:
            with containers.telling(target):
                publishing.publish(_temp(task), target, expected, temp_inode=int(inode))
        except Conflict as error:
            return Failed(error=Problem.of(error), again=error.code == publishing.CHANGED)
        if isinstance(task.request, AddAudioTrack):
            return Done(result=_published(target, task, task.request))
        return Done()

    def discard(self, task: Task) -> None:
        """See `DoesLocalSteps`; whatever has become of the video meanwhile."""
        if task.ref(_TEMP) is not None:
            with suppress(OSError):  # where nothing can be written, nothing was left either
                _temp(task).unlink(missing_ok=True)

    def _survey(self, task: Task) -> Survey:
        path = roots.resolve(self._root, task.request.video_id)
        info = containers.probe_video(path)
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
            case _:
                raise _nobodys(task)
        return Survey(
            baseline=tuple(str(stream.position + 1) for stream in info.audio),
            existing=there,
            title=path.stem,
            duration_seconds=info.duration_seconds,
        )

    def _same_language(self, video: Path, request: GenerateSubtitles) -> TrackResult | None:
        target = sidecars.path_for(video, request.language)
        for sidecar in sidecars.beside(video, self._root):
            if request.replaces is not None and sidecar.path == target:
                return None
            if languages.same(sidecar.language, request.language):
                if request.replaces is not None:
                    raise Conflict(
                        f"Only {target.name!r} could be replaced, and the subtitles in this "
                        f"language are in {sidecar.path.name!r}.",
                        code="other_file",
                        next_step="Move or rename that file, then call again.",
                    )
                return TrackResult(
                    track_id=sidecar.track_id,
                    name=languages.autonym(sidecar.language),
                    language=sidecar.language,
                    path=str(sidecar.path),
                    readable=True,
                    notes=tuple(_name_notes(request)) or None,
                )
        if os.path.lexists(target):
            raise Conflict(
                f"{target.name!r} is there already, and it is no subtitle file that may be read.",
                code="name_taken",
                next_step="Move or rename it, then call again.",
            )
        return None

    def _child_task(self, task: Task) -> tasks.Task:
        video = roots.resolve(self._root, task.request.video_id)
        match task.request:
            case AddAudioTrack() as request:
                return tasks.AddAudioTask(
                    video=video,
                    audio=roots.resolve_within(self._all_roots, request.source),
                    temp=_temp(task),
                    label=request.label,
                    language=request.language,
                    make_default=request.make_default,
                )
            case GenerateSubtitles() as request:
                return tasks.TranscribeTask(
                    video=video,
                    temp=_temp(task),
                    model=self._model,
                    language=request.language,
                    threads=self._threads,
                )
            case _:
                raise _nobodys(task)

    def _target(self, task: Task) -> Path:
        video = roots.resolve(self._root, task.request.video_id)
        if isinstance(task.request, GenerateSubtitles):
            return sidecars.path_for(video, task.request.language)
        return video

    def _subtitle_result(self, task: Task, heard: tasks.TranscribeResult) -> TrackResult:
        assert isinstance(task.request, GenerateSubtitles)
        language = task.request.language
        return TrackResult(
            track_id=language,
            name=languages.autonym(language),
            language=language,
            cues=heard.cues,
            path=str(self._target(task)),
            readable=True,
            notes=(*heard.warnings, *_name_notes(task.request)) or None,
        )


def _temp(task: Task) -> Path:
    path = task.ref(_TEMP)
    if path is None:
        raise InternalError("A file is to be made of which nothing was noted.")
    return Path(path)


def _same_label(info: containers.MediaInfo, request: AddAudioTrack) -> TrackResult | None:
    for stream in info.audio:
        if stream.label is not None and stream.label.casefold() == request.key:
            notes = ("It exists, but it is not the default track, and was left so.",)
            wanting = request.make_default and not stream.default
            return _track_result(stream, stream.label, notes if wanting else ())
    return None


def _audio_notes(added: tasks.AddAudioResult) -> tuple[str, ...]:
    how = "copied as it was" if added.copied else f"encoded as {added.codec}"
    return (f"The sound was {how}.", *added.warnings)


def _name_notes(request: GenerateSubtitles) -> Iterator[str]:
    usual = languages.autonym(request.language)
    if request.name != usual:
        yield f"A subtitle file has no place for the name {request.name!r}; it goes by {usual!r}."


def _published(target: Path, task: Task, request: AddAudioTrack) -> TrackResult:
    """The new track is the last one, whatever became of its label in the file."""
    streams = containers.probe(target).audio
    if not streams:
        raise InternalError("The new audio track can't be found in the file that was written.")
    notes = tuple(ref.id for ref in task.refs if ref.what == _NOTE)
    result = _track_result(streams[-1], streams[-1].label or request.label, notes)
    return result.model_copy(update={"path": str(target)})


def _track_result(stream: containers.AudioStream, name: str, notes: tuple[str, ...]) -> TrackResult:
    return TrackResult(
        track_id=str(stream.position + 1),
        name=name,
        language=containers.bcp47(stream.language),
        notes=notes or None,
    )


def _nobodys(task: Task) -> InternalError:
    return InternalError(f"Local files have no plan for {task.request.kind.value}.")
