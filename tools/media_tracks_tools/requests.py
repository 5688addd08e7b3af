"""What a change asks for: one frozen request for each kind of job.

`key` is what may be under way only once on a video and in a kind; `settings` are all other
wishes: two open requests with one key must agree in them. `label` (of audio) or `name` (of
subtitles) and `language` are what people know the track by.
"""

import hashlib
from typing import Annotated, Literal

from pydantic import Field

from media_tracks_tools.models import JobKind, Model, Problem


class AddAudioTrack(Model):
    """Add an audio track: `source` is a URL, or the path of a file under a local root."""

    kind: Literal[JobKind.ADD_AUDIO_TRACK] = JobKind.ADD_AUDIO_TRACK
    video_id: str
    source: str
    label: str
    language: str | None = None
    make_default: bool = False

    @property
    def key(self) -> str:
        """The label."""
        return self.label.casefold()

    @property
    def settings(self) -> str:
        """Everything else."""
        return f"{self.source}\n{self.language or ''}\n{self.make_default}"


class UpdateAudioTrack(Model):
    """Give the track `track_id` another label, make it the default, or both; `label` is its own.

    `new_label` is None where the label stays.
    """

    kind: Literal[JobKind.UPDATE_AUDIO_TRACK] = JobKind.UPDATE_AUDIO_TRACK
    video_id: str
    track_id: str
    label: str
    new_label: str | None = None
    make_default: bool = False
    language: str | None = None

    @property
    def key(self) -> str:
        """The track."""
        return self.track_id

    @property
    def settings(self) -> str:
        """What is to change."""
        return f"{self.new_label or ''}\n{self.make_default}"


class DeleteAudioTrack(Model):
    """Remove the audio track `track_id`."""

    kind: Literal[JobKind.DELETE_AUDIO_TRACK] = JobKind.DELETE_AUDIO_TRACK
    video_id: str
    track_id: str
    label: str
    language: str | None = None

    @property
    def key(self) -> str:
        """The track."""
        return self.track_id

    @property
    def settings(self) -> str:
        """Nothing else."""
        return ""


class GenerateSubtitles(Model):
    """Generate subtitles in the language spoken; `language` is a BCP 47 tag or `auto`.

    `replaces` is the id of the track that the new one takes the place of, None for none.
    """

    kind: Literal[JobKind.GENERATE_SUBTITLES] = JobKind.GENERATE_SUBTITLES
    video_id: str
    language: str
    name: str
    replaces: str | None = None

    @property
    def key(self) -> str:
        """The language."""
        return self.language.casefold()

    @property
    def settings(self) -> str:
        """Everything else."""
        return f"{self.name}\n{self.replaces or ''}"


class AddSubtitles(Model):
    """Add subtitles whose text is known: `text` is checked WebVTT.

    `replaces` is the id of the track that the new one takes the place of, None for none.
    """

    kind: Literal[JobKind.ADD_SUBTITLES] = JobKind.ADD_SUBTITLES
    video_id: str
    language: str
    name: str
    text: str
    closed_captions: bool = False
    replaces: str | None = None

    @property
    def key(self) -> str:
        """The language."""
        return self.language.casefold()

    @property
    def settings(self) -> str:
        """Everything else."""
        others = f"{self.name}\n{self.closed_captions}\n{self.replaces or ''}"
        return f"{digest(self.text)}\n{others}"


class EditSubtitles(Model):
    """Put `text` (checked WebVTT) in the place of the text of the track `track_id`.

    `before` is the digest of the text that was edited: where the track holds another one by
    then, somebody else has changed it.
    """

    kind: Literal[JobKind.EDIT_SUBTITLES] = JobKind.EDIT_SUBTITLES
    video_id: str
    track_id: str
    language: str
    name: str
    text: str
    before: str
    closed_captions: bool = False

    @property
    def key(self) -> str:
        """The track."""
        return self.track_id

    @property
    def settings(self) -> str:
        """The new text."""
        return digest(self.text)


class DeleteSubtitles(Model):
    """Remove the subtitle track `track_id`."""

    kind: Literal[JobKind.DELETE_SUBTITLES] = JobKind.DELETE_SUBTITLES
    video_id: str
    track_id: str
    language: str
    name: str

    @property
    def key(self) -> str:
        """The track."""
        return self.track_id

    @property
    def settings(self) -> str:
        """Nothing else."""
        return ""


class RefusedVideo(Model):
    """A video of a batch for which no job could be begun."""

    video: str
    error: Problem


class GenerateBatch(Model):
    """Generate subtitles for several videos, each as a job of its own; `videos` are handles."""

    kind: Literal[JobKind.GENERATE_SUBTITLES_BATCH] = JobKind.GENERATE_SUBTITLES_BATCH
    language: str
    videos: tuple[str, ...]
    refused: tuple[RefusedVideo, ...] = ()

    @property
    def video_id(self) -> str:
        """How many videos, in words: a batch has no video of its own."""
        total = len(self.videos) + len(self.refused)
        return f"{total} videos" if total != 1 else "1 video"

    @property
    def name(self) -> str:
        """The language."""
        return self.language

    @property
    def key(self) -> str:
        """The videos and the language."""
        videos = {*self.videos, *(one.video for one in self.refused)}
        return digest("\n".join((self.language.casefold(), *sorted(videos))))

    @property
    def settings(self) -> str:
        """Nothing else."""
        return ""


ON_AUDIO = frozenset(
    {JobKind.ADD_AUDIO_TRACK, JobKind.UPDATE_AUDIO_TRACK, JobKind.DELETE_AUDIO_TRACK}
)
AudioRequest = AddAudioTrack | UpdateAudioTrack | DeleteAudioTrack
SubtitleRequest = GenerateSubtitles | AddSubtitles | EditSubtitles | DeleteSubtitles
TrackRequest = AudioRequest | SubtitleRequest
"""What an account is asked for; a batch is asked of nobody."""

Request = Annotated[TrackRequest | GenerateBatch, Field(discriminator="kind")]


def digest(text: str) -> str:
    """A short name of a text that no other text has."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
