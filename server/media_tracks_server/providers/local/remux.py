"""Adding an audio track: a new file beside the old one, with every old stream unchanged in it."""

import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from media_tracks_server.providers.local.containers import (
    Kind,
    codec_of,
    cut_short,
    kind_of,
    language_for,
    reading,
    telling,
)
from media_tracks_server.providers.local.copying import Copying, copy_streams
from media_tracks_server.providers.local.layout import Layout, layout_of
from media_tracks_server.providers.local.publishing import sync_file
from media_tracks_server.providers.local.pyav import (
    DEFAULT,
    Packet,
    Source,
    Target,
    open_source,
    open_target,
)
from media_tracks_server.providers.local.sound import Naming, new_track
from media_tracks_tools.errors import SetupError

_SPARE_BYTES = 1 << 20
_NOTABLE_SECONDS = 1.0


class AddedAudio(BaseModel):
    """The track that is now in the temp file.

    `language` is the tag as the container holds it, `copied` False where the sound was encoded
    anew; `warnings` are sentences about what could not be kept as asked.
    """

    model_config = ConfigDict(frozen=True)

    label: str
    language: str | None
    codec: str
    copied: bool
    duration_seconds: float
    warnings: tuple[str, ...] = ()


def add_audio(
    video: Path,
    audio: Path,
    temp: Path,
    *,
    label: str,
    language: str | None,
    make_default: bool,
    on_progress: Callable[[int, int], None],
) -> AddedAudio:
    """Write `video` and the first audio track of `audio` to `temp`, complete and on disk.

    `temp` lies in the folder of `video` and has its suffix; nothing is left of it on any error.
    `on_progress` is told bytes of the video done and in all. Raises CallerError (unreadable, cut
    short, no sound), NotSupported (a stream that can't be carried over) or SetupError (no room).
    """
    _check_room(video, audio)
    naming = Naming(label, language, make_default)
    total = video.stat().st_size
    on_progress(0, total)
    try:
        with reading(video) as source:
            with telling(audio):
                sound = open_source(audio)
            with closing(sound):
                added = _written(_Files(video, audio, temp), source, sound, naming, on_progress)
            shutil.copymode(video, temp)
            sync_file(temp)
    except BaseException:
        temp.unlink(missing_ok=True)
        raise
    on_progress(total, total)
    return added


class _Files(NamedTuple):
    video: Path
    audio: Path
    temp: Path


def _written(
    files: _Files,
    source: Source,
    sound: Source,
    naming: Naming,
    on_progress: Callable[[int, int], None],
) -> AddedAudio:
    kind = kind_of(source, files.video)
    layout = layout_of(files.video, kind)
    if not layout.complete:
        raise cut_short(files.video)
    begins = (source.start_time or 0) / 1e6
    with _target(files.temp, kind, _options(source, kind, layout)) as output:
        copies = copy_streams(source, output, kind, files.video)
        if naming.make_default:
            for stream in copies.streams.values():
                if stream.type == "audio":
                    stream.disposition &= ~DEFAULT
        track = new_track(output, sound, kind, naming, files.audio, begins=begins)
        first = next(track.packets)  # an empty one is refused before the long copying
        copying = Copying(source, copies, files.video)
        told = _Told(copying, files.video.stat().st_size, on_progress)
        seconds = _interleave(output, told.packets(), chain((first,), track.packets))
        copying.check_complete()
    held = language_for(kind, naming.language)
    return AddedAudio(
        label=naming.label,
        language=held,
        codec=codec_of(track.stream),
        copied=track.copied,
        duration_seconds=round(seconds, 3),
        warnings=(*copies.warnings, *_doubts(naming, held, seconds, source)),
    )


@contextmanager
def _target(temp: Path, kind: Kind, options: dict[str, str]) -> Generator[Target]:
    """The new file; it is finished at the end of the block, and only closed after an error."""
    output = open_target(temp, kind.value, options)
    try:
        yield output
    except BaseException:
        with suppress(Exception):  # the error that is on its way is the one to tell
            output.close()
        raise
    output.close()


def _options(source: Source, kind: Kind, layout: Layout) -> dict[str, str]:
    """The muxer's options, so that the new file is like the old one.

    Without the first one Matroska's times grow by the codec's delay with each track added.
    """
    if not kind.is_mov_family:
        return {"avoid_negative_ts": "disabled"}
    options = {"brand": "M4V "} if source.metadata.get("major_brand") == "M4V " else {}
    flags = ["faststart"] if layout.index_first else []
    if any("." in key for key in source.metadata):  # Apple's com.apple.quicktime.…
        flags.append("use_metadata_tags")
    return {**options, "movflags": "+".join(flags)} if flags else options


def _interleave(
    output: Target, old: Iterator[tuple[float, Packet]], new: Iterator[Packet]
) -> float:
    """Write both in the order of their times; how many seconds the new ones last."""
    ends = 0.0

    def write_new(packet: Packet) -> None:
        nonlocal ends
        ends = max(ends, float(((packet.pts or 0) + (packet.duration or 0)) * packet.time_base))
        output.mux_one(packet)

    waiting = next(new, None)
    starts = _moment(waiting) if waiting else 0.0
    for until, packet in old:
        while waiting and _moment(waiting) <= until:
            write_new(waiting)
            waiting = next(new, None)
        output.mux_one(packet)
    for packet in chain((waiting,) if waiting else (), new):
        write_new(packet)
    return ends - starts


def _moment(packet: Packet) -> float:
    return float((packet.dts or 0) * packet.time_base)


class _Told:
    """The packets of the old file, reported by the hundredth."""

    def __init__(
        self, copying: Copying, total: int, on_progress: Callable[[int, int], None]
    ) -> None:
        self._copying = copying
        self._total = total
        self._on_progress = on_progress

    def packets(self) -> Iterator[tuple[float, Packet]]:
        told = 0
        for packet in self._copying.packets():
            if self._copying.seen - told > self._total // 100:
                told = min(self._copying.seen, self._total - 1)
                self._on_progress(told, self._total)
            yield packet


def _doubts(naming: Naming, held: str | None, seconds: float, source: Source) -> Iterator[str]:
    if naming.language and not held:
        yield f"The file's format has no code for the language {naming.language!r}, so it has none."
    whole = (source.duration or 0) / 1e6
    if abs(seconds - whole) > _NOTABLE_SECONDS:
        yield f"The new track lasts {seconds:.1f} s, the video {whole:.1f} s."


def _check_room(video: Path, audio: Path) -> None:
    with telling(audio):
        needed = audio.stat().st_size + _SPARE_BYTES
    with telling(video):
        needed += video.stat().st_size
        free = shutil.disk_usage(video.parent).free
    if free < needed:
        raise SetupError(
            f"Adding the track needs {needed / 1e6:,.1f} MB of room in the folder of"
            f" {video.name!r}, and {free / 1e6:,.1f} MB are free.",
            next_step="Make room on that disk, then call again.",
            code="disk_full",
        )
