"""Faults of requests, on each vendor over HTTP: what the client sees and what the log says."""

import json
import socket

import httpx
import pytest

from media_tracks_server.sandbox import ManualClock, running
from subjects import Subject, opened
from waiting import eventually


def codes(response: httpx.Response) -> list[object]:
    """The error codes of either vendor."""
    body = response.json()
    if "data" in body:
        return [one["attributes"]["code"] for one in body["data"]]
    return [one["code"] for one in body["errors"]]


@pytest.mark.parametrize(
    ("fault", "status", "datocms", "cloudflare"),
    [
        ("429", 429, "RATE_LIMIT_EXCEEDED", 971),
        ("429-no-wait", 429, "RATE_LIMIT_EXCEEDED", 971),
        ("5xx-before", 500, "EXCEPTION", None),
        ("transient", 503, "SERVICE_UNAVAILABLE", 10001),
    ],
)
def test_a_refusal_without_effect_is_in_the_vendors_words_and_comes_once(
    subject: Subject, fault: str, status: int, datocms: str, cloudflare: int | None
) -> None:
    subject.sandbox.arm(fault)
    assert subject.read().status_code == 200
    response = subject.generate()
    assert response.status_code == status
    expected = datocms if subject.vendor == "datocms" else cloudflare
    assert (codes(response) if response.content else [None]) == [expected]
    assert subject.last().status == status
    assert subject.last().effect is None
    assert subject.generate().status_code == subject.accepted
    assert subject.last().effect == subject.effect


def test_only_a_plain_429_says_how_long_to_wait(subject: Subject) -> None:
    header = {"datocms": "x-ratelimit-reset", "cloudflare": "retry-after"}[subject.vendor]
    subject.sandbox.arm("429", "429-no-wait")
    assert subject.generate().headers[header] == "1"
    assert header not in subject.generate().headers


def test_a_transient_error_of_datocms_says_that_it_is_one(subject: Subject) -> None:
    subject.sandbox.arm("transient", "5xx-before")
    marks = ['"transient":true' in subject.generate().text for _ in range(2)]
    assert marks == [subject.vendor == "datocms", False]


def test_a_500_may_come_after_the_effect(subject: Subject) -> None:
    subject.sandbox.arm("5xx-after")
    assert subject.generate().status_code == 500
    assert subject.log() == [("POST", 500, subject.effect)]


@pytest.mark.parametrize("fault", ["drop-before", "drop-after"])
def test_a_dropped_connection_has_no_answer(subject: Subject, fault: str) -> None:
    subject.sandbox.arm(fault)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        subject.generate()
    effect = subject.effect if fault == "drop-after" else None
    assert subject.log() == [("POST", 0, effect)]
    assert subject.read().status_code == 200


async def test_an_answer_that_never_comes_hides_an_effect(subject: Subject) -> None:
    subject.sandbox.arm("timeout-after")
    with pytest.raises(httpx.ReadTimeout):
        subject.generate(timeout=0.5)
    assert await eventually(subject.log) == [("POST", 0, subject.effect)]


@pytest.mark.parametrize("fault", ["timeout-after", "slow-body"])
def test_a_connection_is_held_for_a_bounded_time(vendor: str, fault: str) -> None:
    with running(vendor, faults=[fault], hold_seconds=0.05) as info, opened(info) as subject:
        with pytest.raises(httpx.RemoteProtocolError):
            subject.generate()
        assert subject.last().effect == subject.effect


def test_a_slow_body_begins_and_stalls(subject: Subject) -> None:
    subject.sandbox.arm("slow-body")
    begun = bytearray()

    def read(answer: httpx.Response) -> None:
        for part in answer.iter_raw():
            begun.extend(part)

    body = subject.body
    with subject.client.stream("POST", subject.generation, json=body, timeout=0.5) as answer:
        assert answer.status_code == subject.accepted
        assert answer.headers["content-type"] == "application/json"
        with pytest.raises(httpx.ReadTimeout):
            read(answer)
    assert begun.startswith(b"{")
    assert len(begun) < int(answer.headers["content-length"])
    assert subject.log() == [("POST", subject.accepted, subject.effect)]


