"""Whatever JSON a vendor sends, an adapter answers or raises one of our errors."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import httpx
from hypothesis import given
from hypothesis import strategies as st

import cloudflare_pages as cf
import datocms_pages as dato
from doubles import ACCOUNT_ID, CLOUDFLARE_URL, DATOCMS_URL, TOKEN, NotedLimiter
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_tools.errors import InternalError, MediaTracksError
from media_tracks_tools.plans import Plan, Ref, Step, StepKind, Task
from media_tracks_tools.ports import DoesVendorSteps, VideoQuery
from media_tracks_tools.requests import TrackRequest

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
            dato.UPLOAD_REQUEST,
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
            cf.ok([cf.caption(generated=False, status="error")]),
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


FILE = Path(__file__)
REFS = (
    Ref(what="track", id="x"),
    Ref(what="job", id="4235"),
    Ref(what="upload", id=dato.UPLOAD_REQUEST_ID),
    Ref(what="deletion", id="4236"),
    Ref(what="deleted", id="uploaded ready"),
)


def changes(provider: DoesVendorSteps, request: TrackRequest, plan: Plan) -> list[Call]:
    """Surveys, every step, and searches for ours; what reads, also while nothing is known yet."""

    def call(do: Callable[[Task], Awaitable[object]], step: Step, **known: object) -> Call:
        task = Task(work_id="w", request=request, step=step)
        return lambda: do(task.model_copy(update=known))

    known = {"refs": REFS, "baseline": (dato.TRACK_ID,), "attempt": 2, "saved": cf.VTT}
    calls = [call(provider.survey, plan.steps[0]), call(provider.survey, plan.steps[0], **known)]
    for step in (*plan.steps, *plan.undo):
        watched = step.kind is StepKind.WATCH
        calls.append(call(provider.watch if watched else provider.send, step, **known))
        calls += [call(provider.find_ours, step), call(provider.find_ours, step, **known)]
        calls += [call(provider.watch, step)] if watched else []
    return calls


def datocms_calls(provider: DatoCMS) -> list[Call]:
    """Every method that talks to DatoCMS."""
    upload, file = dato.UPLOAD, dato.ADD.model_copy(update={"source": "it.m4a"})
    edit = dato.edit_of(cf.VTT)
    return [
        provider.check,
        provider.check_writing,
        lambda: provider.get_video(upload),
        lambda: provider.find_videos(VideoQuery(limit=1)),
        lambda: provider.find_videos(VideoQuery(query="launch")),
        lambda: provider.list_audio_tracks(upload),
        lambda: provider.list_subtitles(upload),
        lambda: provider.read_subtitles(upload, dato.TRACK_ID),
        *changes(provider, dato.ADD, provider.plan_add_audio(dato.ADD)),
        *changes(provider, file, provider.plan_add_audio(file)),
        *changes(provider, dato.DELETE_AUDIO, provider.plan_delete_audio(dato.DELETE_AUDIO)),
        *changes(provider, dato.GENERATE, provider.plan_generate_subtitles(dato.GENERATE)),
        *changes(provider, dato.SUBTITLES, provider.plan_add_subtitles(dato.SUBTITLES)),
        *changes(provider, edit, provider.plan_edit_subtitles(edit)),
        *changes(
            provider, dato.DELETE_SUBTITLES, provider.plan_delete_subtitles(dato.DELETE_SUBTITLES)
        ),
    ]


def cloudflare_calls(provider: CloudflareStream) -> list[Call]:
    """Every method that talks to Cloudflare."""
    uid, file = cf.UID, cf.ADD.model_copy(update={"source": "it.m4a"})
    default = cf.ADD.model_copy(update={"make_default": True})
    return [
        provider.check,
        provider.check_writing,
        lambda: provider.get_video(uid),
        lambda: provider.find_videos(VideoQuery(limit=1)),
        lambda: provider.find_videos(VideoQuery(query="launch")),
        lambda: provider.list_audio_tracks(uid),
        lambda: provider.list_subtitles(uid),
        lambda: provider.read_subtitles(uid, "en"),
        *changes(provider, default, provider.plan_add_audio(default)),
        *changes(provider, file, provider.plan_add_audio(file)),
        *changes(provider, cf.RENAME, provider.plan_update_audio(cf.RENAME)),
        *changes(provider, cf.DELETE_AUDIO, provider.plan_delete_audio(cf.DELETE_AUDIO)),
        *changes(provider, cf.REPLACE, provider.plan_generate_subtitles(cf.REPLACE)),
        *changes(provider, cf.ADD_TEXT, provider.plan_add_subtitles(cf.ADD_TEXT)),
        *changes(provider, cf.EDIT_TEXT, provider.plan_edit_subtitles(cf.EDIT_TEXT)),
        *changes(provider, cf.DELETE_TEXT, provider.plan_delete_subtitles(cf.DELETE_TEXT)),
    ]


def serving(status: int, body: Json) -> httpx.AsyncClient:
    """A vendor that gives every request the same answer."""
    content = json.dumps(body, allow_nan=True).encode()

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=content)

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


async def make_all(calls: list[Call]) -> None:
    """Anything but one of our errors fails the test; a bug of ours is none of them."""
    for call in calls:
        try:
            await call()
        except InternalError:
            raise
        except MediaTracksError:
            pass


@given(STATUSES, ANY_JSON | nearly(DATOCMS_EXAMPLES))
def test_any_json_from_datocms_is_an_answer_or_one_of_our_errors(status: int, body: Json) -> None:
    async def ask() -> None:
        async with serving(status, body) as client:
            provider = DatoCMS(
                "d",
                TOKEN,
                base_url=DATOCMS_URL,
                limiter=NotedLimiter(),
                client=client,
                files=lambda _: FILE,
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
                files=lambda _: FILE,
            )
            await make_all(cloudflare_calls(provider))

    asyncio.run(ask())
