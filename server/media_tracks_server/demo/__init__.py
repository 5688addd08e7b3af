"""`media-tracks demo`: the main job, asked for through the official client as a chat host would."""

import shutil
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import anyio

from media_tracks_server import settings
from media_tracks_server.demo import footage, screen
from media_tracks_server.demo.conversation import Subject, converse
from media_tracks_server.demo.speech_model import demo_model
from media_tracks_server.providers.local import containers, roots
from media_tracks_server.providers.local.roots import Root
from media_tracks_server.sandbox import SandboxInfo, running
from media_tracks_tools.errors import NotFound, SetupError

FOLDER = Path("media-tracks-demo")
SANDBOX_JOB_SECONDS = 4.0
DUB = "https://example.com/dubs/launch.it.m4a"
"""The sandbox never fetches it."""


def run(file: Path | None, language: str) -> None:
    """Caption and dub a local video, then one on each sandboxed vendor.

    `file` is the user's own video, of which a copy is used; `language` is the one spoken there.
    Raises NotFound for a file that is not there, CallerError for one that is no video,
    ModelMissing without a speech model, and whatever made a job of the demo fail.
    """
    if find_spec("av") is None:
        raise SetupError(
            "The demo needs the parts for local files.",
            next_step="Run: pip install 'media-tracks-mcp[local]'",
        )
    if file is not None:
        _refuse_unusable(file)
    model = demo_model(settings.load())
    folder = FOLDER.absolute() / f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    videos = folder / "videos"
    videos.mkdir(parents=True)
    with running("all", SANDBOX_JOB_SECONDS) as sandbox:
        local = _local_subject(file, videos, language)
        environment = {
            "MEDIA_TRACKS_LOCAL_ROOTS": str(videos),
            "MEDIA_TRACKS_DATABASE_URL": f"sqlite:///{folder / 'jobs.db'}",
            "MEDIA_TRACKS_SPEECH_MODEL": model,
            **_tokens(sandbox),
        }
        failed = anyio.run(converse, environment, (local, *_vendor_subjects()))
    if failed is not None:
        raise failed
    screen.say_where(folder, videos, Path(sys.prefix))


def _refuse_unusable(file: Path) -> None:
    if not file.is_file():
        raise NotFound(f"There is no file {str(file)!r}.", next_step="Check the path.")
    containers.probe(roots.resolve(Root(name="local", path=file.absolute().parent), file.name))


def _local_subject(file: Path | None, videos: Path, language: str) -> Subject:
    if file is None:
        video = footage.make_video(videos / "Sense and Sensibility.mp4")
        transcript, language = footage.transcript(), "en"
    else:
        video, transcript = videos / file.name, None
        shutil.copyfile(file, video)
    footage.make_music(videos / "music.m4a", containers.probe(video).duration_seconds or 10.0)
    return Subject("local", video.stem, language, "music.m4a", "Music only", transcript)


def _vendor_subjects() -> tuple[Subject, ...]:
    return tuple(
        Subject(account, "Launch video", "en", DUB, "Italiano", None)
        for account in ("datocms", "cloudflare")
    )


def _tokens(sandbox: SandboxInfo) -> dict[str, str]:
    assert sandbox.datocms is not None
    assert sandbox.cloudflare is not None
    return {
        "DATOCMS_API_TOKEN": sandbox.datocms.token,
        "MEDIA_TRACKS_DATOCMS_BASE_URL": sandbox.datocms.base_url,
        "CLOUDFLARE_API_TOKEN": sandbox.cloudflare.token,
        "CLOUDFLARE_ACCOUNT_ID": sandbox.cloudflare.account_id,
        "MEDIA_TRACKS_CLOUDFLARE_BASE_URL": sandbox.cloudflare.base_url,
    }
