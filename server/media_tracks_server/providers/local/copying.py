"""Copying every stream of a video into a new file of the same kind, packet by packet.

Handles what PyAV's cookbook loses (all seen with PyAV 18.1): first packets without dts, cover
art without times, chapters, codec tags, frame rates, track names and flags.
"""

from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(slots=True)
class _Book:
    """What is known of one stream while it is copied; times count in its ticks.

    A Fraction made for each packet took a third of the whole time, so `tick` is a float.
    """

    copy: Stream
    tick: float
    last: int | None = None
    end: int = 0

    def entered(self, packet: Packet, dts: int) -> tuple[float, Packet]:
        """The packet, which has that dts, addressed to the new stream; the dts in seconds."""
        pts = packet.pts
        if pts is None:
            packet.pts = pts = dts
        end = pts + (packet.duration or (dts - (dts if self.last is None else self.last)))
        if end > self.end:
            self.end = end
        self.last = dts
        packet.stream = self.copy
        return dts * self.tick, packet


class Copying:
    """Hands on the packets of a source in a form that can be written, and keeps the books.

    `seen` is the number of bytes handed on.
    """

    def __init__(self, source: Source, copies: Copies, video: Path) -> None:
        self._source = source
        self._video = video
        self._waiting: dict[int, list[Packet]] = {}
        self._books = {
            index: _Book(stream, float(source.streams[index].time_base or 0))
            for index, stream in copies.streams.items()
        }
        self.seen = 0

    def packets(self) -> Iterator[tuple[float, Packet]]:
        """All packets in file order, each with a dts and addressed to its new stream.

        The number is the dts in seconds.
        """
        for packet in self._source.demux():
            book = self._books.get(packet.stream_index)
            size = packet.size
            if book is None or (size == 0 and _is_flush(packet)):
                continue
            if packet.is_corrupt:
                raise cut_short(self._video)
            self.seen += size
            dts = packet.dts
            if dts is None or book.last is None:
                yield from self._timed(packet, book)
            else:
                yield book.entered(packet, dts)
        for index in list(self._waiting):
            yield from self._release(index, None)

    def check_complete(self) -> None:
        """Raise CallerError where less was copied than the file declares."""
        start = (self._source.start_time or 0) / 1e6
        whole = (self._source.duration or 0) / 1e6
        books = self._books.items()
        ends = {index: book.end * book.tick for index, book in books if book.last is not None}
        pairs = [(max(ends.values(), default=0.0) - start, whole)]
        for index, end in ends.items():
            stream = self._source.streams[index]
            if stream.duration is not None and _has_a_length(stream):
                pairs.append((end, declared_seconds(stream) or 0.0))
        if any(copied < declared - _SLACK_SECONDS for copied, declared in pairs):
            raise cut_short(self._video)

    def _timed(self, packet: Packet, book: _Book) -> Iterator[tuple[float, Packet]]:
        """The packet with a dts; the first ones of Matroska are held until one is known."""
        index = packet.stream_index
        if book.last is not None:
            packet.dts = book.last + 1
            yield book.entered(packet, packet.dts)
            return
        self._check_open(packet)
        if packet.dts is None:
            self._waiting.setdefault(index, []).append(packet)
            return
        yield from self._release(index, packet.dts)
        yield book.entered(packet, packet.dts)

    def _check_open(self, packet: Packet) -> None:
        if packet.has_sidedata("encryption_info"):
            raise NotSupported(
                f"{self._video.name!r} is copy-protected (encrypted), so nothing can be added.",
                next_step="Use the unprotected original.",
            )

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
            packet.dts = time - max(late, 0)
            yield self._books[index].entered(packet, packet.dts)


def _has_a_length(stream: Stream) -> bool:
    """Whether packets fill the stream's time: subtitles have gaps, cover art is one picture."""
    return stream.type in ("audio", "video") and not is_picture(stream)


def _is_flush(packet: Packet) -> bool:
    return packet.size == 0 and packet.dts is None and packet.pts is None
