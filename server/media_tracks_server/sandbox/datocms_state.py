"""DatoCMS's memory: uploads, tracks, files and the jobs that change tracks."""

import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from media_tracks_server.sandbox.datocms_documents import Track, TrackType, Upload
from media_tracks_server.sandbox.datocms_wire import ApiError
from media_tracks_server.sandbox.faults import Fault, RequestKind
from media_tracks_server.sandbox.languages import SPOKEN_ON_MUX, own_name, primary_language
from media_tracks_server.sandbox.log import Effect, LogEntry
from media_tracks_server.sandbox.stage import Stage
from media_tracks_server.sandbox.webvtt import (
    NOT_FETCHED,
    as_webvtt,
    is_subtitle_text,
    spoken_text,
)
from media_tracks_server.sandbox.wire import Json

READY_AFTER_JOB = 0.3
"""The part of job_seconds that a new track goes on `preparing` after its job has succeeded."""

FIRST_JOB_ID = 4235

PLAYED_ERROR = "The input could not be processed"
"""Of a job or track that fails because the sandbox was told so."""


@dataclass(frozen=True)
class NewTrack:
    """What a create or generate call asked for."""

    upload: Upload
    type: TrackType
    language_code: str
    name: str | None
    closed_captions: bool | None
    is_generated: bool
    content: bytes | None = None
    """The file that was sent through an upload request; None where DatoCMS would fetch a URL."""


@dataclass(frozen=True)
class Outcome:
    """What GET /job-results/:id tells once the job is done."""

    status: int
    payload: Json
    effect: Effect | None


@dataclass(frozen=True)
class _Job:
    id: str
    done_at: float
    perform: Callable[[float], Outcome]


