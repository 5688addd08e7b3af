"""Secrets that lie in files of their own: `DATOCMS_API_TOKEN_FILE=/run/secrets/dato`."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from media_tracks_tools.errors import SetupError


def secret_in(setting: str, path: Path) -> SecretStr:
    """The content of a secret's file. Raises SetupError, naming the setting that names the file."""
    try:
        return SecretStr(path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SetupError(
            f"The file that {setting} names can't be read: {reason}.",
            next_step="Mend the path or the file, then restart this server.",
        ) from None


def holds_secret(field: FieldInfo) -> bool:
    """Whether a setting may also be given as the path of a file."""
    return field.annotation == SecretStr | None


class SecretFiles(PydanticBaseSettingsSource):
    """`NAME_FILE` in the environment, for every setting that holds a secret."""

    def __init__(self, settings_cls: type[BaseSettings], paths: Mapping[str, tuple[str, Path]]):
        """`paths` has, by field, the variable that names the file, and the file."""
        super().__init__(settings_cls)
        self._paths = paths

    def get_field_value(
        self, field: FieldInfo, field_name: str
    ) -> tuple[SecretStr | None, str, bool]:
        """The content of the file that the environment names for this field."""
        named = self._paths.get(field_name) if holds_secret(field) else None
        return (secret_in(*named) if named else None), field_name, False

    def __call__(self) -> dict[str, SecretStr]:
        """Every secret that the environment gives as a file."""
        found = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in found.items() if value is not None}
