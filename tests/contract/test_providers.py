"""All three providers keep the contract."""

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from pydantic import SecretStr

from behaviour import ProviderContract
from changing import ChangingContract
from media_tracks_server.demo.footage import make_music, make_video
from media_tracks_server.demo.speech_model import demo_model
from media_tracks_server.sandbox import SandboxInfo, running
from media_tracks_server.settings import Settings
from worlds import Facts, World, world

JOB_SECONDS = 0.6


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video with speech and a piece of music, made once."""
    folder = tmp_path_factory.mktemp("media")
    make_video(folder / "Launch video.mp4")
    make_music(folder / "dub.m4a", 17)
    return folder


class TestLocal(ProviderContract, ChangingContract):
    """Files on this machine."""

    @pytest.fixture
    async def world(self, tmp_path: Path, media: Path) -> AsyncGenerator[World]:
        root = tmp_path / "videos"
        shutil.copytree(media, root)
        video = root / "Launch video.mp4"
        shutil.copy(video, root / "Other talk.mp4")
        untouched = video.stat().st_ino

        def effects() -> int:
            captions = len(list(root.glob("*.vtt")))
            return captions + (video.stat().st_ino != untouched)

        facts = Facts(
            account="local",
            video_id="Launch video.mp4",
            title="Launch video",
            unknown_id="gone.mp4",
            audio="dub.m4a",
            secret="",
            effects=effects,
        )
        settings = Settings(
            local_roots=str(root),
            database_url=f"sqlite:///{tmp_path / 'jobs.db'}",
            speech_model=demo_model(Settings()),
        )
        async with world(settings, facts) as running_world:
            yield running_world


def count(info: SandboxInfo, vendor: str) -> int:
    """How many things really happened at this vendor."""
    counted = {"job-created", "caption-created"}
    if vendor == "cloudflare":
        counted.add("track-created")
    return sum(entry.vendor == vendor and entry.effect in counted for entry in info.log())


class TestDatoCMS(ProviderContract, ChangingContract):
    """DatoCMS on the sandbox's wire."""

    @pytest.fixture
    async def world(self, tmp_path: Path) -> AsyncGenerator[World]:
        with running("datocms", JOB_SECONDS) as info:
            assert info.datocms is not None
            facts = Facts(
                account="datocms",
                video_id=info.datocms.upload_id,
                title="Launch video",
                unknown_id="Zz3kQm9sRk2wTn7yPzB3Ga",
                audio="https://example.com/dub.m4a",
                secret=info.datocms.token,
                effects=lambda: count(info, "datocms"),
                promises_text=False,
            )
            settings = Settings(
                database_url=f"sqlite:///{tmp_path / 'jobs.db'}",
                datocms_api_token=SecretStr(info.datocms.token),
                datocms_base_url=info.datocms.base_url,
                datocms_mux_url=info.datocms.mux_base_url,
            )
            async with world(settings, facts) as running_world:
                yield running_world


class TestCloudflareStream(ProviderContract, ChangingContract):
    """Cloudflare Stream on the sandbox's wire."""

    @pytest.fixture
    async def world(self, tmp_path: Path) -> AsyncGenerator[World]:
        with running("cloudflare", JOB_SECONDS) as info:
            assert info.cloudflare is not None
            facts = Facts(
                account="cloudflare",
                video_id=info.cloudflare.video_uid,
                title="Launch video",
                unknown_id="0123456789abcdef0123456789abcdef",
                audio="https://example.com/dub.m4a",
                secret=info.cloudflare.token,
                effects=lambda: count(info, "cloudflare"),
            )
            settings = Settings(
                database_url=f"sqlite:///{tmp_path / 'jobs.db'}",
                cloudflare_api_token=SecretStr(info.cloudflare.token),
                cloudflare_account_id=info.cloudflare.account_id,
                cloudflare_base_url=info.cloudflare.base_url,
            )
            async with world(settings, facts) as running_world:
                yield running_world
