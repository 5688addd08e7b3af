"""How every provider that can changes, replaces and removes tracks; see `behaviour`."""

from typing import TypeVar

import pytest

from media_tracks_tools.captions import as_text, parse
from media_tracks_tools.models import AudioTrack, JobState, SubtitleTrack, TrackStatus
from media_tracks_tools.plans import Plan
from media_tracks_tools.ports import (
    AddsAudio,
    AddsSubtitles,
    DeletesAudio,
    DeletesSubtitles,
    EditsSubtitles,
    GeneratesSubtitles,
    ListsAudio,
    ListsSubtitles,
    ReadsSubtitles,
    UpdatesAudio,
)
from media_tracks_tools.requests import (
    AddAudioTrack,
    AddSubtitles,
    DeleteAudioTrack,
    DeleteSubtitles,
    EditSubtitles,
    GenerateSubtitles,
    UpdateAudioTrack,
    digest,
)
from worlds import World

_C = TypeVar("_C")
CIAO = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nCiao\n"
SALVE = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nSalve\n"


def able(world: World, capability: type[_C]) -> _C:
    """The provider as one that can; what it does not claim is not asked of it."""
    if not isinstance(world.provider, capability):
        pytest.skip(f"{world.facts.account} does not claim {capability.__name__}")
    return world.provider


async def audio(world: World) -> dict[str, AudioTrack]:
    tracks = (await able(world, ListsAudio).list_audio_tracks(world.facts.video_id)).tracks
    return {track.label: track for track in tracks}


async def subtitles(world: World, language: str) -> list[SubtitleTrack]:
    tracks = (await able(world, ListsSubtitles).list_subtitles(world.facts.video_id)).tracks
    return [track for track in tracks if track.language == language]


async def added(world: World, label: str) -> str:
    """Add an audio track and return its id."""
    request = AddAudioTrack(
        video_id=world.facts.video_id, source=world.facts.audio, label=label, language="it"
    )
    job = await world.finish(request, able(world, AddsAudio).plan_add_audio(request))
    assert job.state is JobState.SUCCEEDED, job.error
    assert job.result is not None
    return job.result.track_id


async def written(world: World, text: str, replaces: str | None = None) -> str:
    """Add Italian subtitles and return the track's id."""
    request = AddSubtitles(
        video_id=world.facts.video_id,
        language="it",
        name="Italiano",
        text=text,
        replaces=replaces,
    )
    job = await world.finish(request, able(world, AddsSubtitles).plan_add_subtitles(request))
    assert job.state is JobState.SUCCEEDED, job.error
    assert job.result is not None
    return job.result.track_id


