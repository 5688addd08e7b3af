"""What is done when nobody can tell: late lists, labels that may repeat, what the user said."""

from collections import Counter
from pathlib import Path

import pytest

from changes import add_by_url, generate
from fault_site import JOB_SECONDS, Site, site
from fault_world import World, world
from media_tracks_server.jobs.uncertain import OnUncertain
from media_tracks_tools.models import Choice, Job, JobState

SUCCEEDED, FAILED = JobState.SUCCEEDED, JobState.FAILED
NEEDS_ATTENTION, CANCELLED = JobState.NEEDS_ATTENTION, JobState.CANCELLED
_ADOPTED = ("DatoCMS's answer to the request was lost", "may have made it")
_LATE = 30.0
_VERY_LATE = 100.0


def effects(place: Site) -> Counter[str]:
    place.settle()
    return Counter(entry.effect.value for entry in place.log() if entry.effect)


async def run(place: Site, here: World, *faults: str) -> Job:
    for fault in faults:
        place.arm(fault)
    return await here.end(await here.ask(await generate(here)))


@pytest.mark.parametrize("fault", ["drop-after", "5xx-after", "timeout-after", "html", "slow-body"])
async def test_datocms_lists_a_track_late_and_it_is_waited_for(fault: str, tmp_path: Path) -> None:
    with site("datocms", visible_after=_LATE) as place:
        async with world(place, tmp_path) as here:
            job = await run(place, here, fault)
        assert job.state is SUCCEEDED
        assert job.result
        assert all(words in (job.result.notes or ("",))[-1] for words in _ADOPTED)
        assert effects(place) == {"job-created": 1, "track-created": 1}


@pytest.mark.parametrize("fault", ["drop-after", "5xx-after", "timeout-after", "html", "slow-body"])
async def test_cloudflare_lists_captions_late_and_they_are_waited_for(
    fault: str, tmp_path: Path
) -> None:
    with site("cloudflare", visible_after=_LATE) as place:
        async with world(place, tmp_path) as here:
            job = await run(place, here, fault)
        assert job.state is SUCCEEDED
        assert effects(place) == {"caption-created": 1}


async def test_what_cloudflare_lists_after_all_patience_is_refused_a_second_time_and_found(
    tmp_path: Path,
) -> None:
    with site("cloudflare", visible_after=_VERY_LATE) as place:
        async with world(place, tmp_path) as here:
            job = await run(place, here, "drop-after")
            assert [one.split("/")[-1] for one in here.wire.written] == ["generate"] * 2
        assert job.state is SUCCEEDED
        assert effects(place) == {"caption-created": 1}


async def test_a_label_that_may_repeat_is_no_reason_for_a_second_track_that_is_listed_in_time(
    tmp_path: Path,
) -> None:
    with site("cloudflare", labels_unique=False, visible_after=_LATE) as place:
        async with world(place, tmp_path) as here:
            place.arm("drop-after")
            job = await here.end(await here.ask(await add_by_url(here)))
        assert job.state is SUCCEEDED
        assert effects(place) == {"track-created": 1}


async def test_a_label_that_may_repeat_and_is_listed_too_late_makes_two_tracks(
    tmp_path: Path,
) -> None:
    """The documented price of taking Cloudflare's labels for a key (cloudflare/plans.py)."""
    with site("cloudflare", labels_unique=False, visible_after=_VERY_LATE) as place:
        async with world(place, tmp_path) as here:
            place.arm("drop-after")
            job = await here.end(await here.ask(await add_by_url(here)))
            tracks = [one for one in place.holds(here.video) if one.startswith("audio")]
        assert job.state is SUCCEEDED
        assert effects(place) == {"track-created": 2}
        assert tracks == ["audio Polski ready"] * 2


@pytest.mark.parametrize(
    ("said", "fault", "state", "made"),
    [
        (OnUncertain.ASK, "drop-before", NEEDS_ATTENTION, 0),
        (OnUncertain.SUBMIT_AGAIN, "drop-before", SUCCEEDED, 1),
        (OnUncertain.GIVE_UP, "drop-before", FAILED, 0),
        (OnUncertain.ASK, "drop-after", SUCCEEDED, 1),
        (OnUncertain.SUBMIT_AGAIN, "drop-after", SUCCEEDED, 1),
        (OnUncertain.GIVE_UP, "drop-after", SUCCEEDED, 1),
    ],
)
async def test_what_the_user_said_beforehand_is_done_and_only_in_doubt(
    said: OnUncertain, fault: str, state: JobState, made: int, tmp_path: Path
) -> None:
    with site("datocms") as place:
        async with world(place, tmp_path, said) as here:
            job = await run(place, here, fault)
        assert job.state is state
        assert effects(place)["track-created"] == made


async def test_submitting_again_happens_once_and_then_a_person_is_asked(tmp_path: Path) -> None:
    with site("datocms") as place:
        async with world(place, tmp_path, OnUncertain.SUBMIT_AGAIN) as here:
            job = await run(place, here, "drop-before", "drop-before")
            assert len(here.wire.written) == 2
        assert (job.state, effects(place)) == (NEEDS_ATTENTION, {})


async def test_a_person_submits_again_and_gets_one_track(datocms: Site, tmp_path: Path) -> None:
    async with world(datocms, tmp_path) as here:
        begun = len(datocms.log())
        job = await run(datocms, here, "drop-before")
        await here.board.resolve(job.job_id, Choice.SUBMIT_AGAIN)
        job = await here.end(job.job_id)
        assert job.state is SUCCEEDED
        made = [one.effect for one in datocms.log()[begun:] if one.effect]
        assert made == ["job-created", "track-created"]


async def test_a_track_that_comes_after_all_patience_is_adopted_without_a_person(
    tmp_path: Path,
) -> None:
    with site("datocms", late_seconds=1000.0) as place:
        async with world(place, tmp_path) as here:
            job = await run(place, here, "late-effect")
            assert job.state is NEEDS_ATTENTION
            job = await here.until(job.job_id, lambda job: job.state.ended)
        assert job.state is SUCCEEDED
        assert effects(place) == {"job-created": 1, "track-created": 1}


@pytest.mark.parametrize("vendor", ["datocms", "cloudflare"])
@pytest.mark.parametrize("fault", [None, "drop-after", "429", "html"])
async def test_a_cancelled_job_that_is_asked_for_again_goes_on_without_a_second_effect(
    vendor: str, fault: str | None, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place: Site = request.getfixturevalue(vendor)
    async with world(place, tmp_path) as here:
        begun = len(place.log())
        if fault:
            place.arm(fault)
        wanted = await generate(here)
        first = await here.ask(wanted)
        await here.until(first, lambda _: bool(here.wire.written))
        assert (await here.board.cancel(first)).state is CANCELLED
        second = await here.ask(wanted)
        assert second != first
        assert (await here.end(second)).state is SUCCEEDED
        assert (await here.board.get(first)).state is CANCELLED
    place.clock.advance(JOB_SECONDS)
    made = [one.effect for one in place.log()[begun:] if one.effect]
    kinds = {"datocms": ["job-created", "track-created"], "cloudflare": ["caption-created"]}
    assert made == kinds[vendor]
