"""Whatever JSON DatoCMS sends, its newer requests answer or raise one of our errors."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence

import httpx
from hypothesis import given
from hypothesis import strategies as st

import datocms_pages as dato
from doubles import DATOCMS_URL, TOKEN, NotedLimiter
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_tools.errors import MediaTracksError
from media_tracks_tools.plans import Ref
from media_tracks_tools.ports import VideoQuery

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]

KEYS = st.sampled_from(["data", "attributes", "id", "url", "type", "request_headers", "status"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(["http://x:y", "https://[", "https://\0", "é", "a\nb", 10**400])
)
ANY_JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)


@st.composite
def places(draw: st.DrawFn) -> Json:
    """An upload request in which parts are any JSON."""
    attributes: dict[str, Json] = {
        "url": draw(LEAVES | st.just(dato.STORAGE_URL)),
        "request_headers": draw(ANY_JSON | st.dictionaries(st.text(), st.text(), max_size=3)),
    }
    place: dict[str, Json] = {"id": draw(LEAVES | st.just("/7/a")), "attributes": attributes}
    return {"data": place}


def calls(provider: DatoCMS) -> list[Callable[[], Awaitable[object]]]:
    """The requests of uploads, deletions, texts and searches."""
    edit, deletion = dato.edit_of("x"), Ref(what="deletion", id="1")
    return [
        provider.check_writing,
        lambda: provider.find_videos(VideoQuery(query="launch")),
        lambda: provider.read_subtitles(dato.UPLOAD, dato.TRACK_ID),
        lambda: provider.survey(dato.at(dato.SUBTITLES, "upload")),
        lambda: provider.survey(dato.at(edit, "upload")),
        lambda: provider.survey(dato.at(dato.DELETE_AUDIO, "delete")),
        lambda: provider.send(dato.at(dato.SUBTITLES, "name")),
        lambda: provider.send(dato.at(dato.SUBTITLES, "upload")),
        lambda: provider.send(dato.at(edit, "create")),
        lambda: provider.send(dato.at(dato.DELETE_AUDIO, "delete")),
        lambda: provider.watch(dato.at(dato.DELETE_AUDIO, "deletion", deletion)),
    ]


@given(
    st.sampled_from([200, 201, 202, 204, 302, 403, 404, 422, 429, 503]),
    ANY_JSON | places() | st.just({"data": [dato.track()]}) | st.just({"data": dato.upload()}),
)
def test_any_json_is_an_answer_or_one_of_our_errors(status: int, body: Json) -> None:
    content = json.dumps(body, allow_nan=True).encode()

    async def ask() -> None:
        transport = httpx.MockTransport(lambda _: httpx.Response(status, content=content))
        async with httpx.AsyncClient(transport=transport) as client:
            provider = DatoCMS(
                "d", TOKEN, base_url=DATOCMS_URL, limiter=NotedLimiter(), client=client
            )
            for call in calls(provider):
                with contextlib.suppress(MediaTracksError):
                    await call()

    asyncio.run(ask())