class ChangingContract:
    """Subclass it with a `world` fixture."""

    async def test_an_audio_track_gets_another_label_and_becomes_the_default(
        self, world: World
    ) -> None:
        changer = able(world, UpdatesAudio)
        track_id = await added(world, "Italiano")
        request = UpdateAudioTrack(
            video_id=world.facts.video_id,
            track_id=track_id,
            label="Italiano",
            new_label="Commento",
            make_default=True,
        )
        first = await world.finish(request, changer.plan_update_audio(request))
        again = await world.finish(request, changer.plan_update_audio(request))
        assert first.state is JobState.SUCCEEDED, first.error
        assert (again.state, again.already_existed) == (JobState.SUCCEEDED, True)
        tracks = await audio(world)
        assert "Italiano" not in tracks
        assert tracks["Commento"].track_id == track_id
        assert [track.label for track in tracks.values() if track.default] == ["Commento"]

    async def test_a_deleted_audio_track_is_gone_and_the_others_stay(self, world: World) -> None:
        deleter = able(world, DeletesAudio)
        before = await audio(world)
        track_id = await added(world, "Italiano")
        request = DeleteAudioTrack(
            video_id=world.facts.video_id, track_id=track_id, label="Italiano"
        )
        job = await world.finish(request, deleter.plan_delete_audio(request))
        assert job.state is JobState.SUCCEEDED, job.error
        assert (await audio(world)).keys() == before.keys()

    async def test_added_subtitles_exist_afterwards_once_with_their_text(
        self, world: World
    ) -> None:
        track_id = await written(world, CIAO)
        tracks = await subtitles(world, "it")
        assert [(track.track_id, track.status) for track in tracks] == [
            (track_id, TrackStatus.READY)
        ]
        if isinstance(world.provider, ReadsSubtitles):
            text = await world.provider.read_subtitles(world.facts.video_id, track_id)
            assert as_text(parse(text)) == "Ciao"

    async def test_other_subtitles_in_the_language_are_never_overwritten_unasked(
        self, world: World
    ) -> None:
        track_id = await written(world, CIAO)
        request = AddSubtitles(
            video_id=world.facts.video_id, language="it", name="Italiano", text=SALVE
        )
        job = await world.finish(request, able(world, AddsSubtitles).plan_add_subtitles(request))
        assert job.state is JobState.FAILED
        assert job.error is not None
        assert "replace=true" in (job.error.next_step or "")
        assert [track.track_id for track in await subtitles(world, "it")] == [track_id]

    async def test_replaced_subtitles_have_the_new_text_and_there_is_one_track(
        self, world: World
    ) -> None:
        old = await written(world, CIAO)
        new = await written(world, SALVE, replaces=old)
        assert [track.track_id for track in await subtitles(world, "it")] == [new]
        if isinstance(world.provider, ReadsSubtitles):
            text = await world.provider.read_subtitles(world.facts.video_id, new)
            assert as_text(parse(text)) == "Salve"

    async def test_edited_subtitles_have_the_new_text(self, world: World) -> None:
        editor, reader = able(world, EditsSubtitles), able(world, ReadsSubtitles)
        track_id = await written(world, CIAO)
        before = await reader.read_subtitles(world.facts.video_id, track_id)
        job = await world.finish(*self._edit(editor, world, track_id, digest(before)))
        assert job.state is JobState.SUCCEEDED, job.error
        (track,) = await subtitles(world, "it")
        text = await reader.read_subtitles(world.facts.video_id, track.track_id)
        assert as_text(parse(text)) == "Salve"

    async def test_subtitles_that_somebody_changed_meanwhile_are_not_edited(
        self, world: World
    ) -> None:
        editor, reader = able(world, EditsSubtitles), able(world, ReadsSubtitles)
        track_id = await written(world, CIAO)
        job = await world.finish(*self._edit(editor, world, track_id, digest("an older text")))
        assert job.state is JobState.FAILED
        assert job.error is not None
        assert "read_subtitles" in (job.error.next_step or "")
        text = await reader.read_subtitles(world.facts.video_id, track_id)
        assert as_text(parse(text)) == "Ciao"

    @staticmethod
    def _edit(
        editor: EditsSubtitles, world: World, track_id: str, before: str
    ) -> tuple[EditSubtitles, Plan]:
        request = EditSubtitles(
            video_id=world.facts.video_id,
            track_id=track_id,
            language="it",
            name="Italiano",
            text=SALVE,
            before=before,
        )
        return request, editor.plan_edit_subtitles(request)

    async def test_deleted_subtitles_are_gone(self, world: World) -> None:
        deleter = able(world, DeletesSubtitles)
        track_id = await written(world, CIAO)
        request = DeleteSubtitles(
            video_id=world.facts.video_id, track_id=track_id, language="it", name="Italiano"
        )
        job = await world.finish(request, deleter.plan_delete_subtitles(request))
        assert job.state is JobState.SUCCEEDED, job.error
        assert await subtitles(world, "it") == []

    async def test_generated_subtitles_take_the_place_of_those_that_are_there(
        self, world: World
    ) -> None:
        generator = able(world, GeneratesSubtitles)
        request = AddSubtitles(
            video_id=world.facts.video_id, language="en", name="English", text=CIAO
        )
        job = await world.finish(request, able(world, AddsSubtitles).plan_add_subtitles(request))
        assert job.result is not None
        wanted = GenerateSubtitles(
            video_id=world.facts.video_id,
            language="en",
            name="English",
            replaces=job.result.track_id,
        )
        done = await world.finish(wanted, generator.plan_generate_subtitles(wanted))
        assert done.state is JobState.SUCCEEDED, done.error
        (track,) = await subtitles(world, "en")
        assert done.result is not None
        assert track.track_id == done.result.track_id
        if isinstance(world.provider, ReadsSubtitles):
            text = await world.provider.read_subtitles(world.facts.video_id, track.track_id)
            assert "Ciao" not in text
