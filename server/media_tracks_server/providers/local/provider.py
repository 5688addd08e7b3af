"""The `local` provider: the videos under one root, on this machine."""

import os
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import anyio.to_thread

from media_tracks_server.providers.local import containers, roots, sidecars
from media_tracks_server.providers.local.identity import fingerprint
from media_tracks_server.providers.local.roots import Root
from media_tracks_server.providers.local.steps import LocalSteps
from media_tracks_tools import languages
from media_tracks_tools.errors import (
    CallerError,
    MediaTracksError,
    NotFound,
    NotSupported,
    bad_cursor,
)
from media_tracks_tools.models import (
    Account,
    AccountCheck,
    AudioKind,
    AudioTrack,
    AudioTrackList,
    SubtitleTrack,
    SubtitleTrackList,
    TrackStatus,
    Video,
    VideoPage,
)
from media_tracks_tools.plans import Plan, Step, StepKind
from media_tracks_tools.ports import VideoQuery
from media_tracks_tools.requests import AddAudioTrack, GenerateSubtitles

_LONGEST_FILE_NAME = 255
"""Bytes, on all common file systems."""
_STEPS = (
    Step(kind=StepKind.CHILD, name="work"),
    Step(kind=StepKind.PUBLISH, name="publish"),
)
_LONGEST_CURSOR = 9


