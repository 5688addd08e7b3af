"""What a file holds is told in its container's own way, and junk in one sentence."""

import os
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest

from making import Extras, Picture, Sound, write_sound, write_video
from media_tracks_server.providers.local.containers import (
    Kind,
    bcp47,
    label_of,
    language_for,
    probe,
)
from media_tracks_tools.errors import CallerError, NotFound, NotSupported, SetupError


@pytest.mark.parametrize(
    ("suffix", "kind", "key"),
    [
        (".mp4", Kind.MP4, "handler_name"),
        (".m4v", Kind.MP4, "handler_name"),
        (".mov", Kind.MOV, "handler_name"),
        (".mkv", Kind.MKV, "title"),
        (".webm", Kind.WEBM, "title"),
    ],
)
def test_tracks_are_described(tmp_path: Path, suffix: str, kind: Kind, key: str) -> None:
    """Label, language, codec, channels, default and length; the first track is the original."""
    codec = "libopus" if suffix == ".webm" else "aac"
    sounds = [
        Sound(codec, default=True),
        Sound(codec, channels=2, metadata={key: "Italiano", "language": "ita"}),
    ]
    info = probe(write_video(tmp_path / f"video{suffix}", sounds=sounds))
    assert info.container is kind
    assert info.has_video
    assert info.size == (tmp_path / f"video{suffix}").stat().st_size
    assert info.duration_seconds == pytest.approx(2, abs=0.06)
    first, second = info.audio
    assert (first.index, first.position, first.is_original, first.default) == (1, 0, True, True)
    assert (first.label, first.language, first.channels) == (None, None, 1)
    assert (second.index, second.position, second.is_original) == (2, 1, False)
    assert (second.label, second.language, second.channels) == ("Italiano", "ita", 2)
    assert not second.default
    assert second.codec == codec.removeprefix("lib")
    assert second.duration_seconds == pytest.approx(2, abs=0.06)


def test_codecs_have_their_own_names(tmp_path: Path) -> None:
    """FFmpeg's context names the decoder: mp3float."""
    video = write_video(tmp_path / "video.mkv", sounds=[Sound("libmp3lame")])
    assert probe(video).audio[0].codec == "mp3"


def test_cover_art_is_no_video(tmp_path: Path) -> None:
    """A song with a picture."""
    song = tmp_path / "song.mp4"
    write_video(song, picture=Picture(seconds=0), extras=Extras(cover=True))
    assert not probe(song).has_video


def test_a_live_recording_has_no_durations(tmp_path: Path) -> None:
    """Nobody wrote them down."""
    video = write_video(tmp_path / "video.mkv", options={"live": "1"})
    assert probe(video).audio[0].duration_seconds is None


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", CallerError),
        (b"just some text\n" * 20, CallerError),
        (os.urandom(5000), CallerError),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\nHi\n", NotSupported),
    ],
)
def test_what_is_no_video_is_told(tmp_path: Path, content: bytes, kind: type[CallerError]) -> None:
    """Empty, text, noise, and subtitles under a video's name."""
    path = tmp_path / "text.mp4"
    path.write_bytes(content)
    with pytest.raises(kind, match=r"'text\.mp4' is not a readable video") as caught:
        probe(path)
    assert caught.value.code == "unreadable_media"