async def test_a_held_connection_lets_go_when_the_sandbox_stops(
    vendor: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with running(vendor, faults=["timeout-after@any"]) as info, opened(info) as subject:
        url = subject.client.base_url
        held = socket.create_connection((url.host, url.port or 0))
        request = subject.client.build_request("GET", subject.listing)
        lines = [f"GET {request.url.raw_path.decode()} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in request.headers.items()]
        held.sendall("\r\n".join([*lines, "", ""]).encode())
        await eventually(subject.sandbox.log)
    assert held.recv(100) == b""
    held.close()
    assert capfd.readouterr() == ("", "")


def test_a_late_effect_comes_after_its_connection_was_closed(
    subject: Subject, clock: ManualClock
) -> None:
    subject.sandbox.arm("late-effect")
    with pytest.raises(httpx.RemoteProtocolError):
        subject.generate()
    clock.advance(1.9)
    assert subject.log() == [("POST", 0, None)]
    clock.advance(0.1)
    assert subject.log() == [("POST", 0, None), ("LATE", subject.accepted, subject.effect)]


def test_what_a_late_effect_starts_is_as_old_as_the_effect(
    subject: Subject, clock: ManualClock
) -> None:
    subject.sandbox.arm("late-effect")
    before = subject.count()
    with pytest.raises(httpx.RemoteProtocolError):
        subject.generate()
    clock.advance(2 + 10 + 3)  # late, the job, and DatoCMS's track
    assert subject.count() == before + 1
    assert '"ready"' in subject.read().text
    assert '"inprogress"' not in subject.read().text
    assert '"preparing"' not in subject.read().text


def test_a_web_page_may_answer_with_success(subject: Subject) -> None:
    subject.sandbox.arm("html")
    response = subject.generate()
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert "<!doctype html>" in response.text
    assert subject.log() == [("POST", 200, subject.effect)]


def test_an_answer_may_be_cut_off(subject: Subject) -> None:
    subject.sandbox.arm("bad-json")
    response = subject.generate()
    assert response.status_code == subject.accepted
    assert response.headers["content-type"] == "application/json"
    assert response.text.startswith("{")
    with pytest.raises(json.JSONDecodeError):
        response.json()
    assert subject.log() == [("POST", subject.accepted, subject.effect)]


def test_an_answer_may_be_empty(subject: Subject) -> None:
    subject.sandbox.arm("empty")
    response = subject.generate()
    assert (response.status_code, response.content) == (subject.accepted, b"")
    assert subject.log() == [("POST", subject.accepted, subject.effect)]


def test_a_fault_that_needs_an_effect_waits_for_a_request_that_has_one(subject: Subject) -> None:
    subject.sandbox.arm("5xx-after")
    wrong = subject.generation.replace("/tracks/", "x/tracks/").replace("/captions/", "x/captions/")
    assert subject.client.post(wrong, json=subject.body).status_code == 404
    assert subject.generate().status_code == 500
    assert subject.log() == [("POST", 404, None), ("POST", 500, subject.effect)]


def test_a_token_dies_for_good_and_alone(subject: Subject) -> None:
    subject.sandbox.arm("token-dies")
    assert subject.read().status_code == 200
    for response in (subject.generate(), subject.read()):
        assert response.status_code == 401
        assert codes(response) in (["INVALID_AUTHORIZATION_HEADER"], [10000])
    info = subject.sandbox.datocms or subject.sandbox.cloudflare
    assert info
    other = {"Authorization": f"Bearer {info.read_only_token}"}
    assert subject.client.get(subject.listing, headers=other).status_code == 200
    assert {effect for *_, effect in subject.log()} == {None}


def test_a_read_meets_a_fault_only_if_any_request_may(subject: Subject) -> None:
    subject.sandbox.arm("5xx-before", "bad-json@any")
    with pytest.raises(json.JSONDecodeError):
        subject.read().json()
    assert subject.read().json()
    assert subject.generate().status_code == 500


def test_a_fault_with_a_probability_comes_again_and_again(vendor: str) -> None:
    def statuses() -> list[int]:
        with running(vendor, faults=["429:0.5"], seed=7) as info, opened(info) as subject:
            return [subject.generate().status_code for _ in range(12)]

    first = statuses()
    assert first == statuses()
    assert 1 < first.count(429) < 12
