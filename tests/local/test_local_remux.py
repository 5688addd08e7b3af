"""Adding a track: what was there stays bit for bit, and the new track is named as asked."""

import stat
from pathlib import Path

import pytest

from local.adding import add, of_type
from making import (
    Picture,
    Sound,
    decoded_times,
    read_streams,
    write_sound,
    write_video,
)
from media_tracks_server.providers.local.containers import probe, reading

KINDS = [".mp4", ".m4v", ".mov", ".mkv", ".webm"]
MOV_KINDS = [".mp4", ".m4v", ".mov"]


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize("sound", ["x.wav", "x.mp3", "x.aac", "x.flac", "x.ogg", "x.m4a"])
def test_every_old_packet_is_bit_identical_and_at_the_same_time(
    tmp_path: Path, suffix: str, sound: str
) -> None:
    """All containers with all kinds of sound files."""
    codecs = {"wav": "pcm_s16le", "mp3": "libmp3lame", "flac": "flac", "ogg": "libopus"}
    codec = codecs.get(sound[2:], "aac")
    video = write_video(tmp_path / f"video{suffix}")
    audio = write_sound(tmp_path / sound, Sound(codec=codec, channels=2, seconds=3))
    before = read_streams(video)
    original = video.read_bytes()

    added, made = add(video, audio)

    after = read_streams(made)
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1
    assert decoded_times(made) == decoded_times(video)
    track = probe(made).audio[-1]
    assert track.label == added.label == "Italiano"
    assert track.language == added.language == ("ita" if suffix in MOV_KINDS else "it-IT")
    assert not track.default
    assert track.channels == 2
    assert track.codec == added.codec
    assert track.duration_seconds == pytest.approx(3, abs=0.06)
    assert added.duration_seconds == pytest.approx(3, abs=0.06)
    assert video.read_bytes() == original


@pytest.mark.parametrize(
    ("suffix", "codec", "sound", "expected", "copied"),
    [
        (".mp4", "aac", "x.m4a", "aac", True),
        (".mp4", "libmp3lame", "x.mp3", "mp3", True),
        (".mp4", "pcm_s16le", "x.wav", "aac", False),
        (".mov", "pcm_s16le", "x.wav", "pcm_s16le", True),
        (".mov", "flac", "x.flac", "aac", False),
        (".webm", "libopus", "x.ogg", "opus", True),
        (".webm", "aac", "x.m4a", "opus", False),
        (".mkv", "flac", "x.flac", "flac", True),
        (".mkv", "ac3", "x.ac3", "ac3", True),
        (".mkv", "pcm_mulaw", "x.wav", "aac", False),  # Matroska itself is asked, and refuses
    ],
)
def test_sound_is_copied_where_the_container_takes_it(
    tmp_path: Path, suffix: str, codec: str, sound: str, expected: str, copied: bool
) -> None:
    """Codecs are named canonically: mp3, not mp3float."""
    video = write_video(tmp_path / f"video{suffix}")
    audio = write_sound(tmp_path / sound, Sound(codec=codec))
    added, made = add(video, audio)
    assert (added.codec, added.copied) == (expected, copied)
    new = read_streams(made)[-1].packets
    if copied and not expected.startswith("pcm"):  # PCM has no packets of its own
        old = read_streams(audio)[0].packets
        assert [digest for _, digest in new] == [digest for _, digest in old]


@pytest.mark.parametrize(("channels", "kept"), [(1, 1), (2, 2), (6, 6), (3, 2)])
@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_encoded_sound_keeps_its_channels(
    tmp_path: Path, suffix: str, channels: int, kept: int
) -> None:
    """Mono, stereo and 5.1 stay; an unusual layout becomes stereo."""
    video = write_video(tmp_path / f"video{suffix}")
    audio = write_sound(tmp_path / "x.wav", Sound("pcm_s16le", channels=channels, rate=22_050))
    _, made = add(video, audio)
    assert probe(made).audio[-1].channels == kept


def test_a_rate_that_aac_has_not_becomes_48_kilohertz(tmp_path: Path) -> None:
    """9,600 Hz is no AAC rate."""
    video = write_video(tmp_path / "video.mp4")
    audio = write_sound(tmp_path / "x.wav", Sound("pcm_s16le", rate=9600))
    _, made = add(video, audio)
    with reading(made) as source:
        context = source.streams.audio[-1].codec_context
        assert context
        assert context.sample_rate == 48_000


