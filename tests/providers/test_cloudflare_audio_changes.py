"""Cloudflare: audio tracks are uploaded, edited and deleted, byte for byte as its pages say."""

from pathlib import Path

import httpx
import pytest
import respx

from cloudflare_pages import (
    ADD,
    AUDIO_UID,
    AUDIO_URL,
    DELETE_AUDIO,
    RENAME,
    TRACK_REF,
    TRACK_URL,
    VIDEO_URL,
    audio,
    failure,
    ok,
    step,
    video,
)
from doubles import ACCOUNT_ID, CLOUDFLARE_URL, TOKEN, NotedLimiter
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_tools.errors import CallerError, Conflict, InternalError, NotFound
from media_tracks_tools.models import TrackResult
from media_tracks_tools.plans import Done, Gone, NotYet, Sent, Watched
from media_tracks_tools.requests import DeleteAudioTrack, UpdateAudioTrack

FILE = ADD.model_copy(update={"source": "dubs/it.m4a", "label": "Français"})
OTHER_UID = "c" * 32


@pytest.fixture
def folder(
    tmp_path: Path, limiter: NotedLimiter, client: httpx.AsyncClient
) -> tuple[Path, CloudflareStream]:
    """A local root, and an account that uploads from it."""
    (tmp_path / "dubs").mkdir()
    provider = CloudflareStream(
        "cloudflare",
        TOKEN,
        ACCOUNT_ID,
        base_url=CLOUDFLARE_URL,
        limiter=limiter,
        client=client,
        files=lambda named: tmp_path / named,
    )
    return tmp_path / "dubs" / "it.m4a", provider


async def test_a_file_is_uploaded_as_a_form(
    folder: tuple[Path, CloudflareStream], wire: respx.MockRouter
) -> None:
    path, provider = folder
    path.write_bytes(b"sound" * 50_000)
    plan = provider.plan_add_audio(FILE)
    assert [(one.kind, one.name, one.grace_seconds, one.keyed) for one in plan.steps] == [
        ("once", "upload", 10.0, True),
        ("watch", "audio", 0.0, False),
    ]
    route = wire.post(AUDIO_URL).respond(json=ok(audio(status="queued")))
    assert await provider.send(step(FILE, "upload")) == Sent(refs=(TRACK_REF,))
    request = route.calls.last.request
    boundary = request.headers["Content-Type"].removeprefix("multipart/form-data; boundary=")
    sent = request.content.decode().split(f"--{boundary}\r\n")
    assert sent[1].endswith("\r\n\r\n" + "sound" * 50_000 + "\r\n")
    assert 'Content-Disposition: form-data; name="file"; filename="it.m4a"' in sent[1]
    assert sent[2].startswith('Content-Disposition: form-data; name="label"\r\n\r\nFrançais\r\n')
    assert int(request.headers["Content-Length"]) == len(request.content)


@pytest.mark.parametrize(
    ("size", "code"),
    [(0, "file_empty"), (200_000_001, "file_too_large"), (None, "file_unreadable")],
)
async def test_a_file_that_cloudflare_can_not_take_is_refused_before_and_at_sending(
    folder: tuple[Path, CloudflareStream],
    wire: respx.MockRouter,
    size: int | None,
    code: str,
) -> None:
    path, provider = folder
    if size is not None:
        with path.open("wb") as file:
            file.truncate(size)
    with pytest.raises(CallerError) as planned:
        provider.plan_add_audio(FILE)
    with pytest.raises(CallerError) as sending:
        await provider.send(step(FILE, "upload"))
    assert (planned.value.code, sending.value.code) == (code, code)
    assert wire.calls.call_count == 0


def test_a_file_of_200_mb_is_taken_and_may_take_400_s_longer(
    folder: tuple[Path, CloudflareStream],
) -> None:
    path, provider = folder
    with path.open("wb") as file:
        file.truncate(200_000_000)
    (upload, *_) = provider.plan_add_audio(FILE).steps
    assert (upload.name, upload.extra_seconds) == ("upload", 400.0)
    assert all(one.extra_seconds == 0 for one in provider.plan_add_audio(ADD).steps)


async def test_an_upload_is_waited_for_as_long_as_its_plan_says(
    folder: tuple[Path, CloudflareStream], wire: respx.MockRouter
) -> None:
    path, provider = folder
    path.write_bytes(b"sound")
    route = wire.post(AUDIO_URL).respond(json=ok(audio(status="queued")))
    for extra in (0.0, 400.0):
        task = step(FILE, "upload")
        longer = task.step.model_copy(update={"extra_seconds": extra})
        await provider.send(task.model_copy(update={"step": longer}))
        assert route.calls.last.request.extensions["timeout"]["write"] == 30.0 + extra


@pytest.mark.parametrize(
    ("change", "body"),
    [
        ({}, b'{"label":"Italian","default":true}'),
        ({"make_default": False}, b'{"label":"Italian"}'),
        ({"new_label": None}, b'{"default":true}'),
    ],
)
async def test_an_edit_is_one_patch(
    cloudflare: CloudflareStream, wire: respx.MockRouter, change: dict[str, object], body: bytes
) -> None:
    request = RENAME.model_copy(update=change)
    plan = cloudflare.plan_update_audio(request)
    assert [(one.kind, one.name) for one in plan.steps] == [("again", "edit"), ("watch", "edited")]
    route = wire.patch(TRACK_URL).respond(json=ok(audio()))
    assert await cloudflare.send(step(request, "edit")) == Sent(refs=(TRACK_REF,))
    assert route.calls.last.request.content == body


