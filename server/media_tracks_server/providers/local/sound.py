"""The new audio track: copied where the container takes its codec, else encoded anew."""

from collections.abc import Iterator
from itertools import chain
from operator import attrgetter
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


class NewTrack:
    """The stream in the new file and the packets to put in it, timed from the video's start."""

    def __init__(
        self, stream: Stream, packets: Iterator[Packet], audio: Path, *, copied: bool, shift: float
    ) -> None:
        self.stream = stream
        self.copied = copied
        self.seconds = 0.0
        self._made = packets
        self._audio = audio
        self._shift = shift

    def packets(self) -> Iterator[tuple[float, Packet]]:
        """Each packet with both times, moved by the shift; the number is its dts in seconds.

        `seconds` is the length of what came so far, once the iterator is at its end.
        """
        with telling(self._audio):
            first = next(self._made, None)
            if first is None:
                raise _silent(self._audio)
            # all packets of a track have one time base; a Fraction for each would take as long
            # as all the copying
            base, ticks = first.time_base, round(self._shift / first.time_base)
            numerator, denominator = base.as_integer_ratio()
            start, end = None, 0
            for packet in chain((first,), self._made):
                pts, dts = _times(packet)
                packet.pts, packet.dts = pts + ticks, dts + ticks
                packet.stream = self.stream
                end = max(end, pts + ticks + (packet.duration or 0))
                moment = (dts + ticks) * numerator / denominator
                start = moment if start is None else start
                yield moment, packet
            self.seconds = float(end * base) - (start or 0.0)


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
    packets = _demuxed(sound, source) if made else _encoded(sound, source, stream)
    return NewTrack(stream, packets, audio, copied=made is not None, shift=shift)


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
    return filter(attrgetter("size"), sound.demux(source))  # the last one is an empty one


def _encoded(sound: Source, source: Stream, stream: Stream) -> Iterator[Packet]:
    for frame in sound.decode(source):
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _times(packet: Packet) -> tuple[int, int]:
    """When it is heard and when it is decoded; each stands in for the other."""
    pts, dts = packet.pts, packet.dts
    if dts is None:
        dts = pts or 0
    return dts if pts is None else pts, dts


def _silent(audio: Path) -> CallerError:
    return CallerError(
        f"{audio.name!r} has an audio track of length zero.",
        next_step="Name a file with sound in it.",
        code="empty_file",
    )
