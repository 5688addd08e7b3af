"""The whole server in memory, on real files, a real database and the sandbox over real HTTP."""

import shutil
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp import Client

from media_tracks_server.app import build
from media_tracks_server.demo.footage import make_music, make_video
from media_tracks_server.demo.speech_model import demo_model
from media_tracks_server.sandbox import SandboxInfo, running
from media_tracks_server.settings import Settings
from talking import Opens

JOB_SECONDS = 0.6


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> str:
    """Both protocol eras: 2026-07-28 and 2025-11-25."""
    return str(request.param)


@pytest.fixture(scope="session")
def speech_model() -> str:
    """The folder of the hash-checked development model."""
    return demo_model(Settings())


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video with real speech and a sound file, made once."""
    folder = tmp_path_factory.mktemp("made")
    make_video(folder / "speech.mp4")
    make_music(folder / "music.m4a", 17)
    return folder


@pytest.fixture
def videos(tmp_path: Path, made: Path) -> Path:
    """A root with talks/My intro.mp4 (real speech), music.m4a, and things that are no video."""
    root = tmp_path / "videos"
    (root / "talks").mkdir(parents=True)
    shutil.copy(made / "speech.mp4", root / "talks" / "My intro.mp4")
    shutil.copy(made / "music.m4a", root / "music.m4a")
    (root / "notes.mp4").write_text("this is text, whatever its name says")
    (root / "empty.mp4").touch()
    whole = (made / "speech.mp4").read_bytes()
    (root / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "outside.mp4").write_bytes(whole)
    (root / "link.mp4").symlink_to(tmp_path / "outside.mp4")
    return root


@pytest.fixture
def sandbox() -> Generator[SandboxInfo]:
    """Both vendors on loopback."""
    with running("all", JOB_SECONDS) as info:
        yield info


@pytest.fixture
def local_settings(tmp_path: Path, videos: Path, speech_model: str) -> Settings:
    """Only local files."""
    return Settings(
        local_roots=str(videos),
        database_url=f"sqlite:///{tmp_path / 'jobs.db'}",
        speech_model=speech_model,
    )


@pytest.fixture
def all_settings(local_settings: Settings, sandbox: SandboxInfo) -> Settings:
    """Local files and both sandboxed vendors."""
    assert sandbox.datocms is not None
    assert sandbox.cloudflare is not None
    return Settings.model_validate(
        local_settings.model_dump()
        | {
            "datocms_api_token": sandbox.datocms.token,
            "datocms_base_url": sandbox.datocms.base_url,
            "datocms_mux_url": sandbox.datocms.mux_base_url,
            "cloudflare_api_token": sandbox.cloudflare.token,
            "cloudflare_account_id": sandbox.cloudflare.account_id,
            "cloudflare_base_url": sandbox.cloudflare.base_url,
        }
    )


@pytest.fixture
def open_client(era: str) -> Opens:
    """Open the official client on a server with these settings, in this era."""

    @asynccontextmanager
    async def opened(settings: Settings) -> AsyncGenerator[Client]:
        async with Client(build(settings), mode=era) as client:
            yield client

    return opened
