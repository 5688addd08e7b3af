"""Cloudflare: captions whose text is known are uploaded, edited and deleted."""

import pytest
import respx

from cloudflare_pages import (
    ADD_TEXT,
    CAPTION_URL,
    CAPTIONS_URL,
    DELETE_TEXT,
    EDIT_TEXT,
    OTHER_VTT,
    VIDEO_URL,
    VTT,
    VTT_URL,
    caption,
    failure,
    ok,
    step,
    video,
)
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_tools.errors import CallerError, Conflict, NotFound
from media_tracks_tools.models import TrackResult
from media_tracks_tools.plans import Done, Failed, Gone, NotYet, Ref, Watched
from media_tracks_tools.requests import AddSubtitles, EditSubtitles

OURS = Ref(what="track", id="en-GB")
UPLOADED = caption(generated=False, label="English")
SAME_CUES = "WEBVTT\n\nNOTE reviewed\n\n1\n00:00.000 --> 00:02.480\nThis is example response"


def captions(wire: respx.MockRouter, *rows: dict[str, object], text: str | None = None) -> None:
    """What the video has, and what the captions in en-GB say."""
    wire.get(VIDEO_URL).respond(json=ok(video()))
    wire.get(CAPTIONS_URL).respond(json=ok(list(rows)))
    if text is None:
        wire.get(VTT_URL).respond(404, json=failure(10003, "Not Found"))
    else:
        wire.get(VTT_URL).respond(text=text)


@pytest.mark.parametrize(
    ("rows", "text", "replaces", "outcome"),
    [
        ((), None, None, "put"),
        ((caption("de"),), None, None, "put"),
        ((caption(status="error"),), None, None, "put"),
        ((UPLOADED,), SAME_CUES, None, "existing"),
        ((caption(),), SAME_CUES, "en-GB", "existing"),
        ((UPLOADED,), OTHER_VTT, None, "other_captions_exist"),
        ((caption(),), OTHER_VTT, None, "other_captions_exist"),
        ((caption(status="inprogress"),), None, None, "other_captions_exist"),
        ((UPLOADED,), "WEBVTT\n\n00:00,000 --> broken\nx", None, "other_captions_exist"),
        ((UPLOADED,), OTHER_VTT, "en-GB", "put"),
        ((caption(status="inprogress"),), None, "en-GB", "put"),
    ],
)
async def test_captions_are_only_overwritten_when_that_is_asked_for(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    rows: tuple[dict[str, object], ...],
    text: str | None,
    replaces: str | None,
    outcome: str,
) -> None:
    captions(wire, *rows, text=text)
    task = step(ADD_TEXT.model_copy(update={"replaces": replaces}), "put")
    if outcome in {"put", "existing"}:
        assert bool((await cloudflare.survey(task)).existing) == (outcome == "existing")
    else:
        with pytest.raises(Conflict) as caught:
            await cloudflare.survey(task)
        assert caught.value.code == outcome
        assert "add_subtitles(…, language='en-GB', replace=true)" in (caught.value.next_step or "")


@pytest.mark.parametrize(
    ("row", "text", "existing"),
    [
        (UPLOADED, OTHER_VTT, False),
        (caption(), OTHER_VTT, False),
        (UPLOADED, SAME_CUES, True),
    ],
)
async def test_the_text_that_was_edited_is_overwritten(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    row: dict[str, object],
    text: str,
    existing: bool,
) -> None:
    captions(wire, row, text=text)
    assert bool((await cloudflare.survey(step(EDIT_TEXT, "put"))).existing) is existing


@pytest.mark.parametrize(
    ("row", "text", "code"),
    [
        (UPLOADED, OTHER_VTT + "\n", "changed_meanwhile"),
        (caption(status="inprogress"), None, "captions_not_ready"),
        (caption("de"), None, "unknown_track"),
    ],
)
async def test_another_text_than_the_one_that_was_edited_stays(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    row: dict[str, object],
    text: str | None,
    code: str,
) -> None:
    captions(wire, row, text=text)
    with pytest.raises((Conflict, NotFound)) as caught:
        await cloudflare.survey(step(EDIT_TEXT, "put"))
    assert caught.value.code == code
    assert caught.value.next_step


@pytest.mark.parametrize("request_", [ADD_TEXT, EDIT_TEXT])
async def test_an_upload_is_one_put_of_a_form(
    cloudflare: CloudflareStream, wire: respx.MockRouter, request_: AddSubtitles | EditSubtitles
) -> None:
    route = wire.put(CAPTION_URL).respond(json=ok(UPLOADED))
    assert (await cloudflare.send(step(request_, "put"))).refs == (OURS,)
    request = route.calls.last.request
    assert request.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    head = 'Content-Disposition: form-data; name="file"; filename="en-GB.vtt"\r\n'
    assert f"{head}Content-Type: text/vtt\r\n\r\n{VTT}\r\n".encode() in request.content


