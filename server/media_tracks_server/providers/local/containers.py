"""What is inside a video file, and how each kind of container names its tracks.

The file's content decides what it is, not its suffix. Facts about labels, languages and default
flags: measured with PyAV 18.1 (FFmpeg 8.1.2), see the project's notes on local media.
"""

import errno
import unicodedata
from collections.abc import Generator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from media_tracks_server.providers.local.pyav import (
    ATTACHED_PICTURE,
    DEFAULT,
    Source,
    Stream,
    open_source,
)
from media_tracks_tools.errors import (
    CallerError,
    MediaTracksError,
    NotFound,
    NotSupported,
    SetupError,
)

_MOV_FAMILY = "mov,mp4,m4a,3gp,3g2,mj2"
_MATROSKA_FAMILY = "matroska,webm"
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DEFAULT_HANDLERS = frozenset(
    ("SoundHandler", "SoundHandle", "Core Media Audio", "Apple Sound Media Handler", "Sound")
)
_NO_TEXT = frozenset(("Cc", "Cs", "Co", "Cn", "Zl", "Zp"))
_LONGEST_LABEL = 127


class Kind(StrEnum):
    """The containers we write; the value is FFmpeg's name for the muxer."""

    MP4 = "mp4"
    MOV = "mov"
    MKV = "matroska"
    WEBM = "webm"

    @property
    def is_mov_family(self) -> bool:
        """Whether tracks are labelled by `handler_name` and languages have three letters."""
        return self in (Kind.MP4, Kind.MOV)


class AudioStream(BaseModel):
    """One audio track of a file.

    `index` counts all streams, `position` only the audio ones; `language` is the tag as the file
    holds it (three letters in mp4 and mov); `is_original` is the track the file came with.
    """

    model_config = ConfigDict(frozen=True)

    index: int
    position: int
    codec: str
    channels: int
    language: str | None
    label: str | None
    default: bool
    duration_seconds: float | None
    is_original: bool


class MediaInfo(BaseModel):
    """What a video file holds; `size` in bytes, cover art is no video."""

    model_config = ConfigDict(frozen=True)

    container: Kind
    duration_seconds: float | None
    size: int
    has_video: bool
    audio: tuple[AudioStream, ...]


def probe(path: Path) -> MediaInfo:
    """What the file holds, from its headers alone (6 ms for 316 MB).

    Raises CallerError where it is no readable video, NotSupported where its container is
    another one than those we can write, SetupError without the package av.
    """
    with reading(path) as container:
        kind = kind_of(container, path)
        return MediaInfo(
            container=kind,
            duration_seconds=None if container.duration is None else container.duration / 1e6,
            size=path.stat().st_size,
            has_video=any(not is_picture(stream) for stream in container.streams.video),
            audio=tuple(
                _described(stream, position, kind)
                for position, stream in enumerate(container.streams.audio)
            ),
        )


def probe_video(path: Path) -> MediaInfo:
    """What `probe` tells of a file with pictures; CallerError where it has sound alone."""
    info = probe(path)
    if not info.has_video:
        raise CallerError(
            f"{path.name!r} has no pictures, so it is not a video.",
            next_step="Name a video; as source of add_audio_track it can be used.",
            code="no_video",
        )
    return info


@contextmanager
def reading(path: Path) -> Generator[Source]:
    """The file opened by PyAV; text in an unknown encoding survives a copy byte for byte.

    What goes wrong while the block runs is told as `telling` does.
    """
    with telling(path), closing(open_source(path)) as source:
        yield source


@contextmanager
def telling(path: Path) -> Generator[None]:
    """Whatever FFmpeg or the file system finds wrong in the block becomes one error of ours.

    SetupError for a full disk, a refused permission or a missing package, NotFound for a file
    that went away, else CallerError: `path` is not readable.
    """
    try:
        from av.error import FFmpegError
    except ImportError as error:
        raise SetupError(
            "Local videos need packages that are not installed.",
            next_step="Run: pip install 'media-tracks-mcp[local]'",
            code="local_extra_missing",
        ) from error
    try:
        yield
    except (FFmpegError, OSError) as error:
        raise _told(path, error.errno) from error


def _told(path: Path, number: int | None) -> MediaTracksError:
    """The error of ours for the errno that came up while `path` was read or its copy written."""
    if number in _DISK_FULL:
        return SetupError(
            f"The disk is full: the new version of {path.name!r} could not be written.",
            next_step=f"Make room in {path.parent.name!r}, then call again; the file is unchanged.",
            code="disk_full",
        )
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return SetupError(
            f"{path.name!r} may not be read, or nothing may be written beside it.",
            next_step="Give the user who runs the server read and write rights in that folder.",
            code="permission_denied",
        )
    if number == errno.ENOENT:
        return NotFound(f"{path.name!r} is no longer there.", next_step="Call find_videos.")
    return unreadable(path)


