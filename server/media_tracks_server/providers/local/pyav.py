"""The part of PyAV that we use, typed; PyAV is only imported when a file is opened.

PyAV's own stubs leave many generics open, which a strict type checker refuses.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, cast

if TYPE_CHECKING:
    from numpy import int16
    from numpy.typing import NDArray

DEFAULT, ATTACHED_PICTURE = 1, 1 << 10  # bits of a stream's disposition


class Packet(Protocol):
    """One piece of compressed data; times count in `time_base`."""

    stream: "Stream"
    stream_index: int
    time_base: Fraction
    pts: int | None
    dts: int | None
    duration: int | None
    size: int
    is_corrupt: bool

    def has_sidedata(self, dtype: Literal["encryption_info"]) -> bool: ...
    def decode(self) -> "Sequence[Frame]": ...
    def __buffer__(self, flags: int, /) -> memoryview: ...


class Frame(Protocol):
    """A piece of decoded sound."""

    pts: int | None
    time_base: Fraction | None

    def to_ndarray(self) -> "NDArray[int16]": ...


class Codec(Protocol):
    """A codec under its canonical name."""

    canonical_name: str


class Context(Protocol):
    """The codec's settings of a stream; some only mean something for sound or for pictures."""

    codec: Codec
    codec_tag: str
    framerate: Fraction | None
    channels: int
    sample_rate: int
    layout: str
    bit_rate: int | None


class Stream(Protocol):
    """One stream; `codec_context` is None where FFmpeg has no decoder for it."""

    index: int
    type: str
    name: str | None
    metadata: dict[str, str]
    disposition: int
    duration: int | None
    time_base: Fraction | None
    average_rate: Fraction | None
    codec_context: Context | None

    def encode(self, frame: Frame | None) -> Sequence[Packet]: ...


class Streams(Protocol):
    """All streams of a file, and those of one type."""

    video: Sequence[Stream]
    audio: Sequence[Stream]

    def __iter__(self) -> Iterator[Stream]: ...
    def __getitem__(self, index: int) -> Stream: ...


class Format(Protocol):
    """A container format by FFmpeg's name."""

    name: str


class Source(Protocol):
    """A file that is read; times count in microseconds."""

    format: Format
    metadata: dict[str, str]
    streams: Streams
    duration: int | None
    start_time: int | None

    def demux(self, *streams: Stream) -> Iterator[Packet]: ...
    def decode(self, stream: Stream) -> Iterator[Frame]: ...
    def chapters(self) -> list[object]: ...
    def close(self) -> None: ...


class Target(Protocol):
    """A file that is written."""

    metadata: dict[str, str]

    def add_stream(self, codec_name: str, rate: int) -> Stream: ...
    def add_stream_from_template(self, template: Stream, opaque: bool) -> Stream: ...
    def add_attachment(self, name: str, mimetype: str, data: bytes) -> Stream: ...
    def set_chapters(self, chapters: list[object]) -> None: ...
    def mux_one(self, packet: Packet) -> None: ...
    def close(self) -> None: ...


class Resampler(Protocol):
    """Turns frames into another rate and layout; None gives what is left in it."""

    def resample(self, frame: Frame | None) -> Sequence[Frame]: ...


def open_source(path: Path) -> Source:
    """The file opened for reading; raises ImportError, FFmpegError or OSError."""
    import av

    return cast("Source", av.open(str(path), "r", metadata_errors="surrogateescape"))


def open_target(path: Path, muxer: str, options: dict[str, str]) -> Target:
    """A new file of that muxer; its header is written with the first packet."""
    import av

    made = av.open(
        str(path), "w", format=muxer, container_options=options, metadata_errors="surrogateescape"
    )
    return cast("Target", made)


def speech_resampler(rate: int) -> Resampler:
    """To one channel of 16-bit samples at `rate` Hz."""
    from av.audio.resampler import AudioResampler

    return cast("Resampler", AudioResampler(format="s16", layout="mono", rate=rate))
