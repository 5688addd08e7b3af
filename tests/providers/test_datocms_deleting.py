"""DatoCMS: deleting a track, and watching until it is gone."""

import httpx
import pytest
import respx

from datocms_pages import (
    DELETE_AUDIO,
    DELETE_SUBTITLES,
    GENERATE,
    JOB,
    JOB_URL,
    TRACK_ID,
    TRACKS_URL,
    UPLOAD_URL,
    api_error,
    at,
    edit_of,
    job_result,
    track,
    upload,
)
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_tools.errors import NotFound, PermissionMissing, Unavailable
from media_tracks_tools.models import TrackStatus
from media_tracks_tools.plans import Done, Failed, NotYet, Ref, Sent
from media_tracks_tools.requests import DeleteAudioTrack, DeleteSubtitles, TrackRequest

DELETE_URL = f"{TRACKS_URL}/{TRACK_ID}"
DELETION = Ref(what="deletion", id="4235")
THERE = {"data": [track()]}
GONE = {"data": [track("other")]}
REPLACING = GENERATE.model_copy(update={"replaces": TRACK_ID})


def test_a_deletion_may_be_repeated_and_is_watched(datocms: DatoCMS) -> None:
    audio = datocms.plan_delete_audio(DELETE_AUDIO)
    assert audio == datocms.plan_delete_subtitles(DELETE_SUBTITLES)
    told = [(step.kind, step.name, step.grace_seconds) for step in audio.steps]
    assert told == [("again", "delete", 5.0), ("watch", "deletion", 0.0)]
    with pytest.raises(NotFound):
        datocms.plan_delete_audio(DELETE_AUDIO.model_copy(update={"video_id": "../site"}))


@pytest.mark.parametrize(
    ("request_", "step"),
    [(DELETE_AUDIO, "delete"), (REPLACING, "delete_old"), (edit_of("x"), "delete_old")],
)
@pytest.mark.parametrize(
    ("answer", "refs"),
    [
        (httpx.Response(202, json=JOB), (DELETION,)),
        (httpx.Response(200, json={"data": track()}), ()),
        (httpx.Response(404, json=api_error("NOT_FOUND")), ()),
    ],
)
async def test_deleting_sends_one_delete_and_a_404_is_done(
    datocms: DatoCMS,
    wire: respx.MockRouter,
    request_: TrackRequest,
    step: str,
    answer: httpx.Response,
    refs: tuple[Ref, ...],
) -> None:
    route = wire.delete(DELETE_URL).mock(return_value=answer)
    assert await datocms.send(at(request_, step)) == Sent(refs=refs)
    assert route.call_count == 1
    assert route.calls.last.request.content == b""


async def test_a_deletion_that_is_refused_or_unanswered_says_so(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    wire.delete(DELETE_URL).respond(403, json=api_error("INSUFFICIENT_PERMISSIONS"))
    with pytest.raises(PermissionMissing):
        await datocms.send(at(DELETE_AUDIO, "delete"))
    wire.delete(DELETE_URL).respond(503)
    with pytest.raises(Unavailable):
        await datocms.send(at(DELETE_AUDIO, "delete"))


async def test_a_track_that_is_gone_is_deleted_whatever_its_job_says(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    wire.get(TRACKS_URL).respond(json=GONE)
    watched = await datocms.watch(at(DELETE_AUDIO, "deletion", DELETION))
    assert isinstance(watched, Done)
    assert watched.result
    result = watched.result
    assert (result.track_id, result.name, result.language) == (TRACK_ID, "Italiano", "it-IT")
    wire.get(TRACKS_URL).respond(404, json=api_error("NOT_FOUND"))
    assert await datocms.watch(at(DELETE_AUDIO, "deletion", DELETION)) == watched


async def test_the_old_tracks_deletion_has_no_result_of_its_own(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    wire.get(TRACKS_URL).respond(json=GONE)
    for request_ in (REPLACING, edit_of("x")):
        assert await datocms.watch(at(request_, "deletion", DELETION)) == Done()


@pytest.mark.parametrize(
    "result",
    [
        httpx.Response(404, json=api_error("NOT_FOUND")),
        httpx.Response(200, json=job_result(200, {"data": track()})),
        httpx.Response(200, json=job_result(404, api_error("NOT_FOUND"))),
    ],
)
async def test_a_track_that_is_still_listed_is_not_yet_deleted(
    datocms: DatoCMS, wire: respx.MockRouter, result: httpx.Response
) -> None:
    wire.get(TRACKS_URL).respond(json=THERE)
    wire.get(JOB_URL).mock(return_value=result)
    assert await datocms.watch(at(DELETE_SUBTITLES, "deletion", DELETION)) == NotYet()
    assert await datocms.watch(at(DELETE_SUBTITLES, "deletion")) == NotYet()


async def test_a_deletion_that_fails_says_why(datocms: DatoCMS, wire: respx.MockRouter) -> None:
    wire.get(TRACKS_URL).respond(json=THERE)
    wire.get(JOB_URL).respond(json=job_result(422, api_error("MUX_ERROR", {"message": "no"})))
    watched = await datocms.watch(at(DELETE_AUDIO, "deletion", DELETION))
    assert isinstance(watched, Failed)
    assert watched.error.code == "MUX_ERROR"
    assert "own sound" in (watched.error.next_step or "")


@pytest.mark.parametrize("request_", [DELETE_AUDIO, DELETE_SUBTITLES])
@pytest.mark.parametrize("kind", ["audio", "subtitles", None])
async def test_what_is_not_there_needs_no_deletion(
    datocms: DatoCMS,
    wire: respx.MockRouter,
    request_: DeleteAudioTrack | DeleteSubtitles,
    kind: str | None,
) -> None:
    wire.get(UPLOAD_URL).respond(json={"data": upload(mux_playback_id=None)})
    rows = [track(kind=kind)] if kind else []
    wire.get(TRACKS_URL).respond(json={"data": rows})
    survey = await datocms.survey(at(request_, "delete"))
    is_there = kind == ("audio" if request_ is DELETE_AUDIO else "subtitles")
    assert (survey.existing is None) is is_there
    assert survey.existing is None or survey.existing.status is TrackStatus.READY


async def test_a_deletion_makes_nothing_that_could_be_ours(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    wire.get(TRACKS_URL).respond(json=THERE)
    assert await datocms.find_ours(at(DELETE_SUBTITLES, "deletion")) == ()
