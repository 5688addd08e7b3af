"""Cloudflare's memory: the videos of one account with their audio tracks and captions."""

import uuid
from dataclasses import dataclass, replace

from media_tracks_server.sandbox.cloudflare_documents import Audio, Caption, Video
from media_tracks_server.sandbox.cloudflare_wire import NotFound, bad_request, conflict
from media_tracks_server.sandbox.languages import SPOKEN_ON_CLOUDFLARE, primary_language
from media_tracks_server.sandbox.settings import SandboxSettings
from media_tracks_server.sandbox.webvtt import spoken_text


@dataclass(frozen=True)
class Library:
    """What an account starts with; tracks and captions are listed by the video's uid."""

    account_id: str
    videos: tuple[Video, ...]
    audio: dict[str, tuple[Audio, ...]]
    captions: dict[str, tuple[Caption, ...]]


class CloudflareState:
    """One account; a track becomes ready by the passing of time alone."""

    def __init__(self, settings: SandboxSettings, library: Library) -> None:
        self.account_id = library.account_id
        self.videos = {video.uid: video for video in library.videos}
        self._settings = settings
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
        """The additional audio tracks, oldest first."""
        return tuple(self._audio[video.uid].values())

    def audio_track(self, video: Video, uid: str) -> Audio:
        """One track; the vendor has no endpoint that answers it."""
        try:
            return self._audio[video.uid][uid]
        except KeyError:
            raise NotFound from None

    def add_audio(self, video: Video, label: str) -> Audio:
        """Queue a track; a label is unique in its video."""
        self._refuse_taken(video, label)
        track = Audio(uuid.uuid4().hex, label, is_default=False, ready_at=self._done_at())
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
        """All captions, those in progress and failed ones too."""
        return tuple(self._captions[video.uid].values())

    def caption(self, video: Video, language: str) -> Caption:
        """The caption of a language."""
        try:
            return self._captions[video.uid][language]
        except KeyError:
            raise NotFound from None

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
        caption = Caption(
            language,
            spoken_text(video.duration).encode(),
            ready_at=self._done_at(),
            is_generated=True,
        )
        self._captions[video.uid][language] = caption
        return caption

    def store_caption(self, video: Video, language: str, text: bytes) -> Caption:
        """Keep an uploaded caption in the place of whatever the language had."""
        caption = Caption(language, text, ready_at=self.now())
        self._captions[video.uid][language] = caption
        return caption

    def delete_caption(self, video: Video, caption: Caption) -> None:
        """Remove a caption in whatever state."""
        del self._captions[video.uid][caption.language]

    def _refuse_taken(self, video: Video, label: str) -> None:
        if any(track.label == label for track in self.audio_of(video)):
            raise conflict(f"an audio track labelled {label} already exists")

    def _done_at(self) -> float:
        return self.now() + self._settings.job_seconds
