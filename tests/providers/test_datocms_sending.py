"""DatoCMS: plans, and requests that write, byte for byte as its pages show them."""

import httpx
import pytest
import respx

from datocms_pages import (
    ADD,
    GENERATE,
    GENERATE_URL,
    JOB,
    TRACK_ID,
    TRACKS_URL,
    api_error,
    track,
)
from doubles import NotedLimiter, body_of, requests_of, task
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_tools.errors import (
    CallerError,
    CredentialRefused,
    MediaTracksError,
    NotFound,
    NotSupported,
    PermissionMissing,
    RateLimited,
    Refused,
    SetupError,
    Unavailable,
    Unreadable,
)
from media_tracks_tools.plans import (
    Done,
    Plan,
    Ref,
    Sent,
    StepKind,
)


def test_what_creates_is_sent_once_then_watched(datocms: DatoCMS) -> None:
    def told(plan: Plan) -> list[tuple[str, str, float, bool]]:
        return [(step.kind, step.name, step.grace_seconds, step.keyed) for step in plan.steps]

    watched = [("watch", "job", 0.0, False), ("watch", "track", 0.0, False)]
    name = ("again", "name", 0.0, False)
    assert told(datocms.plan_add_audio(ADD)) == [name, ("once", "create", 60.0, False), *watched]
    assert told(datocms.plan_generate_subtitles(GENERATE)) == [
        name,
        ("once", "generate", 60.0, False),
        *watched,
    ]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"source": "talks/intro.m4a"}, NotSupported),
        ({"source": "ftp://example.com/a.mp3"}, NotSupported),
        ({"make_default": True}, NotSupported),
        ({"language": None}, CallerError),
        ({"language": "not a language"}, CallerError),
    ],
)
def test_audio_that_datocms_can_not_take_is_refused(
    datocms: DatoCMS, change: dict[str, object], kind: type[MediaTracksError]
) -> None:
    with pytest.raises(kind) as caught:
        datocms.plan_add_audio(ADD.model_copy(update=change))
    assert caught.value.next_step


@pytest.mark.parametrize(("language", "kind"), [("auto", NotSupported), ("und", CallerError)])
def test_the_language_has_to_be_one(
    datocms: DatoCMS, language: str, kind: type[MediaTracksError]
) -> None:
    with pytest.raises(kind):
        datocms.plan_generate_subtitles(GENERATE.model_copy(update={"language": language}))


async def test_generating_sends_the_newest_clients_body(
    datocms: DatoCMS, wire: respx.MockRouter, limiter: NotedLimiter
) -> None:
    route = wire.post(GENERATE_URL).respond(202, json=JOB)
    sent = await datocms.send(task(GENERATE, "generate", kind=StepKind.ONCE))
    assert sent == Sent(refs=(Ref(what="job", id="4235"),))
    request = route.calls.last.request
    assert request.content.decode() == (
        '{"data":{"type":"subtitles_generation","attributes":'
        '{"language_code":"it-IT","name":"Italiano"}}}'
    )
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["X-Api-Version"] == "3"
    assert (limiter.taken[0][0].interval_seconds, limiter.taken[0][0].burst) == (0.1, 20)


async def test_adding_audio_sends_its_url(datocms: DatoCMS, wire: respx.MockRouter) -> None:
    route = wire.post(TRACKS_URL).respond(202, json=JOB)
    sent = await datocms.send(task(ADD, "create", kind=StepKind.ONCE))
    assert sent == Sent(refs=(Ref(what="job", id="4235"),))
    assert route.calls.last.request.content.decode() == (
        '{"data":{"type":"upload_track","attributes":{"url_or_upload_request_id":'
        '"https://example.com/it.mp3","type":"audio","language_code":"it-IT","name":"Italiano"}}}'
    )


@pytest.mark.parametrize(
    "refusal",
    [
        api_error("INVALID_TYPE", {"expected": ["upload_track"]}),
        api_error("INVALID_FORMAT"),
        api_error("INVALID_FIELD", {"field": "type", "code": "VALIDATION_ENUM"}),
    ],
)
async def test_a_server_that_knows_only_the_older_type_gets_it_and_is_remembered(
    datocms: DatoCMS, wire: respx.MockRouter, refusal: dict[str, object]
) -> None:
    route = wire.post(GENERATE_URL).mock(
        side_effect=[
            httpx.Response(422, json=refusal),
            httpx.Response(202, json=JOB),
            httpx.Response(202, json=JOB),
        ]
    )
    for _ in range(2):
        await datocms.send(task(GENERATE, "generate"))
    types = [body_of(request) for request in requests_of(route)]
    attributes = {"language_code": "it-IT", "name": "Italiano"}
    assert types == [
        {"data": {"type": kind, "attributes": attributes}}
        for kind in ("subtitles_generation", "upload_track", "upload_track")
    ]


