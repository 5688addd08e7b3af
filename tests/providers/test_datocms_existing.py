"""DatoCMS: what was there before, and what is our doing."""

import httpx
import pytest
import respx

from datocms_pages import (
    ADD,
    GENERATE,
    JOB_REF,
    TRACK_ID,
    TRACK_REF,
    TRACKS_URL,
    UPLOAD_URL,
    at,
    track,
    upload,
)
from doubles import task
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_tools.errors import Conflict, Unavailable
from media_tracks_tools.plans import Done, Ref, Sent
from media_tracks_tools.requests import AddAudioTrack, GenerateSubtitles


@pytest.mark.parametrize(
    ("rows", "request_", "existing"),
    [
        ([track("1", language="IT_it", name="Other"), track("2")], GENERATE, "2"),
        ([track("1", language="IT_it", name="Other")], GENERATE, "1"),
        ([track("1", status="errored")], GENERATE, None),
        ([track("1", language="it")], GENERATE, None),
        ([track("1", "audio")], GENERATE, None),
        ([track("1", "audio", "ITALIANO", "en")], ADD, "1"),
        ([track("1", "audio", "Italiano (2)")], ADD, None),
        ([], ADD, None),
    ],
)
async def test_a_survey_tells_what_exists(
    datocms: DatoCMS,
    wire: respx.MockRouter,
    rows: list[dict[str, object]],
    request_: GenerateSubtitles | AddAudioTrack,
    existing: str | None,
) -> None:
    wire.get(UPLOAD_URL).respond(json={"data": upload()})
    wire.get(TRACKS_URL).respond(json={"data": rows})
    survey = await datocms.survey(task(request_, "generate"))
    assert survey.baseline == tuple(str(row["id"]) for row in rows)
    assert (survey.existing.track_id if survey.existing else None) == existing
    assert (survey.title, survey.duration_seconds) == ("Launch video", 62)


async def test_a_survey_refuses_a_video_that_is_still_processed(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    wire.get(UPLOAD_URL).respond(json={"data": upload(mux_playback_id=None)})
    with pytest.raises(Conflict) as caught:
        await datocms.survey(task(GENERATE, "generate"))
    assert caught.value.code == "video_not_ready"
    assert "Wait" in (caught.value.next_step or "")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([track("1"), track("2")], ["1", "2"]),
        ([track("1", language="it"), track("2")], ["2"]),
        ([track("1", language="it")], ["1"]),
        ([track("1", language="it"), track("2", language="it-CH")], []),
        ([track("1", name="Other")], []),
        ([track("1", "audio")], []),
        ([track("base")], []),
    ],
)
async def test_ours_is_new_and_has_our_name_and_language(
    datocms: DatoCMS, wire: respx.MockRouter, rows: list[dict[str, object]], found: list[str]
) -> None:
    wire.get(TRACKS_URL).respond(json={"data": rows})
    ours = await datocms.find_ours(task(GENERATE, "generate", baseline=("base",)))
    assert [one.track_id for one in ours] == found


async def test_our_audio_is_found_too(datocms: DatoCMS, wire: respx.MockRouter) -> None:
    wire.get(TRACKS_URL).respond(json={"data": [track("1", "audio"), track("2")]})
    ours = await datocms.find_ours(task(ADD, "create"))
    assert [one.track_id for one in ours] == ["1"]
    assert ours[0].readable is None


async def test_closing_leaves_a_client_that_was_handed_in(
    datocms: DatoCMS, client: httpx.AsyncClient
) -> None:
    await datocms.aclose()
    assert not client.is_closed


REPLACING = GENERATE.model_copy(update={"replaces": TRACK_ID})
WRITES = ("name", "upload", "create", "generate")
CLEARS = ("delete_old", "deletion")


@pytest.mark.parametrize(
    ("rows", "request_", "existing", "skip"),
    [
        ([track(status="preparing")], GENERATE, TRACK_ID, WRITES),
        ([track("1", "audio", status="preparing")], ADD, "1", WRITES),
        ([track(name="Other", language="fr")], GENERATE, None, ("name",)),
        ([track(status="errored")], GENERATE, None, ()),
        ([track(status="skipped")], GENERATE, None, ()),
        ([track(name="ITALIANO ", language="fr")], GENERATE, None, ()),
        ([track("1", "audio", status="errored")], ADD, None, ()),
        ([track()], REPLACING, None, ()),
        ([track(name="Other")], REPLACING, None, ("name",)),
        ([track(), track("2", name="Italiano CC")], REPLACING, None, ()),
        ([], REPLACING, None, ("name", *CLEARS)),
        ([track("2", status="preparing")], REPLACING, "2", (*WRITES, *CLEARS)),
    ],
)
async def test_a_survey_passes_over_the_steps_that_are_not_needed(
    datocms: DatoCMS,
    wire: respx.MockRouter,
    rows: list[dict[str, object]],
    request_: GenerateSubtitles | AddAudioTrack,
    existing: str | None,
    skip: tuple[str, ...],
) -> None:
    wire.get(UPLOAD_URL).respond(json={"data": upload()})
    wire.get(TRACKS_URL).respond(json={"data": rows})
    survey = await datocms.survey(task(request_, "name"))
    assert (survey.existing.track_id if survey.existing else None) == existing
    assert survey.skip == skip


