"""The Cloudflare sandbox's audio tracks, driven by the official SDK."""

import http.client

import cloudflare as sdk
import httpx
import pytest
from cloudflare import Cloudflare
from cloudflare.types.stream import Audio

from media_tracks_server.sandbox import Effect, ManualClock, SandboxInfo
from media_tracks_server.sandbox.cloudflare_seed import (
    ACCOUNT_ID,
    FEATURED_VIDEO_UID,
    INTERVIEW_AUDIO_UID,
    INTERVIEW_UID,
    LAUNCH_AUDIO_UID,
)

AUDIO = f"/stream/{FEATURED_VIDEO_UID}/audio"
URL = "https://example.com/dubbing.mp3"


def listed(cloudflare: Cloudflare, video: str = FEATURED_VIDEO_UID) -> dict[str | None, Audio]:
    """The video's additional audio tracks by their label."""
    answer = cloudflare.stream.audio_tracks.get(video, account_id=ACCOUNT_ID)
    assert answer
    assert answer.audio is not None
    return {track.label: track for track in answer.audio}


def copied(cloudflare: Cloudflare, label: str) -> str:
    """Add a track from a URL; answers its uid."""
    track = cloudflare.stream.audio_tracks.copy(
        FEATURED_VIDEO_UID, account_id=ACCOUNT_ID, label=label, url=URL
    )
    assert track
    assert (track.label, track.default, track.status) == (label, False, "queued")
    assert track.uid
    return track.uid


def effects(sandbox: SandboxInfo) -> list[Effect]:
    """All that really changed, in order."""
    return [entry.effect for entry in sandbox.log() if entry.effect]


def test_a_track_from_a_url_is_queued_and_then_ready(
    cloudflare: Cloudflare, clock: ManualClock, sandbox: SandboxInfo
) -> None:
    uid = copied(cloudflare, "Deutsch")
    clock.advance(9.9)
    assert listed(cloudflare)["Deutsch"].status == "queued"
    clock.advance(0.1)
    track = listed(cloudflare)["Deutsch"]
    assert (track.uid, track.status) == (uid, "ready")
    assert effects(sandbox) == ["track-created"]


def test_a_video_without_additional_tracks_lists_none(cloudflare: Cloudflare) -> None:
    assert listed(cloudflare)["Français"].uid == LAUNCH_AUDIO_UID
    assert listed(cloudflare, "dd5d531a12de0c724bd1275a3b2bc9c6") == {}


def test_a_label_is_unique_in_its_video(cloudflare: Cloudflare, sandbox: SandboxInfo) -> None:
    copied(cloudflare, "Deutsch")
    with pytest.raises(sdk.ConflictError):
        copied(cloudflare, "Deutsch")
    elsewhere = cloudflare.stream.audio_tracks.copy(
        INTERVIEW_UID, account_id=ACCOUNT_ID, label="Deutsch", url=URL
    )
    assert elsewhere
    assert effects(sandbox) == ["track-created", "track-created"]


