"""DatoCMS: what is recognised, checked and listed."""

import pytest
import respx

from datocms_pages import (
    GENERATE,
    TRACKS_URL,
    UPLOAD,
    UPLOAD_URL,
    api_error,
    track,
    upload,
)
from doubles import DATOCMS_URL, TOKEN, NotedLimiter, task
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_tools.errors import (
    NotFound,
    NotSupported,
)
from media_tracks_tools.models import AudioKind, TrackStatus
from media_tracks_tools.ports import (
    AddsAudio,
    AddsSubtitles,
    ChecksWriting,
    DeletesAudio,
    DeletesSubtitles,
    DoesVendorSteps,
    EditsSubtitles,
    FindsVideos,
    GeneratesSubtitles,
    ListsAudio,
    ListsSubtitles,
    Provider,
    ReadsSubtitles,
    UpdatesAudio,
)


def test_it_can_what_datocms_can(datocms: DatoCMS) -> None:
    for protocol in (
        Provider,
        FindsVideos,
        ListsAudio,
        AddsAudio,
        DeletesAudio,
        ListsSubtitles,
        GeneratesSubtitles,
        ReadsSubtitles,
        AddsSubtitles,
        EditsSubtitles,
        DeletesSubtitles,
        ChecksWriting,
        DoesVendorSteps,
    ):
        assert isinstance(datocms, protocol)
    assert not isinstance(datocms, UpdatesAudio)
    assert datocms.languages() is None
    assert all(sentence.endswith(".") for sentence in datocms.limits())


def test_the_account_is_known_by_address_and_credential(limiter: NotedLimiter) -> None:
    def fingerprint(token: str, base_url: str) -> str:
        return DatoCMS("a", token, base_url=base_url, limiter=limiter).account.fingerprint

    same = fingerprint(TOKEN, DATOCMS_URL)
    assert same == fingerprint(TOKEN, f"{DATOCMS_URL}/")
    assert same != fingerprint("other", DATOCMS_URL)
    assert same != fingerprint(TOKEN, "http://127.0.0.1:4000")
    assert TOKEN not in same


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (UPLOAD, UPLOAD),
        (f"  {UPLOAD}\n", UPLOAD),
        ("4124", "4124"),
        (f"https://shop.admin.datocms.com/media/assets/{UPLOAD}", UPLOAD),
        (f"https://shop.admin.datocms.com/environments/main/media/assets/{UPLOAD}/", UPLOAD),
        ("https://admin.shop.example/media/assets/4124?x=1", "4124"),
        ("https://www.datocms-assets.com/45/1496845848-launch.mp4", None),
        (f"ftp://shop.admin.datocms.com/media/assets/{UPLOAD}", None),
        ("https://[", None),
        ("ea95132c15732412d22c1476fa83f27a", None),
        ("my launch video", None),
        ("", None),
    ],
)
def test_ids_and_editor_addresses_are_recognised(
    datocms: DatoCMS, text: str, found: str | None
) -> None:
    assert datocms.recognise(text) == found


@pytest.mark.parametrize(
    ("metadata", "title"),
    [
        ({"alt": {"en": "x"}, "title": {"en": None, "it": " Lancio "}}, "Lancio"),
        ({"en": {"alt": "x", "title": None}, "it": {"alt": None, "title": "Lancio"}}, "Lancio"),
        ({"title": {"en": None}}, "launch.mp4"),
        ({"en": {"title": ""}}, "launch.mp4"),
        ({"en": None, "title": 7}, "launch.mp4"),
        ({}, "launch.mp4"),
        (None, "launch.mp4"),
        (["title"], "launch.mp4"),
    ],
)
async def test_a_title_is_read_in_both_shapes(
    datocms: DatoCMS, wire: respx.MockRouter, metadata: object, title: str
) -> None:
    wire.get(UPLOAD_URL).respond(json={"data": upload(default_field_metadata=metadata)})
    video = await datocms.get_video(UPLOAD)
    assert video.title == title
    assert video.video == f"datocms/{UPLOAD}"
    assert video.duration_seconds == 62
    assert video.ready


async def test_what_is_not_known_of_a_video_is_left_out(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    odd = upload(
        duration=-1,
        mux_playback_id=None,
        created_at="0001-01-01T00:00:00+23:00",
        url="javascript:alert(1)",
        filename="\u202e",
        default_field_metadata=None,
    )
    wire.get(UPLOAD_URL).respond(json={"data": odd})
    video = await datocms.get_video(UPLOAD)
    assert (video.title, video.duration_seconds, video.created_at) == (UPLOAD, None, None)
    assert not video.ready
    assert video.page_url is None


async def test_a_picture_is_no_video(datocms: DatoCMS, wire: respx.MockRouter) -> None:
    picture = upload(mime_type="image/jpeg", mux_playback_id=None, filename="team.jpg")
    wire.get(UPLOAD_URL).respond(json={"data": picture})
    with pytest.raises(NotSupported, match=r"'team\.jpg' is no video \(its type is image/jpeg\)"):
        await datocms.get_video(UPLOAD)


@pytest.mark.parametrize("video_id", ["../site", "a/b", "", "x" * 65, "a b", ".."])
async def test_what_is_no_id_never_reaches_the_vendor(
    datocms: DatoCMS, wire: respx.MockRouter, video_id: str
) -> None:
    request = GENERATE.model_copy(update={"video_id": video_id})
    for asked in (
        datocms.get_video(video_id),
        datocms.list_audio_tracks(video_id),
        datocms.list_subtitles(video_id),
        datocms.survey(task(request, "generate")),
        datocms.send(task(request, "generate")),
        datocms.find_ours(task(request, "generate")),
    ):
        with pytest.raises(NotFound):
            await asked
    with pytest.raises(NotFound):
        await datocms.watch(task(request, "track"))
    assert wire.calls.call_count == 0


async def test_an_unknown_video_is_named(datocms: DatoCMS, wire: respx.MockRouter) -> None:
    wire.get(UPLOAD_URL).respond(404, json=api_error("NOT_FOUND"))
    with pytest.raises(NotFound, match=f"DatoCMS has no video '{UPLOAD}' in this project"):
        await datocms.get_video(UPLOAD)


async def test_tracks_are_listed_by_type(datocms: DatoCMS, wire: respx.MockRouter) -> None:
    rows = [
        track("1", "audio", "Default", "en"),
        track("2", "audio", "Français", "fr", "errored", "Input\nunreadable"),
        track("3", status="preparing"),
        track("4", status="brand-new"),
    ]
    wire.get(TRACKS_URL).respond(json={"data": rows})
    audio = await datocms.list_audio_tracks(UPLOAD)
    assert [one.kind for one in audio.tracks] == [AudioKind.ORIGINAL, AudioKind.ADDITIONAL]
    assert audio.tracks[1].status is TrackStatus.ERROR
    assert audio.tracks[1].notes == ("DatoCMS says: “Input unreadable”",)
    subtitles = await datocms.list_subtitles(UPLOAD)
    assert [one.track_id for one in subtitles.tracks] == ["3", "4"]
    assert {one.status for one in subtitles.tracks} == {TrackStatus.PREPARING}
    assert not any(one.readable for one in subtitles.tracks)
    assert subtitles.video == audio.video == f"datocms/{UPLOAD}"
