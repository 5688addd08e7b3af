"""Cloudflare's memory: the videos of one account with their audio tracks and captions."""

import math
import uuid
from dataclasses import dataclass, replace

from media_tracks_server.sandbox.cloudflare_documents import Audio, Caption, Video
from media_tracks_server.sandbox.cloudflare_wire import NotFound, bad_request, conflict
from media_tracks_server.sandbox.faults import Fault, RequestKind
from media_tracks_server.sandbox.languages import SPOKEN_ON_CLOUDFLARE, primary_language
from media_tracks_server.sandbox.stage import Stage
from media_tracks_server.sandbox.webvtt import spoken_text

_FAILING = (Fault.JOB_FAILS, Fault.TRACK_ERRORS)
"""Here one and the same: the vendor has no job beside the track."""


@dataclass(frozen=True)
class Library:
    """What an account starts with; tracks and captions are listed by the video's uid."""

    account_id: str
    videos: tuple[Video, ...]
    audio: dict[str, tuple[Audio, ...]]
    captions: dict[str, tuple[Caption, ...]]


class CloudflareState:
    """One account; a track becomes ready by the passing of time alone."""

    def __init__(self, stage: Stage, library: Library) -> None:
        self.account_id = library.account_id
        self.videos = {video.uid: video for video in library.videos}
        self._settings = stage.settings
        self._plan = stage.plan
        self._audio = {
            uid: {track.uid: track for track in library.audio.get(uid, ())} for uid in self.videos
        }
        self._captions = {
            uid: {caption.language: caption for caption in library.captions.get(uid, ())}
            for uid in self.videos
        }

    def now(self) -> float:
        """The time on the sandbox's clock."""
        return self._settings.clock()

    def audio_of(self, video: Video) -> tuple[Audio, ...]:
        """The additional audio tracks that can be seen, oldest first."""
        now = self.now()
        return tuple(track for track in self._audio[video.uid].values() if track.visible_at <= now)

    def audio_track(self, video: Video, uid: str) -> Audio:
        """One track; the vendor has no endpoint that answers it."""
        try:
            return self._audio[video.uid][uid]
        except KeyError:
            raise NotFound from None

    def add_audio(self, video: Video, label: str) -> Audio:
        """Queue a track; a label is unique in its video."""
        self._refuse_taken(video, label)
        fault = self._plan.draw_for_job(RequestKind.TRACK)
        track = Audio(
            uuid.uuid4().hex,
            label,
            is_default=False,
            ready_at=self._done_at(fault),
            has_failed=fault in _FAILING,
            visible_at=self._visible_at(),
        )
        self._audio[video.uid][track.uid] = track
        return track

    def edit_audio(
        self, video: Video, track: Audio, label: str | None, is_default: bool | None
    ) -> Audio:
        """Rename a track, or make it the default, which takes the default from all others."""
        if label is not None and label != track.label:
            self._refuse_taken(video, label)
            track = replace(track, label=label)
        tracks = self._audio[video.uid]
        if is_default:
            tracks.update({one.uid: replace(one, is_default=False) for one in tracks.values()})
        if is_default is not None:
            track = replace(track, is_default=is_default)
        tracks[track.uid] = track
        return track

    def delete_audio(self, video: Video, track: Audio) -> None:
        """Remove a track that is not the default."""
        if track.is_default:
            raise conflict("Assign another audio track as default before deleting this one")
        del self._audio[video.uid][track.uid]

    def captions_of(self, video: Video) -> tuple[Caption, ...]:
        """All captions that can be seen, those in progress and failed ones too."""
        now = self.now()
        return tuple(one for one in self._captions[video.uid].values() if one.visible_at <= now)

    def caption(self, video: Video, language: str) -> Caption:
        """The caption of a language, seen or not."""
        try:
            return self._captions[video.uid][language]
        except KeyError:
            raise NotFound from None

    def visible_caption(self, video: Video, language: str) -> Caption:
        """The caption of a language, to be read."""
        caption = self.caption(video, language)
        if caption.visible_at > self.now():
            raise NotFound
        return caption

    def generate_caption(self, video: Video, language: str) -> Caption:
        """Begin to write down what is spoken."""
        if primary_language(language) not in SPOKEN_ON_CLOUDFLARE:
            raise bad_request(f"language not supported: {language}")
        if not video.is_ready:
            raise bad_request("video is not ready")
        if video.is_silent:
            raise bad_request("video missing audio")
        if language in self._captions[video.uid]:
            raise conflict(f"a caption for {language} already exists")
        fault = self._plan.draw_for_job(RequestKind.TRACK)
        caption = Caption(
            language,
            spoken_text(video.duration).encode(),
            ready_at=self._done_at(fault),
            is_generated=True,
            has_failed=fault in _FAILING,
            visible_at=self._visible_at(),
        )
        self._captions[video.uid][language] = caption
        return caption

    def store_caption(self, video: Video, language: str, text: bytes) -> Caption:
        """Keep an uploaded caption in the place of whatever the language had."""
        old = self._captions[video.uid].get(language)
        visible_at = old.visible_at if old else self._visible_at()
        caption = Caption(language, text, ready_at=self.now(), visible_at=visible_at)
        self._captions[video.uid][language] = caption
        return caption

    def delete_caption(self, video: Video, caption: Caption) -> None:
        """Remove a caption in whatever state."""
        del self._captions[video.uid][caption.language]

    def _refuse_taken(self, video: Video, label: str) -> None:
        taken = {track.label for track in self._audio[video.uid].values()}
        if self._settings.labels_unique and label in taken:
            raise conflict(f"an audio track labelled {label} already exists")

    def _done_at(self, fault: Fault | None) -> float:
        never = fault is Fault.NEVER_ENDS
        return math.inf if never else self.now() + self._settings.job_seconds

    def _visible_at(self) -> float:
        return self.now() + self._settings.visible_after
