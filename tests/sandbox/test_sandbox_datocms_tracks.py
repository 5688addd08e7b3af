"""The DatoCMS sandbox's tracks and jobs, over HTTP."""

from typing import Any

import httpx
import pytest

from media_tracks_server.sandbox import Effect, ManualClock, SandboxInfo
from media_tracks_server.sandbox.datocms_seed import (
    FEATURED_UPLOAD_ID,
    INTERVIEW_ID,
    PROCESSING_UPLOAD_ID,
    SILENT_UPLOAD_ID,
)

TRACKS = f"/uploads/{FEATURED_UPLOAD_ID}/tracks"
GENERATE = f"{TRACKS}/generate-subtitles"
ITALIAN = {"language_code": "it-IT", "name": "Italiano"}
DUBBING = {
    "url_or_upload_request_id": "https://example.com/dubbing.mp3",
    "type": "audio",
    "language_code": "de",
    "name": "Deutsch",
}


def body(attributes: dict[str, Any], kind: str) -> dict[str, Any]:
    """A JSON:API request."""
    return {"data": {"type": kind, "attributes": attributes}}


def generate(
    datocms: httpx.Client, attributes: dict[str, Any], upload_id: str = FEATURED_UPLOAD_ID
) -> str:
    """Ask for generated subtitles; answers the job's id."""
    path = f"/uploads/{upload_id}/tracks/generate-subtitles"
    return accepted(datocms.post(path, json=body(attributes, "subtitles_generation")))


def create(
    datocms: httpx.Client, attributes: dict[str, Any], upload_id: str = FEATURED_UPLOAD_ID
) -> str:
    """Ask for a track from a file; answers the job's id."""
    path = f"/uploads/{upload_id}/tracks"
    return accepted(datocms.post(path, json=body(attributes, "upload_track")))


def accepted(response: httpx.Response) -> str:
    """The job's id in a 202."""
    assert response.status_code == 202, response.text
    assert response.headers["content-type"] == "application/json"
    job = response.json()["data"]
    assert job["type"] == "job"
    return job["id"]


def result(datocms: httpx.Client, job_id: str) -> dict[str, Any]:
    """The attributes of a job that is done: its status and payload."""
    response = datocms.get(f"/job-results/{job_id}")
    assert response.status_code == 200
    assert response.json()["data"]["id"] == job_id
    return response.json()["data"]["attributes"]


def failure(datocms: httpx.Client, job_id: str) -> str:
    """The code with which a job failed."""
    attributes = result(datocms, job_id)
    assert attributes["status"] >= 400
    return attributes["payload"]["data"][0]["attributes"]["code"]


def tracks(datocms: httpx.Client, upload_id: str = FEATURED_UPLOAD_ID) -> list[dict[str, Any]]:
    """The upload's tracks."""
    response = datocms.get(f"/uploads/{upload_id}/tracks")
    assert set(response.json()) == {"data"}
    return response.json()["data"]


def named(datocms: httpx.Client, name: str) -> list[dict[str, Any]]:
    """The attributes of the featured upload's tracks of one name."""
    every = [track["attributes"] for track in tracks(datocms)]
    return [attributes for attributes in every if attributes["name"] == name]


def effects(sandbox: SandboxInfo) -> list[Effect]:
    """All that really changed, in order."""
    return [entry.effect for entry in sandbox.log() if entry.effect]


def code(response: httpx.Response) -> str:
    """The code of an api_error."""
    return response.json()["data"][0]["attributes"]["code"]


def test_the_featured_upload_has_audio_tracks(datocms: httpx.Client) -> None:
    first = tracks(datocms)[0]
    assert first["type"] == "upload_track"
    assert first["attributes"] == {
        "type": "audio",
        "name": "Default",
        "language_code": "en",
        "closed_captions": None,
        "status": "ready",
        "error": None,
    }
    assert first["relationships"]["upload"]["data"]["id"] == FEATURED_UPLOAD_ID


@pytest.mark.parametrize("kind", ["subtitles_generation", "upload_track"])
def test_generation_takes_the_request_type_of_old_and_new_clients(
    datocms: httpx.Client, sandbox: SandboxInfo, kind: str
) -> None:
    assert accepted(datocms.post(GENERATE, json=body(ITALIAN, kind)))
    assert effects(sandbox) == ["job-created"]


def test_generated_subtitles_go_from_job_to_preparing_to_ready(
    datocms: httpx.Client, clock: ManualClock, sandbox: SandboxInfo
) -> None:
    job_id = generate(datocms, ITALIAN)
    clock.advance(9.9)
    pending = datocms.get(f"/job-results/{job_id}")
    assert pending.status_code == 404
    assert code(pending) == "NOT_FOUND"
    assert named(datocms, "Italiano") == []
    clock.advance(0.1)
    done = result(datocms, job_id)
    assert done["status"] == 200
    assert done["payload"]["data"]["attributes"]["status"] == "preparing"
    assert [track["status"] for track in named(datocms, "Italiano")] == ["preparing"]
    clock.advance(3)
    assert [track["status"] for track in named(datocms, "Italiano")] == ["ready"]
    assert result(datocms, job_id) == done
    assert effects(sandbox) == ["job-created", "track-created"]


def test_the_log_tells_of_a_finished_job_that_nobody_asked_about(
    datocms: httpx.Client, clock: ManualClock, sandbox: SandboxInfo
) -> None:
    job_id = generate(datocms, ITALIAN)
    clock.advance(60)
    entry = sandbox.log()[-1]
    assert entry.effect is Effect.TRACK_CREATED
    assert (entry.method, entry.path) == ("JOB", f"/job-results/{job_id}")


