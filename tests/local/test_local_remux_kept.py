"""What a careless remux loses: covers, chapters, time codes, rotation, tags, metadata."""

from pathlib import Path

import pytest

from local.adding import add, of_type
from making import (
    Extras,
    Picture,
    decoded_times,
    read_streams,
    write_sound,
    write_video,
)
from media_tracks_server.providers.local.containers import Kind, reading
from media_tracks_server.providers.local.layout import layout_of


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".mov"])
def test_cover_chapters_and_subtitles_are_kept(tmp_path: Path, suffix: str) -> None:
    """What a careless remux loses, in each container's own way."""
    subtitle = "subrip" if suffix == ".mkv" else "mov_text"
    is_mkv = suffix == ".mkv"
    extras = Extras(chapters=True, cover=suffix != ".mov", subtitle=subtitle, font=is_mkv)
    video = write_video(tmp_path / f"video{suffix}", extras=extras)
    before = read_streams(video)
    added, made = add(video, write_sound(tmp_path / "x.wav"))
    after = read_streams(made)
    for kind in ("video", "subtitle", "attachment"):
        assert of_type(after, kind) == of_type(before, kind)
    assert added.warnings == ()
    with reading(video) as old, reading(made) as new:
        titles = [_titles(source.chapters()) for source in (old, new)]
    assert titles[0] == titles[1]
    assert len(titles[0]) == 2


def _titles(chapters: list[object]) -> list[str]:
    return [str(chapter) for chapter in chapters]


def test_a_quicktime_time_code_is_kept(tmp_path: Path) -> None:
    """FFmpeg can't copy that track, its muxer writes it anew."""
    video = write_video(tmp_path / "video.mov", metadata={"timecode": "01:00:00:00"})
    added, made = add(video, write_sound(tmp_path / "x.wav"))
    with reading(made) as source:
        codes = [s.metadata.get("timecode") for s in source.streams if s.type == "data"]
    assert codes == ["01:00:00:00"]
    assert added.warnings == ()


def test_rotation_variable_frame_rate_tag_and_apples_metadata_are_kept(tmp_path: Path) -> None:
    """A telephone's video: turned, with a varying rate, HEVC under the tag that Apple plays."""
    video = write_video(
        tmp_path / "video.mov",
        picture=Picture("libx265", variable=True, rotation=90, tag="hvc1"),
        metadata={"com.apple.quicktime.make": "Acme", "title": "Holiday"},
        options={"movflags": "use_metadata_tags"},
    )
    _, made = add(video, write_sound(tmp_path / "x.wav"))
    assert decoded_times(made) == decoded_times(video)
    with reading(video) as old, reading(made) as new:
        for source in (old, new):
            assert source.metadata["com.apple.quicktime.make"] == "Acme"
            assert source.metadata["title"] == "Holiday"
            context = source.streams.video[0].codec_context
            assert context
            assert context.codec_tag == "hvc1"
            frame = next(source.decode(source.streams.video[0]))
            assert getattr(frame, "rotation", None) == 90
        assert new.streams.video[0].average_rate == old.streams.video[0].average_rate


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("video.mkv", "libx264"),
        ("video.mkv", "libx265"),
        ("video.mkv", "mpeg4"),
        ("video.mkv", "mjpeg"),
        ("video.webm", "libvpx-vp9"),
        ("video.webm", "libvpx"),
    ],
)
def test_matroska_keeps_its_frame_rate(tmp_path: Path, name: str, codec: str) -> None:
    """The element DefaultDuration; without it players guess."""
    video = write_video(tmp_path / name, picture=Picture(codec), sounds=[])
    _, made = add(video, write_sound(tmp_path / "x.wav"))
    for path in (video, made):
        assert b"\x23\xe3\x83" in path.read_bytes()


def test_metadata_in_no_known_encoding_is_kept_byte_for_byte(tmp_path: Path) -> None:
    """A title in Latin-1 is invalid UTF-8; the copy has the same bytes."""
    video = write_video(tmp_path / "video.mp4", metadata={"title": "Caffe# sport"})
    broken = video.read_bytes().replace(b"Caffe#", b"Caff\xe9 ")
    video.write_bytes(broken)
    _, made = add(video, write_sound(tmp_path / "x.wav"))
    assert b"Caff\xe9  sport" in made.read_bytes()


@pytest.mark.parametrize("flags", ["", "faststart"])
def test_the_index_stays_where_it_was(tmp_path: Path, flags: str) -> None:
    """A file that browsers can play while loading stays one."""
    options = {"movflags": flags} if flags else {}
    video = write_video(tmp_path / "video.mp4", options=options)
    _, made = add(video, write_sound(tmp_path / "x.wav"))
    assert layout_of(video, Kind.MP4).index_first is bool(flags)
    assert layout_of(made, Kind.MP4).index_first is bool(flags)


def test_a_fragmented_mp4_works(tmp_path: Path) -> None:
    """As recorders and streaming tools write them."""
    options = {"movflags": "frag_keyframe+empty_moov"}
    video = write_video(tmp_path / "video.mp4", options=options)
    before = read_streams(video)
    _, made = add(video, write_sound(tmp_path / "x.wav"))
    assert [s.packets for s in read_streams(made)[:2]] == [s.packets for s in before]


def test_a_live_recording_without_a_length_works(tmp_path: Path) -> None:
    """Matroska from a recorder says neither its size nor its duration."""
    video = write_video(tmp_path / "video.mkv", options={"live": "1"})
    before = read_streams(video)
    _, made = add(video, write_sound(tmp_path / "x.wav"))
    assert read_streams(made)[:2] == before


def test_an_m4v_keeps_its_brand(tmp_path: Path) -> None:
    """Apple's players look at it."""
    video = write_video(tmp_path / "video.m4v")
    _, made = add(video, write_sound(tmp_path / "x.wav"))
    with reading(made) as source:
        assert source.metadata["major_brand"] == "M4V "
