# PyAV's stubs leave the keyword arguments of add_stream and the packets' type open:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""The benchmarks' own media: a large video made in seconds, and a long one with real speech."""

from collections.abc import Iterator
from fractions import Fraction
from importlib.resources import as_file, files
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.stream import Stream

Piece: TypeAlias = "Packet[Stream]"

_RATE = 25
_WIDTH, _HEIGHT = 256, 144
_NOISE_FRAMES = 50
_QP = "32"
"""The fineness at which such noise comes to about 4 Mbit/s."""
_SOUND_RATE = 48_000
_CHUNK = 1024
_SPEECH_RATE = 16_000
_SILENCE_SECONDS = 1.5


def make_large_video(target: Path, seconds: int) -> Path:
    """An mp4 of about 4 Mbit/s: two encoded seconds of noise, and their packets again and again."""
    with av.open(str(target), "w") as output:
        picture = _picture(output, _WIDTH, _HEIGHT)
        picture.options = {"preset": "ultrafast", "bf": "0", "g": str(_NOISE_FRAMES), "qp": _QP}
        sound = output.add_stream("aac", rate=_SOUND_RATE, layout="mono")
        noise = [bytes(packet) for packet in _noise(picture)]
        pictures = islice(cycle(noise), seconds * _RATE)
        frames = _packets(picture, pictures, Fraction(1, _RATE), _NOISE_FRAMES)
        for packet in _in_order(frames, _long_tone(sound, seconds)):
            output.mux_one(packet)
    return target


def make_sound(target: Path, seconds: int) -> Path:
    """AAC that can be copied as it is."""
    with av.open(str(target), "w") as output:
        sound = output.add_stream("aac", rate=_SOUND_RATE, layout="mono")
        for packet in _long_tone(sound, seconds):
            output.mux_one(packet)
    return target


def make_speech_video(target: Path, seconds: float) -> Path:
    """An mp4 with the demo's real speech (AAC), repeated with silences to at least `seconds`."""
    clip = as_file(files("media_tracks_server") / "demo/media" / "speech_en.flac")
    with clip as path, av.open(str(path)) as source:
        pieces = [frame.to_ndarray()[0] for frame in source.decode(audio=0)]
    silence = np.zeros(int(_SILENCE_SECONDS * _SPEECH_RATE), np.int16)
    once = np.concatenate((*pieces, silence)).astype(np.float32) / 32768
    times = -(-int(seconds * _SPEECH_RATE) // len(once))
    samples = np.tile(once, times)
    with av.open(str(target), "w") as output:
        picture = _picture(output, 64, 36, rate=1)
        sound = output.add_stream("aac", rate=_SPEECH_RATE, layout="mono")
        black = np.zeros((36, 64, 3), np.uint8)
        for number in range(len(samples) // _SPEECH_RATE):
            output.mux(picture.encode(_frame(black, number, 1)))
        output.mux(picture.encode(None))
        for packet in _sound(sound, samples):
            output.mux_one(packet)
    return target


def seconds_of(video: Path) -> float:
    """The length that the file declares."""
    with av.open(str(video)) as container:
        return (container.duration or 0) / 1e6


def _picture(output: "OutputContainer", width: int, height: int, rate: int = _RATE) -> VideoStream:
    made = output.add_stream("libx264", rate=rate)
    made.width, made.height, made.pix_fmt = width, height, "yuv420p"
    return made


def _frame(pixels: np.ndarray, number: int, rate: int) -> VideoFrame:
    frame = VideoFrame.from_ndarray(pixels, format="rgb24")
    frame.pts, frame.time_base = number, Fraction(1, rate)
    return frame


def _noise(picture: VideoStream) -> Iterator[Piece]:
    random = np.random.default_rng(0)
    for number in range(_NOISE_FRAMES):
        pixels = random.integers(0, 256, (_HEIGHT, _WIDTH, 3), np.uint8)
        yield from picture.encode(_frame(pixels, number, _RATE))
    yield from picture.encode(None)


def _long_tone(stream: AudioStream, seconds: int) -> Iterator[Piece]:
    tone = [bytes(packet) for packet in _sound(stream, _tone(2.0))]
    contents = islice(cycle(tone), seconds * _SOUND_RATE // _CHUNK)
    return _packets(stream, contents, Fraction(_CHUNK, _SOUND_RATE), 1)


def _tone(seconds: float) -> np.ndarray:
    moments = np.arange(int(seconds * _SOUND_RATE)) / _SOUND_RATE
    return (0.2 * np.sin(2 * np.pi * 440 * moments)).astype(np.float32)


def _sound(stream: AudioStream, samples: np.ndarray) -> Iterator[Piece]:
    for start in range(0, len(samples), _CHUNK):
        chunk = np.ascontiguousarray(samples[None, start : start + _CHUNK])
        frame = AudioFrame.from_ndarray(chunk, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = stream.rate, start
        frame.time_base = Fraction(1, stream.rate)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _packets(
    stream: "Stream", contents: Iterator[bytes], lasts: Fraction, group: int
) -> Iterator[Piece]:
    """One packet after the other; each `group`-th can be decoded by itself."""
    for number, content in enumerate(contents):
        packet = Packet(content)
        packet.stream = stream
        packet.time_base = Fraction(1, lasts.denominator)
        packet.pts = packet.dts = number * lasts.numerator
        packet.duration = lasts.numerator
        packet.is_keyframe = number % group == 0
        yield packet


def _in_order(first: Iterator[Piece], second: Iterator[Piece]) -> Iterator[Piece]:
    waiting = next(second, None)
    for packet in first:
        while waiting and _moment(waiting) <= _moment(packet):
            yield waiting
            waiting = next(second, None)
        yield packet
    if waiting:
        yield waiting
    yield from second


def _moment(packet: Piece) -> float:
    return float((packet.dts or 0) * packet.time_base)
