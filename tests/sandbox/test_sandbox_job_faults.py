"""Faults of what a request starts, and the switches, on each vendor over HTTP."""

import httpx

from media_tracks_server.sandbox import ManualClock, running
from subjects import Subject, opened


def job_result(subject: Subject, accepted: httpx.Response) -> httpx.Response:
    """The result of the job that DatoCMS accepted."""
    return subject.client.get(f"/job-results/{accepted.json()['data']['id']}")


def italian(subject: Subject) -> dict[str, object] | None:
    """The newest Italian subtitles as they are listed."""
    answer = subject.read().json()
    if subject.vendor == "cloudflare":
        found = [one for one in answer["result"] if one["language"] == "it"]
    else:
        every = [one["attributes"] for one in answer["data"]]
        found = [one for one in every if one["language_code"] == "it-IT"]
    return found[-1] if found else None


def test_a_job_that_never_ends_holds_up_no_other(subject: Subject, clock: ManualClock) -> None:
    subject.sandbox.arm("never-ends")
    first = subject.generate()
    clock.advance(10**9)
    if subject.vendor == "cloudflare":
        caption = italian(subject)
        assert caption
        assert caption["status"] == "inprogress"
        return
    second = subject.generate()
    clock.advance(10)
    assert job_result(subject, first).status_code == 404
    assert job_result(subject, second).status_code == 200
    assert [effect for *_, effect in subject.log() if effect] == [
        "job-created",
        "job-created",
        "track-created",
    ]


def test_a_job_may_fail(subject: Subject, clock: ManualClock) -> None:
    subject.sandbox.arm("job-fails")
    accepted = subject.generate()
    assert accepted.status_code == subject.accepted
    clock.advance(13)
    if subject.vendor == "cloudflare":
        caption = italian(subject)
        assert caption
        assert caption["status"] == "error"
        assert subject.generate().status_code == 409
        return
    attributes = job_result(subject, accepted).json()["data"]["attributes"]
    assert attributes["status"] == 422
    (error,) = attributes["payload"]["data"]
    assert (error["type"], error["attributes"]["code"]) == ("api_error", "MUX_ERROR")
    assert italian(subject) is None


def test_a_track_may_end_in_an_error(subject: Subject, clock: ManualClock) -> None:
    subject.sandbox.arm("track-errors")
    accepted = subject.generate()
    clock.advance(9.9)
    assert subject.vendor == "datocms" or (italian(subject) or {})["status"] == "inprogress"
    clock.advance(3.1)
    track = italian(subject)
    assert track
    assert track["status"] == {"cloudflare": "error", "datocms": "errored"}[subject.vendor]
    if subject.vendor == "datocms":
        assert job_result(subject, accepted).json()["data"]["attributes"]["status"] == 200
        assert track["error"] == "The input could not be processed"


def test_an_audio_track_of_cloudflare_may_end_in_an_error(clock: ManualClock) -> None:
    with (
        running("cloudflare", 10, clock=clock, faults=["job-fails", "never-ends"]) as info,
        opened(info) as subject,
    ):
        audio = subject.listing.replace("captions", "audio")
        for label in ("Deutsch", "Italiano", "Polski"):
            body = {"label": label, "url": "https://example.com/a.mp3"}
            assert subject.client.post(f"{audio}/copy", json=body).is_success
        clock.advance(10)
        listed = subject.client.get(audio).json()["result"]["audio"]
        assert [one["status"] for one in listed] == ["ready", "error", "queued", "ready"]


def test_the_removal_of_a_datocms_track_may_fail(clock: ManualClock) -> None:
    with (
        running("datocms", 10, clock=clock, faults=["track-errors", "job-fails"]) as info,
        opened(info) as subject,
    ):
        tracks = subject.read().json()["data"]
        accepted = subject.client.delete(f"{subject.listing}/{tracks[-1]['id']}")
        clock.advance(10)
        assert job_result(subject, accepted).json()["data"]["attributes"]["status"] == 422
        assert subject.read().json()["data"] == tracks


