"""DatoCMS: whole changes, step by step, on the sandbox's wire."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from datocms_walk import Project, project
from media_tracks_tools.errors import Conflict, NotFound
from media_tracks_tools.models import TrackStatus
from media_tracks_tools.plans import Task
from media_tracks_tools.requests import (
    AddAudioTrack,
    AddSubtitles,
    DeleteAudioTrack,
    DeleteSubtitles,
    EditSubtitles,
    GenerateSubtitles,
    digest,
)

TEXT = "WEBVTT\n\n00:00.000 --> 00:01.000\nCiao\n"
OTHER = "WEBVTT\n\n00:00.000 --> 00:01.000\nBuongiorno\n"


@pytest.fixture
async def dato(tmp_path: Path) -> AsyncGenerator[Project]:
    """A project of its own for each test."""
    async with project(tmp_path) as made:
        yield made


async def added(dato: Project, name: str = "Italiano", text: str = TEXT) -> str:
    """The id of subtitles that were added."""
    request = AddSubtitles(video_id=dato.video_id, language="it", name=name, text=text)
    walk = await dato.walk(request, dato.provider.plan_add_subtitles(request))
    assert walk.result
    return walk.result.track_id


def edit(dato: Project, track_id: str, name: str, before: str, text: str) -> EditSubtitles:
    return EditSubtitles(
        video_id=dato.video_id,
        track_id=track_id,
        language="it",
        name=name,
        text=text,
        before=digest(before),
    )


async def test_added_subtitles_have_their_text(dato: Project) -> None:
    track_id = await added(dato)
    assert (await dato.subtitles())["Italiano"] == track_id
    assert await dato.provider.read_subtitles(dato.video_id, track_id) == TEXT
    assert dato.effects() == [
        "upload-request-created",
        "file-uploaded",
        "job-created",
        "track-created",
    ]


async def test_adding_the_same_text_again_finds_it_and_another_text_is_a_conflict(
    dato: Project,
) -> None:
    track_id = await added(dato)
    request = AddSubtitles(video_id=dato.video_id, language="it", name="ITALIANO", text=TEXT)
    walk = await dato.walk(request, dato.provider.plan_add_subtitles(request))
    assert walk.survey.existing
    assert walk.survey.existing.track_id == track_id
    other = request.model_copy(update={"text": OTHER})
    with pytest.raises(Conflict, match=track_id) as caught:
        await dato.walk(other, dato.provider.plan_add_subtitles(other))
    assert caught.value.code == "exists"
    assert "replace=true" in (caught.value.next_step or "")


async def test_replacing_makes_the_new_track_before_the_old_one_goes(dato: Project) -> None:
    old = await added(dato)
    already = len(dato.effects())
    request = GenerateSubtitles(
        video_id=dato.video_id, language="it", name="Italiano", replaces=old
    )
    walk = await dato.walk(request, dato.provider.plan_generate_subtitles(request))
    assert walk.result
    assert walk.result.name == "Italiano 2"
    assert walk.result.notes == ("It is called 'Italiano 2' because 'Italiano' was taken.",)
    assert await dato.subtitles() == {"Italiano 2": walk.result.track_id}
    assert walk.steps == ["name", "generate", "job", "track", "delete_old", "deletion"]
    assert dato.effects()[already:] == [
        "job-created",
        "track-created",
        "job-created",
        "track-deleted",
    ]


async def test_a_replacement_that_came_late_is_not_made_twice(dato: Project) -> None:
    old = await added(dato)
    request = GenerateSubtitles(
        video_id=dato.video_id, language="it", name="Italiano", replaces=old
    )
    plan = dato.provider.plan_generate_subtitles(request)
    lost = Task(work_id="w", request=request, step=plan.steps[0])
    baseline = (await dato.provider.survey(lost)).baseline
    named = await dato.provider.send(lost)
    step = {"step": plan.steps[1], "refs": named.refs}
    await dato.provider.send(lost.model_copy(update=step))
    dato.clock.advance(3600)
    walk = await dato.walk(request, plan, baseline)
    assert walk.result
    assert "somebody else may have made it" in (walk.result.notes or ("",))[0]
    assert walk.steps == ["track", "delete_old", "deletion"]
    assert await dato.subtitles() == {"Italiano 2": walk.result.track_id}


async def test_an_edit_changes_the_text_and_a_second_one_has_the_name_back(dato: Project) -> None:
    first = await added(dato)
    request = edit(dato, first, "Italiano", TEXT, OTHER)
    walk = await dato.walk(request, dato.provider.plan_edit_subtitles(request))
    assert walk.result
    second = walk.result.track_id
    assert await dato.provider.read_subtitles(dato.video_id, second) == OTHER
    assert await dato.subtitles() == {"Italiano 2": second}
    request = edit(dato, second, "Italiano 2", OTHER, TEXT)
    walk = await dato.walk(request, dato.provider.plan_edit_subtitles(request))
    assert walk.result
    assert await dato.subtitles() == {"Italiano": walk.result.track_id}


async def test_an_edit_of_what_somebody_changed_meanwhile_is_a_conflict(dato: Project) -> None:
    track_id = await added(dato)
    request = edit(dato, track_id, "Italiano", "what it was before", OTHER)
    with pytest.raises(Conflict) as caught:
        await dato.walk(request, dato.provider.plan_edit_subtitles(request))
    assert caught.value.code == "changed_meanwhile"
    same = edit(dato, track_id, "Italiano", "what it was before", TEXT)
    walk = await dato.walk(same, dato.provider.plan_edit_subtitles(same))
    assert walk.survey.existing
    gone = edit(dato, "gone", "Italiano", TEXT, OTHER)
    with pytest.raises(NotFound):
        await dato.walk(gone, dato.provider.plan_edit_subtitles(gone))


async def test_an_errored_track_with_the_name_is_not_in_the_way(dato: Project) -> None:
    request = AddSubtitles(
        video_id=dato.video_id, language="it", name="Italiano", text="no captions"
    )
    walk = await dato.walk(request, dato.provider.plan_add_subtitles(request))
    assert walk.error
    assert walk.error.code == "track_errored"
    good = request.model_copy(update={"text": TEXT})
    walk = await dato.walk(good, dato.provider.plan_add_subtitles(good))
    assert walk.result
    assert walk.result.name == "Italiano 2"


async def test_a_file_becomes_an_audio_track_and_goes_again(dato: Project, tmp_path: Path) -> None:
    (tmp_path / "it.m4a").write_bytes(b"sound")
    request = AddAudioTrack(
        video_id=dato.video_id, source="it.m4a", label="Italiano", language="it"
    )
    walk = await dato.walk(request, dato.provider.plan_add_audio(request))
    assert walk.result
    assert walk.steps == ["upload", "create", "job", "track"]
    assert walk.result.notes is None
    doomed = DeleteAudioTrack(
        video_id=dato.video_id, track_id=walk.result.track_id, label="Italiano", language="it"
    )
    gone = await dato.walk(doomed, dato.provider.plan_delete_audio(doomed))
    assert gone.result
    assert gone.result.track_id == walk.result.track_id
    audio = (await dato.provider.list_audio_tracks(dato.video_id)).tracks
    assert "Italiano" not in {track.label for track in audio}
    again = await dato.walk(doomed, dato.provider.plan_delete_audio(doomed))
    assert again.survey.existing
    assert dato.effects().count("track-deleted") == 1


async def test_replacing_what_is_gone_makes_a_track_and_deletes_none(dato: Project) -> None:
    request = AddSubtitles(
        video_id=dato.video_id, language="it", name="Italiano", text=TEXT, replaces="gone"
    )
    walk = await dato.walk(request, dato.provider.plan_add_subtitles(request))
    assert walk.result
    assert walk.steps == ["upload", "create", "job", "track"]
    assert dato.effects().count("track-deleted") == 0


async def test_generating_again_finds_what_was_generated(dato: Project) -> None:
    request = GenerateSubtitles(video_id=dato.video_id, language="it", name="Italiano")
    plan = dato.provider.plan_generate_subtitles(request)
    await dato.walk(request, plan)
    again = await dato.walk(request, plan)
    assert again.survey.existing
    assert again.survey.existing.status is TrackStatus.READY
    assert dato.effects().count("job-created") == 1


async def test_deleted_subtitles_can_not_be_read(dato: Project) -> None:
    track_id = await added(dato)
    doomed = DeleteSubtitles(
        video_id=dato.video_id, track_id=track_id, language="it", name="Italiano"
    )
    walk = await dato.walk(doomed, dato.provider.plan_delete_subtitles(doomed))
    assert walk.result
    assert walk.result.name == "Italiano"
    with pytest.raises(NotFound):
        await dato.provider.read_subtitles(dato.video_id, track_id)


async def test_a_default_name_that_another_language_has_gets_a_number(dato: Project) -> None:
    await added(dato, name="Subtitles")
    request = GenerateSubtitles(video_id=dato.video_id, language="en", name="Subtitles")
    walk = await dato.walk(request, dato.provider.plan_generate_subtitles(request))
    assert walk.result
    assert set(await dato.subtitles()) == {"Subtitles", "Subtitles 2"}


async def test_an_audio_track_can_not_be_edited_as_subtitles(dato: Project) -> None:
    audio = (await dato.provider.list_audio_tracks(dato.video_id)).tracks[0]
    request = edit(dato, audio.track_id, audio.label, TEXT, OTHER)
    with pytest.raises(NotFound):
        await dato.walk(request, dato.provider.plan_edit_subtitles(request))