class DatoCmsState:
    """One site; nothing runs in the background: what is due happens when someone looks."""

    def __init__(
        self, stage: Stage, uploads: tuple[Upload, ...], tracks: tuple[Track, ...]
    ) -> None:
        self.uploads = {upload.id: upload for upload in uploads}
        self.files: dict[str, bytes | None] = {}
        self._tracks = {track.id: track for track in tracks}
        self._settings = stage.settings
        self._log = stage.log
        self._plan = stage.plan
        self._pending: deque[_Job] = deque()
        self._outcomes: dict[str, Outcome] = {}
        self._next_job_id = FIRST_JOB_ID

    def tracks_of(self, upload: Upload) -> tuple[Track, ...]:
        """The upload's tracks that can be seen, in the order in which they came to be."""
        self.settle()
        now = self.now()
        return tuple(
            track
            for track in self._tracks.values()
            if track.upload_id == upload.id and track.visible_at <= now
        )

    def track(self, track_id: str) -> Track | None:
        """One track, seen or not; the vendor has no endpoint that answers it."""
        self.settle()
        return self._tracks.get(track_id)

    def text(self, playback_id: str, track_id: str) -> bytes | None:
        """The WebVTT of subtitles that are ready and can be seen."""
        track = self.track(track_id)
        if track is None or max(track.ready_at, track.visible_at) > self.now() or track.error:
            return None
        is_here = self.uploads[track.upload_id].mux_playback_id == playback_id
        return track.text if is_here else None

    def now(self) -> float:
        """The time on the sandbox's clock."""
        return self._settings.clock()

    def outcome(self, job_id: str) -> Outcome | None:
        """The job's outcome; None while it runs, and for a job that never was."""
        self.settle()
        return self._outcomes.get(job_id)

    def submit_creation(self, new: NewTrack) -> str:
        """Start a job that makes a track."""
        fault = self._plan.draw_for_job(RequestKind.TRACK)
        return self._submit(lambda at: self._create(new, at, fault), fault)

    def submit_destruction(self, track: Track) -> str:
        """Start a job that removes a track."""
        fault = self._plan.draw_for_job(RequestKind.JOB)
        return self._submit(lambda at: self._destroy(track, at), fault)

    def settle(self) -> None:
        """Let every job that is due by now end, in order."""
        while self._pending and self._pending[0].done_at <= self.now():
            job = self._pending.popleft()
            outcome = job.perform(job.done_at)
            self._outcomes[job.id] = outcome
            if outcome.effect:
                path = f"/job-results/{job.id}"
                self._log.entries.append(
                    LogEntry(
                        vendor="datocms",
                        method="JOB",
                        path=path,
                        status=outcome.status,
                        effect=outcome.effect,
                    )
                )

    def _submit(self, perform: Callable[[float], Outcome], fault: Fault | None) -> str:
        """A job that never ends is not even begun: its result is a 404 for ever."""
        chosen = _fail if fault is Fault.JOB_FAILS else perform
        job = _Job(str(self._next_job_id), self.now() + self._settings.job_seconds, chosen)
        self._next_job_id += 1
        if fault is not Fault.NEVER_ENDS:
            self._pending.append(job)
        return job.id

    def _create(self, new: NewTrack, at: float, fault: Fault | None) -> Outcome:
        refusal = self._refusal(new)
        if refusal:
            return Outcome(refusal.status, refusal.document(), None)
        track = Track(
            id=secrets.token_hex(22),
            upload_id=new.upload.id,
            type=new.type,
            name=new.name or self._free_name(new),
            language_code=new.language_code,
            closed_captions=new.closed_captions,
            ready_at=at + self._settings.job_seconds * READY_AFTER_JOB,
            error=PLAYED_ERROR if fault is Fault.TRACK_ERRORS else _content_error(new),
            visible_at=at + self._settings.visible_after,
            text=_text(new),
        )
        self._tracks[track.id] = track
        return Outcome(200, {"data": track.document(at)}, Effect.TRACK_CREATED)

    def _refusal(self, new: NewTrack) -> ApiError | None:
        if new.upload.mux_playback_id is None:
            return _mux_error("The asset is not ready yet")
        if new.is_generated and new.upload.is_silent:
            return ApiError(422, "NO_PRIMARY_AUDIO_TRACK")
        if new.is_generated and primary_language(new.language_code) not in SPOKEN_ON_MUX:
            return _mux_error(f"Language {new.language_code} cannot be generated")
        if self._settings.labels_unique and new.name in self._names(new):
            return _mux_error(f"A {new.type} track named {new.name} exists already")
        return None

    def _names(self, new: NewTrack) -> set[str]:
        return {
            track.name
            for track in self._tracks.values()
            if track.upload_id == new.upload.id and track.type == new.type
        }

    def _free_name(self, new: NewTrack) -> str:
        """Mux makes up a name where none is given; that it looks like this is inferred."""
        name, number, taken = own_name(new.language_code), 1, self._names(new)
        while (f"{name} {number}" if number > 1 else name) in taken:
            number += 1
        return f"{name} {number}" if number > 1 else name

    def _destroy(self, track: Track, at: float) -> Outcome:
        if self._tracks.pop(track.id, None) is None:
            return Outcome(404, ApiError(404, "NOT_FOUND").document(), None)
        return Outcome(200, {"data": track.document(at)}, Effect.TRACK_DELETED)


def _mux_error(message: str) -> ApiError:
    return ApiError(422, "MUX_ERROR", {"message": message})


def _fail(_: float) -> Outcome:
    return Outcome(422, _mux_error(PLAYED_ERROR).document(), None)


def _text(new: NewTrack) -> bytes | None:
    if new.type == "audio":
        return None
    if new.is_generated:
        return spoken_text(new.upload.duration or 0).encode()
    return NOT_FETCHED if new.content is None else as_webvtt(new.content)


def _content_error(new: NewTrack) -> str | None:
    if new.type == "subtitles" and new.content is not None and not is_subtitle_text(new.content):
        return "The file is neither WebVTT nor SRT"
    return None
