"""Cloudflare: audio tracks and captions are listed and read."""

import pytest
import respx

from cloudflare_pages import AUDIO_UID, AUDIO_URL, CAPTIONS_URL, UID, audio, caption, failure, ok
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_tools.errors import (
    CallerError,
    NotFound,
    Unreadable,
)
from media_tracks_tools.models import AudioKind, TrackStatus


@pytest.mark.parametrize("result", [{"audio": [audio()]}, [audio()]])
async def test_audio_is_listed_in_both_documented_shapes(
    cloudflare: CloudflareStream, wire: respx.MockRouter, result: object
) -> None:
    wire.get(AUDIO_URL).respond(json=ok(result))
    found = await cloudflare.list_audio_tracks(UID)
    assert found.video == f"cloudflare/{UID}"
    [one] = found.tracks
    assert (one.track_id, one.label, one.default) == (AUDIO_UID, "Italiano", False)
    assert (one.status, one.kind) == (TrackStatus.READY, AudioKind.ADDITIONAL)
    assert found.notes


async def test_captions_are_listed_with_their_state(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    rows = [
        caption("en"),
        caption("de", "inprogress"),
        caption("fr", "error"),
        {"language": "it", "generated": False, "status": "ready"},
    ]
    wire.get(CAPTIONS_URL).respond(json=ok(rows))
    found = (await cloudflare.list_subtitles(UID)).tracks
    assert [one.track_id for one in found] == ["en", "de", "fr", "it"]
    assert [one.readable for one in found] == [True, False, False, True]
    assert [one.generated for one in found] == [True, True, True, False]
    assert found[3].name == "it"


async def test_captions_are_read_as_webvtt(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    text = "WEBVTT\n\n1\n00:00.000 --> 00:02.000\nHéllo\n"
    route = wire.get(f"{CAPTIONS_URL}/en-GB/vtt").respond(content=b"\xef\xbb\xbf" + text.encode())
    assert await cloudflare.read_subtitles(UID, "en-GB") == text
    assert route.calls.last.request.headers["Accept"] == "text/vtt"


async def test_an_answer_that_is_no_webvtt_is_unreadable(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(f"{CAPTIONS_URL}/en/vtt").respond(text="<html>")
    with pytest.raises(Unreadable):
        await cloudflare.read_subtitles(UID, "en")


async def test_captions_that_are_not_there_are_named(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(f"{CAPTIONS_URL}/en/vtt").respond(404, json=failure(10003, "Not Found"))
    with pytest.raises(NotFound, match="has no captions in 'en'"):
        await cloudflare.read_subtitles(UID, "en")


@pytest.mark.parametrize("track_id", ["", "..", "en/../de", "e" * 36, "ü", "en en"])
async def test_what_is_no_language_is_not_asked_for(
    cloudflare: CloudflareStream, track_id: str
) -> None:
    with pytest.raises(CallerError):
        await cloudflare.read_subtitles(UID, track_id)
