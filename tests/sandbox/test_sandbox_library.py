"""More videos, tokens that may only read, and the text of DatoCMS's subtitles, over HTTP."""

from itertools import pairwise

import httpx
import pytest

from media_tracks_server.sandbox import ManualClock, SandboxInfo, running
from subjects import Subject, opened

SRT = b"1\n00:00:00,000 --> 00:00:02,500\nCiao, amici\n"


def webinars(subject: Subject, count: int) -> list[tuple[str, str]]:
    """Title and id of each added video, as the vendor lists them: newest first."""
    if subject.vendor == "cloudflare":
        rows = subject.client.get("/stream", params={"search": "webinar "}).json()["result"]
        found = [(row["meta"]["name"], row["uid"]) for row in rows]
    else:
        params = {"filter[fields][filename][matches][pattern]": "webinar-", "page[limit]": 500}
        rows = subject.client.get("/uploads", params=params).json()["data"]
        titles = [row["attributes"]["default_field_metadata"]["title"]["en"] for row in rows]
        found = list(zip(titles, [row["id"] for row in rows], strict=True))
    assert len(found) == len({title for title, _ in found}) == count
    return found


def languages(subject: Subject, video: str) -> set[str]:
    """The languages of a video's subtitles."""
    if subject.vendor == "cloudflare":
        rows = subject.client.get(f"/stream/{video}/captions").json()["result"]
        return {row["language"] for row in rows}
    rows = subject.client.get(f"/uploads/{video}/tracks").json()["data"]
    every = [row["attributes"] for row in rows]
    return {one["language_code"] for one in every if one["type"] == "subtitles"}


def test_more_videos_come_behind_the_others_and_are_the_same_each_time(vendor: str) -> None:
    def listed() -> list[tuple[str, str]]:
        with running(vendor, videos=40) as info, opened(info) as subject:
            return webinars(subject, 40)

    first = listed()
    assert first == listed()
    assert [title.split(":")[0] for title, _ in first] == [f"Webinar {n}" for n in range(1, 41)]
    with running(vendor, videos=3) as info, opened(info) as subject:
        assert webinars(subject, 3) == first[:3]


def test_about_half_of_the_added_videos_have_italian_and_the_silent_ones_nothing(
    vendor: str,
) -> None:
    with running(vendor, videos=30) as info, opened(info) as subject:
        found = [languages(subject, video) for _, video in webinars(subject, 30)]
    assert sum("it" in one for one in found) == 14
    assert len({frozenset(one) for one in found}) > 4
    assert found[14] == found[29] == set()


def test_generation_fails_in_every_fifteenth(vendor: str, clock: ManualClock) -> None:
    with running(vendor, 10, clock=clock, videos=15) as info, opened(info) as subject:
        videos = webinars(subject, 15)
        reasons: list[str] = []
        for _, video in videos[-2:]:
            path = subject.generation.replace(subject.video, video)
            answer = subject.client.post(path, json=subject.body)
            clock.advance(10)
            if vendor == "datocms":
                answer = subject.client.get(f"/job-results/{answer.json()['data']['id']}")
            reasons.append(answer.text)
    reason = {"cloudflare": "video missing audio", "datocms": "NO_PRIMARY_AUDIO_TRACK"}[vendor]
    assert [reason in text for text in reasons] == [False, True]


def test_the_silent_video_is_announced(subject: Subject, clock: ManualClock) -> None:
    info = subject.sandbox.datocms or subject.sandbox.cloudflare
    assert info
    path = subject.generation.replace(subject.video, info.silent_id)
    answer = subject.client.post(path, json=subject.body)
    clock.advance(10)
    if subject.vendor == "datocms":
        answer = subject.client.get(f"/job-results/{answer.json()['data']['id']}")
        assert "NO_PRIMARY_AUDIO_TRACK" in answer.text
    else:
        assert "video missing audio" in answer.text


