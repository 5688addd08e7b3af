"""DatoCMS: the text of subtitles, from Mux's public address."""

import httpx
import pytest
import respx

from datocms_pages import (
    SUBTITLES,
    TRACK_ID,
    TRACKS_URL,
    UPLOAD,
    UPLOAD_URL,
    at,
    edit_of,
    track,
    upload,
)
from doubles import TOKEN
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_tools.errors import (
    Conflict,
    MediaTracksError,
    NotFound,
    NotSupported,
    Unavailable,
    Unreachable,
)

TEXT_URL = f"https://stream.mux.com/a1B2c3D4/text/{TRACK_ID}.vtt"
TEXT = SUBTITLES.text


def listed(
    wire: respx.MockRouter, row: dict[str, object], playback_id: str | None = "a1B2c3D4"
) -> None:
    """A video with one track."""
    wire.get(UPLOAD_URL).respond(json={"data": upload(mux_playback_id=playback_id)})
    wire.get(TRACKS_URL).respond(json={"data": [row]})


async def test_the_text_is_read_once_and_without_the_token(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    listed(wire, track())
    route = wire.get(TEXT_URL).respond(200, content=b"\xef\xbb\xbf" + TEXT.encode())
    assert await datocms.read_subtitles(UPLOAD, TRACK_ID) == TEXT
    assert route.call_count == 1
    assert TOKEN not in str(route.calls.last.request.headers.raw)


NOT_GIVEN = [
    httpx.Response(404),
    httpx.Response(403, text="signature needed"),
    httpx.Response(302, headers={"Location": "https://elsewhere.test/x.vtt"}),
    httpx.Response(200, text="<html>"),
    httpx.Response(200, content=b"\xff\xfe"),
    httpx.Response(200, text=""),
]


@pytest.mark.parametrize("answer", NOT_GIVEN)
async def test_what_mux_does_not_give_is_not_supported_and_says_what_was_tried(
    datocms: DatoCMS, wire: respx.MockRouter, answer: httpx.Response
) -> None:
    listed(wire, track())
    route = wire.get(TEXT_URL).mock(return_value=answer)
    with pytest.raises(NotSupported) as caught:
        await datocms.read_subtitles(UPLOAD, TRACK_ID)
    assert "DatoCMS has no request for the text" in caught.value.message
    assert TEXT_URL in caught.value.message
    assert caught.value.next_step
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.Response(503), Unavailable),
        (httpx.ReadTimeout("no"), Unavailable),
        (httpx.ConnectError("no"), Unreachable),
    ],
)
async def test_what_mux_may_give_later_is_the_networks_fault(
    datocms: DatoCMS,
    wire: respx.MockRouter,
    failure: httpx.Response | Exception,
    kind: type[MediaTracksError],
) -> None:
    listed(wire, track())
    wire.get(TEXT_URL).mock(side_effect=[failure])
    with pytest.raises(kind, match=r"stream\.mux\.com"):
        await datocms.read_subtitles(UPLOAD, TRACK_ID)


@pytest.mark.parametrize(
    ("row", "playback_id", "kind"),
    [
        (track(status="preparing"), "a1B2c3D4", NotSupported),
        (track(status="errored"), "a1B2c3D4", NotSupported),
        (track(), None, NotSupported),
        (track(kind="audio"), "a1B2c3D4", NotFound),
        (track("other"), "a1B2c3D4", NotFound),
    ],
)
async def test_only_ready_subtitles_are_tried(
    datocms: DatoCMS,
    wire: respx.MockRouter,
    row: dict[str, object],
    playback_id: str | None,
    kind: type[MediaTracksError],
) -> None:
    listed(wire, row, playback_id)
    with pytest.raises(kind) as caught:
        await datocms.read_subtitles(UPLOAD, TRACK_ID)
    assert caught.value.next_step
    assert wire.calls.call_count == 2


@pytest.mark.parametrize("answer", [*NOT_GIVEN, httpx.Response(503)])
async def test_a_text_that_can_not_be_compared_is_a_conflict_with_the_one_to_add(
    datocms: DatoCMS, wire: respx.MockRouter, answer: httpx.Response
) -> None:
    listed(wire, track(language="it"))
    wire.get(TEXT_URL).mock(return_value=answer)
    with pytest.raises(Conflict, match=TRACK_ID) as caught:
        await datocms.survey(at(SUBTITLES, "upload"))
    assert caught.value.code == "exists"


@pytest.mark.parametrize(
    ("row", "skip"),
    [
        (track(language="it", name="Other"), ("name",)),
        (track(language="fr"), ()),
        (track(language="it", status="errored"), ()),
        (track(kind="audio", language="it"), ("name",)),
    ],
)
async def test_a_text_is_added_beside_what_is_something_else(
    datocms: DatoCMS, wire: respx.MockRouter, row: dict[str, object], skip: tuple[str, ...]
) -> None:
    listed(wire, row)
    survey = await datocms.survey(at(SUBTITLES, "upload"))
    assert survey.existing is None
    assert survey.skip == skip
    assert survey.baseline == (TRACK_ID,)


async def test_an_edit_needs_the_text_as_it_is(datocms: DatoCMS, wire: respx.MockRouter) -> None:
    listed(wire, track())
    wire.get(TEXT_URL).respond(404)
    with pytest.raises(NotSupported):
        await datocms.survey(at(edit_of(TEXT), "name"))


async def test_the_cues_are_compared_and_not_the_bytes(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    listed(wire, track())
    wire.get(TEXT_URL).respond(200, text="WEBVTT - made by Mux\n\n1\n" + TEXT.split("\n\n")[1])
    survey = await datocms.survey(at(edit_of("something else"), "name"))
    assert survey.existing
    assert survey.existing.track_id == TRACK_ID