@pytest.mark.parametrize(
    ("wanted", "taken", "replaces", "name"),
    [
        ("Italiano", ["Italiano"], None, "Italiano 2"),
        ("Italiano", ["italiano ", "Italiano 2"], None, "Italiano 3"),
        ("Part 2", ["Part 2"], None, "Part 2 2"),
        ("Italiano 2", ["Italiano 2"], TRACK_ID, "Italiano"),
        ("Italiano 2", ["Italiano 2", "Italiano"], TRACK_ID, "Italiano 3"),
        ("Italiano (Italia) 2", ["Italiano (Italia) 2"], TRACK_ID, "Italiano (Italia)"),
        ("Italiano 0", ["Italiano 0"], TRACK_ID, "Italiano 0 2"),
        ("2", ["2"], TRACK_ID, "2 2"),
        ("Part 2", ["Part 2"], TRACK_ID, "Part 2 2"),
        ("Part 2", ["Part 2", "Part 2 2"], TRACK_ID, "Part 2 3"),
        ("Part 2 2", ["Part 2 2"], TRACK_ID, "Part 2"),
        ("Season 2 3", ["Season 2 3"], TRACK_ID, "Season 2 3 2"),
        ("Francese 2", ["Francese 2"], TRACK_ID, "Francese 2 2"),
    ],
)
async def test_a_free_name_is_chosen_once_and_is_what_ours_is_called(
    datocms: DatoCMS,
    wire: respx.MockRouter,
    wanted: str,
    taken: list[str],
    replaces: str | None,
    name: str,
) -> None:
    rows = [track(str(number), name=each) for number, each in enumerate(taken)]
    wire.get(TRACKS_URL).respond(json={"data": [*rows, track("sound", "audio", name)]})
    request = GENERATE.model_copy(update={"name": wanted, "replaces": replaces})
    sent = await datocms.send(at(request, "name"))
    assert sent == Sent(refs=(Ref(what="name", id=name),))
    wire.get(TRACKS_URL).respond(json={"data": [*rows, track("new", name=name)]})
    ours = await datocms.find_ours(at(request, "generate", *sent.refs))
    assert [one.track_id for one in ours] == ["new"]


OLD = track(TRACK_ID)
ERRED_SOUND = track(TRACK_ID, "audio", status="errored")


@pytest.mark.parametrize(
    ("rows", "request_", "recognised"),
    [
        ([OLD, track("new", name="Italiano 2")], REPLACING, True),
        ([OLD, track("new", name="Italiano 2", status="preparing")], REPLACING, True),
        ([OLD, track("new", name="Italiano 2", language="it")], REPLACING, True),
        ([track("new")], REPLACING, True),
        ([ERRED_SOUND, track("new", "audio", "Italiano 2")], ADD, True),
        ([OLD, track("new", name="Italiano 2", status="errored")], REPLACING, False),
        ([OLD, track("new", name="Italiano CC")], REPLACING, False),
        ([OLD, track("new", name="Italiano 2", language="fr")], REPLACING, False),
        ([OLD, track("new", "audio", "Italiano 2")], REPLACING, False),
        ([OLD, track("1", name="Italiano 2"), track("2", name="Italiano 2")], REPLACING, False),
        ([OLD], REPLACING, False),
    ],
)
async def test_a_track_that_came_late_is_recognised_when_all_is_done_anew(
    datocms: DatoCMS,
    wire: respx.MockRouter,
    rows: list[dict[str, object]],
    request_: GenerateSubtitles | AddAudioTrack,
    recognised: bool,
) -> None:
    wire.get(UPLOAD_URL).respond(json={"data": upload()})
    wire.get(TRACKS_URL).respond(json={"data": rows})
    survey = await datocms.survey(at(request_, "name", baseline=(TRACK_ID,)))
    if recognised:
        assert survey.skip == (*WRITES, "job")
        assert (survey.existing, survey.baseline) == (None, (TRACK_ID,))
    else:
        assert "generate" not in survey.skip
        assert survey.baseline == tuple(str(row["id"]) for row in rows)
    first = await datocms.survey(at(request_, "name"))
    assert first.baseline == tuple(str(row["id"]) for row in rows)


async def test_a_list_that_can_not_be_read_leaves_the_name_open(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    wire.get(TRACKS_URL).respond(200, text="<html>")
    with pytest.raises(Unavailable):
        await datocms.send(at(GENERATE, "name"))


async def test_a_track_found_by_its_name_says_that_it_was_found(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    wire.get(TRACKS_URL).respond(json={"data": [track()]})
    found = await datocms.find_ours(at(GENERATE, "generate"))
    assert "somebody else may have made it" in (found[0].notes or ("",))[0]
    given = Ref(what="given", id=TRACK_ID)
    for refs, baseline, is_told in (
        ((TRACK_REF,), (), True),
        ((TRACK_REF,), (TRACK_ID,), False),
        ((JOB_REF, TRACK_REF), (), False),
        ((given, TRACK_REF), (), False),
    ):
        watched = await datocms.watch(at(GENERATE, "track", *refs, baseline=baseline))
        assert isinstance(watched, Done)
        assert watched.result
        assert watched.result.notes == (found[0].notes if is_told else None)
