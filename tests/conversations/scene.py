"""The world of a conversation: a sandbox, a folder, a job database, and what happened before."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import anyio
import httpx
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult
from pydantic import JsonValue

from media_tracks_server.app import build
from media_tracks_server.demo.footage import make_music, make_video
from media_tracks_server.demo.speech_model import demo_model
from media_tracks_server.sandbox import Effect, SandboxInfo, running
from media_tracks_server.settings import Settings
from references import resolved
from script import EditorGenerates, Person, World
from transcript import call

_SOUND_SECONDS = 17
_EDITOR_WAITS_SECONDS = 30
_SAYS_NO = Person()


@dataclass
class Asked:
    """The user, who answers every question alike and remembers it."""

    person: Person
    questions: list[str] = field(default_factory=list[str])

    async def __call__(
        self,
        context: ClientRequestContext,  # noqa: ARG002 - the callback's signature
        params: ElicitRequestParams,
    ) -> ElicitResult:
        self.questions.append(params.message)
        return ElicitResult(action="accept", content={"ok": self.person.says == "yes"})


@dataclass(frozen=True)
class Scene:
    """A world that stands, in the moment before the user speaks."""

    settings: Settings
    sandbox: SandboxInfo | None
    root: Path
    files: Mapping[str, bytes]
    """What lay under the root in that moment."""
    era: str

    @asynccontextmanager
    async def chat(self, user: Asked) -> AsyncGenerator[Client]:
        """A server of its own on this world, and a client of this era."""
        app = build(self.settings)
        async with Client(app, mode=self.era, elicitation_callback=user) as client:
            yield client

    def effects(self) -> dict[str, dict[Effect, int]]:
        """How often each vendor really did what, from the world's first moment on."""
        counted: dict[str, dict[Effect, int]] = {}
        for entry in self.sandbox.log() if self.sandbox else ():
            if entry.effect is not None:
                of_vendor = counted.setdefault(entry.vendor, {})
                of_vendor[entry.effect] = of_vendor.get(entry.effect, 0) + 1
        return counted


def files_under(root: Path) -> dict[str, bytes]:
    """Every file's content by its path."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@asynccontextmanager
async def standing(world: World, folder: Path, era: str) -> AsyncGenerator[Scene]:
    """Build the world in an empty folder, and let happen what happened before."""
    root = folder / "videos"
    root.mkdir()
    for name, kind in world.files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (make_video(root / name) if kind == "speech" else make_music(root / name, _SOUND_SECONDS))
    vendors = (
        nullcontext()
        if world.vendors == "none"
        else running(
            world.vendors,
            world.job_seconds,
            faults=world.faults,
            videos=world.videos,
            labels_unique=world.labels_unique,
        )
    )
    with vendors as sandbox:
        settings = _settings(world, sandbox, folder, root)
        scene = Scene(settings, sandbox, root, files_under(root), era)
        if world.before:
            await _happen(world, scene)
        yield Scene(settings, sandbox, root, files_under(root), era)


async def _happen(world: World, scene: Scene) -> None:
    async with scene.chat(Asked(_SAYS_NO)) as client:
        answers: dict[str, JsonValue] = {}
        for step in world.before:
            if isinstance(step, EditorGenerates):
                await _edit(scene, step)
                continue
            answer = await call(client, step.tool, resolved(step.arguments, answers))
            if answer.failed:
                raise AssertionError(f"before: {step.tool} answered {answer.text}")
            answers[step.name] = answer.typed


async def _edit(scene: Scene, step: EditorGenerates) -> None:
    assert scene.sandbox is not None
    assert scene.sandbox.datocms is not None
    vendor = scene.sandbox.datocms
    with anyio.fail_after(_EDITOR_WAITS_SECONDS):
        # The vendor's log is read over HTTP: there is no event to wait for.
        while Effect.JOB_CREATED not in scene.effects().get("datocms", {}):  # noqa: ASYNC110
            await anyio.sleep(0.01)
    video_id = step.video.partition("/")[2]
    attributes = {"language_code": step.editor_generates, "name": step.name}
    async with httpx.AsyncClient(trust_env=False) as editor:
        made = await editor.post(
            f"{vendor.base_url}/uploads/{video_id}/tracks/generate-subtitles",
            json={"data": {"type": "subtitles_generation", "attributes": attributes}},
            headers={
                "Authorization": f"Bearer {vendor.token}",
                "X-Api-Version": "3",
                "Accept": "application/json",
            },
        )
    made.raise_for_status()


def _settings(world: World, sandbox: SandboxInfo | None, folder: Path, root: Path) -> Settings:
    known: dict[str, str] = {"database_url": f"sqlite:///{folder / 'jobs.db'}"}
    if world.files:
        known |= {"local_roots": str(root)}
    if "speech" in world.files.values():
        known |= {"speech_model": _speech_model()}
    if sandbox is not None and sandbox.datocms is not None:
        known |= {
            "datocms_api_token": sandbox.datocms.token,
            "datocms_base_url": sandbox.datocms.base_url,
            "datocms_mux_url": sandbox.datocms.mux_base_url,
        }
    if sandbox is not None and sandbox.cloudflare is not None:
        known |= {
            "cloudflare_api_token": sandbox.cloudflare.token,
            "cloudflare_account_id": sandbox.cloudflare.account_id,
            "cloudflare_base_url": sandbox.cloudflare.base_url,
        }
    return Settings.model_validate(known)


@cache
def _speech_model() -> str:
    return demo_model(Settings())
