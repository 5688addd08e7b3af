"""A token that is revoked for a while, and captions that outlive a failed replacement."""

from pathlib import Path

import pytest

from changes import generate, regenerate
from fault_site import Site
from fault_world import world
from media_tracks_tools.models import JobState

_OLD = "uploaded it ready: Let us take a look."
_KEPT = "subtitles Italiano ready: Let us take a look."


def made_since(place: Site, begun: int) -> list[str]:
    place.settle()
    return [entry.effect.value for entry in place.log()[begun:] if entry.effect]


@pytest.mark.parametrize("vendor", ["datocms", "cloudflare"])
async def test_a_job_waits_while_the_token_is_refused_and_goes_on_when_it_is_good_again(
    vendor: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place: Site = request.getfixturevalue(vendor)
    async with world(place, tmp_path) as here:
        begun = len(place.log())
        job_id = await here.ask(await generate(here))
        await here.until(job_id, lambda _: bool(here.wire.written))
        here.wire.token = "revoked"
        job = await here.until(job_id, lambda job: job.error is not None)
        assert (job.state, job.error and job.error.code) == (
            JobState.RUNNING,
            "credential_refused",
        )
        await here.until(job_id, lambda job: job.updated_at.timestamp() > place.clock() - 1)
        here.wire.token = None
        job = await here.end(job_id)
    assert (job.state, job.error) == (JobState.SUCCEEDED, None)
    made = {"datocms": ["job-created", "track-created"], "cloudflare": ["caption-created"]}
    assert made_since(place, begun) == made[vendor]


@pytest.mark.parametrize("vendor", ["datocms", "cloudflare"])
async def test_a_token_that_stays_refused_makes_a_followed_job_need_attention(
    vendor: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place: Site = request.getfixturevalue(vendor)
    async with world(place, tmp_path) as here:
        job_id = await here.ask(await generate(here))
        await here.until(job_id, lambda _: bool(here.wire.written))
        here.wire.token = "revoked"
        job = await here.end(job_id)
        assert (job.state, job.error and job.error.code) == (
            JobState.NEEDS_ATTENTION,
            "credential_refused",
        )
        here.wire.token = None
        assert (await here.until(job_id, lambda job: job.state.ended)).state is JobState.SUCCEEDED


async def test_captions_outlive_generations_that_fail_each_time(
    cloudflare: Site, tmp_path: Path
) -> None:
    async with world(cloudflare, tmp_path) as here:
        begun = len(cloudflare.log())
        cloudflare.arm("job-fails")
        cloudflare.arm("job-fails")
        job = await here.end(await here.ask(await regenerate(here)))
        held = cloudflare.holds(here.video)
    assert (job.state, job.error and job.error.code) == (JobState.FAILED, "generation_failed")
    assert held == (_OLD,)
    assert made_since(cloudflare, begun) == [
        *("caption-deleted", "caption-created") * 2,
        "caption-uploaded",
    ]


async def test_captions_outlive_a_generation_that_is_cancelled_before_it_was_asked_for(
    cloudflare: Site, tmp_path: Path
) -> None:
    async with world(cloudflare, tmp_path) as here:
        here.wire.before = lambda number: cloudflare.arm("5xx-before") if number == 2 else None
        job_id = await here.ask(await regenerate(here))
        await here.until(job_id, lambda _: len(here.wire.written) == 2)
        assert cloudflare.holds(here.video) == ()
        await here.board.cancel(job_id)
        await here.until(job_id, lambda _: len(here.wire.written) == 3)
        assert cloudflare.holds(here.video) == (_OLD,)


@pytest.mark.parametrize("fault", ["job-fails", "track-errors"])
async def test_the_old_subtitles_stay_where_the_new_ones_fail(
    fault: str, datocms: Site, tmp_path: Path
) -> None:
    async with world(datocms, tmp_path) as here:
        datocms.arm(fault)
        job = await here.end(await here.ask(await regenerate(here)))
        assert job.state is JobState.FAILED
        assert _KEPT in datocms.holds(here.video)
        assert not [one for one in here.wire.written if one.startswith("DELETE")]
