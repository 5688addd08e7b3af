"""The examples of DatoCMS's documentation pages."""

from doubles import DATOCMS_URL
from media_tracks_tools.plans import Ref, Step, StepKind, Task
from media_tracks_tools.requests import (
    AddAudioTrack,
    AddSubtitles,
    DeleteAudioTrack,
    DeleteSubtitles,
    EditSubtitles,
    GenerateSubtitles,
    TrackRequest,
    digest,
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


SUBTITLES = AddSubtitles(
    video_id=UPLOAD,
    language="it",
    name="Italiano",
    text="WEBVTT\n\n00:00.000 --> 00:01.000\nCiao\n",
)


DELETE_AUDIO = DeleteAudioTrack(
    video_id=UPLOAD, track_id=TRACK_ID, label="Italiano", language="it-IT"
)


DELETE_SUBTITLES = DeleteSubtitles(
    video_id=UPLOAD, track_id=TRACK_ID, name="Italiano", language="it-IT"
)


UPLOAD_REQUEST_ID = "/7/1455102967-it.vtt"


STORAGE_URL = "https://dato-uploads.s3.test/7/1455102967-it.vtt?X-Amz-Signature=abc"


UPLOAD_REQUEST = {
    "data": {
        "type": "upload_request",
        "id": UPLOAD_REQUEST_ID,
        "attributes": {"url": STORAGE_URL, "request_headers": {"x-amz-acl": "public-read"}},
    }
}


def edit_of(before: str, text: str = SUBTITLES.text) -> EditSubtitles:
    """An edit of the track of the pages, made from `before`."""
    return EditSubtitles(
        video_id=UPLOAD,
        track_id=TRACK_ID,
        language="it-IT",
        name="Italiano",
        text=text,
        before=digest(before),
    )


def at(
    request: TrackRequest,
    step: str,
    *refs: Ref,
    baseline: tuple[str, ...] = (),
    attempt: int = 1,
) -> Task:
    """One step of any request; its kind is nothing that an adapter looks at."""
    return Task(
        work_id="work-1",
        request=request,
        step=Step(kind=StepKind.AGAIN, name=step),
        refs=refs,
        baseline=baseline,
        attempt=attempt,
    )