@pytest.mark.parametrize(
    ("row", "watched", "existing"),
    [
        (audio(label="Italian", default=True), Done, True),
        (audio(label="Italian"), NotYet, False),
        (audio(label="italian", default=True), NotYet, False),
        (audio(OTHER_UID, "Deutsch"), Gone, None),
    ],
)
async def test_an_edit_is_done_when_the_list_says_so(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    row: dict[str, object],
    watched: type[Watched],
    existing: bool | None,
) -> None:
    wire.get(VIDEO_URL).respond(json=ok(video(readyToStream=False)))
    wire.get(AUDIO_URL).respond(json=ok({"audio": [row]}))
    assert isinstance(await cloudflare.watch(step(RENAME, "edited")), watched)
    if existing is None:
        with pytest.raises(NotFound, match=AUDIO_UID):
            await cloudflare.survey(step(RENAME, "edit"))
    else:
        assert bool((await cloudflare.survey(step(RENAME, "edit"))).existing) is existing


async def test_a_label_that_another_track_has_is_refused(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(VIDEO_URL).respond(json=ok(video()))
    wire.get(AUDIO_URL).respond(json=ok({"audio": [audio(), audio(OTHER_UID, "ITALIAN")]}))
    with pytest.raises(Conflict) as caught:
        await cloudflare.survey(step(RENAME, "edit"))
    assert caught.value.code == "label_taken"
    assert OTHER_UID in (caught.value.next_step or "")


def test_a_new_label_has_to_be_one(cloudflare: CloudflareStream) -> None:
    with pytest.raises(CallerError, match="printable"):
        cloudflare.plan_update_audio(RENAME.model_copy(update={"new_label": " "}))


@pytest.mark.parametrize(("status", "body"), [(200, ok("ok")), (404, failure(10003, "Not Found"))])
async def test_a_track_is_deleted_and_one_that_is_gone_is_too(
    cloudflare: CloudflareStream, wire: respx.MockRouter, status: int, body: dict[str, object]
) -> None:
    plan = cloudflare.plan_delete_audio(DELETE_AUDIO)
    assert [(one.kind, one.name, one.grace_seconds) for one in plan.steps] == [
        ("again", "delete", 5.0),
        ("watch", "absent", 0.0),
    ]
    route = wire.delete(TRACK_URL).respond(status, json=body)
    assert await cloudflare.send(step(DELETE_AUDIO, "delete")) == Sent()
    assert route.calls.last.request.content == b""


async def test_a_deletion_is_done_when_the_list_or_the_video_is_without_it(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    route = wire.get(AUDIO_URL).respond(json=ok({"audio": [audio()]}))
    task = step(DELETE_AUDIO, "absent")
    assert await cloudflare.watch(task) == NotYet()
    done = Done(result=TrackResult(track_id=AUDIO_UID, name="Italiano"))
    route.respond(json=ok({"audio": [audio(OTHER_UID)]}))
    assert await cloudflare.watch(task) == done
    route.respond(404, json=failure(10003, "Not Found"))
    assert await cloudflare.watch(task) == done


async def test_the_default_is_not_deleted_and_the_others_are_named_with_the_next_call(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(VIDEO_URL).respond(json=ok(video()))
    rows = [audio(default=True), audio(OTHER_UID, "Deutsch"), audio("d" * 32, status="error")]
    wire.get(AUDIO_URL).respond(json=ok({"audio": rows}))
    with pytest.raises(Conflict) as caught:
        await cloudflare.survey(step(DELETE_AUDIO, "delete"))
    assert caught.value.code == "default_track"
    assert caught.value.next_step == (
        "Make another track the default first: "
        f"update_audio_track(track='{OTHER_UID}', make_default=true) for 'Deutsch'."
    )


async def test_a_default_that_is_alone_needs_another_track_first(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(VIDEO_URL).respond(json=ok(video()))
    wire.get(AUDIO_URL).respond(json=ok({"audio": [audio(default=True)]}))
    with pytest.raises(Conflict) as caught:
        await cloudflare.survey(step(DELETE_AUDIO, "delete"))
    assert "add_audio_track" in (caught.value.next_step or "")


async def test_a_track_in_no_special_role_may_go(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(VIDEO_URL).respond(json=ok(video()))
    wire.get(AUDIO_URL).respond(json=ok({"audio": [audio(), audio(OTHER_UID, default=True)]}))
    survey = await cloudflare.survey(step(DELETE_AUDIO, "delete"))
    assert (survey.existing, survey.baseline) == (None, (AUDIO_UID, OTHER_UID))


@pytest.mark.parametrize("request_", [RENAME, DELETE_AUDIO])
async def test_a_step_of_another_plan_is_our_bug(
    cloudflare: CloudflareStream, request_: UpdateAudioTrack | DeleteAudioTrack
) -> None:
    with pytest.raises(InternalError):
        await cloudflare.send(step(request_, "copy"))