def unreadable(path: Path) -> CallerError:
    """The one sentence about a file that FFmpeg can't make sense of."""
    return CallerError(
        f"{path.name!r} is not a readable video or audio file: it is damaged, cut short,"
        " or something else under that name.",
        next_step="Copy or export it again, or name another file.",
        code="unreadable_media",
    )


def cut_short(video: Path) -> CallerError:
    """The one sentence about a file whose end is missing."""
    return CallerError(
        f"{video.name!r} is cut short or damaged: less is in it than its header declares,"
        " so it was left alone.",
        next_step="Copy or export it again, completely, then call again.",
        code="unreadable_media",
    )


def kind_of(container: Source, path: Path) -> Kind:
    """Which of our containers the opened file is; NotSupported where it is none."""
    if container.format.name == _MOV_FAMILY:
        brand = container.metadata.get("major_brand", "qt")
        return Kind.MOV if brand.startswith("qt") else Kind.MP4
    if container.format.name == _MATROSKA_FAMILY:
        return Kind.WEBM if path.suffix.lower() == ".webm" else Kind.MKV
    raise NotSupported(
        f"{path.name!r} is not a readable video: its content is neither MP4, MOV, MKV nor WebM.",
        next_step="Convert it to MP4 first, or name another file.",
        code="unreadable_media",
    )


def language_for(kind: Kind, tag: str | None) -> str | None:
    """The tag as the container can hold it: ISO 639-2/T in mp4 and mov, the full tag elsewhere.

    FFmpeg drops `it` and `it-IT` in mp4 without a word and cuts longer ones to three letters;
    None where the language has no three-letter code.
    """
    if tag is None or not kind.is_mov_family:
        return tag
    from langcodes import Language
    from langcodes.tag_parser import LanguageTagError

    try:
        return Language.get(tag).to_alpha3()
    except (LanguageTagError, LookupError):
        return None


def bcp47(tag: str | None) -> str | None:
    """The tag of a file (`ita`, `it-IT`) in its shortest standard form (`it`, `it-IT`), or None.

    Loads langcodes, which takes some 80 ms the first time.
    """
    if tag is None:
        return None
    from langcodes import standardize_tag
    from langcodes.tag_parser import LanguageTagError

    try:
        return standardize_tag(tag)
    except LanguageTagError:
        return None


def label_of(metadata: dict[str, str], kind: Kind) -> str | None:
    """A track's label: `title`, and in mp4 and mov the handler's name where it is no default."""
    handler = metadata.get("handler_name", "") if kind.is_mov_family else ""
    label = metadata.get("title") or ("" if handler in _DEFAULT_HANDLERS else handler)
    return _readable(label).strip("\0 ") or None


def check_label(label: str) -> None:
    """Raise CallerError for a label that not every file gives back: mov counts bytes in one."""
    categories = {unicodedata.category(character) for character in label}
    if categories & _NO_TEXT or all(c.isspace() or not c.isprintable() for c in label):
        fault = "has characters that can't be shown, or no others"
    elif label in _DEFAULT_HANDLERS:
        fault = "is what files hold in the place of a label"
    elif len(label.encode()) > _LONGEST_LABEL:
        fault = f"is longer than {_LONGEST_LABEL} bytes"
    else:
        return
    raise CallerError(
        f"The label {label[:40]!r} {fault}, so the track could not be told by it.",
        next_step="Call add_audio_track again with another label, such as 'Italiano'.",
        code="bad_label",
    )


def declared_seconds(stream: Stream) -> float | None:
    """How long the file says the stream is: mp4 in its headers, Matroska in a tag."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    clock = stream.metadata.get("DURATION", "").split(":")
    try:
        hours, minutes, seconds = (float(part) for part in clock)
    except ValueError:
        return None
    return (hours * 60 + minutes) * 60 + seconds


def is_picture(stream: Stream) -> bool:
    """Whether a video stream is only cover art."""
    return bool(stream.disposition & ATTACHED_PICTURE)


def _described(stream: Stream, position: int, kind: Kind) -> AudioStream:
    language = _readable(stream.metadata.get("language", "und"))
    return AudioStream(
        index=stream.index,
        position=position,
        codec=codec_of(stream),
        channels=stream.codec_context.channels if stream.codec_context else 0,
        language=None if language in ("", "und") else language,
        label=label_of(stream.metadata, kind),
        default=bool(stream.disposition & DEFAULT),
        duration_seconds=declared_seconds(stream),
        is_original=position == 0,
    )


def codec_of(stream: Stream) -> str:
    """The codec's own name (`mp3`), where FFmpeg's context has the decoder's (`mp3float`)."""
    return stream.codec_context.codec.canonical_name if stream.codec_context else "unknown"


def _readable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
