"""The DatoCMS Content Management API: site, uploads, upload tracks and job results."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from media_tracks_server.sandbox.datocms_documents import Upload
from media_tracks_server.sandbox.datocms_query import select_uploads
from media_tracks_server.sandbox.datocms_state import DatoCmsState, NewTrack
from media_tracks_server.sandbox.datocms_vendor import DatoCmsVendor
from media_tracks_server.sandbox.datocms_wire import (
    SANDBOX_ENVIRONMENT,
    ApiError,
    answer_api_error,
    answer_no_endpoint,
    check_headers,
    environment_of,
    read_attributes,
)
from media_tracks_server.sandbox.languages import LANGUAGE_TAG
from media_tracks_server.sandbox.log import OWN_PREFIX, Effect, note
from media_tracks_server.sandbox.stage import Stage

Handler = Callable[[Request], Awaitable[Response]]

LanguageCode = Annotated[str, StringConstraints(pattern=LANGUAGE_TAG, strict=True)]
TrackName = Annotated[str, StringConstraints(min_length=1, strict=True)]
UPLOAD_SIGNATURE = "x-sandbox-signature"
MUX_PATH = f"{OWN_PREFIX}mux"
"""Stands for https://stream.mux.com."""


class _Attributes(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _CreateAttributes(_Attributes):
    url_or_upload_request_id: str
    type: Literal["subtitles", "audio"]
    language_code: LanguageCode
    name: TrackName | None = None
    closed_captions: bool | None = None


class _GenerateAttributes(_Attributes):
    language_code: LanguageCode
    name: TrackName | None = None


class _UploadRequestAttributes(_Attributes):
    filename: str


class DatoCms:
    """The handlers of one site."""

    def __init__(self, state: DatoCmsState) -> None:
        self._state = state

    async def site(self, _: Request) -> Response:
        """GET /site, the docs' own example of a first authenticated call."""
        attributes = {
            "name": "Media tracks sandbox",
            "domain": None,
            "internal_domain": "media-tracks-sandbox.admin.datocms.com",
            "locales": ["en", "it"],
            "timezone": "Europe/Rome",
        }
        return JSONResponse({"data": {"type": "site", "id": "7", "attributes": attributes}})

    async def list_uploads(self, request: Request) -> Response:
        """GET /uploads, page "List all uploads"; meta.total_count counts all pages."""
        page = select_uploads(self._state.uploads.values(), request.query_params)
        return JSONResponse(
            {
                "data": [upload.document() for upload in page.uploads],
                "meta": {"total_count": page.total_count},
            }
        )

    async def find_upload(self, request: Request) -> Response:
        """GET /uploads/:upload_id, page "Retrieve an upload"."""
        return JSONResponse({"data": self._upload(request).document()})

    async def list_tracks(self, request: Request) -> Response:
        """GET /uploads/:upload_id/tracks: all of them, without pages and without meta.

        The documentation does not say what a file that is no video answers; we answer NOT_A_VIDEO.
        """
        tracks = self._state.tracks_of(self._video(request))
        now = self._state.now()
        return JSONResponse({"data": [track.document(now) for track in tracks]})

    async def create_track(self, request: Request) -> Response:
        """POST /uploads/:upload_id/tracks, page "Create a new track": 202 and a job.

        A URL is taken at its word: the sandbox fetches nothing. That an unknown upload request is
        refused at once (422) is inferred. A name must be free among the upload's tracks of its
        type: inferred from Mux, and therefore a MUX_ERROR in the job's result.
        """
        video = self._video_to_change(request)
        asked = await read_attributes(request, _CreateAttributes, ("upload_track",))
        new = NewTrack(
            upload=video,
            type=asked.type,
            language_code=asked.language_code,
            name=asked.name,
            closed_captions=asked.closed_captions,
            is_generated=False,
            content=self._content(asked.url_or_upload_request_id),
        )
        return _accepted(request, self._state.submit_creation(new))

    async def generate_subtitles(self, request: Request) -> Response:
        """POST /uploads/:upload_id/tracks/generate-subtitles: 202 and a job.

        The request type is `subtitles_generation` since the client's 5.6.0 and was `upload_track`
        before; whether the vendor still takes the old one is unknown, so both pass here. A silent
        video fails in the job with NO_PRIMARY_AUDIO_TRACK; that it is in the job is inferred, as is
        a MUX_ERROR for a language outside Mux's list or a video that is still processed.
        """
        video = self._video_to_change(request)
        asked = await read_attributes(
            request, _GenerateAttributes, ("subtitles_generation", "upload_track")
        )
        new = NewTrack(
            upload=video,
            type="subtitles",
            language_code=asked.language_code,
            name=asked.name,
            closed_captions=False,
            is_generated=True,
        )
        return _accepted(request, self._state.submit_creation(new))

    async def destroy_track(self, request: Request) -> Response:
        """DELETE /uploads/:upload_id/tracks/:track_id: 202 and a job that gives the track back."""
        video = self._video_to_change(request)
        wanted = request.path_params["track_id"]
        track = self._state.track(wanted)
        if track is None or track.upload_id != video.id:
            raise ApiError(404, "NOT_FOUND")
        return _accepted(request, self._state.submit_destruction(track))

    async def find_job_result(self, request: Request) -> Response:
        """GET /job-results/:job_id: 404 while the job runs (and for ever if there is none).

        A failed job is a 200 whose attributes.status is 400 or more and whose payload is an error
        body. The body of the 404 is inferred.
        """
        job_id = request.path_params["job_id"]
        outcome = self._state.outcome(job_id)
        if outcome is None:
            raise ApiError(404, "NOT_FOUND")
        attributes = {"status": outcome.status, "payload": outcome.payload}
        return JSONResponse(
            {"data": {"type": "job_result", "id": job_id, "attributes": attributes}}
        )

    async def create_upload_request(self, request: Request) -> Response:
        """POST /upload-requests, page "Create a new upload": 201, which is inferred."""
        asked = await read_attributes(request, _UploadRequestAttributes, ("upload_request",))
        request_id = f"/7/{secrets.randbelow(10**10):010}-{asked.filename}"
        self._state.files[request_id] = None
        note(request, Effect.UPLOAD_REQUEST_CREATED)
        url = str(request.base_url.replace(path=f"{OWN_PREFIX}storage{request_id}", query=""))
        attributes = {"url": url, "request_headers": {UPLOAD_SIGNATURE: "1"}}
        return JSONResponse(
            {"data": {"type": "upload_request", "id": request_id, "attributes": attributes}}, 201
        )

    async def store_file(self, request: Request) -> Response:
        """PUT to an upload request's URL, for which S3 stands at the vendor.

        The request_headers must come along; the refusals are worded by us.
        """
        request_id = f"/{request.path_params['request_id']}"
        if request_id not in self._state.files or UPLOAD_SIGNATURE not in request.headers:
            return Response("SignatureDoesNotMatch", 403)
        self._state.files[request_id] = await request.body()
        note(request, Effect.FILE_UPLOADED)
        return Response(status_code=200)

    async def text(self, request: Request) -> Response:
        """GET {mux}/{playback_id}/text/{track_id}.vtt, without a token.

        The address is Mux's; that a DatoCMS track's id serves in it is inferred, as is the 404 of
        what is not ready.
        """
        text = self._state.text(request.path_params["playback_id"], request.path_params["track_id"])
        return Response(status_code=404) if text is None else Response(text, media_type="text/vtt")

    def _upload(self, request: Request) -> Upload:
        upload = self._state.uploads.get(request.path_params["upload_id"])
        if upload is None:
            raise ApiError(404, "NOT_FOUND")
        return upload

    def _video(self, request: Request) -> Upload:
        upload = self._upload(request)
        if not upload.is_video:
            raise ApiError(422, "NOT_A_VIDEO")
        return upload

    def _video_to_change(self, request: Request) -> Upload:
        """Tracks cannot be changed in a sandbox environment; the code says so, 422 is inferred."""
        if environment_of(request) == SANDBOX_ENVIRONMENT:
            raise ApiError(422, "IMMUTABLE_UPLOAD_TRACKS_IN_SANDBOX_ENVIRONMENT")
        return self._video(request)

    def _content(self, url_or_request_id: str) -> bytes | None:
        if url_or_request_id.startswith(("https://", "http://")):
            return None
        content = self._state.files.get(url_or_request_id)
        if content is None:
            details = {"field": "url_or_upload_request_id", "code": "VALIDATION_INVALID"}
            raise ApiError(422, "INVALID_FIELD", {**details})
        return content


def _accepted(request: Request, job_id: str) -> Response:
    note(request, Effect.JOB_CREATED)
    return JSONResponse({"data": {"type": "job", "id": job_id}}, 202)


def datocms_app(state: DatoCmsState, stage: Stage) -> ASGIApp:
    """The vendor's whole server with the layers of the stage around it."""
    site = DatoCms(state)

    def route(path: str, handler: Handler, method: str = "GET") -> Route:
        async def checked(request: Request) -> Response:
            check_headers(request)
            return await handler(request)

        return Route(path, checked, methods=[method])

    tracks = "/uploads/{upload_id}/tracks"
    app = Starlette(
        routes=[
            route("/site", site.site),
            route("/uploads", site.list_uploads),
            route("/uploads/{upload_id}", site.find_upload),
            route(tracks, site.list_tracks),
            route(tracks, site.create_track, "POST"),
            route(f"{tracks}/generate-subtitles", site.generate_subtitles, "POST"),
            route(f"{tracks}/{{track_id}}", site.destroy_track, "DELETE"),
            route("/job-results/{job_id}", site.find_job_result),
            route("/upload-requests", site.create_upload_request, "POST"),
            Route(f"{OWN_PREFIX}storage/{{request_id:path}}", site.store_file, methods=["PUT"]),
            Route(f"{MUX_PATH}/{{playback_id}}/text/{{track_id}}.vtt", site.text),
        ],
        exception_handlers={ApiError: answer_api_error, HTTPException: answer_no_endpoint},
    )

    async def settle() -> None:
        state.settle()

    layered = stage.layered(app, DatoCmsVendor())
    stage.log.settle.append(settle)
    return layered
