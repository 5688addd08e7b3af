"""The examples of Cloudflare's documentation pages."""

from doubles import ACCOUNT_ID, CLOUDFLARE_URL
from media_tracks_tools.plans import Ref, Step, StepKind, Task
from media_tracks_tools.requests import (
    AddAudioTrack,
    AddSubtitles,
    DeleteAudioTrack,
    DeleteSubtitles,
    EditSubtitles,
    GenerateSubtitles,
    TrackRequest,
    UpdateAudioTrack,
    digest,
)

UID = "ea95132c15732412d22c1476fa83f27a"


STREAM_URL = f"{CLOUDFLARE_URL}/accounts/{ACCOUNT_ID}/stream"


VIDEO_URL = f"{STREAM_URL}/{UID}"


AUDIO_URL = f"{VIDEO_URL}/audio"


COPY_URL = f"{AUDIO_URL}/copy"


CAPTIONS_URL = f"{VIDEO_URL}/captions"


GENERATE_URL = f"{CAPTIONS_URL}/en-GB/generate"


ACCOUNT_VERIFY_URL = f"{CLOUDFLARE_URL}/accounts/{ACCOUNT_ID}/tokens/verify"


USER_VERIFY_URL = f"{CLOUDFLARE_URL}/user/tokens/verify"


AUDIO_UID = "b87eb6ac9a7b42b4a9f3d6f0c5e1d2a3"


GENERATE = GenerateSubtitles(video_id=UID, language="en-GB", name="English")


ADD = AddAudioTrack(video_id=UID, source="https://example.com/it.mp3", label="Italiano")


TRACK_REF = Ref(what="track", id=AUDIO_UID)


TRACK_URL = f"{AUDIO_URL}/{AUDIO_UID}"


CAPTION_URL = f"{CAPTIONS_URL}/en-GB"


VTT_URL = f"{CAPTION_URL}/vtt"


VTT = "WEBVTT\n\n00:00:00.000 --> 00:00:02.480\nThis is example response\n"


OTHER_VTT = "WEBVTT\n\n00:00:00.000 --> 00:00:02.480\nThis is another response\n"


RENAME = UpdateAudioTrack(
    video_id=UID, track_id=AUDIO_UID, label="Italiano", new_label="Italian", make_default=True
)


DELETE_AUDIO = DeleteAudioTrack(video_id=UID, track_id=AUDIO_UID, label="Italiano")


REPLACE = GENERATE.model_copy(update={"replaces": "en-GB"})


ADD_TEXT = AddSubtitles(video_id=UID, language="en-GB", name="English (United Kingdom)", text=VTT)


EDIT_TEXT = EditSubtitles(
    video_id=UID,
    track_id="en-GB",
    language="en-GB",
    name="English (United Kingdom)",
    text=VTT,
    before=digest(OTHER_VTT),
)


DELETE_TEXT = DeleteSubtitles(video_id=UID, track_id="en-GB", language="en-GB", name="English")


def step(
    request: TrackRequest,
    name: str,
    *refs: Ref,
    baseline: tuple[str, ...] = (),
    attempt: int = 1,
    saved: str | None = None,
) -> Task:
    """One step of any request, as the job core hands it over."""
    return Task(
        work_id="work-1",
        request=request,
        step=Step(kind=StepKind.AGAIN, name=name),
        refs=refs,
        baseline=baseline,
        attempt=attempt,
        saved=saved,
    )


def ok(result: object) -> dict[str, object]:
    """The envelope of a success."""
    return {"result": result, "success": True, "errors": [], "messages": []}


def failure(code: int, message: str) -> dict[str, object]:
    """The envelope of a refusal, with `messages` null as it may be."""
    error = {"code": code, "message": message}
    return {"result": None, "success": False, "errors": [error], "messages": None}


def audio(
    uid: str = AUDIO_UID, label: str = "Italiano", status: str = "ready", **more: object
) -> dict[str, object]:
    """An audio track as on the API reference page."""
    return {"uid": uid, "label": label, "default": False, "status": status} | more


def caption(language: str = "en-GB", status: str = "ready", **more: object) -> dict[str, object]:
    """A caption as on the Add captions page."""
    label = "English (auto-generated)"
    return {"language": language, "label": label, "generated": True, "status": status} | more


def video(uid: str = UID, **more: object) -> dict[str, object]:
    """A video as on the API reference page, cut."""
    known: dict[str, object] = {
        "uid": uid,
        "created": "2026-03-05T11:52:41.573231Z",
        "duration": 62.3,
        "meta": {"name": "Launch video", "filetype": "video/mp4"},
        "preview": f"https://customer-f33zs165nr7gyfy4.cloudflarestream.com/{uid}/watch",
        "readyToStream": True,
        "status": {"state": "ready", "pctComplete": "100.000000", "errorReasonCode": ""},
    }
    return known | more


ACTIVE = ok({"id": "ed17574386854bf78a67040be0a770b0", "status": "active"})


def uid(number: int) -> str:
    """A uid with a number."""
    return f"{number:032x}"
