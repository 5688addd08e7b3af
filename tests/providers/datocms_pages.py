"""The examples of DatoCMS's documentation pages."""

from doubles import DATOCMS_URL
from media_tracks_tools.plans import (
    AddAudioTrack,
    GenerateSubtitles,
    Ref,
)

UPLOAD = "KsHmYJVXRmmEBzZUYeAgXw"


UPLOAD_URL = f"{DATOCMS_URL}/uploads/{UPLOAD}"


TRACKS_URL = f"{UPLOAD_URL}/tracks"


GENERATE_URL = f"{TRACKS_URL}/generate-subtitles"


JOB_URL = f"{DATOCMS_URL}/job-results/4235"


TRACK_ID = "xBe7u01029ipxBLQhYzZCJ1cke01zCkuUsgnYtH0017nNzbpv2YcsoMDmw"


JOB = {"data": {"type": "job", "id": "4235"}}


GENERATE = GenerateSubtitles(video_id=UPLOAD, language="it-IT", name="Italiano")


ADD = AddAudioTrack(
    video_id=UPLOAD, source="https://example.com/it.mp3", label="Italiano", language="it-IT"
)


def track(
    track_id: str = TRACK_ID,
    kind: str = "subtitles",
    name: str = "Italiano",
    language: str = "it-IT",
    status: str = "ready",
    error: str | None = None,
) -> dict[str, object]:
    """An upload_track as on the Upload tracks page."""
    return {
        "type": "upload_track",
        "id": track_id,
        "attributes": {
            "type": kind,
            "name": name,
            "language_code": language,
            "closed_captions": None,
            "status": status,
            "error": error,
        },
        "relationships": {"upload": {"data": {"type": "upload", "id": UPLOAD}}},
    }


def upload(upload_id: str = UPLOAD, **attributes: object) -> dict[str, object]:
    """An upload as on the Uploads page, cut to a dozen fields."""
    known: dict[str, object] = {
        "size": 444,
        "path": "/45/1496845848-launch.mp4",
        "basename": "launch",
        "filename": "launch.mp4",
        "url": "https://www.datocms-assets.com/45/1496845848-launch.mp4",
        "duration": 62,
        "mux_playback_id": "a1B2c3D4",
        "default_field_metadata": {"title": {"en": "Launch video"}},
        "is_image": False,
        "created_at": "2026-03-05T11:52:41.123Z",
        "mime_type": "video/mp4",
    }
    return {"type": "upload", "id": upload_id, "attributes": known | attributes}


def api_error(code: str, details: object = None, **more: object) -> dict[str, object]:
    """An error body as on the Errors page."""
    attributes = {"code": code, "doc_url": f"https://…#{code}", "details": details, **more}
    return {"data": [{"id": "ce9dcb", "type": "api_error", "attributes": attributes}]}


def job_result(status: int, payload: object) -> dict[str, object]:
    """A job that has ended, as on the Job results page."""
    attributes = {"status": status, "payload": payload}
    return {"data": {"type": "job_result", "id": "34", "attributes": attributes}}


JOB_REF = Ref(what="job", id="4235")


TRACK_REF = Ref(what="track", id=TRACK_ID)
