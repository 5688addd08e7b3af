"""The Cloudflare API as far as Stream needs it: token checks, videos, audio tracks, captions."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from media_tracks_server.sandbox.cloudflare_query import limit_is_a_number, select_videos
from media_tracks_server.sandbox.cloudflare_state import CloudflareState
from media_tracks_server.sandbox.cloudflare_tracks import (
    AudioEndpoints,
    CaptionEndpoints,
    video_of,
)
from media_tracks_server.sandbox.cloudflare_vendor import CloudflareVendor
from media_tracks_server.sandbox.cloudflare_wire import (
    Credential,
    StreamError,
    answer_no_route,
    answer_stream_error,
    bearer_of,
    check_access,
    envelope,
    read_body,
)
from media_tracks_server.sandbox.log import Effect, note
from media_tracks_server.sandbox.stage import Stage

Handler = Callable[[Request], Awaitable[Response]]

API_PREFIX = "/client/v4"
_STREAM = "/accounts/{account_id}/stream"
_VIDEO = f"{_STREAM}/{{video_uid}}"
_AUDIO = f"{_VIDEO}/audio"
_CAPTIONS = f"{_VIDEO}/captions"


class _VideoEdit(BaseModel):
    model_config = ConfigDict(strict=True)

    meta: dict[str, object] = {}
    creator: str | None = None
    require_signed_urls: bool = Field(default=False, alias="requireSignedURLs")
    public_details: dict[str, object] = Field(default={}, alias="publicDetails")
    allowed_origins: list[str] = Field(default=[], alias="allowedOrigins")
    thumbnail_timestamp_pct: float = Field(default=0, alias="thumbnailTimestampPct", ge=0, le=1)
    scheduled_deletion: str | None = Field(default=None, alias="scheduledDeletion")


class VideoEndpoints:
    """The API reference's Stream: list, one, edit."""

    def __init__(self, state: CloudflareState) -> None:
        self._state = state

    async def list(self, request: Request) -> Response:
        """GET …/stream: only `include_counts` adds `range` and `total`, beside the result."""
        if not limit_is_a_number(request.query_params):
            return Response(status_code=500)
        page = select_videos(self._state.videos.values(), request.query_params)
        wants_counts = request.query_params.get("include_counts") == "true"
        counts = {"range": page.range, "total": page.total} if wants_counts else {}
        return envelope([video.document() for video in page.videos], counts)

    async def get(self, request: Request) -> Response:
        """GET …/stream/:uid."""
        return envelope(video_of(self._state, request).document())

    async def edit(self, request: Request) -> Response:
        """POST …/stream/:uid (not PATCH).

        The documentation does not say whether `meta` is merged or replaced; we replace it.
        """
        video = video_of(self._state, request)
        changes = (await read_body(request, _VideoEdit)).model_dump(exclude_unset=True)
        edited = replace(video, **changes)
        edited = replace(edited, allowed_origins=tuple(edited.allowed_origins))
        if edited != video:
            edited = replace(edited, modified=datetime.now(UTC).isoformat())
            self._state.videos[video.uid] = edited
            note(request, Effect.VIDEO_EDITED)
        return envelope(edited.document())


async def verify_user_token(request: Request) -> Response:
    """GET /user/tokens/verify: an account-owned token is 1000 here (third party's measurement)."""
    return _verified(request, (Credential.USER, Credential.READ_ONLY, Credential.WITHOUT_STREAM))


async def verify_account_token(request: Request) -> Response:
    """GET /accounts/:account_id/tokens/verify: that a user's token is 1000 here is inferred."""
    return _verified(request, (Credential.ACCOUNT,))


def _verified(request: Request, known: tuple[Credential, ...]) -> Response:
    if bearer_of(request) not in known:
        raise StreamError(401, 1000, "Invalid API Token")
    return envelope({"id": "ed17574386854bf78a67040be0a770b0", "status": "active"})


def _checked(state: CloudflareState, handler: Handler) -> Handler:
    async def checked(request: Request) -> Response:
        check_access(request, state.account_id)
        return await handler(request)

    return checked


def _routes(state: CloudflareState) -> list[Route]:
    videos, audio, captions = VideoEndpoints(state), AudioEndpoints(state), CaptionEndpoints(state)
    table: tuple[tuple[str, str, Handler], ...] = (
        ("GET", _STREAM, videos.list),
        ("GET", _VIDEO, videos.get),
        ("POST", _VIDEO, videos.edit),
        ("GET", _AUDIO, audio.list),
        ("POST", _AUDIO, audio.upload),
        ("POST", f"{_AUDIO}/copy", audio.copy),
        ("PATCH", f"{_AUDIO}/{{audio_uid}}", audio.edit),
        ("DELETE", f"{_AUDIO}/{{audio_uid}}", audio.delete),
        ("GET", _CAPTIONS, captions.list),
        ("GET", f"{_CAPTIONS}/{{language}}", captions.get),
        ("PUT", f"{_CAPTIONS}/{{language}}", captions.upload),
        ("DELETE", f"{_CAPTIONS}/{{language}}", captions.delete),
        ("POST", f"{_CAPTIONS}/{{language}}/generate", captions.generate),
        ("GET", f"{_CAPTIONS}/{{language}}/vtt", captions.vtt),
    )
    return [
        Route("/user/tokens/verify", verify_user_token),
        Route("/accounts/{account_id}/tokens/verify", verify_account_token),
        *(Route(path, _checked(state, handler), methods=[verb]) for verb, path, handler in table),
    ]


def cloudflare_app(state: CloudflareState, stage: Stage) -> ASGIApp:
    """The vendor's whole server with the layers of the stage around it."""
    app = Starlette(
        routes=[Mount(API_PREFIX, routes=_routes(state))],
        exception_handlers={StreamError: answer_stream_error, HTTPException: answer_no_route},
    )
    return stage.layered(app, CloudflareVendor())
