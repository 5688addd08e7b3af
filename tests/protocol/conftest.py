"""A server of both vendors' sandbox, in memory and as real processes on one database."""

from collections.abc import Generator
from pathlib import Path

import pytest

from media_tracks_server.sandbox import (
    CloudflareInfo,
    DatoCmsInfo,
    ManualClock,
    SandboxInfo,
    running,
)
from media_tracks_server.settings import Settings
from slow_vendor import JOB_SECONDS, Vendor
from talking import measured


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> str:
    """Both protocol eras: 2026-07-28 and 2025-11-25."""
    return str(request.param)


@pytest.fixture
def clock() -> ManualClock:
    """The vendors' clock: no job of theirs ends before `advance`."""
    return ManualClock()


@pytest.fixture
def sandbox(clock: ManualClock) -> Generator[SandboxInfo]:
    """Both vendors on loopback."""
    with running("all", JOB_SECONDS, clock=clock) as info:
        yield info


@pytest.fixture
def vendor(sandbox: SandboxInfo, clock: ManualClock) -> Vendor:
    return Vendor(sandbox, clock)


@pytest.fixture
def cloudflare(sandbox: SandboxInfo) -> CloudflareInfo:
    assert sandbox.cloudflare is not None
    return sandbox.cloudflare


@pytest.fixture
def dato(sandbox: SandboxInfo) -> DatoCmsInfo:
    assert sandbox.datocms is not None
    return sandbox.datocms


@pytest.fixture
def settings(cloudflare: CloudflareInfo, dato: DatoCmsInfo, tmp_path: Path) -> Settings:
    """Both sandboxed vendors and a database of its own."""
    return Settings.model_validate(
        {
            "database_url": f"sqlite:///{tmp_path / 'jobs.db'}",
            "datocms_api_token": dato.token,
            "datocms_base_url": dato.base_url,
            "datocms_mux_url": dato.mux_base_url,
            "cloudflare_api_token": cloudflare.token,
            "cloudflare_account_id": cloudflare.account_id,
            "cloudflare_base_url": cloudflare.base_url,
        }
    )


@pytest.fixture
def video(cloudflare: CloudflareInfo) -> str:
    """The handle of a video without captions."""
    return f"cloudflare/{cloudflare.video_uid}"


@pytest.fixture
def environment(
    settings: Settings, cloudflare: CloudflareInfo, dato: DatoCmsInfo, tmp_path: Path
) -> dict[str, str]:
    """The same settings as a chat host gives them to a process; the home is an empty one."""
    return measured(
        {
            "HOME": str(tmp_path),
            "MEDIA_TRACKS_DATABASE_URL": settings.database_url,
            "DATOCMS_API_TOKEN": dato.token,
            "MEDIA_TRACKS_DATOCMS_BASE_URL": dato.base_url,
            "MEDIA_TRACKS_DATOCMS_MUX_URL": dato.mux_base_url,
            "CLOUDFLARE_API_TOKEN": cloudflare.token,
            "CLOUDFLARE_ACCOUNT_ID": cloudflare.account_id,
            "MEDIA_TRACKS_CLOUDFLARE_BASE_URL": cloudflare.base_url,
        }
    )
