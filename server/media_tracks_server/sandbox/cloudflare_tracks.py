"""Cloudflare Stream's endpoints for additional audio tracks and captions."""

from typing import Annotated

from pydantic import AnyHttpUrl, BaseModel, StrictBool, StringConstraints
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from media_tracks_server.sandbox.cloudflare_documents import Video
from media_tracks_server.sandbox.cloudflare_state import CloudflareState
from media_tracks_server.sandbox.cloudflare_wire import (
    NotFound,
    StreamError,
    bad_request,
    envelope,
    read_body,
)
from media_tracks_server.sandbox.languages import is_language_tag
from media_tracks_server.sandbox.log import Effect, note
from media_tracks_server.sandbox.webvtt import is_webvtt

MAX_AUDIO_BYTES = 200_000_000
MAX_CAPTION_BYTES = 10_000_000
_FORM_OVERHEAD = 10_000

Label = Annotated[str, StringConstraints(min_length=1, strict=True)]


class _CopyBody(BaseModel):
    label: Label
    url: AnyHttpUrl


class _EditBody(BaseModel):
    label: Label | None = None
    default: StrictBool | None = None


def video_of(state: CloudflareState, request: Request) -> Video:
    """The video that the path names."""
    try:
        return state.videos[request.path_params["video_uid"]]
    except KeyError:
        raise NotFound from None


class AudioEndpoints:
    """Page "Add additional audio tracks" and the API reference's Audio Tracks."""

    def __init__(self, state: CloudflareState) -> None:
        self._state = state

    async def list(self, request: Request) -> Response:
        """GET …/audio: `{"audio": [...]}` as the how-to and the SDKs since 5.0 have it.

        The older reference page shows a bare array. The sound inside the upload is not listed.
        """
        tracks = self._state.audio_of(video_of(self._state, request))
        now = self._state.now()
        return envelope({"audio": [track.document(now) for track in tracks]})

    async def copy(self, request: Request) -> Response:
        """POST …/audio/copy: not idempotent; the sandbox fetches nothing from the URL.

        That `url` is required is inferred. The documentation does not say what a label that is
        taken gets (we answer 409), nor whether the video must be ready (we do not ask for it).
        """
        video = video_of(self._state, request)
        asked = await read_body(request, _CopyBody)
        return self._added(request, video, asked.label)

    async def upload(self, request: Request) -> Response:
        """POST …/audio, multipart `file` and `label`: in the how-to only, at most 200 MB.

        413 for a larger file and 400 for an empty one are inferred.
        """
        video = video_of(self._state, request)
        if int(request.headers.get("content-length", "0")) > MAX_AUDIO_BYTES + _FORM_OVERHEAD:
            raise StreamError(413, 10005, "the audio file is larger than 200 MB")
        async with request.form() as form:
            file, label = form.get("file"), form.get("label")
            if not isinstance(file, UploadFile) or not file.size or not isinstance(label, str):
                raise bad_request("a file and a label are required")
        if not label:
            raise bad_request("the label is empty")
        return self._added(request, video, label)

    async def edit(self, request: Request) -> Response:
        """PATCH …/audio/:audio_uid: `default: true` on one sets all others to false.

        The documentation does not say whether the default can be set back to false; we allow it.
        A body that names neither field is refused (400), which is inferred.
        """
        video = video_of(self._state, request)
        track = self._state.audio_track(video, request.path_params["audio_uid"])
        asked = await read_body(request, _EditBody)
        if asked.label is None and asked.default is None:
            raise bad_request("neither label nor default is given")
        edited = self._state.edit_audio(video, track, asked.label, asked.default)
        if edited != track:
            note(request, Effect.TRACK_EDITED)
        return envelope(edited.document(self._state.now()))

    async def delete(self, request: Request) -> Response:
        """DELETE …/audio/:audio_uid: `"ok"`; the default is refused, with a 409 that is inferred.

        The documentation does not say whether the last track can go when it is the default; we
        refuse it like any other default.
        """
        video = video_of(self._state, request)
        track = self._state.audio_track(video, request.path_params["audio_uid"])
        self._state.delete_audio(video, track)
        note(request, Effect.TRACK_DELETED)
        return envelope("ok")

    def _added(self, request: Request, video: Video, label: str) -> Response:
        track = self._state.add_audio(video, label)
        note(request, Effect.TRACK_CREATED)
        return envelope(track.document(self._state.now()))


class CaptionEndpoints:
    """Page "Add captions" and the API reference's Captions; the language is the key."""

    def __init__(self, state: CloudflareState) -> None:
        self._state = state

    async def list(self, request: Request) -> Response:
        """GET …/captions: those in progress and those that failed too."""
        captions = self._state.captions_of(video_of(self._state, request))
        now = self._state.now()
        return envelope([caption.document(now) for caption in captions])

    async def get(self, request: Request) -> Response:
        """GET …/captions/:language."""
        caption = self._state.visible_caption(video_of(self._state, request), _language(request))
        return envelope(caption.document(self._state.now()))

    async def upload(self, request: Request) -> Response:
        """PUT …/captions/:language, multipart `file`: takes the place of any caption there.

        WebVTT of at most 10 MB. The official Python SDK sends the text as a field without a file
        name; that this passes is inferred, as are 400 for other content and 413 for a larger file.
        """
        video, language = video_of(self._state, request), _language(request)
        async with request.form(max_part_size=MAX_CAPTION_BYTES + _FORM_OVERHEAD) as form:
            file = form.get("file", "")
            text = await file.read() if isinstance(file, UploadFile) else file.encode()
        if len(text) > MAX_CAPTION_BYTES:
            raise StreamError(413, 10005, "the caption file is larger than 10 MB")
        if not is_webvtt(text):
            raise bad_request("the file is not WebVTT")
        caption = self._state.store_caption(video, language, text)
        note(request, Effect.CAPTION_UPLOADED)
        return envelope(caption.document(self._state.now()))

    async def generate(self, request: Request) -> Response:
        """POST …/captions/:language/generate, without a body, in the language that is spoken.

        The reasons to refuse are documented or in the Workers' types; the statuses are inferred:
        409 where the language has a caption (one that failed too), 400 otherwise.
        """
        video, language = video_of(self._state, request), _language(request)
        caption = self._state.generate_caption(video, language)
        note(request, Effect.CAPTION_CREATED)
        return envelope(caption.document(self._state.now()))

    async def vtt(self, request: Request) -> Response:
        """GET …/captions/:language/vtt: bare WebVTT, while errors come in the envelope.

        The documentation does not say what a caption answers that is not ready; we answer 404.
        """
        caption = self._state.visible_caption(video_of(self._state, request), _language(request))
        if caption.status(self._state.now()) != "ready":
            raise NotFound
        return Response(caption.text, media_type="text/vtt")

    async def delete(self, request: Request) -> Response:
        """DELETE …/captions/:language: the result is an empty string."""
        video = video_of(self._state, request)
        self._state.delete_caption(video, self._state.caption(video, _language(request)))
        note(request, Effect.CAPTION_DELETED)
        return envelope("")


def _language(request: Request) -> str:
    language: str = request.path_params["language"]
    if not is_language_tag(language):
        raise bad_request(f"bad language {language}")
    return language