@pytest.mark.parametrize("suffix", KINDS)
def test_a_new_default_is_the_only_default(tmp_path: Path, suffix: str) -> None:
    """The flags of the other audio tracks are cleared."""
    codec = "libopus" if suffix == ".webm" else "aac"
    sounds = [Sound(codec, default=True), Sound(codec, pitch=600, default=True)]
    video = write_video(tmp_path / f"video{suffix}", sounds=sounds)
    audio = write_sound(tmp_path / "x.wav")
    _, made = add(video, audio, make_default=True)
    assert [track.default for track in probe(made).audio] == [False, False, True]


def test_the_old_default_stays_where_the_new_track_is_none(tmp_path: Path) -> None:
    """Matroska writes the flags it is given."""
    video = write_video(tmp_path / "video.mkv", sounds=[Sound(), Sound(default=True)])
    _, made = add(video, write_sound(tmp_path / "x.wav"))
    assert [track.default for track in probe(made).audio] == [False, True, False]


def test_first_frames_of_matroska_without_dts_are_kept(tmp_path: Path) -> None:
    """The trap of PyAV's cookbook: with B-frames the first packets have no dts."""
    video = write_video(tmp_path / "video.mkv")
    with reading(video) as source:
        packets = [packet for packet in source.demux(source.streams.video[0]) if packet.size]
        assert packets[0].dts is None
    _, made = add(video, write_sound(tmp_path / "x.wav"))
    assert len(of_type(read_streams(made), "video")[0].packets) == 50


@pytest.mark.parametrize("suffix", [".mkv", ".webm", ".mp4"])
def test_adding_track_after_track_does_not_move_the_others(tmp_path: Path, suffix: str) -> None:
    """FFmpeg's own remux moves Matroska's streams by the codec's delay every time."""
    video = write_video(tmp_path / f"video{suffix}")
    audio = write_sound(tmp_path / "x.wav")
    before = read_streams(video)
    for _ in range(3):
        _, made = add(video, audio)
        made.replace(video)
    assert read_streams(video)[: len(before)] == before
    assert len(probe(video).audio) == 4


def test_a_late_start_of_the_sound_file_is_taken_off(tmp_path: Path) -> None:
    """The new track begins with the video, whatever clock the sound file had."""
    video = write_video(tmp_path / "video.mkv")
    audio = write_sound(tmp_path / "x.mkv", Sound("flac", begins=1.5))
    _, made = add(video, audio)
    first = read_streams(made)[-1].packets[0][0]
    assert first == pytest.approx(0, abs=0.01)


def test_mode_bits_are_kept(tmp_path: Path) -> None:
    """A file that only its owner may read stays so."""
    video = write_video(tmp_path / "video.mp4")
    video.chmod(0o640)
    _, made = add(video, write_sound(tmp_path / "x.wav"))
    assert stat.S_IMODE(made.stat().st_mode) == 0o640


def test_progress_grows_in_bytes_up_to_the_size(tmp_path: Path) -> None:
    """It begins at nothing and says the whole only at the end."""
    video = write_video(tmp_path / "video.mp4", picture=Picture(seconds=4))
    told: list[tuple[int, int]] = []
    add(video, write_sound(tmp_path / "x.wav"), told=told)
    size = video.stat().st_size
    assert told[0] == (0, size)
    assert told[-1] == (size, size)
    assert len(told) > 20
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_what_could_not_be_kept_as_asked_is_said(tmp_path: Path) -> None:
    """A language without a three-letter code, and a track of another length than the video."""
    video = write_video(tmp_path / "video.mp4")
    audio = write_sound(tmp_path / "x.wav", Sound("pcm_s16le", seconds=5))
    added, made = add(video, audio, language="x-klingon")
    assert added.language is None
    assert probe(made).audio[-1].language is None
    assert "no code for the language 'x-klingon'" in added.warnings[0]
    assert "lasts 5.0 s, the video 2.0 s" in added.warnings[1]


def test_no_language_leaves_none(tmp_path: Path) -> None:
    """A label alone is enough."""
    video = write_video(tmp_path / "video.mkv")
    added, made = add(video, write_sound(tmp_path / "x.wav"), language=None, label="Commentary")
    assert added.language is None
    assert probe(made).audio[-1].label == "Commentary"