def test_an_upload_is_put_and_watched(cloudflare: CloudflareStream) -> None:
    for plan in (
        cloudflare.plan_add_subtitles(ADD_TEXT),
        cloudflare.plan_edit_subtitles(EDIT_TEXT),
    ):
        assert [(one.kind, one.name) for one in plan.steps] == [
            ("again", "put"),
            ("watch", "captions"),
        ]


def test_more_than_10_mb_of_text_is_refused_early(cloudflare: CloudflareStream) -> None:
    fits = VTT + "é" * ((10_000_000 - len(VTT)) // 2)
    assert cloudflare.plan_add_subtitles(ADD_TEXT.model_copy(update={"text": fits}))
    with pytest.raises(CallerError) as caught:
        cloudflare.plan_edit_subtitles(EDIT_TEXT.model_copy(update={"text": fits + "éé"}))
    assert caught.value.code == "text_too_large"


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ((UPLOADED,), Done),
        ((caption("en-gb", generated=None),), Done),
        ((caption(),), NotYet),
        ((caption(generated=False, status="inprogress"),), NotYet),
        ((caption(generated=False, status="error"),), Failed),
        ((caption("de", generated=False),), Gone),
    ],
)
async def test_an_upload_is_watched_until_it_is_listed_as_one(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    rows: tuple[dict[str, object], ...],
    kind: type[Watched],
) -> None:
    captions(wire, *rows, text=OTHER_VTT)
    assert isinstance(await cloudflare.watch(step(ADD_TEXT, "captions", OURS)), kind)


@pytest.mark.parametrize(("text", "kind"), [(SAME_CUES, Done), (OTHER_VTT, Failed), (None, NotYet)])
@pytest.mark.parametrize("lost", ["the first answer", "the body"])
async def test_the_text_is_compared_where_an_answer_was_lost(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    text: str | None,
    kind: type[Watched],
    lost: str,
) -> None:
    captions(wire, UPLOADED, text=text)
    wire.put(CAPTION_URL).respond(json=ok(UPLOADED))
    second = await cloudflare.send(step(EDIT_TEXT, "put", attempt=2))
    refs = second.refs if lost == "the first answer" else ()
    assert isinstance(await cloudflare.watch(step(EDIT_TEXT, "captions", *refs)), kind)


@pytest.mark.parametrize(
    ("change", "notes"),
    [
        ({}, 0),
        ({"name": "english"}, 0),
        ({"name": "Director's cut"}, 1),
        ({"closed_captions": True}, 1),
        ({"name": "x", "closed_captions": True}, 2),
    ],
)
async def test_what_cloudflare_can_not_keep_is_noted(
    cloudflare: CloudflareStream, wire: respx.MockRouter, change: dict[str, object], notes: int
) -> None:
    captions(wire, UPLOADED)
    request = ADD_TEXT.model_copy(update=change)
    watched = await cloudflare.watch(step(request, "captions", OURS))
    assert isinstance(watched, Done)
    assert watched.result
    assert len(watched.result.notes or ()) == notes


async def test_captions_are_deleted_once_and_seen_to_be_gone(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    plan = cloudflare.plan_delete_subtitles(DELETE_TEXT)
    assert [(one.kind, one.name, one.grace_seconds) for one in plan.steps] == [
        ("again", "delete", 5.0),
        ("watch", "absent", 0.0),
    ]
    captions(wire, UPLOADED)
    route = wire.delete(CAPTION_URL).respond(json=ok(""))
    refs = (await cloudflare.send(step(DELETE_TEXT, "delete"))).refs
    assert route.call_count == 1
    assert await cloudflare.watch(step(DELETE_TEXT, "absent", *refs)) == NotYet()
    captions(wire, caption("de"))
    done = Done(result=TrackResult(track_id="en-GB", name="English", language="en-GB"))
    assert await cloudflare.watch(step(DELETE_TEXT, "absent", *refs)) == done
    again = await cloudflare.send(step(DELETE_TEXT, "delete", attempt=2))
    assert route.call_count == 1
    captions(wire, UPLOADED)
    assert await cloudflare.watch(step(DELETE_TEXT, "absent", *again.refs)) == done


async def test_others_that_somebody_generates_after_a_deletion_are_left(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    captions(wire, UPLOADED)
    wire.delete(CAPTION_URL).respond(404, json=failure(10003, "Not Found"))
    refs = (await cloudflare.send(step(DELETE_TEXT, "delete"))).refs
    captions(wire, caption(status="inprogress"))
    assert isinstance(await cloudflare.watch(step(DELETE_TEXT, "absent", *refs)), Done)


async def test_captions_of_a_video_that_is_gone_are_gone(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(CAPTIONS_URL).respond(404, json=failure(10003, "Not Found"))
    refs = (await cloudflare.send(step(DELETE_TEXT, "delete"))).refs
    assert isinstance(await cloudflare.watch(step(DELETE_TEXT, "absent", *refs)), Done)