class LocalFiles(LocalSteps):
    """One root folder as an account. Everything that opens a file runs in a thread."""

    def __init__(
        self, root: Root, all_roots: tuple[Root, ...], *, model: str, threads: int
    ) -> None:
        super().__init__(root, all_roots, model=model, threads=threads)
        self.account = Account(name=root.name, provider="local", fingerprint=fingerprint(root))

    def recognise(self, text: str) -> str | None:
        """See `Provider.recognise`: a path under the root, of a video that is there."""
        try:
            return roots.video_id_of(self._root, roots.resolve(self._root, text))
        except (CallerError, OSError, ValueError):
            return None

    def languages(self) -> tuple[str, ...] | None:
        """See `Provider.languages`: the speech model decides."""
        return None

    def limits(self) -> tuple[str, ...]:
        """See `Provider.limits`."""
        return (
            (
                "Subtitles are generated in the language spoken, which has to be named; the speech "
                f"model is {self._model_name!r} (MEDIA_TRACKS_SPEECH_MODEL)."
            ),
            "Audio is added from a file under a configured folder, not from a URL.",
        )

    async def check(self) -> AccountCheck:
        """See `Provider.check`: whether the folder can be read."""
        readable = await anyio.to_thread.run_sync(self._root.path.is_dir)
        detail = "The folder is there." if readable else "The folder is not there any more."
        return AccountCheck(ok=readable, detail=detail)

    async def get_video(self, video_id: str) -> Video:
        """See `Provider.get_video`. Raises CallerError where it is no readable video."""
        return await anyio.to_thread.run_sync(self._video, video_id)

    async def find_videos(self, query: VideoQuery) -> VideoPage:
        """See `FindsVideos`: every word of the query is in the path; newest first."""
        return await anyio.to_thread.run_sync(self._find, query)

    async def list_audio_tracks(self, video_id: str) -> AudioTrackList:
        """See `ListsAudio`."""
        return await anyio.to_thread.run_sync(self._audio, video_id)

    async def list_subtitles(self, video_id: str) -> SubtitleTrackList:
        """See `ListsSubtitles`: the sidecar files."""
        return await anyio.to_thread.run_sync(self._subtitles, video_id)

    async def read_subtitles(self, video_id: str, track_id: str) -> str:
        """See `ReadsSubtitles`; SRT comes as WebVTT. Raises CallerError where it is neither."""
        return await anyio.to_thread.run_sync(self._text, video_id, track_id)

    def plan_add_audio(self, request: AddAudioTrack) -> Plan:
        """See `AddsAudio`.

        Raises NotSupported for a URL, NotFound for a path outside, CallerError for a label that
        can't be kept.
        """
        if "://" in request.source:
            raise NotSupported(
                "Audio for a local video is added from a file, not from a URL.",
                next_step="Put the file into a configured folder and pass its path as source.",
            )
        containers.check_label(request.label)
        roots.resolve_within(self._all_roots, request.source)
        return _plan(roots.resolve(self._root, request.video_id))

    def plan_generate_subtitles(self, request: GenerateSubtitles) -> Plan:
        """See `GeneratesSubtitles`."""
        if request.language == languages.AUTO:
            raise NotSupported(
                "For local files the language spoken has to be named.",
                next_step="Call again with language='en' or the like.",
            )
        video = roots.resolve(self._root, request.video_id)
        target = sidecars.path_for(video, request.language)
        if len(os.fsencode(target.name)) > _LONGEST_FILE_NAME:
            raise CallerError(
                f"The video's name is too long to put '.{request.language}.vtt' behind it.",
                code="name_too_long",
                next_step="Shorten the file's name by some letters, then ask again.",
            )
        return _plan(video)

    def _handle(self, video_id: str) -> str:
        return f"{self.account.name}/{video_id}"

    def _video(self, video_id: str) -> Video:
        path = roots.resolve(self._root, video_id)
        info = containers.probe_video(path)
        with containers.telling(path):
            modified = path.stat().st_mtime
        return self._described(path, video_id, modified, info.duration_seconds, ready=True)

    def _described(
        self, path: Path, video_id: str, modified: float, seconds: float | None, *, ready: bool
    ) -> Video:
        return Video(
            video=self._handle(video_id),
            title=path.stem,
            account=self.account.name,
            duration_seconds=round(seconds, 1) if seconds is not None else None,
            created_at=datetime.fromtimestamp(modified, UTC).replace(microsecond=0),
            ready=ready,
        )

    def _find(self, query: VideoQuery) -> VideoPage:
        words = _folded(query.query or "").split()
        after = query.uploaded_after.timestamp() if query.uploaded_after else 0.0
        start = _place(query.cursor)
        found = sorted(
            (-modified, video_id)
            for modified, video_id in self._there()
            if modified >= after and all(word in _folded(video_id) for word in words)
        )
        shown = found[start : start + query.limit]
        notes: list[str] = []
        listed = (self._listed(video_id, -modified, notes) for modified, video_id in shown)
        return VideoPage(
            videos=tuple(listed),
            next_cursor=str(start + len(shown)) if start + len(shown) < len(found) else None,
            notes=tuple(notes) or None,
        )

    def _there(self) -> Iterator[tuple[float, str]]:
        """When each video was last modified, and its id; one that goes away is left out."""
        for path in roots.videos(self._root):
            with suppress(OSError, NotFound):
                yield path.stat().st_mtime, roots.video_id_of(self._root, path)

    def _listed(self, video_id: str, modified: float, notes: list[str]) -> Video:
        try:
            return self._video(video_id)
        except (MediaTracksError, OSError) as error:
            told = error.message if isinstance(error, MediaTracksError) else "it can't be read."
            notes.append(f"{self._handle(video_id)!r}: {told}")
            return self._described(Path(video_id), video_id, modified, None, ready=False)

    def _audio(self, video_id: str) -> AudioTrackList:
        path = roots.resolve(self._root, video_id)
        return AudioTrackList(
            video=self._handle(video_id),
            title=path.stem,
            tracks=tuple(_audio_track(stream) for stream in containers.probe_video(path).audio),
        )

    def _subtitles(self, video_id: str) -> SubtitleTrackList:
        path = roots.resolve(self._root, video_id)
        return SubtitleTrackList(
            video=self._handle(video_id),
            title=path.stem,
            tracks=tuple(
                SubtitleTrack(
                    track_id=sidecar.track_id,
                    name=languages.autonym(sidecar.language),
                    language=sidecar.language,
                    status=TrackStatus.READY,
                    generated=sidecar.generated,
                    readable=True,
                    notes=(f"file {sidecar.path.name}",),
                )
                for sidecar in sidecars.beside(path, self._root)
            ),
        )

    def _text(self, video_id: str, track_id: str) -> str:
        path = roots.resolve(self._root, video_id)
        for sidecar in sidecars.beside(path, self._root):
            if sidecar.track_id == track_id:
                return sidecars.text_of(sidecar)
        raise NotFound(
            f"There is no subtitle file {track_id[:60]!r} beside this video.",
            code="unknown_track",
            next_step=f"list_subtitles(video={self._handle(video_id)!r}) shows what is there.",
        )


def _plan(video: Path) -> Plan:
    return Plan(steps=_STEPS, redoes=3, stoppable=True, subject=f"file\n{video}")


def _place(cursor: str | None) -> int:
    """How many videos were shown before."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _LONGEST_CURSOR):
        raise bad_cursor("find_videos")
    return int(cursor)


def _folded(text: str) -> str:
    """For comparing: macOS writes names with accents apart, and people type them composed."""
    return unicodedata.normalize("NFC", text).casefold()


def _audio_track(stream: containers.AudioStream) -> AudioTrack:
    language = containers.bcp47(stream.language)
    number = stream.position + 1
    return AudioTrack(
        track_id=str(number),
        label=stream.label or (languages.autonym(language) if language else f"Audio {number}"),
        language=language,
        default=stream.default,
        status=TrackStatus.READY,
        kind=AudioKind.ORIGINAL if stream.is_original else AudioKind.ADDITIONAL,
        codec=stream.codec,
        channels=stream.channels,
        duration_seconds=stream.duration_seconds,
    )
