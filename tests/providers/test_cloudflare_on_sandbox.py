"""Cloudflare: whole plans, step by step, over real HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloudflare_pages import OTHER_VTT, VTT
from doubles import NotedLimiter
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_server.sandbox import CloudflareInfo, SandboxInfo, running
from media_tracks_tools.errors import Conflict, Refused
from media_tracks_tools.plans import Done, NotYet, Plan, Ref, StepKind, Survey, Task
from media_tracks_tools.ports import VideoQuery
from media_tracks_tools.requests import (
    AddAudioTrack,
    AddSubtitles,
    DeleteAudioTrack,
    DeleteSubtitles,
    EditSubtitles,
    GenerateSubtitles,
    TrackRequest,
    UpdateAudioTrack,
    digest,
)
from waiting import eventually


@dataclass(frozen=True)
class World:
    """An account on the sandbox."""

    info: SandboxInfo
    vendor: CloudflareInfo
    provider: CloudflareStream

    @property
    def uid(self) -> str:
        """The video that has one audio track and no captions."""
        return self.vendor.video_uid

    async def finish(self, request: TrackRequest, plan: Plan) -> Survey:
        """Every step that the survey leaves, as the job core would do them without trouble."""
        task = Task(work_id="w", request=request, step=plan.steps[0])
        survey = await self.provider.survey(task)
        known = {"baseline": survey.baseline, "saved": survey.saved}
        task = task.model_copy(update=known)
        for step in plan.steps if survey.existing is None else ():
            task = task.model_copy(update={"step": step})
            if step.name not in survey.skip:
                refs = await self._refs(task)
                task = task.model_copy(update={"refs": (*task.refs, *refs)})
        return survey

    async def _refs(self, task: Task) -> tuple[Ref, ...]:
        if task.step.kind is not StepKind.WATCH:
            return (await self.provider.send(task)).refs
        done = await eventually(lambda: self._done(task))
        return done.refs

    async def _done(self, task: Task) -> Done | None:
        watched = await self.provider.watch(task)
        assert isinstance(watched, Done | NotYet), watched
        return watched if isinstance(watched, Done) else None

    async def audio(self) -> dict[str, tuple[str, bool]]:
        """The tracks: label to id and default."""
        listed = await self.provider.list_audio_tracks(self.uid)
        return {one.label: (one.track_id, one.default) for one in listed.tracks}

    def effects(self) -> list[str]:
        """What really happened, in order."""
        return [entry.effect.value for entry in self.info.log() if entry.effect]


@pytest.fixture
async def world(tmp_path: Path, limiter: NotedLimiter) -> AsyncIterator[World]:
    with running("cloudflare", 0.05) as info:
        vendor = info.cloudflare
        assert vendor
        provider = CloudflareStream(
            "cloudflare",
            vendor.token,
            vendor.account_id,
            base_url=vendor.base_url,
            limiter=limiter,
            files=lambda named: tmp_path / named,
        )
        yield World(info, vendor, provider)
        await provider.aclose()


async def test_a_file_becomes_the_default_track_and_only_then_may_the_other_go(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "it.m4a").write_bytes(bytes(3_000_000))
    add = AddAudioTrack(video_id=world.uid, source="it.m4a", label="Italiano", make_default=True)
    await world.finish(add, world.provider.plan_add_audio(add))
    track_id, default = (await world.audio())["Italiano"]
    assert default
    again = await world.finish(add, world.provider.plan_add_audio(add))
    assert again.existing
    delete = DeleteAudioTrack(video_id=world.uid, track_id=track_id, label="Italiano")
    french, _ = (await world.audio())["Français"]
    with pytest.raises(Conflict, match="default") as caught:
        await world.finish(delete, world.provider.plan_delete_audio(delete))
    assert french in (caught.value.next_step or "")
    swap = AddAudioTrack(
        video_id=world.uid, source="https://example.com/a", label="Français", make_default=True
    )
    await world.finish(swap, world.provider.plan_add_audio(swap))
    await world.finish(delete, world.provider.plan_delete_audio(delete))
    await world.finish(delete, world.provider.plan_delete_audio(delete))
    assert await world.audio() == {"Français": (french, True)}
    assert world.effects() == ["track-created", "track-edited", "track-edited", "track-deleted"]


async def test_a_label_is_changed_once(world: World) -> None:
    french, _ = (await world.audio())["Français"]
    edit = UpdateAudioTrack(
        video_id=world.uid, track_id=french, label="Français", new_label="French"
    )
    plan = world.provider.plan_update_audio(edit)
    assert (await world.finish(edit, plan)).existing is None
    assert (await world.finish(edit, plan)).existing
    assert await world.audio() == {"French": (french, False)}
    assert world.effects() == ["track-edited"]


async def test_captions_are_uploaded_edited_replaced_and_deleted(world: World) -> None:
    provider, uid = world.provider, world.uid
    add = AddSubtitles(video_id=uid, language="en", name="English", text=OTHER_VTT)
    await world.finish(add, provider.plan_add_subtitles(add))
    assert (await world.finish(add, provider.plan_add_subtitles(add))).existing
    before = await provider.read_subtitles(uid, "en")
    edit = EditSubtitles(
        video_id=uid, track_id="en", language="en", name="English", text=VTT, before=digest(before)
    )
    await world.finish(edit, provider.plan_edit_subtitles(edit))
    assert await provider.read_subtitles(uid, "en") == VTT
    generate = GenerateSubtitles(video_id=uid, language="en", name="English", replaces="en")
    replaced = await world.finish(generate, provider.plan_generate_subtitles(generate))
    assert replaced.saved == VTT
    [track] = (await provider.list_subtitles(uid)).tracks
    assert track.generated
    delete = DeleteSubtitles(video_id=uid, track_id="en", language="en", name="English")
    await world.finish(delete, provider.plan_delete_subtitles(delete))
    assert (await provider.list_subtitles(uid)).tracks == ()
    assert world.effects() == [
        "caption-uploaded",
        "caption-uploaded",
        "caption-deleted",
        "caption-created",
        "caption-deleted",
    ]


async def test_captions_that_could_not_be_generated_are_put_back(world: World) -> None:
    provider, silent = world.provider, world.vendor.silent_id
    add = AddSubtitles(video_id=silent, language="en", name="English", text=VTT)
    await world.finish(add, provider.plan_add_subtitles(add))
    generate = GenerateSubtitles(video_id=silent, language="en", name="English", replaces="en")
    plan = provider.plan_generate_subtitles(generate)
    with pytest.raises(Refused, match="missing audio"):
        await world.finish(generate, plan)
    assert (await provider.list_subtitles(silent)).tracks == ()
    undo = Task(work_id="w", request=generate, step=plan.undo[0], saved=VTT)
    await provider.send(undo)
    await provider.send(undo.model_copy(update={"attempt": 2}))
    assert await provider.read_subtitles(silent, "en") == VTT
    assert world.effects() == ["caption-uploaded", "caption-deleted", "caption-uploaded"]


async def test_a_whole_title_is_found_and_counted(world: World) -> None:
    page = await world.provider.find_videos(VideoQuery(query="Launch video"))
    assert [one.title for one in page.videos] == ["Launch video"]
    assert (page.total, page.scanned, page.next_cursor) == (1, 1, None)
    everything = await world.provider.find_videos(VideoQuery(limit=2))
    assert everything.total == 8
    assert everything.next_cursor
