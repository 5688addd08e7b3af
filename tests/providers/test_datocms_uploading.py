"""DatoCMS: sending a file or a text ahead of its track, byte for byte as its client does."""

from pathlib import Path

import httpx
import pytest
import respx

from datocms_pages import (
    ADD,
    JOB,
    STORAGE_URL,
    SUBTITLES,
    TRACKS_URL,
    UPLOAD_REQUEST,
    UPLOAD_REQUEST_ID,
    api_error,
    at,
    edit_of,
)
from doubles import DATOCMS_URL, TOKEN, NotedLimiter, body_of
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_tools.errors import (
    CallerError,
    InternalError,
    MediaTracksError,
    NotSupported,
    PermissionMissing,
    Refused,
    Unavailable,
)
from media_tracks_tools.plans import Ref, Sent
from media_tracks_tools.requests import AddSubtitles, EditSubtitles

RESERVE_URL = f"{DATOCMS_URL}/upload-requests"
PLACE = Ref(what="upload", id=UPLOAD_REQUEST_ID)
FILE = ADD.model_copy(update={"source": "dubs/it.m4a"})


@pytest.fixture
def filed(limiter: NotedLimiter, client: httpx.AsyncClient, tmp_path: Path) -> DatoCMS:
    """DatoCMS with a local root."""
    (tmp_path / "dubs").mkdir()
    (tmp_path / "dubs" / "it.m4a").write_bytes(b"sound" * 100)
    return DatoCMS(
        "d",
        TOKEN,
        base_url=DATOCMS_URL,
        limiter=limiter,
        client=client,
        files=lambda source: tmp_path / source,
    )


def test_a_file_and_a_text_are_uploaded_before_the_one_creation(filed: DatoCMS) -> None:
    made = ["name", "upload", "create", "job", "track"]
    replaced = [*made, "delete_old", "deletion"]
    replacing = SUBTITLES.model_copy(update={"replaces": "old"})
    for plan, steps in (
        (filed.plan_add_audio(FILE), made),
        (filed.plan_add_subtitles(SUBTITLES), made),
        (filed.plan_add_subtitles(replacing), replaced),
        (filed.plan_edit_subtitles(edit_of("x")), replaced),
    ):
        assert [step.name for step in plan.steps] == steps
        assert [step.name for step in plan.steps if step.kind == "once"] == ["create"]


async def test_a_file_goes_to_the_place_that_was_reserved_for_it(
    filed: DatoCMS, wire: respx.MockRouter
) -> None:
    reserve = wire.post(RESERVE_URL).respond(201, json=UPLOAD_REQUEST)
    arrived: list[bytes] = []

    async def keep(request: httpx.Request) -> httpx.Response:
        arrived.append(await request.aread())
        return httpx.Response(200)

    store = wire.put(STORAGE_URL).mock(side_effect=keep)
    assert await filed.send(at(FILE, "upload")) == Sent(refs=(PLACE,))
    assert reserve.calls.last.request.content.decode() == (
        '{"data":{"type":"upload_request","attributes":{"filename":"it.m4a"}}}'
    )
    headers = store.calls.last.request.headers
    assert arrived == [b"sound" * 100]
    assert headers["x-amz-acl"] == "public-read"
    assert headers["content-type"] == "audio/mp4"
    assert "authorization" not in headers


@pytest.mark.parametrize("request_", [SUBTITLES, edit_of("x")])
async def test_a_text_is_sent_as_a_file_named_by_its_language(
    datocms: DatoCMS, wire: respx.MockRouter, request_: AddSubtitles | EditSubtitles
) -> None:
    reserve = wire.post(RESERVE_URL).respond(201, json=UPLOAD_REQUEST)
    store = wire.put(STORAGE_URL).respond(200)
    await datocms.send(at(request_, "upload"))
    assert body_of(reserve.calls.last.request) == {
        "data": {
            "type": "upload_request",
            "attributes": {"filename": f"{request_.language}.vtt"},
        }
    }
    assert store.calls.last.request.content.decode() == SUBTITLES.text
    assert store.calls.last.request.headers["content-type"] == "text/vtt"


