"""What the DatoCMS sandbox refuses before a job begins, over HTTP."""

from typing import Any

import httpx
import pytest

from media_tracks_server.sandbox import SandboxInfo
from media_tracks_server.sandbox.datocms_seed import FEATURED_UPLOAD_ID, NON_VIDEO_UPLOAD_ID

TRACKS = f"/uploads/{FEATURED_UPLOAD_ID}/tracks"
GENERATE = f"{TRACKS}/generate-subtitles"
ITALIAN = {"language_code": "it-IT", "name": "Italiano"}
DUBBING = {
    "url_or_upload_request_id": "https://example.com/dubbing.mp3",
    "type": "audio",
    "language_code": "de",
}


def body(attributes: dict[str, Any], kind: str) -> dict[str, Any]:
    """A JSON:API request."""
    return {"data": {"type": kind, "attributes": attributes}}


def code(response: httpx.Response) -> str:
    """The code of an api_error."""
    return response.json()["data"][0]["attributes"]["code"]


def test_a_picture_is_not_a_video(datocms: httpx.Client, sandbox: SandboxInfo) -> None:
    path = f"/uploads/{NON_VIDEO_UPLOAD_ID}/tracks"
    for response in (
        datocms.get(path),
        datocms.post(path, json=body(DUBBING, "upload_track")),
        datocms.post(f"{path}/generate-subtitles", json=body(ITALIAN, "subtitles_generation")),
        datocms.delete(f"{path}/any"),
    ):
        assert response.status_code == 422
        assert code(response) == "NOT_A_VIDEO"
    assert {entry.effect for entry in sandbox.log()} == {None}


def test_a_file_that_was_never_sent_is_refused(datocms: httpx.Client) -> None:
    asked = datocms.post(
        "/upload-requests", json=body({"filename": "ciao.vtt"}, "upload_request")
    ).json()["data"]
    for unsent in (asked["id"], "/7/unknown.vtt"):
        attributes = {**DUBBING, "url_or_upload_request_id": unsent}
        response = datocms.post(TRACKS, json=body(attributes, "upload_track"))
        assert response.status_code == 422
        assert code(response) == "INVALID_FIELD"


def test_missing_attributes_are_named(datocms: httpx.Client) -> None:
    response = datocms.post(TRACKS, json=body({"type": "audio"}, "upload_track"))
    assert response.status_code == 422
    error = response.json()["data"][0]["attributes"]
    assert error["code"] == "MISSING_FIELDS"
    assert error["details"] == {
        "required_fields": ["url_or_upload_request_id", "type", "language_code"],
        "missing_fields": ["url_or_upload_request_id", "language_code"],
    }


def test_extraneous_attributes_are_named(datocms: httpx.Client) -> None:
    attributes = {**ITALIAN, "closed_captions": True}
    response = datocms.post(GENERATE, json=body(attributes, "subtitles_generation"))
    assert response.status_code == 422
    error = response.json()["data"][0]["attributes"]
    assert error["code"] == "INVALID_ATTRIBUTES"
    assert error["details"] == {"extraneous_attributes": ["closed_captions"]}


@pytest.mark.parametrize(
    ("content", "status", "expected"),
    [
        (b"{", 400, "INVALID_JSON_BODY"),
        (b"[]", 400, "INVALID_JSON_BODY"),
        (b"{}", 422, "INVALID_FORMAT"),
        (b'{"data":{"type":"upload_track"}}', 422, "INVALID_FORMAT"),
        (b'{"data":{"type":"job","attributes":{"language_code":"it"}}}', 422, "INVALID_TYPE"),
        (
            b'{"data":{"type":"upload_track","attributes":{"language_code":"Italian!"}}}',
            422,
            "INVALID_FIELD",
        ),
    ],
)
def test_a_malformed_body_is_refused(
    datocms: httpx.Client, content: bytes, status: int, expected: str
) -> None:
    headers = {"Content-Type": "application/vnd.api+json"}
    response = datocms.post(GENERATE, content=content, headers=headers)
    assert response.status_code == status
    assert code(response) == expected


def test_a_body_of_another_content_type_is_refused(datocms: httpx.Client) -> None:
    response = datocms.post(GENERATE, content=b"{}", headers={"Content-Type": "text/plain"})
    assert code(response) == "INVALID_CONTENT_TYPE_HEADER"


def test_tracks_cannot_be_changed_in_a_sandbox_environment(datocms: httpx.Client) -> None:
    headers = {"X-Environment": "staging"}
    assert datocms.get(TRACKS, headers=headers).status_code == 200
    response = datocms.post(GENERATE, json=body(ITALIAN, "subtitles_generation"), headers=headers)
    assert code(response) == "IMMUTABLE_UPLOAD_TRACKS_IN_SANDBOX_ENVIRONMENT"
