"""Who may watch what: only what the same caller could read."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import unquote

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.types import (
    EmptyResult,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    UnsubscribeRequestParams,
)
from pydantic import ValidationError
from starlette.requests import Request

from media_tracks_server.protocol_errors import protocol_error
from media_tracks_server.watching.announcer import Announcer
from media_tracks_server.watching.watched import Subscriber, Watch
from media_tracks_tools import links
from media_tracks_tools.errors import CallerError, MediaTracksError, NotFound
from media_tracks_tools.services import Services, Supplies

Asked = ServerRequestContext[Supplies, Request]

MOST_ON_A_STREAM = 500
"""Of the URIs that one `subscriptions/listen` names, so many are looked up; the rest is ignored."""
_SESSION = "mcp-session-id"


class ListenGate:
    """Middleware: leaves in `subscriptions/listen` the resources that its caller may read.

    What is left is what the server agrees to in its acknowledgement.
    """

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer

    async def __call__(self, ctx: Asked, call_next: CallNext) -> HandlerResult:
        """Watch what may be watched, as long as the stream is open."""
        wanted = _wanted(ctx)
        if not wanted or ctx.params is None:
            return await call_next(ctx)
        try:
            services = await ctx.lifespan_context.services()
            newest = await self._announcer.newest()
            watches = await _readable(services, wanted)
        except MediaTracksError as error:
            raise protocol_error(error) from error
        uris = [watch.uri for watch in watches]
        asked = ctx.params["notifications"] | {"resourceSubscriptions": uris}
        self._announcer.tell_from(newest)
        with self._announcer.watched.by_stream(watches):
            return await call_next(replace(ctx, params={**ctx.params, "notifications": asked}))


def serve_subscribe(server: Server[Supplies], announcer: Announcer) -> None:
    """Serve `resources/subscribe` and `resources/unsubscribe` of 2025-11-25, and say so.

    Not where HTTP is stateless: there is no stream on which such a client could be told.
    """

    async def subscribe(ctx: Asked, params: SubscribeRequestParams) -> EmptyResult:
        try:
            services = await ctx.lifespan_context.services()
            newest = await announcer.newest()
            watch = await watch_of(services, params.uri)
        except MediaTracksError as error:
            raise protocol_error(error) from error
        announcer.tell_from(newest)
        announcer.watched.subscribe(watch, Subscriber(_connection(ctx), ctx.session))
        return EmptyResult()

    async def unsubscribe(ctx: Asked, params: UnsubscribeRequestParams) -> EmptyResult:
        announcer.watched.unsubscribe(params.uri, _connection(ctx))
        return EmptyResult()

    server.add_request_handler("resources/subscribe", SubscribeRequestParams, subscribe)
    server.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, unsubscribe)


async def watch_of(services: Services, uri: str) -> Watch:
    """What this URI stands for. Raises NotFound or CallerError where it can't be read."""
    scheme, _, rest = uri.partition("://")
    account, _, path = rest.partition("/")
    if scheme == _scheme(links.JOB):
        job = await services.jobs.get(rest)
        return Watch(uri, links.job_uri(job.job_id), over=job.state.ended)
    if scheme == _scheme(links.SUBTITLES):
        path = path.rpartition("/")[0]
    elif scheme != _scheme(links.TRACKS):
        raise NotFound(f"There is no resource {uri[:200]!r}.", code="unknown_resource")
    located = services.accounts.locate(f"{account}/{unquote(path)}")
    return Watch(uri, links.tracks_uri(located.video))


def _scheme(template: str) -> str:
    return template.partition("://")[0]


def _wanted(ctx: Asked) -> list[str]:
    """The resources that a valid `subscriptions/listen` names; what is not valid, the SDK says."""
    if ctx.method != "subscriptions/listen":
        return []
    try:
        asked = SubscriptionsListenRequestParams.model_validate(ctx.params or {}, by_name=False)
    except ValidationError:
        return []
    return asked.notifications.resource_subscriptions or []


async def _readable(services: Services, uris: Iterable[str]) -> list[Watch]:
    found: list[Watch] = []
    for uri in list(dict.fromkeys(uris))[:MOST_ON_A_STREAM]:
        try:
            found.append(await watch_of(services, uri))
        except CallerError:
            continue
    return found


def _connection(ctx: Asked) -> str:
    """The session of stateful HTTP; stdio and memory have one connection a process."""
    headers: Mapping[str, str] = ctx.request.headers if ctx.request else {}
    return headers.get(_SESSION, "")