async def test_the_track_is_created_from_what_was_uploaded(
    datocms: DatoCMS, filed: DatoCMS, wire: respx.MockRouter
) -> None:
    route = wire.post(TRACKS_URL).respond(202, json=JOB)
    named = Ref(what="name", id="Italiano 2")
    sent = await datocms.send(at(SUBTITLES, "create", named, PLACE))
    assert sent == Sent(refs=(Ref(what="job", id="4235"),))
    assert route.calls.last.request.content.decode() == (
        '{"data":{"type":"upload_track","attributes":{"url_or_upload_request_id":'
        '"/7/1455102967-it.vtt","type":"subtitles","language_code":"it","name":"Italiano 2",'
        '"closed_captions":false}}}'
    )
    await filed.send(at(FILE, "create", PLACE))
    assert route.calls.last.request.content.decode() == (
        '{"data":{"type":"upload_track","attributes":{"url_or_upload_request_id":'
        '"/7/1455102967-it.vtt","type":"audio","language_code":"it-IT","name":"Italiano"}}}'
    )


async def test_a_second_creation_names_the_same_place_and_sends_no_file(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    route = wire.post(TRACKS_URL).respond(202, json=JOB)
    sent = await datocms.send(at(SUBTITLES, "create", PLACE, attempt=2))
    assert sent.refs == (Ref(what="job", id="4235"),)
    assert f'"{UPLOAD_REQUEST_ID}"' in route.calls.last.request.content.decode()
    assert wire.calls.call_count == 1


async def test_without_a_place_nothing_is_created(datocms: DatoCMS, wire: respx.MockRouter) -> None:
    with pytest.raises(InternalError):
        await datocms.send(at(SUBTITLES, "create"))
    assert wire.calls.call_count == 0


@pytest.mark.parametrize(
    ("reserved", "stored", "kind"),
    [
        (httpx.Response(403, json=api_error("INSUFFICIENT_PERMISSIONS")), 200, PermissionMissing),
        (httpx.Response(503), 200, Unavailable),
        (httpx.Response(201, text="<html>"), 200, Unavailable),
        (httpx.Response(201, json={"data": {"id": "a\nb", "attributes": {}}}), 200, Unavailable),
        (httpx.Response(201, json=UPLOAD_REQUEST), 403, Refused),
        (httpx.Response(201, json=UPLOAD_REQUEST), 500, Unavailable),
    ],
)
async def test_an_upload_that_fails_may_be_repeated_unless_it_is_refused(
    datocms: DatoCMS,
    wire: respx.MockRouter,
    reserved: httpx.Response,
    stored: int,
    kind: type[MediaTracksError],
) -> None:
    wire.post(RESERVE_URL).mock(return_value=reserved)
    wire.put(STORAGE_URL).respond(stored)
    with pytest.raises(MediaTracksError) as caught:
        await datocms.send(at(SUBTITLES, "upload"))
    assert type(caught.value) is kind
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("size", "code"),
    [(0, "file_empty"), (1_000_000_001, "file_too_large"), (-1, "file_unreadable")],
)
async def test_a_file_that_datocms_does_not_take_is_refused_before_and_when_it_is_sent(
    filed: DatoCMS, wire: respx.MockRouter, tmp_path: Path, size: int, code: str
) -> None:
    song = tmp_path / "dubs" / "it.m4a"
    if size < 0:
        song.unlink()
    else:
        with song.open("wb") as file:
            file.truncate(size)
    with pytest.raises(CallerError) as caught:
        filed.plan_add_audio(FILE)
    assert caught.value.code == code
    assert caught.value.next_step
    with pytest.raises(CallerError):
        await filed.send(at(FILE, "upload"))
    assert wire.calls.call_count == 0


def test_without_a_folder_files_can_not_be_sent(datocms: DatoCMS) -> None:
    with pytest.raises(NotSupported) as caught:
        datocms.plan_add_audio(FILE)
    assert "MEDIA_TRACKS_LOCAL_ROOTS" in (caught.value.next_step or "")
