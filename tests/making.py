# PyAV's stubs leave the keyword arguments of add_stream and the packets' type open:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false
"""Small real videos and sounds, made by PyAV in no time, and an independent reader of them."""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

if TYPE_CHECKING:
    from av.container.core import Chapter
    from av.stream import Stream

Piece: TypeAlias = "Packet[Stream]"
WIDTH, HEIGHT, RATE = 160, 90, 25
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 6: "5.1"}
_ENCODERS = {".webm": ("libvpx-vp9", "libopus")}


class Sound(NamedTuple):
    """A tone as an audio track."""

    codec: str = "aac"
    seconds: float = 2.0
    pitch: float = 440.0
    channels: int = 1
    rate: int = 48_000
    metadata: Mapping[str, str] = {}
    default: bool = False
    begins: float = 0.0


class Picture(NamedTuple):
    """What is special about a video stream; `tag` is the codec tag, `rotation` in degrees."""

    codec: str = "libx264"
    seconds: float = 2.0
    variable: bool = False
    rotation: int = 0
    tag: str = ""


class Extras(NamedTuple):
    """What a file may hold besides pictures and sound."""

    chapters: bool = False
    cover: bool = False
    subtitle: str = ""
    font: bool = False


class Read(NamedTuple):
    """One stream as an independent reader sees it: times in seconds and the hash of each packet."""

    type: str
    packets: tuple[tuple[float | None, str], ...]


def write_video(
    path: Path,
    *,
    picture: Picture | None = None,
    sounds: Sequence[Sound] | None = None,
    extras: Extras | None = None,
    metadata: Mapping[str, str] = {},
    options: Mapping[str, str] = {},
    muxer: str | None = None,
) -> Path:
    """A small video; by default two seconds of H.264 with B-frames and one AAC tone."""
    codecs = _ENCODERS.get(path.suffix, ("libx264", "aac"))
    extras = extras or Extras()
    picture = picture or Picture(codec=codecs[0])
    sounds = [Sound(codec=codecs[1])] if sounds is None else sounds
    with av.open(str(path), "w", format=muxer, container_options=dict(options)) as output:
        output.metadata.update(metadata)
        video = _video_stream(output, picture)
        audio = [_audio_stream(output, sound) for sound in sounds]
        subtitle = output.add_mux_stream(extras.subtitle) if extras.subtitle else None
        if extras.chapters:
            output.set_chapters([_chapter(0, "Start"), _chapter(1, "Middle")])
        if extras.font:
            output.add_attachment("f.ttf", "application/x-truetype-font", b"\0\1\0\0" * 40)
        cover = _add_cover(output, path) if extras.cover else None
        packets: list[Piece] = [*_pictures(video, picture)]
        for stream, sound in zip(audio, sounds, strict=True):
            packets += _tones(stream, sound)
        if subtitle is not None:
            packets.append(_subtitle(extras.subtitle))
            packets[-1].stream = subtitle
        if cover is not None:
            packets.append(cover)
        for packet in sorted(packets, key=lambda one: (one.dts or 0) * one.time_base):
            output.mux_one(packet)
    return path


def write_sound(path: Path, sound: Sound | None = None) -> Path:
    """A file with nothing but a tone, by default 2 s of 16-bit stereo PCM."""
    sound = sound or Sound(codec="pcm_s16le", channels=2)
    with av.open(str(path), "w") as output:
        stream = _audio_stream(output, sound)
        packets = _tones(stream, sound)
        if not packets:
            output.start_encoding()
        for packet in packets:
            output.mux_one(packet)
    return path


def write_speech(
    path: Path, speech: Path, *, begins: float = 0.0, gap: tuple[float, float] = (0.0, 0.0)
) -> Path:
    """A video with real speech in it that starts late or has a gap (from, seconds) in its times."""
    with av.open(str(path), "w") as output, av.open(str(speech), "r") as source:
        video = _video_stream(output, Picture())
        stream = output.add_stream("flac" if path.suffix == ".mkv" else "aac", rate=16_000)
        assert isinstance(stream, AudioStream)
        stream.layout = "mono"
        packets: list[Piece] = [*_pictures(video, Picture())]
        for frame in source.decode(source.streams.audio[0]):
            moment = frame.time or 0.0
            late = begins + (gap[1] if moment >= gap[0] else 0.0)
            frame.pts = round((moment + late) * 16_000)
            packets += stream.encode(frame)
        packets += stream.encode()
        for packet in sorted(packets, key=lambda one: (one.dts or 0) * one.time_base):
            output.mux_one(packet)
    return path


