"""Cloudflare: tracks and captions are watched until they are ready."""

import pytest
import respx

from cloudflare_pages import (
    ADD,
    AUDIO_UID,
    AUDIO_URL,
    CAPTIONS_URL,
    GENERATE,
    TRACK_REF,
    audio,
    caption,
    failure,
    ok,
)
from doubles import task
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_tools.models import TrackResult
from media_tracks_tools.plans import (
    Done,
    Failed,
    Gone,
    NotYet,
    Watched,
)


@pytest.mark.parametrize(
    ("rows", "watched"),
    [
        ([audio(status="queued")], NotYet()),
        ([], Gone()),
        ([audio("other")], Gone()),
        (
            [audio()],
            Done(result=TrackResult(track_id=AUDIO_UID, name="Italiano"), refs=(TRACK_REF,)),
        ),
    ],
)
async def test_audio_is_watched_in_the_list(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    rows: list[dict[str, object]],
    watched: Watched,
) -> None:
    wire.get(AUDIO_URL).respond(json=ok({"audio": rows}))
    assert await cloudflare.watch(task(ADD, "audio", TRACK_REF)) == watched


async def test_audio_without_a_uid_is_found_by_its_label(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(AUDIO_URL).respond(json=ok({"audio": [audio(label="italiano"), audio("x", "Other")]}))
    watched = await cloudflare.watch(task(ADD, "audio"))
    assert isinstance(watched, Done)
    assert await cloudflare.watch(task(ADD, "audio", baseline=(AUDIO_UID,))) == Gone()


async def test_audio_in_error_is_a_failure_that_says_what_to_do(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(AUDIO_URL).respond(json=ok({"audio": [audio(status="error")]}))
    watched = await cloudflare.watch(task(ADD, "audio", TRACK_REF))
    assert isinstance(watched, Failed)
    assert watched.error.code == "audio_failed"
    assert watched.error.next_step


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([caption(status="inprogress")], NotYet),
        ([caption("en-gb")], Done),
        ([caption("de")], Gone),
        ([], Gone),
    ],
)
async def test_a_caption_is_watched_by_its_language(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    rows: list[dict[str, object]],
    kind: type[Watched],
) -> None:
    wire.get(CAPTIONS_URL).respond(json=ok(rows))
    watched = await cloudflare.watch(task(GENERATE, "caption"))
    assert isinstance(watched, kind)
    if isinstance(watched, Done):
        assert watched.result
        assert (watched.result.track_id, watched.result.readable) == ("en-gb", True)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (caption(status="error"), "generation_failed"),
        (caption(generated=False), "replaced_meanwhile"),
    ],
)
async def test_a_caption_that_can_not_become_ours_is_a_failure(
    cloudflare: CloudflareStream, wire: respx.MockRouter, row: dict[str, object], code: str
) -> None:
    wire.get(CAPTIONS_URL).respond(json=ok([row]))
    watched = await cloudflare.watch(task(GENERATE, "caption"))
    assert isinstance(watched, Failed)
    assert watched.error.code == code


async def test_a_video_deleted_meanwhile_ends_the_job(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(CAPTIONS_URL).respond(404, json=failure(10003, "Not Found"))
    watched = await cloudflare.watch(task(GENERATE, "caption"))
    assert isinstance(watched, Failed)
    assert watched.error.code == "video_deleted"