def test_a_token_that_may_only_read_changes_nothing(subject: Subject) -> None:
    info = subject.sandbox.datocms or subject.sandbox.cloudflare
    assert info
    subject.client.headers["Authorization"] = f"Bearer {info.read_only_token}"
    assert subject.read().status_code == 200
    track = f"{subject.listing}/any"
    refused = [subject.generate(), subject.client.delete(track)]
    if subject.vendor == "datocms":
        refused.append(subject.client.post("/upload-requests", json={}))
    else:
        refused.append(subject.client.put(track))
        refused.append(subject.client.post(subject.listing.rpartition("/")[0], json={}))
    for response in refused:
        assert response.status_code == 403
        assert "INSUFFICIENT_PERMISSIONS" in response.text or "10000" in response.text
    assert {effect for *_, effect in subject.log()} == {None}


def text(sandbox: SandboxInfo, track: str, playback: str) -> httpx.Response:
    """A track's text from where Mux would have it."""
    assert sandbox.datocms
    return httpx.get(f"{sandbox.datocms.mux_base_url}/{playback}/text/{track}.vtt", trust_env=False)


def playback_id(datocms: httpx.Client, upload: str) -> str:
    """The Mux id of an upload."""
    return datocms.get(f"/uploads/{upload}").json()["data"]["attributes"]["mux_playback_id"]


def tracks(datocms: httpx.Client, upload: str) -> dict[str, str]:
    """The ids of an upload's tracks by name."""
    rows = datocms.get(f"/uploads/{upload}/tracks").json()["data"]
    return {row["attributes"]["name"]: row["id"] for row in rows}


@pytest.fixture
def upload(sandbox: SandboxInfo) -> str:
    """The featured upload."""
    assert sandbox.datocms
    return sandbox.datocms.upload_id


def test_generated_subtitles_have_a_text_once_they_are_ready(
    sandbox: SandboxInfo, datocms: httpx.Client, upload: str, clock: ManualClock
) -> None:
    body = {"data": {"type": "upload_track", "attributes": {"language_code": "it", "name": "It"}}}
    datocms.post(f"/uploads/{upload}/tracks/generate-subtitles", json=body)
    clock.advance(10)
    track, playback = tracks(datocms, upload)["It"], playback_id(datocms, upload)
    assert text(sandbox, track, playback).status_code == 404
    clock.advance(3)
    answer = text(sandbox, track, playback)
    assert answer.headers["content-type"].startswith("text/vtt")
    assert answer.text.startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert text(sandbox, track, "other").status_code == 404
    datocms.delete(f"/uploads/{upload}/tracks/{track}")
    clock.advance(10)
    assert text(sandbox, track, playback).status_code == 404


def test_subtitles_that_were_sent_come_back_as_webvtt(
    sandbox: SandboxInfo, datocms: httpx.Client, upload: str, clock: ManualClock
) -> None:
    asked = {"data": {"type": "upload_request", "attributes": {"filename": "ciao.srt"}}}
    place = datocms.post("/upload-requests", json=asked).json()["data"]
    headers = place["attributes"]["request_headers"]
    httpx.put(place["attributes"]["url"], content=SRT, headers=headers, trust_env=False)
    for name, source in (("sent", place["id"]), ("linked", "https://example.com/it.vtt")):
        attributes = {
            "url_or_upload_request_id": source,
            "type": "subtitles",
            "language_code": "it",
            "name": name,
        }
        body = {"data": {"type": "upload_track", "attributes": attributes}}
        datocms.post(f"/uploads/{upload}/tracks", json=body)
    clock.advance(13)
    found, playback = tracks(datocms, upload), playback_id(datocms, upload)
    sent = text(sandbox, found["sent"], playback).text
    assert sent == "WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.500\nCiao, amici\n"
    assert " --> " not in text(sandbox, found["linked"], playback).text
    assert text(sandbox, found["Default"], playback).status_code == 404


def test_added_videos_are_a_day_apart() -> None:
    with running("cloudflare", videos=20) as info, opened(info) as subject:
        rows = subject.client.get("/stream", params={"search": "webinar "}).json()["result"]
    days = [row["created"] for row in rows]
    assert all(later > earlier for later, earlier in pairwise(days))
