"""`media-tracks.toml`: a key that is no setting is refused, relative paths begin at its folder."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic_settings import BaseSettings, TomlConfigSettingsSource

from media_tracks_server.root_list import split_roots
from media_tracks_server.secret_files import holds_secret, secret_in
from media_tracks_tools.errors import SetupError

_SQLITE = "sqlite:///"


class TomlFile(TomlConfigSettingsSource):
    """The settings in a TOML file; `…_file` names a secret's file.

    The paths in the tables of accounts stay as they are: an account is opened later.
    """

    def __init__(self, settings_cls: type[BaseSettings], path: Path) -> None:
        super().__init__(settings_cls, path)
        self._path = path

    def __call__(self) -> dict[str, object]:
        """What the file says. Raises SetupError for a key that is none of the settings'."""
        values: dict[str, object] = dict(super().__call__())
        fields = self.settings_cls.model_fields
        for name in [name for name, field in fields.items() if holds_secret(field)]:
            path = values.pop(f"{name}_file", None)
            if isinstance(path, str):
                values[name] = secret_in(f"{name}_file in {self._path}", self._place(path))
        unknown = sorted(key for key in values if key.lower() not in fields)
        if unknown:
            raise SetupError(
                f"{self._path} has keys that are no settings: {', '.join(unknown)[:200]}.",
                next_step="Correct or remove them; the README lists the settings.",
            )
        return values | dict(self._placed(values))

    def _placed(self, values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
        """The settings that hold paths, with their paths made absolute."""
        for key, value in values.items():
            match key.lower(), value:
                case "local_roots", str():
                    yield key, os.pathsep.join(self._roots(value))
                case "database_url", str() if value.startswith(_SQLITE) and value != _SQLITE:
                    yield key, f"{_SQLITE}{self._place(value.removeprefix(_SQLITE))}"
                case "speech_model", str() if value.startswith("."):
                    yield key, str(self._place(value))
                case _:
                    pass

    def _roots(self, text: str) -> Iterator[str]:
        for name, folder in split_roots(text):
            yield f"{name}={self._place(folder)}" if name else str(self._place(folder))

    def _place(self, path: str) -> Path:
        return self._path.absolute().parent / Path(path).expanduser()
