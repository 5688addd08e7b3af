"""Cloudflare: what was there before, and what is our doing."""

import pytest
import respx

from cloudflare_pages import (
    ADD,
    AUDIO_UID,
    AUDIO_URL,
    CAPTIONS_URL,
    GENERATE,
    TRACK_REF,
    UID,
    VIDEO_URL,
    audio,
    caption,
    ok,
    video,
)
from doubles import task
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_tools.errors import (
    Conflict,
)
from media_tracks_tools.plans import Done


@pytest.mark.parametrize(
    ("rows", "make_default", "existing"),
    [
        ([audio(label="ITALIANO ")], False, AUDIO_UID),
        ([audio(default=True)], True, AUDIO_UID),
        ([audio(label="Deutsch")], False, None),
    ],
)
async def test_a_survey_tells_which_audio_exists(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    rows: list[dict[str, object]],
    make_default: bool,
    existing: str | None,
) -> None:
    wire.get(VIDEO_URL).respond(json=ok(video()))
    wire.get(AUDIO_URL).respond(json=ok({"audio": rows}))
    request = ADD.model_copy(update={"make_default": make_default})
    survey = await cloudflare.survey(task(request, "copy"))
    assert survey.baseline == (AUDIO_UID,)
    assert (survey.existing.track_id if survey.existing else None) == existing
    assert survey.skip == ()
    assert (survey.title, survey.duration_seconds) == ("Launch video", 62.3)


@pytest.mark.parametrize(
    ("source", "skip"), [("https://example.com/it.mp3", "copy"), ("a.m4a", "upload")]
)
async def test_a_track_that_only_is_to_be_the_default_is_watched_and_not_added_again(
    cloudflare: CloudflareStream, wire: respx.MockRouter, source: str, skip: str
) -> None:
    wire.get(VIDEO_URL).respond(json=ok(video()))
    wire.get(AUDIO_URL).respond(json=ok({"audio": [audio(), audio("x" * 32, "Deutsch")]}))
    request = ADD.model_copy(update={"make_default": True, "source": source})
    survey = await cloudflare.survey(task(request, skip))
    assert survey.existing is None
    assert survey.skip == (skip,)
    watched = await cloudflare.watch(task(request, "audio", baseline=survey.baseline))
    assert isinstance(watched, Done)
    assert watched.refs == (TRACK_REF,)
    assert watched.result
    assert watched.result.notes


@pytest.mark.parametrize(
    ("rows", "baseline", "existing", "skip"),
    [
        ([caption()], ("en-GB",), "en-GB", ("clear", "generate")),
        ([caption(status="inprogress")], ("en-GB",), "en-GB", ("clear", "generate")),
        ([caption(status="error")], (), None, ()),
        ([caption("en")], ("en",), None, ("clear",)),
        ([], (), None, ("clear",)),
    ],
)
async def test_a_survey_tells_which_captions_exist(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    rows: list[dict[str, object]],
    baseline: tuple[str, ...],
    existing: str | None,
    skip: tuple[str, ...],
) -> None:
    wire.get(VIDEO_URL).respond(json=ok(video()))
    wire.get(CAPTIONS_URL).respond(json=ok(rows))
    survey = await cloudflare.survey(task(GENERATE, "clear"))
    assert survey.baseline == baseline
    assert (survey.existing.track_id if survey.existing else None) == existing
    assert (survey.skip, survey.saved) == (skip, None)


async def test_what_is_in_the_way_is_a_conflict(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(VIDEO_URL).respond(json=ok(video()))
    wire.get(AUDIO_URL).respond(json=ok([audio(status="error")]))
    with pytest.raises(Conflict) as caught:
        await cloudflare.survey(task(ADD, "generate"))
    assert caught.value.code == "broken_track"
    assert caught.value.next_step


async def test_uploaded_captions_count_as_there_and_are_said_to_be_uploaded(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(VIDEO_URL).respond(json=ok(video()))
    wire.get(CAPTIONS_URL).respond(json=ok([caption(generated=False)]))
    survey = await cloudflare.survey(task(GENERATE, "clear"))
    assert survey.existing is not None
    assert "uploaded, not generated" in "".join(survey.existing.notes or ())
    assert {"clear", "generate"} <= set(survey.skip)


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (
            {"readyToStream": False, "status": {"state": "inprogress", "pctComplete": "39.000000"}},
            "video_not_ready",
            "(39 % done)",
        ),
        ({"readyToStream": False, "status": {"pctComplete": "soon"}}, "video_not_ready", "a."),
        ({"readyToStream": None, "status": {"pctComplete": [1]}}, "video_not_ready", "a."),
        ({"readyToStream": False, "status": None}, "video_not_ready", "a."),
        (
            {"readyToStream": False, "status": {"state": "error", "errReasonText": "corrupted"}},
            "video_broken",
            "“corrupted”",
        ),
        ({"readyToStream": False, "status": {"state": "error"}}, "video_broken", "no reason"),
    ],
)
async def test_a_survey_refuses_a_video_that_does_not_play(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    more: dict[str, object],
    code: str,
    words: str,
) -> None:
    wire.get(VIDEO_URL).respond(json=ok(video() | more))
    with pytest.raises(Conflict) as caught:
        await cloudflare.survey(task(GENERATE, "generate"))
    assert caught.value.code == code
    assert words in caught.value.message


async def test_a_ready_state_is_enough(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.get(VIDEO_URL).respond(json=ok(video(readyToStream=None)))
    assert (await cloudflare.get_video(UID)).ready


@pytest.mark.parametrize(
    ("rows", "baseline", "found"),
    [
        ([audio()], (), [AUDIO_UID]),
        ([audio()], (AUDIO_UID,), []),
        ([audio(label="Other")], (), []),
    ],
)
async def test_our_audio_is_new_and_has_our_label(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    rows: list[dict[str, object]],
    baseline: tuple[str, ...],
    found: list[str],
) -> None:
    wire.get(AUDIO_URL).respond(json=ok({"audio": rows}))
    ours = await cloudflare.find_ours(task(ADD, "copy", baseline=baseline))
    assert [one.track_id for one in ours] == found


@pytest.mark.parametrize(
    ("rows", "baseline", "found"),
    [
        ([caption()], (), ["en-GB"]),
        ([caption()], ("en-GB",), []),
        ([caption(generated=False)], (), []),
        ([caption("en")], (), []),
    ],
)
async def test_our_caption_is_new_generated_and_in_our_language(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    rows: list[dict[str, object]],
    baseline: tuple[str, ...],
    found: list[str],
) -> None:
    wire.get(CAPTIONS_URL).respond(json=ok(rows))
    ours = await cloudflare.find_ours(task(GENERATE, "generate", baseline=baseline))
    assert [one.track_id for one in ours] == found


async def test_closing_leaves_a_client_that_was_handed_in(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    route = wire.get(VIDEO_URL).respond(json=ok(video()))
    await cloudflare.aclose()
    await cloudflare.get_video(UID)
    assert route.call_count == 1