def test_an_mp4_without_its_index_is_told(tmp_path: Path) -> None:
    """Cut before the moov box."""
    video = write_video(tmp_path / "video.mp4")
    os.truncate(video, video.stat().st_size // 2)
    with pytest.raises(CallerError, match="not a readable video"):
        probe(video)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """It went away after it was listed."""
    with pytest.raises(NotFound, match="no longer there"):
        probe(tmp_path / "gone.mp4")


def test_without_the_package_the_message_says_what_to_install(tmp_path: Path) -> None:
    """The extra [local] is not installed."""
    program = (
        "import sys; sys.modules['av'] = None; sys.modules['av.error'] = None\n"
        "from pathlib import Path\n"
        "from media_tracks_server.providers.local.containers import probe\n"
        "from media_tracks_tools.errors import SetupError\n"
        "try:\n    probe(Path('x.mp4'))\nexcept SetupError as error:\n    print(error.next_step)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "pip install 'media-tracks-mcp[local]'" in done.stdout
    assert issubclass(SetupError, Exception)


def test_probing_adds_little_to_bare_pyav(tmp_path: Path) -> None:
    """At most 5 ms, best of several."""
    video = write_video(tmp_path / "video.mp4", picture=Picture(seconds=8))
    probe(video)

    def bare() -> None:
        with av.open(str(video)):
            pass

    times: dict[str, list[float]] = {"bare": [], "probe": []}
    for _ in range(15):
        for name, work in (("bare", bare), ("probe", lambda: probe(video))):
            started = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - started)
    assert min(times["probe"]) - min(times["bare"]) < 0.005


def test_importing_the_layer_loads_nothing_heavy() -> None:
    """The server imports it at its start."""
    names = "containers roots remux speech cues tasks publishing models hearing layout copying"
    imports = "".join(
        f"import media_tracks_server.providers.local.{name}\n" for name in names.split()
    )
    heavy = ("av", "numpy", "faster_whisper", "ctranslate2", "langcodes", "webvtt", "httpx")
    program = f"{imports}import sys\nprint([n for n in {heavy!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("kind", "tag", "held"),
    [
        (Kind.MP4, "it-IT", "ita"),
        (Kind.MOV, "it", "ita"),
        (Kind.MP4, "zh-Hans-CN", "zho"),
        (Kind.MP4, "de", "deu"),
        (Kind.MP4, "xx", None),
        (Kind.MP4, "no such tag", None),
        (Kind.MP4, None, None),
        (Kind.MKV, "it-IT", "it-IT"),
        (Kind.WEBM, "es-419", "es-419"),
    ],
)
def test_a_language_is_written_as_the_container_holds_it(
    kind: Kind, tag: str | None, held: str | None
) -> None:
    """Three letters of ISO 639-2/T in mp4 and mov, the whole tag in Matroska."""
    assert language_for(kind, tag) == held


@pytest.mark.parametrize(
    ("tag", "standard"),
    [("ita", "it"), ("it-IT", "it-IT"), ("IT_it", "it-IT"), ("", None), ("#", None), (None, None)],
)
def test_a_files_tag_becomes_standard(tag: str | None, standard: str | None) -> None:
    """What a file holds may be anything."""
    assert bcp47(tag) == standard


@pytest.mark.parametrize(
    ("metadata", "kind", "label"),
    [
        ({"handler_name": "Commento"}, Kind.MP4, "Commento"),
        ({"handler_name": "SoundHandler"}, Kind.MP4, None),
        ({"handler_name": "Core Media Audio"}, Kind.MOV, None),
        ({"handler_name": "SoundHandler", "title": "Ours"}, Kind.MP4, "Ours"),
        ({"handler_name": "junk", "title": "Ours"}, Kind.MKV, "Ours"),
        ({"handler_name": "junk"}, Kind.WEBM, None),
        ({"title": "Caf\udce9"}, Kind.MKV, "Caf\ufffd"),
        ({}, Kind.MP4, None),
    ],
)
def test_a_label_is_read_where_the_container_keeps_it(
    metadata: dict[str, str], kind: Kind, label: str | None
) -> None:
    """FFmpeg's and Apple's default handler names are no labels."""
    assert label_of(metadata, kind) == label


def test_a_sound_file_is_no_video(tmp_path: Path) -> None:
    """A WAV called mp4."""
    path = write_sound(tmp_path / "x.wav").rename(tmp_path / "x.mp4")
    with pytest.raises(NotSupported, match="neither MP4, MOV, MKV nor WebM"):
        probe(path)