def test_a_repeated_generation_without_a_name_makes_a_second_track(
    datocms: httpx.Client, clock: ManualClock, sandbox: SandboxInfo
) -> None:
    for _ in range(3):
        generate(datocms, {"language_code": "en-GB"})
    clock.advance(10)
    names = [track["attributes"]["name"] for track in tracks(datocms)]
    assert names[-3:] == ["English (GB)", "English (GB) 2", "English (GB) 3"]
    assert effects(sandbox).count(Effect.TRACK_CREATED) == 3


def test_a_name_that_is_taken_fails_in_the_job(
    datocms: httpx.Client, clock: ManualClock, sandbox: SandboxInfo
) -> None:
    first, second = generate(datocms, ITALIAN), generate(datocms, ITALIAN)
    clock.advance(10)
    assert result(datocms, first)["status"] == 200
    assert failure(datocms, second) == "MUX_ERROR"
    assert effects(sandbox) == ["job-created", "job-created", "track-created"]


def test_a_name_may_be_taken_by_the_other_type(datocms: httpx.Client, clock: ManualClock) -> None:
    job_id = create(datocms, {**DUBBING, "type": "subtitles", "name": "Français"})
    clock.advance(10)
    assert result(datocms, job_id)["status"] == 200


def test_a_silent_video_fails_in_the_job(
    datocms: httpx.Client, clock: ManualClock, sandbox: SandboxInfo
) -> None:
    job_id = generate(datocms, ITALIAN, SILENT_UPLOAD_ID)
    clock.advance(10)
    assert failure(datocms, job_id) == "NO_PRIMARY_AUDIO_TRACK"
    assert effects(sandbox) == ["job-created"]


def test_a_language_that_nobody_transcribes_fails_in_the_job(
    datocms: httpx.Client, clock: ManualClock
) -> None:
    job_id = generate(datocms, {"language_code": "ja"})
    clock.advance(10)
    assert failure(datocms, job_id) == "MUX_ERROR"


def test_a_video_that_is_still_processed_fails_in_the_job(
    datocms: httpx.Client, clock: ManualClock
) -> None:
    job_id = create(datocms, DUBBING, PROCESSING_UPLOAD_ID)
    clock.advance(10)
    assert failure(datocms, job_id) == "MUX_ERROR"


def test_an_audio_track_comes_from_a_url(datocms: httpx.Client, clock: ManualClock) -> None:
    create(datocms, DUBBING)
    clock.advance(13)
    (track,) = named(datocms, "Deutsch")
    assert track == {
        "type": "audio",
        "name": "Deutsch",
        "language_code": "de",
        "closed_captions": None,
        "status": "ready",
        "error": None,
    }


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"WEBVTT\n\n00:00.000 --> 00:02.000\nCiao\n", "ready"),
        (b"1\n00:00:00,000 --> 00:00:02,000\nCiao\n", "ready"),
        (b"This is a shopping list.", "errored"),
    ],
)
def test_subtitles_come_from_a_file_that_was_sent_first(
    datocms: httpx.Client, clock: ManualClock, sandbox: SandboxInfo, content: bytes, status: str
) -> None:
    asked = datocms.post(
        "/upload-requests", json=body({"filename": "ciao.vtt"}, "upload_request")
    ).json()["data"]
    assert asked["type"] == "upload_request"
    assert asked["id"].endswith("-ciao.vtt")
    place = asked["attributes"]
    assert httpx.put(place["url"], content=content, trust_env=False).status_code == 403
    headers = {**place["request_headers"], "Content-Type": "text/vtt"}
    stored = httpx.put(place["url"], content=content, headers=headers, trust_env=False)
    assert stored.status_code == 200
    create(
        datocms,
        {
            "url_or_upload_request_id": asked["id"],
            "type": "subtitles",
            "language_code": "it",
            "closed_captions": True,
        },
    )
    clock.advance(10)
    (track,) = named(datocms, "Italiano")
    assert (track["status"], track["error"], track["closed_captions"]) == ("preparing", None, True)
    clock.advance(3)
    (track,) = named(datocms, "Italiano")
    assert track["status"] == status
    assert (track["error"] is not None) == (status == "errored")
    assert effects(sandbox) == [
        "upload-request-created",
        "file-uploaded",
        "job-created",
        "track-created",
    ]


def test_a_destroyed_track_is_the_payload_of_its_job(
    datocms: httpx.Client, clock: ManualClock, sandbox: SandboxInfo
) -> None:
    track = tracks(datocms, INTERVIEW_ID)[-1]
    path = f"/uploads/{INTERVIEW_ID}/tracks/{track['id']}"
    first, second = accepted(datocms.delete(path)), accepted(datocms.delete(path))
    assert track in tracks(datocms, INTERVIEW_ID)
    clock.advance(10)
    assert result(datocms, first) == {"status": 200, "payload": {"data": track}}
    assert failure(datocms, second) == "NOT_FOUND"
    assert track not in tracks(datocms, INTERVIEW_ID)
    assert datocms.delete(path).status_code == 404
    assert effects(sandbox) == ["job-created", "job-created", "track-deleted"]


def test_a_track_of_another_upload_is_not_found(datocms: httpx.Client) -> None:
    track = tracks(datocms, INTERVIEW_ID)[0]
    assert datocms.delete(f"{TRACKS}/{track['id']}").status_code == 404
