"""Looking at the speech model: installed, there, or to be downloaded?"""

from importlib.util import find_spec
from pathlib import Path

from media_tracks_server.doctor.findings import Finding, Outcome
from media_tracks_server.doctor.tools import EVERY
from media_tracks_tools.errors import ModelMissing

_FILE = "model.bin"
_INSTALL = "Run: pip install 'media-tracks-mcp[local]'"
_GENERATE = ("generate_subtitles",)
_CHOICES = (
    "Set MEDIA_TRACKS_SPEECH_MODEL to a name such as base or small (downloaded once), or to a "
    "folder that holds a faster-whisper model."
)


def look_at_speech(model: str, *, needed: bool) -> Finding:
    """One finding; the model is looked for and not loaded. `needed`: there are local files.

    Blocking. Nothing is downloaded.
    """
    if find_spec("faster_whisper") is None or find_spec("av") is None:
        missing = ModelMissing(
            "The parts for local files (the extra `local`) are not installed.", next_step=_INSTALL
        )
        if needed:
            return Finding.of("speech model", missing, model, EVERY)
        return _fine(model, f"{missing.message} Only local files need them.")
    folder = Path(model).expanduser()
    if (folder / _FILE).is_file():
        return _fine(model, f"It is there, in {folder}.")
    if folder.is_dir() or model.startswith(("/", "~", ".", "\\")) or model.count("/") > 1:
        return _missing(
            model, f"There is no speech model in {folder}: it holds no {_FILE}.", needed
        )
    return _named(model, needed)


def _named(model: str, needed: bool) -> Finding:
    from faster_whisper.utils import available_models, download_model
    from huggingface_hub.errors import LocalEntryNotFoundError

    if "/" not in model and model not in available_models():
        names = ", ".join(available_models())
        return _missing(model, f"There is no model of this name; the names are {names}.", needed)
    try:
        download_model(model, local_files_only=True)
    except LocalEntryNotFoundError:
        return _fine(model, "It is not on this machine; it is downloaded on first use.")
    return _fine(model, "It is on this machine.")


def _fine(model: str, detail: str) -> Finding:
    return Finding(looked_at="speech model", name=model, outcome=Outcome.OK, detail=detail)


def _missing(model: str, message: str, needed: bool) -> Finding:
    found = Finding.of("speech model", ModelMissing(message, next_step=_CHOICES), model, _GENERATE)
    if needed:
        return found
    return found.model_copy(update={"outcome": Outcome.WARNING, "disables": ()})
