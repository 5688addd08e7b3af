"""Listening to a video: faster-whisper on the processor, from the sound to readable cues.

Settings measured on real speech: beam 5 and voice activity detection, without which silence
becomes words; no conditioning on earlier text, which makes errors spread.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from media_tracks_server.providers.local.containers import (
    bcp47,
    declared_seconds,
    reading,
)
from media_tracks_server.providers.local.cues import Word, readable
from media_tracks_server.providers.local.hearing import Heard, hear
from media_tracks_server.providers.local.models import Segment, SpeechModel, load
from media_tracks_server.providers.local.pyav import DEFAULT, Source, Stream
from media_tracks_tools.captions import Cue
from media_tracks_tools.errors import CallerError

_READING_SHARE, _LISTENED = 0.02, 0.99  # of the whole progress
# Whisper's names where they are not the BCP 47 ones
_WHISPER_NAMES = {"nb": "no", "jv": "jw", "fil": "tl", "cmn": "zh"}


class Transcript(BaseModel):
    """What was said. `language` is Whisper's code, None where nobody spoke and none was asked for.

    No speech is a normal result with no cues.
    """

    model_config = ConfigDict(frozen=True)

    language: str | None
    language_probability: float
    cues: tuple[Cue, ...]
    duration_seconds: float
    warnings: tuple[str, ...] = ()


def transcribe(
    video: Path,
    *,
    model: str,
    language: str | None,
    threads: int,
    on_progress: Callable[[float, float, str], None],
) -> Transcript:
    """Listen to the track of `video` in `language`, else to its default one.

    `on_progress` is told seconds done and in all, strictly increasing, and a phrase for people.
    Raises CallerError (no audio track, a language the model doesn't know, a damaged file) or
    ModelMissing.
    """
    with reading(video) as source:
        stream = _track(source, language, video)
        seconds = declared_seconds(stream) or (source.duration or 0) / 1e6
        report = _Report(on_progress, seconds or 1.0)
        report.say(0.0, "loading the speech model")
        loaded = load(
            model, threads, lambda: report.say(0.0, f"downloading the speech model {model}, once")
        )
        spoken = whisper_code(language, loaded.supported_languages, model)
        report.say(0.0, "reading the sound")
        heard = hear(
            source,
            stream,
            video,
            lambda done: report.say(done * _READING_SHARE, "reading the sound"),
        )
    return _heard(loaded, heard, spoken, report)


class _Report:
    """Turns phases of unequal kind into one number that only grows."""

    def __init__(self, on_progress: Callable[[float, float, str], None], total: float) -> None:
        self._on_progress = on_progress
        self._last = -1.0
        self.total = total

    def say(self, done: float, message: str) -> None:
        step = self.total * 0.001 if self._last >= 0 else 0.0
        self._last = round(max(done, max(self._last, 0.0) + step), 3)
        self._on_progress(self._last, max(self.total, self._last), message)


def _track(source: Source, language: str | None, video: Path) -> Stream:
    """The track to listen to: the one in the language, one without any, the default, the first."""
    wanted = _primary(language)

    def rank(stream: Stream) -> tuple[bool, bool, bool]:
        tag = _primary(stream.metadata.get("language"))
        untagged = tag in (None, "und")
        return tag != wanted, not (wanted and untagged), not stream.disposition & DEFAULT

    if not source.streams.audio:
        raise CallerError(
            f"{video.name!r} has no audio track, so there is nothing to listen to.",
            next_step="Choose another video, or add a track with add_audio_track first.",
            code="no_audio",
        )
    if wanted is None:
        return min(source.streams.audio, key=lambda stream: not stream.disposition & DEFAULT)
    return min(source.streams.audio, key=rank)


def _primary(tag: str | None) -> str | None:
    standard = bcp47(tag)
    return standard.split("-")[0] if standard else None


def whisper_code(language: str | None, known: Sequence[str], model: str) -> str | None:
    """Whisper's code for a tag; CallerError where the model, who knows `known`, does not."""
    if language is None:
        return None
    primary = _primary(language) or language
    code = _WHISPER_NAMES.get(primary, primary)
    if code in known:
        return code
    if list(known) == ["en"]:
        raise CallerError(
            f"The speech model {Path(model).name!r} only understands English, not {language!r}.",
            next_step="Ask for en, or have MEDIA_TRACKS_SPEECH_MODEL set to a multilingual model"
            " such as base or small.",
            code="language_not_supported",
        )
    raise CallerError(
        f"The speech model does not understand the language {language!r}.",
        next_step=f"Call generate_subtitles with one of {', '.join(known)}.",
        code="language_not_supported",
    )


def _heard(
    loaded: SpeechModel,
    heard: Heard,
    spoken: str | None,
    report: _Report,
) -> Transcript:
    total = report.total
    report.say(0.0, f"listening: 0 of {total:.0f} s")
    segments, info = loaded.transcribe(
        heard.samples,
        language=spoken,
        beam_size=5,
        vad_filter=True,
        condition_on_previous_text=False,
        word_timestamps=True,
    )
    words: list[Word] = []
    for segment in segments:
        words += _words(segment)
        done = min(float(segment.end), total)
        report.say(min(done, total * _LISTENED), f"listening: {done:.0f} of {total:.0f} s")
    report.say(total, "writing the captions")
    cues = readable(words)
    return Transcript(
        language=str(info.language) if cues else spoken,
        language_probability=round(float(info.language_probability), 3) if cues else 0.0,
        cues=cues,
        duration_seconds=round(heard.seconds, 3),
        warnings=tuple(_doubts(heard, cues)),
    )


def _words(segment: Segment) -> Iterator[Word]:
    """The segment's words with plain numbers; faster-whisper gives numpy's."""
    for word in segment.words or ():
        yield Word(float(word.start), float(word.end), word.word)


def _doubts(heard: Heard, cues: tuple[Cue, ...]) -> Iterator[str]:
    if not cues:
        yield "No speech was found, so the track is empty."
    if heard.damaged:
        yield f"{heard.damaged} damaged piece(s) of the sound were skipped."
