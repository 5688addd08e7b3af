"""Finding and loading the speech model: a folder that holds one, or a name to download once.

A folder never touches the network. A name is looked for in the local cache first.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol, cast

from media_tracks_tools.errors import ModelMissing

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

_SETTING = "MEDIA_TRACKS_SPEECH_MODEL"
_FILE = "model.bin"
_CHOICES = (
    f"Set {_SETTING} to a name such as base or small (downloaded once, needs the internet),"
    " or to a folder that holds a faster-whisper model."
)


class HeardWord(Protocol):
    """A token with its place in the sound, in seconds."""

    start: float
    end: float
    word: str


class Segment(Protocol):
    """A stretch of speech."""

    end: float
    words: Sequence[HeardWord] | None


class Hearing(Protocol):
    """What is known before the segments come."""

    language: str
    language_probability: float
    duration_after_vad: float


class SpeechModel(Protocol):
    """The part of faster-whisper's WhisperModel that we use."""

    @property
    def supported_languages(self) -> list[str]: ...

    def transcribe(
        self,
        audio: "NDArray[float32]",
        *,
        language: str | None,
        beam_size: int,
        vad_filter: bool,
        condition_on_previous_text: bool,
        word_timestamps: bool,
    ) -> tuple[Iterable[Segment], Hearing]: ...


def load(model: str, threads: int, on_download: Callable[[], None]) -> SpeechModel:
    """The model in 8-bit integers on the processor; `threads` 0 leaves the number to it.

    `on_download` is called before a download begins. Raises ModelMissing with what to set.
    """
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise ModelMissing(
            "Speech recognition is not installed.",
            next_step="Run: pip install 'media-tracks-mcp[local]'",
        ) from error
    folder = _folder_of(model) or _named(model, on_download)
    try:
        loaded = WhisperModel(
            str(folder),
            device="cpu",
            compute_type="int8",
            cpu_threads=threads,
            local_files_only=True,
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelMissing(
            f"The speech model {model!r} is there but can't be loaded.", next_step=_CHOICES
        ) from error
    return cast("SpeechModel", loaded)


def _folder_of(model: str) -> Path | None:
    """The folder, where the setting names one; None for the name of a model."""
    folder = Path(model).expanduser()
    if (folder / _FILE).is_file():
        return folder
    if folder.is_dir():
        raise ModelMissing(
            f"There is no speech model in the folder {folder.name!r}: it holds no {_FILE}.",
            next_step=_CHOICES,
        )
    if model.startswith(("/", "~", ".", "\\")) or model.count("/") > 1:
        raise ModelMissing(f"There is no folder {model!r} with a speech model.", next_step=_CHOICES)
    return None


def _named(model: str, on_download: Callable[[], None]) -> Path:
    from faster_whisper.utils import available_models, download_model
    from huggingface_hub.errors import LocalEntryNotFoundError

    if "/" not in model and model not in available_models():
        names = ", ".join(available_models())
        raise ModelMissing(
            f"There is no speech model {model!r}; the names are {names}.", next_step=_CHOICES
        )
    try:
        return Path(cast("str", download_model(model, local_files_only=True)))
    except LocalEntryNotFoundError:
        on_download()
    return _downloaded(model)


def _downloaded(model: str) -> Path:
    from faster_whisper.utils import download_model
    from httpx import HTTPError
    from huggingface_hub.errors import HfHubHTTPError

    try:
        return Path(cast("str", download_model(model)))
    except (HfHubHTTPError, HTTPError, OSError, ValueError) as error:
        _unreachable(model, error)


def _unreachable(model: str, cause: Exception) -> NoReturn:
    raise ModelMissing(
        f"The speech model {model!r} is not on this machine and could not be downloaded.",
        next_step=f"Connect to the internet and call again. {_CHOICES}",
    ) from cause
