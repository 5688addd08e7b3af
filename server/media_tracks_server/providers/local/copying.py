"""Copying every stream of a video into a new file of the same kind, packet by packet.

Handles what PyAV's cookbook loses (all seen with PyAV 18.1): first packets without dts, cover
art without times, chapters, codec tags, frame rates, track names and flags.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from media_tracks_server.providers.local.containers import (
    Kind,
    cut_short,
    declared_seconds,
    is_picture,
    reading,
)
from media_tracks_server.providers.local.pyav import Packet, Source, Stream, Target
from media_tracks_tools.errors import NotSupported

# what the mov muxer would replace by its default, which for HEVC Apple's players refuse
_VIDEO_TAGS = frozenset(("avc1", "avc3", "hvc1", "hev1", "dvh1", "dvhe", "dva1", "dvav"))
_FILE_TYPE_KEYS = frozenset(("major_brand", "minor_version", "compatible_brands"))
_SLACK_SECONDS = 0.5


class Copies(NamedTuple):
    """The new file's streams by the index of their source; what had to be left out, told."""

    streams: dict[int, Stream]
    warnings: tuple[str, ...]


def copy_streams(source: Source, output: Target, kind: Kind, video: Path) -> Copies:
    """Open in `output` a stream for each one of `source`, with tags, chapters and flags.

    Raises NotSupported for a stream that can't be carried over, rather than lose it.
    """
    tags = {key: value for key, value in source.metadata.items() if key not in _FILE_TYPE_KEYS}
    output.metadata.update(tags)
    output.set_chapters(source.chapters())
    streams: dict[int, Stream] = {}
    lost: list[str] = []
    pictures = _pictures(source, video) if not kind.is_mov_family else {}
    for stream in source.streams:
        if stream.index in pictures:
            named = stream.metadata.get("filename", "cover"), stream.metadata.get("mimetype", "")
            output.add_attachment(*named, pictures[stream.index])
        elif stream.type in ("data", "unknown"):
            if not _made_anew(stream, source):
                lost.append(f"The data track {stream.index} ({_name(stream)}) was left out.")
        else:
            streams[stream.index] = _copied(stream, output, kind, video)
    return Copies(streams, tuple(lost))


def _copied(stream: Stream, output: Target, kind: Kind, video: Path) -> Stream:
    try:
        made = output.add_stream_from_template(stream, opaque=True)
    except ValueError as error:
        raise NotSupported(
            f"{video.name!r} holds a track that can't be copied (number {stream.index},"
            f" {stream.type}), so the file was left alone.",
            next_step="Convert the video first, for instance to MP4 with H.264 and AAC.",
        ) from error
    made.metadata.update(stream.metadata)
    made.disposition = stream.disposition
    old, new = stream.codec_context, made.codec_context
    if stream.type == "video" and old and new:
        if stream.average_rate:  # cover art has none
            new.framerate = stream.average_rate
        if kind.is_mov_family and old.codec_tag in _VIDEO_TAGS:
            new.codec_tag = old.codec_tag
    return made


def _pictures(source: Source, video: Path) -> dict[int, bytes]:
    """Matroska's cover art, which FFmpeg reads as a video stream but only writes as attachment."""
    wanted = [stream.index for stream in source.streams.video if is_picture(stream)]
    found: dict[int, bytes] = {}
    for index in wanted:
        with reading(video) as again:
            found[index] = bytes(next(again.demux(again.streams[index])))
    return found


def _made_anew(stream: Stream, source: Source) -> bool:
    """Whether the mov muxer writes this track itself: a time code, or the chapters' names."""
    return "timecode" in stream.metadata or bool(source.chapters() and _name(stream) == "bin_data")


def _name(stream: Stream) -> str:
    return stream.name or "unknown"


class Copying:
    """Hands on the packets of a source in a form that can be written, and keeps the books.

    `seen` is the number of bytes handed on.
    """

    def __init__(self, source: Source, copies: Copies, video: Path) -> None:
        self._source = source
        self._streams = copies.streams
        self._video = video
        self._waiting: dict[int, list[Packet]] = {}
        self._last: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        # once for all: a Fraction made for each packet took a third of the whole time
        self._ticks = {
            index: float(source.streams[index].time_base or 0) for index in copies.streams
        }
        self.seen = 0

    def packets(self) -> Iterator[tuple[float, Packet]]:
        """All packets in file order, each with a dts and addressed to its new stream.

        The number is the dts in seconds.
        """
        for packet in self._source.demux():
            if packet.stream_index in self._streams and not _is_flush(packet):
                self._check(packet)
                yield from self._timed(packet)
        for index in list(self._waiting):
            yield from self._release(index, None)

    def check_complete(self) -> None:
        """Raise CallerError where less was copied than the file declares."""
        start = (self._source.start_time or 0) / 1e6
        whole = (self._source.duration or 0) / 1e6
        ends = {index: end * self._ticks[index] for index, end in self._ends.items()}
        pairs = [(max(ends.values(), default=0.0) - start, whole)]
        for index, end in ends.items():
            stream = self._source.streams[index]
            if stream.duration is not None and _has_a_length(stream):
                pairs.append((end, declared_seconds(stream) or 0.0))
        if any(copied < declared - _SLACK_SECONDS for copied, declared in pairs):
            raise cut_short(self._video)

    def _check(self, packet: Packet) -> None:
        if packet.is_corrupt:
            raise cut_short(self._video)
        if packet.stream_index not in self._ends and packet.has_sidedata("encryption_info"):
            raise NotSupported(
                f"{self._video.name!r} is copy-protected (encrypted), so nothing can be added.",
                next_step="Use the unprotected original.",
            )
        self.seen += packet.size

    def _timed(self, packet: Packet) -> Iterator[tuple[float, Packet]]:
        """The packet with a dts; the first ones of Matroska are held until one is known."""
        index = packet.stream_index
        if packet.dts is not None:
            if index in self._waiting:
                yield from self._release(index, packet.dts)
            yield self._addressed(packet, packet.dts)
        elif index in self._last:
            yield self._addressed(packet, self._last[index] + 1)
        else:
            self._waiting.setdefault(index, []).append(packet)

    def _release(self, index: int, known: int | None) -> Iterator[tuple[float, Packet]]:
        """The held packets with a dts: counted back from the first known one, else as shown.

        None is later than its pts, which a muxer would refuse. Cover art has neither: 0.
        """
        held = self._waiting.pop(index, [])
        shown = [packet.pts or 0 for packet in held]
        times = sorted(shown)
        if known is not None:
            step = max((packet.duration or 1 for packet in held), default=1)
            times = [known - step * (len(held) - number) for number in range(len(held))]
        late = max((time - pts for time, pts in zip(times, shown, strict=True)), default=0)
        for packet, time in zip(held, times, strict=True):
            yield self._addressed(packet, time - max(late, 0))

    def _addressed(self, packet: Packet, dts: int) -> tuple[float, Packet]:
        index = packet.stream_index
        gap = dts - self._last.get(index, dts)
        self._last[index] = dts
        packet.dts = dts
        if packet.pts is None:
            packet.pts = dts
        end = packet.pts + (packet.duration or gap)
        self._ends[index] = max(self._ends.get(index, 0), end)
        packet.stream = self._streams[index]
        return dts * self._ticks[index], packet


def _has_a_length(stream: Stream) -> bool:
    """Whether packets fill the stream's time: subtitles have gaps, cover art is one picture."""
    return stream.type in ("audio", "video") and not is_picture(stream)


def _is_flush(packet: Packet) -> bool:
    return packet.size == 0 and packet.dts is None and packet.pts is None
