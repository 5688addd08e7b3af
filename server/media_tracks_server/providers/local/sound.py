"""The new audio track: copied where the container takes its codec, else encoded anew."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from media_tracks_server.providers.local.containers import (
    Kind,
    codec_of,
    language_for,
    telling,
)
from media_tracks_server.providers.local.pyav import DEFAULT, Packet, Source, Stream, Target
from media_tracks_tools.errors import CallerError

_PCM = ("s16le", "s16be", "s24le", "s24be", "s32le", "f32le")
_COMMON = frozenset(("aac", "mp3", "ac3", "eac3", "alac"))
# Matroska is asked itself: it takes nearly anything
_COPIED: dict[Kind, frozenset[str]] = {
    Kind.MP4: _COMMON | {"flac", "opus"},
    Kind.MOV: _COMMON | {f"pcm_{form}" for form in _PCM},
    Kind.WEBM: frozenset(("opus", "vorbis")),
}
_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
_OPUS_RATE = 48_000
_AAC_RATES = frozenset((8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 96000))
_BITS_A_CHANNEL = 80_000


class NewTrack(NamedTuple):
    """The stream in the new file and the packets to put in it, timed from the video's start."""

    stream: Stream
    copied: bool
    packets: Iterator[Packet]


class Naming(NamedTuple):
    """What the new track is called and whether players choose it first."""

    label: str
    language: str | None
    make_default: bool


def new_track(
    output: Target,
    sound: Source,
    kind: Kind,
    naming: Naming,
    audio: Path,
    *,
    begins: float,
) -> NewTrack:
    """A stream for the sound's first audio track; `begins` is where the video starts, in seconds.

    `sound` is the opened file `audio`. Raises CallerError where it has no audio track; the
    packets raise it where it turns out damaged or without any sound.
    """
    source = next(iter(sound.streams.audio), None)
    if source is None:
        raise CallerError(
            f"{audio.name!r} holds no audio track.", next_step="Name a file with sound in it."
        )
    made = _as_copy(output, source, kind)
    stream = made or _as_encoder(output, source, kind)
    if kind.is_mov_family:
        stream.metadata["handler_name"] = naming.label
    else:
        stream.metadata["title"] = naming.label
    if language := language_for(kind, naming.language):
        stream.metadata["language"] = language
    stream.disposition = DEFAULT if naming.make_default else 0
    shift = max(begins, 0.0) - max((sound.start_time or 0) / 1e6, 0.0)
    packets = _placed(_demuxed(sound, source) if made else _encoded(sound, source, stream), shift)
    return NewTrack(stream, made is not None, _for_stream(packets, stream, audio))


def _as_copy(output: Target, source: Stream, kind: Kind) -> Stream | None:
    if kind in _COPIED and codec_of(source) not in _COPIED[kind]:
        return None
    try:
        return output.add_stream_from_template(source, opaque=True)
    except ValueError:  # PyAV's word for: this container doesn't take that codec
        return None


def _as_encoder(output: Target, source: Stream, kind: Kind) -> Stream:
    old = source.codec_context
    rate = old.sample_rate if old else _OPUS_RATE
    if kind is Kind.WEBM or rate not in _AAC_RATES:
        rate = _OPUS_RATE
    made = output.add_stream("libopus" if kind is Kind.WEBM else "aac", rate=rate)
    if old and (new := made.codec_context):
        new.layout = _LAYOUTS.get(old.channels, "stereo")
        new.bit_rate = _BITS_A_CHANNEL * new.channels
    return made


def _demuxed(sound: Source, source: Stream) -> Iterator[Packet]:
    return (packet for packet in sound.demux(source) if packet.size)


def _encoded(sound: Source, source: Stream, stream: Stream) -> Iterator[Packet]:
    for frame in sound.decode(source):
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _placed(packets: Iterator[Packet], shift: float) -> Iterator[Packet]:
    """The packets, each with both times, moved by `shift` seconds."""
    for packet in packets:
        ticks = round(shift / packet.time_base)
        dts = packet.dts if packet.dts is not None else packet.pts or 0
        packet.pts = (dts if packet.pts is None else packet.pts) + ticks
        packet.dts = dts + ticks
        yield packet


def _for_stream(packets: Iterator[Packet], stream: Stream, audio: Path) -> Iterator[Packet]:
    count = 0
    with telling(audio):
        for count, packet in enumerate(packets, 1):  # noqa: B007
            packet.stream = stream
            yield packet
    if count == 0:
        raise CallerError(
            f"{audio.name!r} has an audio track of length zero.",
            next_step="Name a file with sound in it.",
            code="empty_file",
        )
