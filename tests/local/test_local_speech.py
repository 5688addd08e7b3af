"""Real speech becomes readable captions on the video's own clock; silence becomes none."""

import os
import re
from pathlib import Path

import pytest

from making import (
    Picture,
    Sound,
    read_streams,
    write_sound,
    write_speech,
    write_video,
)
from media_tracks_server.providers.local.containers import reading
from media_tracks_server.providers.local.cues import LINE_WIDTH
from media_tracks_server.providers.local.hearing import RATE, hear
from media_tracks_server.providers.local.speech import Transcript, transcribe, whisper_code
from media_tracks_tools.captions import as_text
from media_tracks_tools.errors import CallerError, ModelMissing

Told = list[tuple[float, float, str]]


def listen(video: Path, model: str, language: str | None = "en") -> tuple[Transcript, Told]:
    """The transcript and what was told on the way."""
    told: Told = []
    heard = transcribe(
        video,
        model=model,
        language=language,
        threads=1,
        on_progress=lambda done, total, message: told.append((done, total, message)),
    )
    return heard, told


def words_of(text: str) -> list[str]:
    """Words alone, as a word error rate counts them."""
    text = text.lower().replace("-", " ").replace("mr.", "mister")
    return re.findall(r"[a-z']+", text)


def error_rate(heard: list[str], expected: list[str]) -> float:
    """The word error rate: edits needed, by the length of what was said."""
    row = list(range(len(expected) + 1))
    for number, word in enumerate(heard, 1):
        previous, row[0] = row[0], number
        for place, wanted in enumerate(expected, 1):
            change = previous + (word != wanted)
            previous, row[place] = row[place], min(change, row[place] + 1, row[place - 1] + 1)
    return row[-1] / len(expected)


def test_real_speech_in_a_video_is_heard(
    tmp_path: Path, speech_model: str, demo_media: Path
) -> None:
    """At most one word in ten is wrong, in lines that fit, with progress that only grows."""
    video = write_speech(tmp_path / "talk.mp4", demo_media / "speech_en.flac")
    heard, told = listen(video, speech_model)
    expected = words_of((demo_media / "speech_en.txt").read_text())
    assert error_rate(words_of(as_text(heard.cues)), expected) <= 0.10
    assert heard.language == "en"
    assert heard.duration_seconds == pytest.approx(17.2, abs=0.2)
    assert heard.warnings == ()
    assert all(len(line) <= LINE_WIDTH for cue in heard.cues for line in cue.text.split("\n"))
    done = [report[0] for report in told]
    assert done == sorted(set(done))
    assert len(done) >= 4
    assert done[-1] == told[-1][1]
    assert all(value < told[-1][1] for value in done[:-1])
    phases = list(dict.fromkeys(message.partition(":")[0] for _, _, message in told))
    assert phases == [
        "loading the speech model",
        "reading the sound",
        "listening",
        "writing the captions",
    ]
    assert re.search(r"listening: \d+ of 17 s", " ".join(message for _, _, message in told))


@pytest.mark.parametrize("silence", [Sound(codec="aac", pitch=0, seconds=8), Sound(seconds=8)])
def test_silence_and_a_tone_have_no_cues(tmp_path: Path, speech_model: str, silence: Sound) -> None:
    """Without voice detection Whisper hears ' You' and ' How much?' in them."""
    video = write_video(tmp_path / "video.mp4", sounds=[silence])
    heard, _ = listen(video, speech_model, None)
    assert heard.cues == ()
    assert heard.language is None
    assert heard.language_probability == 0.0
    assert heard.warnings == ("No speech was found, so the track is empty.",)


def test_sound_that_starts_late_keeps_its_place(
    tmp_path: Path, speech_model: str, demo_media: Path
) -> None:
    """The first words come five seconds into the video."""
    clip = demo_media / "speech_en.flac"
    heard, _ = listen(write_speech(tmp_path / "late.mkv", clip, begins=5.0), speech_model)
    assert heard.cues[0].start == pytest.approx(5.0, abs=0.5)
    assert heard.duration_seconds == pytest.approx(22.2, abs=0.1)


def test_a_gap_in_the_sound_becomes_silence(tmp_path: Path, demo_media: Path) -> None:
    """Otherwise every later caption would come too early."""
    clip = demo_media / "speech_en.flac"
    video = write_speech(tmp_path / "gap.mkv", clip, gap=(8.0, 4.0))
    with reading(video) as source:
        heard = hear(source, source.streams.audio[0], video, lambda _seconds: None)
    assert heard.seconds == pytest.approx(21.2, abs=0.1)
    quiet = heard.samples[int(8.5 * RATE) : int(11.5 * RATE)]
    assert float(abs(quiet).max()) < 0.01


