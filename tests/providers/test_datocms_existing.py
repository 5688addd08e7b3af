"""DatoCMS: what was there before, and what is our doing."""

import httpx
import pytest
import respx

from datocms_pages import (
    ADD,
    GENERATE,
    TRACKS_URL,
    UPLOAD_URL,
    track,
    upload,
)
from doubles import task
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_tools.errors import (
    Conflict,
)
from media_tracks_tools.plans import (
    AddAudioTrack,
    GenerateSubtitles,
)


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