def read_streams(path: Path) -> list[Read]:
    """Every stream's packets, in the order of the streams, without what our code knows."""
    with av.open(str(path), "r") as source:
        found: dict[int, list[tuple[float | None, str]]] = {
            stream.index: [] for stream in source.streams
        }
        for packet in source.demux():
            if packet.size:
                moment = None if packet.pts is None else float(packet.pts * packet.time_base)
                digest = hashlib.sha256(bytes(packet)).hexdigest()
                found[packet.stream_index].append((moment, digest))
        return [Read(stream.type, tuple(found[stream.index])) for stream in source.streams]


def decoded_times(path: Path) -> list[float]:
    """When each picture is shown, in seconds, from a full decode."""
    with av.open(str(path), "r") as source:
        return [round(frame.time or 0.0, 4) for frame in source.decode(video=0)]


def _video_stream(output: OutputContainer, picture: Picture) -> VideoStream:
    quiet = {"x265-params": "log-level=none"} if "265" in picture.codec else {}
    stream = output.add_stream(picture.codec, rate=RATE, options=quiet)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    if picture.codec == "mjpeg":
        stream.pix_fmt = "yuvj420p"
    stream.codec_context.thread_count = 1
    if picture.rotation:
        stream.set_display_rotation(picture.rotation)
    if picture.tag:
        stream.codec_context.codec_tag = picture.tag
    return stream


def _audio_stream(output: OutputContainer, sound: Sound) -> AudioStream:
    stream = output.add_stream(sound.codec, rate=sound.rate)
    assert isinstance(stream, AudioStream)
    stream.layout = _LAYOUTS[sound.channels]
    stream.metadata.update(sound.metadata)
    if sound.default:
        stream.disposition = Disposition.default
    return stream


def _pictures(stream: VideoStream, picture: Picture) -> Iterator[Piece]:
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    for number in range(int(picture.seconds * RATE)):
        if picture.variable and number % 5 in (1, 2):
            continue
        grey = ((rows * 2 + columns + number * 7) % 256).astype(np.uint8)
        frame = VideoFrame.from_ndarray(np.stack([grey, grey, grey], 2))
        frame.pts, frame.time_base = number, Fraction(1, RATE)
        yield from stream.encode(frame)
    yield from stream.encode()


def _tones(stream: AudioStream, sound: Sound) -> list[Piece]:
    return [packet for frame in _waves(sound) for packet in stream.encode(frame)] + (
        list(stream.encode()) if sound.seconds else []
    )


def _waves(sound: Sound) -> Iterator[AudioFrame]:
    total = int(sound.seconds * sound.rate)
    for start in range(0, total, 1024):
        moments = np.arange(start, min(start + 1024, total)) / sound.rate
        wave = (np.sin(2 * np.pi * sound.pitch * moments) * 9000).astype(np.int16)
        frame = AudioFrame.from_ndarray(
            np.repeat(wave, sound.channels)[None, :], "s16", _LAYOUTS[sound.channels]
        )
        frame.sample_rate = sound.rate
        frame.pts = start + int(sound.begins * sound.rate)
        frame.time_base = Fraction(1, sound.rate)
        yield frame


def _chapter(number: int, title: str) -> "Chapter":
    return {
        "id": number,
        "start": number * 1000,
        "end": number * 1000 + 1000,
        "time_base": Fraction(1, 1000),
        "metadata": {"title": title},
    }


def _add_cover(output: OutputContainer, path: Path) -> "Piece | None":
    """Matroska takes it as an attachment, mp4 as a stream with one packet without a time."""
    if path.suffix == ".mkv":
        output.add_attachment("cover.png", "image/png", PNG)
        return None
    stream = output.add_stream("png", rate=1)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = 1, 1, "rgba"
    stream.disposition = Disposition.attached_pic
    packet: Piece = Packet(PNG)
    packet.stream = stream
    packet.pts = packet.dts = 0
    packet.time_base = Fraction(1, RATE)
    return packet


def _subtitle(codec: str) -> Piece:
    text = b"Hello there"
    packet: Piece = Packet(len(text).to_bytes(2) + text if codec == "mov_text" else text)
    packet.pts = packet.dts = 0
    packet.duration, packet.time_base = 1000, Fraction(1, 1000)
    return packet
