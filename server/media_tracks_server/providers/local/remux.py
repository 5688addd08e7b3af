"""Adding an audio track: a new file beside the old one, with every old stream unchanged in it."""

import os
import shutil
import threading
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
_SYNC_SECONDS = 0.005  # with 0.02, or without, it took 0.04 s, or 0.11 s, more for 290 MB
_NO_MORE = (0.0, None)


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
        with suppress(OSError):  # the error that is on its way says more
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
    options = _options(source, kind, layout)
    with _synced(files.temp, layout), _target(files.temp, kind, options) as output:
        copies = copy_streams(source, output, kind, files.video)
        if naming.make_default:
            for stream in copies.streams.values():
                if stream.type == "audio":
                    stream.disposition &= ~DEFAULT
        track = new_track(output, sound, kind, naming, files.audio, begins=begins)
        new = track.packets()
        first = next(new)  # an empty one is refused before the long copying
        copying = Copying(source, copies, files.video)
        told = _told(copying, files.video.stat().st_size, on_progress)
        _interleave(output.mux_one, told, chain((first,), new))
        copying.check_complete()
    held = language_for(kind, naming.language)
    return AddedAudio(
        label=naming.label,
        language=held,
        codec=codec_of(track.stream),
        copied=track.copied,
        duration_seconds=round(track.seconds, 3),
        warnings=(*copies.warnings, *_doubts(naming, held, track.seconds, source)),
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


@contextmanager
def _synced(temp: Path, layout: Layout) -> Generator[None]:
    """While the block writes `temp`, send it to the disk, so that the last wait is short.

    Not where the muxer will move everything to let the index come first: that would be written
    twice. An error of the disk is raised here, for the system tells it only once.
    """
    if layout.index_first or not hasattr(os, "fdatasync"):
        yield
        return
    ended, errors = threading.Event(), list[OSError]()
    descriptor = os.open(temp, os.O_RDWR | os.O_CREAT, 0o666)

    def sync() -> None:
        try:
            while not ended.wait(_SYNC_SECONDS):
                os.fdatasync(descriptor)
        except OSError as error:
            errors.append(error)

    thread = threading.Thread(target=sync)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        os.close(descriptor)
    if errors:
        raise errors[0]


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
    write: Callable[[Packet], None],
    old: Iterator[tuple[float, Packet]],
    new: Iterator[tuple[float, Packet]],
) -> None:
    """Write both in the order of their times."""
    moment, waiting = next(new, _NO_MORE)
    for until, packet in old:
        while waiting and moment <= until:
            write(waiting)
            moment, waiting = next(new, _NO_MORE)
        write(packet)
    if waiting:
        write(waiting)
    for _, packet in new:
        write(packet)


def _told(
    copying: Copying, total: int, on_progress: Callable[[int, int], None]
) -> Iterator[tuple[float, Packet]]:
    """The packets of the old file, reported by the hundredth."""
    told = 0
    for timed in copying.packets():
        if copying.seen - told > total // 100:
            told = min(copying.seen, total - 1)
            on_progress(told, total)
        yield timed


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
