"""Cloudflare: generated captions take the place of others, which are put back when that fails."""

import pytest
import respx

from cloudflare_pages import (
    CAPTION_URL,
    CAPTIONS_URL,
    GENERATE,
    OTHER_VTT,
    REPLACE,
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
from media_tracks_tools.errors import CallerError, Conflict, InternalError
from media_tracks_tools.plans import Failed, Ref, Sent

OURS = Ref(what="track", id="en-GB")


def captions(wire: respx.MockRouter, *rows: dict[str, object], text: str | None = None) -> None:
    """What the video has, and what the captions in en-GB say."""
    wire.get(VIDEO_URL).respond(json=ok(video()))
    wire.get(CAPTIONS_URL).respond(json=ok(list(rows)))
    if text is None:
        wire.get(VTT_URL).respond(404, json=failure(10003, "Not Found"))
    else:
        wire.get(VTT_URL).respond(text=text)


@pytest.mark.parametrize("generated", [True, False])
async def test_what_is_to_be_replaced_is_saved_and_in_no_baseline(
    cloudflare: CloudflareStream, wire: respx.MockRouter, generated: bool
) -> None:
    captions(wire, caption("de"), caption(generated=generated), text=VTT)
    survey = await cloudflare.survey(step(REPLACE, "clear"))
    assert (survey.baseline, survey.existing, survey.skip) == (("de",), None, ())
    assert survey.saved == VTT


@pytest.mark.parametrize("status", ["inprogress", "ready"])
async def test_what_can_not_be_saved_is_not_replaced(
    cloudflare: CloudflareStream, wire: respx.MockRouter, status: str
) -> None:
    captions(wire, caption(status=status))
    with pytest.raises(Conflict) as caught:
        await cloudflare.survey(step(REPLACE, "clear"))
    assert caught.value.code == "captions_not_ready"


async def test_uploaded_captions_name_the_call_that_replaces_them(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    captions(wire, caption(generated=False), text=VTT)
    survey = await cloudflare.survey(step(GENERATE, "clear"))
    assert survey.existing
    assert "replace=true" in "".join(survey.existing.notes or ())


@pytest.mark.parametrize("rows", [(), (caption(status="error"),)])
async def test_a_second_run_still_clears_and_remembers_what_was_saved(
    cloudflare: CloudflareStream, wire: respx.MockRouter, rows: tuple[dict[str, object], ...]
) -> None:
    captions(wire, *rows)
    survey = await cloudflare.survey(step(REPLACE, "clear", saved=VTT))
    assert (survey.skip, survey.saved, survey.baseline) == ((), VTT, ())


def test_captions_of_another_language_are_not_replaced(cloudflare: CloudflareStream) -> None:
    with pytest.raises(CallerError) as caught:
        cloudflare.plan_generate_subtitles(GENERATE.model_copy(update={"replaces": "de"}))
    assert "delete_subtitles(track='de')" in (caught.value.next_step or "")


@pytest.mark.parametrize(("status", "body"), [(200, ok("")), (404, failure(10003, "Not Found"))])
async def test_clearing_is_one_delete(
    cloudflare: CloudflareStream, wire: respx.MockRouter, status: int, body: dict[str, object]
) -> None:
    route = wire.delete(CAPTION_URL).respond(status, json=body)
    assert await cloudflare.send(step(REPLACE, "clear", saved=VTT)) == Sent()
    assert route.calls.last.request.content == b""
    assert wire.calls.call_count == 1


async def test_clearing_again_spares_what_somebody_put_there_meanwhile(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    delete = wire.delete(CAPTION_URL).respond(json=ok(""))
    again = step(REPLACE, "clear", attempt=2, saved=VTT)
    captions(wire, caption(generated=False), text=OTHER_VTT)
    with pytest.raises(Conflict) as caught:
        await cloudflare.send(again)
    assert (caught.value.code, delete.call_count) == ("changed_meanwhile", 0)
    captions(wire, caption(generated=False), text=VTT)
    await cloudflare.send(again)
    assert delete.call_count == 1


async def test_a_generation_that_failed_may_be_tried_once_more(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    captions(wire, caption(status="error"))
    watched = await cloudflare.watch(step(REPLACE, "caption", OURS))
    assert isinstance(watched, Failed)
    assert watched.again


async def test_an_upload_meanwhile_is_no_reason_to_generate_again(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    captions(wire, caption(generated=False))
    watched = await cloudflare.watch(step(REPLACE, "caption", OURS))
    assert isinstance(watched, Failed)
    assert (watched.again, watched.error.code) == (False, "replaced_meanwhile")


@pytest.mark.parametrize(
    ("rows", "refs"),
    [
        ((), ()),
        ((caption("de"),), ()),
        ((caption(status="error"),), (OURS,)),
        ((caption(status="inprogress"),), (OURS,)),
        ((caption(),), (OURS,)),
    ],
)
async def test_the_saved_text_is_put_back(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    rows: tuple[dict[str, object], ...],
    refs: tuple[Ref, ...],
) -> None:
    captions(wire, *rows, text=OTHER_VTT)
    route = wire.put(CAPTION_URL).respond(json=ok(caption(generated=False)))
    sent = await cloudflare.send(step(REPLACE, "restore", *refs, saved=VTT))
    assert sent == Sent(refs=(OURS,))
    body = route.calls.last.request.content
    expected = 'name="file"; filename="en-GB.vtt"\r\nContent-Type: text/vtt\r\n\r\n' + VTT + "\r\n"
    assert expected.encode() in body


@pytest.mark.parametrize(
    ("row", "refs"),
    [
        (caption(generated=False), (OURS,)),
        (caption(generated=False), ()),
        (caption(), ()),
        (caption(status="inprogress"), ()),
    ],
)
async def test_what_somebody_else_made_is_not_overwritten_by_putting_back(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    row: dict[str, object],
    refs: tuple[Ref, ...],
) -> None:
    captions(wire, row, text=OTHER_VTT)
    put = wire.put(CAPTION_URL).respond(json=ok(caption(generated=False)))
    with pytest.raises(Conflict):
        await cloudflare.send(step(REPLACE, "restore", *refs, saved=VTT))
    assert put.call_count == 0


async def test_putting_back_what_is_back_already_is_done(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    captions(wire, caption(generated=False), text=VTT)
    again = step(REPLACE, "restore", OURS, attempt=2, saved=VTT)
    assert await cloudflare.send(again) == Sent(refs=(OURS,))


async def test_there_is_nothing_to_put_back_without_a_saved_text(
    cloudflare: CloudflareStream,
) -> None:
    with pytest.raises(InternalError):
        await cloudflare.send(step(REPLACE, "restore"))
