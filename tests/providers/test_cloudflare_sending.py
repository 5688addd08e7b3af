"""Cloudflare: plans, and requests that write, byte for byte as its pages show them."""

import pytest
import respx

from cloudflare_pages import (
    ADD,
    AUDIO_UID,
    AUDIO_URL,
    COPY_URL,
    GENERATE,
    GENERATE_URL,
    TRACK_REF,
    audio,
    caption,
    failure,
    ok,
)
from doubles import TOKEN, NotedLimiter, task
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_tools.errors import (
    CallerError,
    CredentialRefused,
    InternalError,
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
    Plan,
    Ref,
    Sent,
    StepKind,
)


def told(plan: Plan) -> list[tuple[str, str, float, bool]]:
    """A plan in short."""
    return [(step.kind, step.name, step.grace_seconds, step.keyed) for step in plan.steps]


def test_the_plans_are_keyed_by_label_and_language(cloudflare: CloudflareStream) -> None:
    generate = cloudflare.plan_generate_subtitles(GENERATE)
    assert told(generate) == [
        ("again", "clear", 5.0, False),
        ("once", "generate", 10.0, True),
        ("watch", "caption", 0.0, False),
    ]
    assert [step.spoils for step in generate.steps] == [True, False, False]
    assert [step.name for step in generate.undo] == ["restore"]
    assert generate.redoes == 1
    copy = [("once", "copy", 10.0, True), ("watch", "audio", 0.0, False)]
    assert told(cloudflare.plan_add_audio(ADD)) == copy
    default = ADD.model_copy(update={"make_default": True})
    assert told(cloudflare.plan_add_audio(default)) == [*copy, ("again", "default", 0.0, False)]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"source": "talks/intro.m4a"}, NotSupported),
        ({"label": "  "}, CallerError),
        ({"label": "a\nb"}, CallerError),
    ],
)
def test_audio_that_cloudflare_can_not_take_is_refused(
    cloudflare: CloudflareStream, change: dict[str, object], kind: type[MediaTracksError]
) -> None:
    with pytest.raises(kind):
        cloudflare.plan_add_audio(ADD.model_copy(update=change))


@pytest.mark.parametrize("language", ["auto", "sv", "zh-Hant"])
def test_another_language_is_refused_with_those_there_are(
    cloudflare: CloudflareStream, language: str
) -> None:
    with pytest.raises(NotSupported) as caught:
        cloudflare.plan_generate_subtitles(GENERATE.model_copy(update={"language": language}))
    assert "cs, nl, en, fr, de, it, ja, ko, pl, pt, ru, es" in (caught.value.next_step or "")


async def test_generating_posts_without_a_body(
    cloudflare: CloudflareStream, wire: respx.MockRouter, limiter: NotedLimiter
) -> None:
    route = wire.post(GENERATE_URL).respond(json=ok(caption(status="inprogress")))
    sent = await cloudflare.send(task(GENERATE, "generate", kind=StepKind.ONCE))
    assert sent == Sent(refs=(Ref(what="track", id="en-GB"),))
    request = route.calls.last.request
    assert request.content == b""
    assert "Content-Type" not in request.headers
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert (limiter.taken[0][0].interval_seconds, limiter.taken[0][0].burst) == (0.4, 400)


async def test_adding_audio_sends_label_and_url(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    route = wire.post(COPY_URL).respond(json=ok(audio(status="queued")))
    sent = await cloudflare.send(task(ADD, "copy", kind=StepKind.ONCE))
    assert sent == Sent(refs=(TRACK_REF,))
    request = route.calls.last.request
    assert request.content == b'{"label":"Italiano","url":"https://example.com/it.mp3"}'
    assert request.headers["Content-Type"] == "application/json"


async def test_the_default_is_set_afterwards(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    route = wire.patch(f"{AUDIO_URL}/{AUDIO_UID}").respond(json=ok(audio(default=True)))
    sent = await cloudflare.send(task(ADD, "default", TRACK_REF, kind=StepKind.AGAIN))
    assert sent == Sent(refs=(TRACK_REF,))
    assert route.calls.last.request.content == b'{"default":true}'


@pytest.mark.parametrize(("step", "refs"), [("default", ()), ("dance", (TRACK_REF,))])
async def test_a_step_that_makes_no_sense_is_our_bug(
    cloudflare: CloudflareStream, step: str, refs: tuple[Ref, ...]
) -> None:
    with pytest.raises(InternalError):
        await cloudflare.send(task(ADD, step, *refs))


REFUSALS: list[tuple[int, object, type[MediaTracksError], str]] = [
    (409, failure(10005, "label is not unique"), Refused, "10005"),
    (400, failure(6003, "Invalid request headers"), CredentialRefused, "credential_refused"),
    (401, failure(1000, "Invalid API Token"), CredentialRefused, "credential_refused"),
    (403, failure(10000, "Authentication error"), CredentialRefused, "credential_refused"),
    (403, failure(10002, "Stream not enabled"), SetupError, "setup"),
    (403, failure(9109, "Unauthorized"), PermissionMissing, "permission_missing"),
    (404, failure(10003, "Not Found"), NotFound, "not_found"),
    (404, failure(7003, "No route for the URI"), SetupError, "setup"),
    (429, failure(971, "Please wait and consider throttling"), RateLimited, "rate_limited"),
    (500, failure(10000, "Authentication error"), Unavailable, "unavailable"),
    (500, None, Unavailable, "unavailable"),
    (422, {"errors": []}, Refused, "refused"),
    (422, {"errors": None}, Refused, "refused"),
]


@pytest.mark.parametrize(("status", "body", "kind", "code"), REFUSALS)
async def test_a_refusal_is_sent_once_and_says_whose_side_it_is_on(
    cloudflare: CloudflareStream,
    wire: respx.MockRouter,
    status: int,
    body: object,
    kind: type[MediaTracksError],
    code: str,
) -> None:
    route = wire.post(COPY_URL).respond(status, json=body)
    with pytest.raises(MediaTracksError) as caught:
        await cloudflare.send(task(ADD, "copy"))
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert caught.value.next_step
    assert route.call_count == 1


async def test_cloudflares_words_are_quoted(
    cloudflare: CloudflareStream, wire: respx.MockRouter
) -> None:
    wire.post(GENERATE_URL).respond(400, json=failure(10005, "video missing audio"))
    with pytest.raises(Refused, match="Cloudflare says: “video missing audio”"):
        await cloudflare.send(task(GENERATE, "generate"))


@pytest.mark.parametrize("body", ["", "<html>", "{}", '{"result":null,"success":false}'])
async def test_an_accepted_write_with_an_unreadable_answer_is_never_repeated(
    cloudflare: CloudflareStream, wire: respx.MockRouter, body: str
) -> None:
    route = wire.post(COPY_URL).respond(200, text=body)
    with pytest.raises(Unreadable):
        await cloudflare.send(task(ADD, "copy"))
    assert route.call_count == 1