async def test_the_older_type_is_tried_once_only(datocms: DatoCMS, wire: respx.MockRouter) -> None:
    route = wire.post(GENERATE_URL).respond(422, json=api_error("INVALID_TYPE"))
    with pytest.raises(Refused):
        await datocms.send(task(GENERATE, "generate"))
    assert route.call_count == 2


async def test_once_the_older_type_is_known_a_refusal_stands(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    refused = httpx.Response(422, json=api_error("INVALID_TYPE"))
    route = wire.post(GENERATE_URL).mock(
        side_effect=[refused, httpx.Response(202, json=JOB), refused]
    )
    await datocms.send(task(GENERATE, "generate"))
    with pytest.raises(Refused):
        await datocms.send(task(GENERATE, "generate"))
    assert route.call_count == 3


REFUSALS: list[tuple[int, object, type[MediaTracksError], str]] = [
    (422, api_error("INVALID_FIELD", {"field": "name"}), Refused, "INVALID_FIELD"),
    (422, api_error("NO_PRIMARY_AUDIO_TRACK"), Refused, "NO_PRIMARY_AUDIO_TRACK"),
    (422, api_error("NOT_A_VIDEO"), NotSupported, "not_supported"),
    (422, api_error("CONCURRENT_UPLOAD_UPDATE"), RateLimited, "rate_limited"),
    (422, api_error("ANYTHING", transient=True), RateLimited, "rate_limited"),
    (503, api_error("ANYTHING", transient=True), RateLimited, "rate_limited"),
    (503, api_error("MAINTENANCE_MODE"), RateLimited, "rate_limited"),
    (503, api_error("SERVICE_UNAVAILABLE"), Unavailable, "unavailable"),
    (500, api_error("NOT_A_VIDEO"), Unavailable, "unavailable"),
    (500, api_error("DEACTIVATED_SITE"), SetupError, "setup"),
    (403, api_error("INSUFFICIENT_PERMISSIONS"), PermissionMissing, "permission_missing"),
    (401, api_error("INVALID_AUTHORIZATION_HEADER"), CredentialRefused, "credential_refused"),
    (404, api_error("INVALID_ENDPOINT"), SetupError, "setup"),
    (404, api_error("NOT_FOUND"), NotFound, "not_found"),
    (422, {"data": []}, Refused, "refused"),
    (422, ["no", "error"], Refused, "refused"),
]


@pytest.mark.parametrize(("status", "body", "kind", "code"), REFUSALS)
async def test_a_refusal_is_sent_once_and_says_whose_side_it_is_on(
    datocms: DatoCMS,
    wire: respx.MockRouter,
    status: int,
    body: object,
    kind: type[MediaTracksError],
    code: str,
) -> None:
    route = wire.post(TRACKS_URL).respond(status, json=body)
    with pytest.raises(MediaTracksError) as caught:
        await datocms.send(task(ADD, "create"))
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert caught.value.next_step
    assert route.call_count == 1


async def test_the_details_of_a_refusal_are_quoted(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    details = {"field": "name", "code": "VALIDATION_UNIQUENESS"}
    wire.post(TRACKS_URL).respond(422, json=api_error("INVALID_FIELD", details))
    with pytest.raises(Refused, match="VALIDATION_UNIQUENESS"):
        await datocms.send(task(ADD, "create"))


async def test_a_track_given_at_once_is_taken(datocms: DatoCMS, wire: respx.MockRouter) -> None:
    wire.post(TRACKS_URL).respond(200, json={"data": track()})
    sent = await datocms.send(task(ADD, "create"))
    assert sent.refs == (Ref(what="given", id=TRACK_ID), Ref(what="track", id=TRACK_ID))
    assert await datocms.watch(task(ADD, "job", *sent.refs)) == Done()
    assert wire.calls.call_count == 1


@pytest.mark.parametrize(
    "body", ["", "<html>", "{}", '{"data":{"type":"site","id":"1"}}', '{"data":{"type":"job"}}']
)
async def test_an_accepted_write_with_an_unreadable_answer_is_never_repeated(
    datocms: DatoCMS, wire: respx.MockRouter, body: str
) -> None:
    route = wire.post(GENERATE_URL).respond(200, text=body)
    with pytest.raises(Unreadable):
        await datocms.send(task(GENERATE, "generate"))
    assert route.call_count == 1
