"""Whatever JSON a vendor sends, an adapter answers or raises one of our errors."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Sequence

import httpx
from hypothesis import given
from hypothesis import strategies as st

import cloudflare_pages as cf
import datocms_pages as dato
from doubles import ACCOUNT_ID, CLOUDFLARE_URL, DATOCMS_URL, TOKEN, NotedLimiter, task
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_tools.errors import MediaTracksError
from media_tracks_tools.plans import Ref
from media_tracks_tools.ports import VideoQuery

Json = None | bool | int | float | str | Sequence["Json"] | dict[str, "Json"]
Call = Callable[[], Awaitable[object]]

STATUSES = st.sampled_from([200, 200, 200, 201, 202, 204, 301, 400, 401, 403, 404, 422, 429, 503])
KEYS = st.sampled_from(
    ["data", "result", "errors", "attributes", "id", "uid", "type", "status", "code", "meta"]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**30, -1, 10**400, 9_999_999_999_999])
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00", "ready", "../x"])
)
ANY_JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)

DATOCMS_EXAMPLES: list[Json] = json.loads(
    json.dumps(
        [
            dato.JOB,
            dato.job_result(200, {"data": dato.track()}),
            dato.job_result(422, dato.api_error("MUX_ERROR", {"field": "x"})),
            dato.api_error("INVALID_TYPE", {"field": "type"}, transient=True),
            {"data": dato.upload()},
            {"data": [dato.upload()], "meta": {"total_count": 31}},
            {"data": [dato.track(), dato.track("2", "audio", status="errored", error="no")]},
        ]
    )
)
CLOUDFLARE_EXAMPLES: list[Json] = json.loads(
    json.dumps(
        [
            cf.ACTIVE,
            cf.failure(10000, "no"),
            cf.ok(cf.video()),
            cf.ok([cf.video(), cf.video(cf.uid(2))]),
            cf.ok({"audio": [cf.audio()]}),
            cf.ok([cf.audio(status="error")]),
            cf.ok([cf.caption()]),
            cf.ok(cf.caption()),
        ]
    )
)


@st.composite
def nearly(draw: st.DrawFn, examples: list[Json]) -> Json:
    """A documented answer in which one value, anywhere, is replaced by any JSON."""
    example = draw(st.sampled_from(examples))
    return _replaced(draw, example)


def _replaced(draw: st.DrawFn, value: Json) -> Json:
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: _replaced(draw, value[key])}
    if isinstance(value, list) and value and draw(st.integers(0, 4)):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], _replaced(draw, value[place]), *value[place + 1 :]]
    return draw(ANY_JSON)


def datocms_calls(provider: DatoCMS) -> list[Call]:
    """Every method that talks to DatoCMS."""
    add, generate, upload = dato.ADD, dato.GENERATE, dato.UPLOAD
    return [
        provider.check,
        lambda: provider.get_video(upload),
        lambda: provider.find_videos(VideoQuery(limit=1)),
        lambda: provider.list_audio_tracks(upload),
        lambda: provider.list_subtitles(upload),
        lambda: provider.survey(task(add, "create")),
        lambda: provider.survey(task(generate, "generate")),
        lambda: provider.send(task(add, "create")),
        lambda: provider.send(task(generate, "generate")),
        lambda: provider.find_ours(task(add, "create")),
        lambda: provider.find_ours(task(generate, "generate")),
        lambda: provider.watch(task(generate, "job", dato.JOB_REF)),
        lambda: provider.watch(task(generate, "track")),
        lambda: provider.watch(task(add, "track", dato.TRACK_REF)),
    ]


def cloudflare_calls(provider: CloudflareStream) -> list[Call]:
    """Every method that talks to Cloudflare."""
    add, generate, uid = cf.ADD, cf.GENERATE, cf.UID
    return [
        provider.check,
        lambda: provider.get_video(uid),
        lambda: provider.find_videos(VideoQuery(limit=1)),
        lambda: provider.list_audio_tracks(uid),
        lambda: provider.list_subtitles(uid),
        lambda: provider.read_subtitles(uid, "en"),
        lambda: provider.survey(task(add, "copy")),
        lambda: provider.survey(task(generate, "generate")),
        lambda: provider.send(task(add, "copy")),
        lambda: provider.send(task(add, "default", Ref(what="track", id="x"))),
        lambda: provider.send(task(generate, "generate")),
        lambda: provider.find_ours(task(add, "copy")),
        lambda: provider.find_ours(task(generate, "generate")),
        lambda: provider.watch(task(add, "audio")),
        lambda: provider.watch(task(generate, "caption")),
    ]


def serving(status: int, body: Json) -> httpx.AsyncClient:
    """A vendor that gives every request the same answer."""
    content = json.dumps(body, allow_nan=True).encode()

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=content)

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


async def make_all(calls: list[Call]) -> None:
    """Anything but one of our errors fails the test."""
    for call in calls:
        with contextlib.suppress(MediaTracksError):
            await call()


@given(STATUSES, ANY_JSON | nearly(DATOCMS_EXAMPLES))
def test_any_json_from_datocms_is_an_answer_or_one_of_our_errors(status: int, body: Json) -> None:
    async def ask() -> None:
        async with serving(status, body) as client:
            provider = DatoCMS(
                "d", TOKEN, base_url=DATOCMS_URL, limiter=NotedLimiter(), client=client
            )
            await make_all(datocms_calls(provider))

    asyncio.run(ask())


@given(STATUSES, ANY_JSON | nearly(CLOUDFLARE_EXAMPLES))
def test_any_json_from_cloudflare_is_an_answer_or_one_of_our_errors(
    status: int, body: Json
) -> None:
    async def ask() -> None:
        async with serving(status, body) as client:
            provider = CloudflareStream(
                "c",
                TOKEN,
                ACCOUNT_ID,
                base_url=CLOUDFLARE_URL,
                limiter=NotedLimiter(),
                client=client,
            )
            await make_all(cloudflare_calls(provider))

    asyncio.run(ask())
