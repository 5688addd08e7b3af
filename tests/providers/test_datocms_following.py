"""DatoCMS: the job's result, then the track."""

import httpx
import pytest
import respx

from datocms_pages import (
    GENERATE,
    JOB_REF,
    JOB_URL,
    TRACK_ID,
    TRACK_REF,
    TRACKS_URL,
    api_error,
    job_result,
    track,
)
from doubles import task
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_tools.errors import (
    InternalError,
    Side,
)
from media_tracks_tools.plans import (
    Done,
    Failed,
    Gone,
    NotYet,
    Ref,
)


async def test_a_404_is_a_job_that_runs(datocms: DatoCMS, wire: respx.MockRouter) -> None:
    wire.get(JOB_URL).respond(404, json=api_error("NOT_FOUND"))
    assert await datocms.watch(task(GENERATE, "job", JOB_REF)) == NotYet()


@pytest.mark.parametrize(
    ("payload", "refs"),
    [({"data": track()}, (Ref(what="track", id=TRACK_ID),)), (None, ()), ({"data": 7}, ())],
)
async def test_a_job_that_ended_well_names_its_track(
    datocms: DatoCMS, wire: respx.MockRouter, payload: object, refs: tuple[Ref, ...]
) -> None:
    wire.get(JOB_URL).respond(json=job_result(200, payload))
    assert await datocms.watch(task(GENERATE, "job", JOB_REF)) == Done(refs=refs)


@pytest.mark.parametrize(
    ("payload", "code", "side", "words"),
    [
        (api_error("NO_PRIMARY_AUDIO_TRACK"), "NO_PRIMARY_AUDIO_TRACK", Side.VENDOR, "status 422"),
        (
            api_error("MUX_ERROR", {"message": "no"}),
            "MUX_ERROR",
            Side.VENDOR,
            '“{"message": "no"}”',
        ),
        (api_error("INSUFFICIENT_PERMISSIONS"), "INSUFFICIENT_PERMISSIONS", Side.YOUR_SETUP, ""),
        (None, "job_failed", Side.VENDOR, "(status 422)"),
    ],
)
async def test_a_job_that_failed_says_why(
    datocms: DatoCMS, wire: respx.MockRouter, payload: object, code: str, side: Side, words: str
) -> None:
    wire.get(JOB_URL).respond(json=job_result(422, payload))
    watched = await datocms.watch(task(GENERATE, "job", JOB_REF))
    assert isinstance(watched, Failed)
    assert (watched.error.code, watched.error.side) == (code, side)
    assert words in watched.error.message
    assert watched.error.next_step


async def test_a_job_that_nobody_knows_is_gone(datocms: DatoCMS) -> None:
    assert await datocms.watch(task(GENERATE, "job")) == Gone()


async def test_a_track_is_watched_until_it_is_ready(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    wire.get(TRACKS_URL).mock(
        side_effect=[
            httpx.Response(200, json={"data": [track(status="preparing")]}),
            httpx.Response(200, json={"data": [track("other"), track()]}),
        ]
    )
    assert await datocms.watch(task(GENERATE, "track", TRACK_REF)) == NotYet()
    watched = await datocms.watch(task(GENERATE, "track", TRACK_REF))
    assert isinstance(watched, Done)
    assert watched.result
    assert (watched.result.track_id, watched.result.name) == (TRACK_ID, "Italiano")
    assert watched.result.language == "it-IT"
    assert watched.result.readable is False


async def test_an_errored_track_is_a_failure_in_datocms_words(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    broken = track(status="errored", error="Bad input https://b.test/a.mp3?X-Amz-Signature=abc")
    wire.get(TRACKS_URL).respond(json={"data": [broken]})
    watched = await datocms.watch(task(GENERATE, "track", TRACK_REF))
    assert isinstance(watched, Failed)
    assert "“Bad input https://b.test/a.mp3”" in watched.error.message


async def test_a_track_without_a_name_of_ours_is_found_by_what_is_ours(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    wire.get(TRACKS_URL).respond(json={"data": [track("old"), track("new")]})
    watched = await datocms.watch(task(GENERATE, "track", baseline=("old",)))
    assert isinstance(watched, Done)
    assert watched.refs == (Ref(what="track", id="new"),)
    assert await datocms.watch(task(GENERATE, "track")) == Gone()


async def test_a_track_that_is_not_listed_is_gone(datocms: DatoCMS, wire: respx.MockRouter) -> None:
    wire.get(TRACKS_URL).respond(json={"data": []})
    assert await datocms.watch(task(GENERATE, "track", TRACK_REF)) == Gone()


async def test_a_video_deleted_meanwhile_ends_the_job(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    wire.get(TRACKS_URL).respond(404, json=api_error("NOT_FOUND"))
    watched = await datocms.watch(task(GENERATE, "track", TRACK_REF))
    assert isinstance(watched, Failed)
    assert watched.error.code == "video_deleted"


async def test_there_is_no_other_step_to_watch(datocms: DatoCMS) -> None:
    with pytest.raises(InternalError):
        await datocms.watch(task(GENERATE, "dance"))