@pytest.mark.parametrize(
    "body", [{"label": "x"}, {"url": URL}, {"label": "", "url": URL}, {"label": "x", "url": "x"}]
)
def test_a_copy_needs_a_label_and_a_url(
    stream: httpx.Client, sandbox: SandboxInfo, body: dict[str, str]
) -> None:
    response = stream.post(f"{AUDIO}/copy", json=body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == 10005
    assert effects(sandbox) == []


def test_a_track_is_sent_as_a_file(
    stream: httpx.Client, cloudflare: Cloudflare, sandbox: SandboxInfo
) -> None:
    response = stream.post(
        AUDIO, data={"label": "Deutsch"}, files={"file": ("de.mp3", b"ID3", "audio/mpeg")}
    )
    assert response.json()["result"]["status"] == "queued"
    assert listed(cloudflare)["Deutsch"].uid == response.json()["result"]["uid"]
    assert effects(sandbox) == ["track-created"]


@pytest.mark.parametrize(
    ("label", "content"), [("Deutsch", b""), ("", b"ID3"), (None, b"ID3"), ("Deutsch", None)]
)
def test_a_file_needs_a_label_and_content(
    stream: httpx.Client, sandbox: SandboxInfo, label: str | None, content: bytes | None
) -> None:
    response = stream.post(
        AUDIO,
        data={} if label is None else {"label": label},
        files={"other": b""} if content is None else {"file": ("de.mp3", content)},
    )
    assert response.status_code == 400
    assert effects(sandbox) == []


def test_a_form_that_is_broken_is_a_bad_request(stream: httpx.Client) -> None:
    headers = {"Content-Type": "multipart/form-data"}
    response = stream.post(AUDIO, content=b"--", headers=headers)
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == 10005


def test_a_file_above_200_mb_is_refused_before_it_is_read(sandbox: SandboxInfo) -> None:
    assert sandbox.cloudflare
    url = httpx.URL(sandbox.cloudflare.base_url)
    connection = http.client.HTTPConnection(url.host, url.port)
    connection.putrequest("POST", f"{url.path}/accounts/{ACCOUNT_ID}{AUDIO}")
    connection.putheader("Authorization", f"Bearer {sandbox.cloudflare.token}")
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", "200100000")
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
    assert effects(sandbox) == []


def test_one_default_takes_the_place_of_another(
    cloudflare: Cloudflare, sandbox: SandboxInfo
) -> None:
    first, second = copied(cloudflare, "Deutsch"), copied(cloudflare, "Italiano")
    for uid in (first, second, second):
        edited = cloudflare.stream.audio_tracks.edit(
            uid, account_id=ACCOUNT_ID, identifier=FEATURED_VIDEO_UID, default=True
        )
        assert edited
        assert edited.default is True
    defaults = {label: track.default for label, track in listed(cloudflare).items()}
    assert defaults == {"Français": False, "Deutsch": False, "Italiano": True}
    assert effects(sandbox).count(Effect.TRACK_EDITED) == 2


def test_a_track_gets_a_new_label_unless_it_is_taken(
    cloudflare: Cloudflare, sandbox: SandboxInfo
) -> None:
    uid = copied(cloudflare, "Deutsch")
    edited = cloudflare.stream.audio_tracks.edit(
        uid, account_id=ACCOUNT_ID, identifier=FEATURED_VIDEO_UID, label="Deutsch, Kommentar"
    )
    assert edited
    assert edited.label == "Deutsch, Kommentar"
    with pytest.raises(sdk.ConflictError):
        cloudflare.stream.audio_tracks.edit(
            uid, account_id=ACCOUNT_ID, identifier=FEATURED_VIDEO_UID, label="Français"
        )
    assert list(listed(cloudflare)) == ["Français", "Deutsch, Kommentar"]
    assert effects(sandbox) == ["track-created", "track-edited"]


def test_an_edit_names_something_to_change(cloudflare: Cloudflare) -> None:
    with pytest.raises(sdk.BadRequestError):
        cloudflare.stream.audio_tracks.edit(
            LAUNCH_AUDIO_UID, account_id=ACCOUNT_ID, identifier=FEATURED_VIDEO_UID
        )


def test_a_deleted_track_is_gone(cloudflare: Cloudflare, sandbox: SandboxInfo) -> None:
    def delete() -> str:
        return cloudflare.stream.audio_tracks.delete(
            LAUNCH_AUDIO_UID, account_id=ACCOUNT_ID, identifier=FEATURED_VIDEO_UID
        )

    assert delete() == "ok"
    assert listed(cloudflare) == {}
    with pytest.raises(sdk.NotFoundError):
        delete()
    assert effects(sandbox) == ["track-deleted"]


def test_the_default_is_deleted_only_after_it_gave_that_up(
    cloudflare: Cloudflare, sandbox: SandboxInfo
) -> None:
    tracks = cloudflare.stream.audio_tracks
    with pytest.raises(sdk.ConflictError):
        tracks.delete(INTERVIEW_AUDIO_UID, account_id=ACCOUNT_ID, identifier=INTERVIEW_UID)
    assert listed(cloudflare, INTERVIEW_UID)["English"].default is True
    tracks.edit(INTERVIEW_AUDIO_UID, account_id=ACCOUNT_ID, identifier=INTERVIEW_UID, default=False)
    tracks.delete(INTERVIEW_AUDIO_UID, account_id=ACCOUNT_ID, identifier=INTERVIEW_UID)
    assert effects(sandbox) == ["track-edited", "track-deleted"]


def test_the_tracks_of_an_unknown_video_are_not_found(cloudflare: Cloudflare) -> None:
    with pytest.raises(sdk.NotFoundError):
        cloudflare.stream.audio_tracks.get("0123", account_id=ACCOUNT_ID)