def test_the_track_in_the_language_asked_for_is_heard(tmp_path: Path) -> None:
    """Else one without a language, else the default, else the first; progress is by ten seconds."""
    lengths = {"eng": 3.0, "ita": 1.0, "": 2.0}
    sounds = [
        Sound(seconds=seconds, metadata={"language": tag} if tag else {}, default=tag == "ita")
        for tag, seconds in lengths.items()
    ]
    video = write_video(tmp_path / "video.mkv", sounds=sounds)
    for language, seconds in (("en-GB", 3.0), ("it", 1.0), ("fr", 2.0), (None, 1.0)):
        totals: list[float] = []

        def note(_done: float, total: float, _message: str, into: list[float] = totals) -> None:
            into.append(total)

        with pytest.raises(ModelMissing):
            transcribe(video, model="/nowhere", language=language, threads=1, on_progress=note)
        assert totals[0] == pytest.approx(seconds, abs=0.06)


def test_a_video_without_sound_is_told(tmp_path: Path, speech_model: str) -> None:
    """There is nothing to listen to."""
    video = write_video(tmp_path / "video.mp4", sounds=[])
    with pytest.raises(CallerError, match="has no audio track") as caught:
        listen(video, speech_model)
    assert caught.value.code == "no_audio"
    assert "add_subtitles" not in (caught.value.next_step or "")


def test_an_english_model_refuses_another_language(tmp_path: Path, speech_model: str) -> None:
    """In one sentence, with the setting to change."""
    video = write_video(tmp_path / "video.mp4")
    with pytest.raises(CallerError, match="only understands English, not 'it-IT'") as caught:
        listen(video, speech_model, "it-IT")
    assert "MEDIA_TRACKS_SPEECH_MODEL" in (caught.value.next_step or "")


@pytest.mark.parametrize(
    ("tag", "code"),
    [("it-IT", "it"), ("ita", "it"), ("nb-NO", "no"), ("cmn", "zh"), ("jv", "jw"), (None, None)],
)
def test_a_tag_becomes_whispers_code(tag: str | None, code: str | None) -> None:
    """Whisper has its own names for some languages."""
    assert whisper_code(tag, ["en", "it", "no", "zh", "jw"], "base") == code


@pytest.mark.parametrize("tag", ["xx", "not a tag", "cy"])
def test_a_language_the_model_does_not_know_is_told(tag: str) -> None:
    """With those it knows."""
    with pytest.raises(CallerError, match="does not understand the language") as caught:
        whisper_code(tag, ["en", "it"], "base")
    assert "en, it" in (caught.value.next_step or "")
    assert "auto" not in (caught.value.next_step or "")


@pytest.mark.parametrize("name", ["video.mp4", "video.mkv"])
def test_sound_cut_short_is_refused(tmp_path: Path, speech_model: str, name: str) -> None:
    """Captions for half a video would look like a success."""
    options = {"movflags": "faststart"} if name.endswith("mp4") else {}
    video = write_video(
        tmp_path / name,
        picture=Picture(seconds=8),
        sounds=[Sound(seconds=8)],
        options=options,
    )
    os.truncate(video, video.stat().st_size // 2)
    with pytest.raises(CallerError, match=r"cut short|not a readable"):
        listen(video, speech_model)


def test_single_damaged_pieces_are_skipped_and_told(tmp_path: Path, speech_model: str) -> None:
    """One broken packet in eight seconds."""
    audio = write_sound(tmp_path / "x.m4a", Sound(seconds=8))
    content = bytearray(audio.read_bytes())
    start = content.index(b"mdat") + 3000
    content[start : start + 60] = b"\xff" * 60
    audio.write_bytes(content)
    heard, _ = listen(audio, speech_model)
    assert any("damaged piece(s) of the sound were skipped" in told for told in heard.warnings)
    assert heard.duration_seconds > 7


def test_long_sound_is_told_by_ten_seconds(tmp_path: Path) -> None:
    """So that reading two hours of sound doesn't look dead."""
    audio = write_sound(tmp_path / "x.wav", Sound("pcm_s16le", seconds=35))
    told: list[float] = []
    with reading(audio) as source:
        heard = hear(source, source.streams.audio[0], audio, told.append)
    assert len(told) == 4
    assert told == sorted(told)
    assert heard.seconds == pytest.approx(35, abs=0.01)
    assert len(read_streams(audio)) == 1
