"""No test sees the settings of the machine it runs on."""

from collections.abc import Generator

import hypothesis
import pytest

from media_tracks_server.settings import Settings, variable

# No test asserts a wall-clock time: not those of Hypothesis either, on a busy machine.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """An environment without any setting of ours, and an empty configuration file."""
    config = tmp_path_factory.mktemp("config") / "media-tracks.toml"
    config.touch()
    with pytest.MonkeyPatch.context() as patch:
        for field in Settings.model_fields:
            patch.delenv(variable(field), raising=False)
            patch.delenv(f"{variable(field)}_FILE", raising=False)
        patch.setenv("MEDIA_TRACKS_CONFIG", str(config))
        yield