def test_a_new_track_is_seen_only_after_a_while(vendor: str, clock: ManualClock) -> None:
    with (
        running(vendor, 10, clock=clock, visible_after=20) as info,
        opened(info) as subject,
    ):
        before = subject.count()
        accepted = subject.generate()
        shown_at = {"cloudflare": 20, "datocms": 30}[vendor]
        clock.advance(shown_at - 0.1)
        assert subject.count() == before
        if vendor == "cloudflare":
            for path in ("it", "it/vtt"):
                assert subject.client.get(f"{subject.listing}/{path}").status_code == 404
            assert subject.generate().status_code == 409
        else:
            assert job_result(subject, accepted).json()["data"]["attributes"]["status"] == 200
            assert "MUX_ERROR" in refused_again(subject, clock)
        clock.advance(0.1)
        assert subject.count() == before + 1


def refused_again(subject: Subject, clock: ManualClock) -> str:
    """What a second generation of the same name ends with, found without passing time for good."""
    again = subject.generate()
    clock.advance(10)
    text = job_result(subject, again).text
    clock.advance(-10)
    return text


def test_a_hidden_track_can_be_deleted(clock: ManualClock) -> None:
    with (
        running("cloudflare", 10, clock=clock, visible_after=20) as info,
        opened(info) as subject,
    ):
        subject.generate()
        assert subject.client.delete(f"{subject.listing}/it").is_success
        assert subject.generate().is_success


def test_a_caption_that_is_replaced_stays_in_sight(clock: ManualClock) -> None:
    with (
        running("cloudflare", 0, clock=clock, visible_after=20) as info,
        opened(info) as subject,
    ):
        path = f"{subject.listing}/it"
        subject.generate()
        clock.advance(20)
        subject.client.put(path, files={"file": ("it.vtt", b"WEBVTT\n")})
        assert subject.client.get(path).json()["result"]["generated"] is False


def test_names_need_not_be_unique(vendor: str, clock: ManualClock) -> None:
    with (
        running(vendor, 10, clock=clock, labels_unique=False) as info,
        opened(info) as subject,
    ):
        if vendor == "datocms":
            jobs = [subject.generate(), subject.generate()]
            clock.advance(10)
            results = [job_result(subject, job).json()["data"]["attributes"] for job in jobs]
            assert [result["status"] for result in results] == [200, 200]
            return
        audio = subject.listing.replace("captions", "audio")
        body = {"label": "Français", "url": "https://example.com/a.mp3"}
        assert subject.client.post(f"{audio}/copy", json=body).status_code == 200
        listed = subject.client.get(audio).json()["result"]["audio"]
        assert [one["label"] for one in listed] == ["Français", "Français"]


def test_a_rate_is_enforced_and_counted_down(vendor: str, clock: ManualClock) -> None:
    counter, wait, left = {
        "datocms": ("x-ratelimit-remaining", "x-ratelimit-reset", "0"),
        "cloudflare": ("ratelimit", "retry-after", '"default";r=0;t=3'),
    }[vendor]
    with running(vendor, clock=clock, rate="3/4.5") as info, opened(info) as subject:
        counters = [subject.read().headers[counter] for _ in range(2)]
        clock.advance(1.5)
        counters.append(subject.read().headers[counter])
        assert [text.replace("r=", "").split(";")[-2:][0] for text in counters] == ["2", "1", "0"]
        for _ in range(2):
            refused = subject.read()
            assert (refused.status_code, refused.headers[counter]) == (429, left)
            assert refused.headers[wait] == "3"
        other = {"Authorization": "Bearer other"}
        assert subject.client.get(subject.listing, headers=other).status_code == 401
        clock.advance(2.9)
        assert subject.read().status_code == 429
        clock.advance(0.1)
        assert [subject.read().status_code for _ in range(3)] == [200, 200, 429]
