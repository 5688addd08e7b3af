"""Several drivers on one file, and what one of them leaves behind."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from job_world import ENDED, FAILED, FAST, QUICK, SUCCEEDED, World
from local_wire import LocalAccount
from media_tracks_server.jobs.driver import HELD_AT_MOST
from media_tracks_server.jobs.tables import work
from media_tracks_server.jobs.work import Phase
from media_tracks_tools.models import JobState
from media_tracks_tools.plans import Plan, Survey, Task
from plans_and_rows import LOCAL, REQUEST
from waiting import eventually
from wire import Post, Vendor, VendorAccount


async def test_a_driver_that_is_stopped_in_the_middle_of_sending_leaves_the_rest_to_another(
    fast_world: World,
) -> None:
    vendor = Vendor(posts=[Post.HANGS])
    first, second = VendorAccount(vendor), VendorAccount(vendor)
    async with fast_world.driving(first):
        job_id = await fast_world.ask(first)
        await first.sending.wait()
    assert (await fast_world.work_of(job_id)).phase is Phase.SENT
    async with fast_world.driving(second):
        handle = await fast_world.until(job_id, *ENDED)
    assert (handle.state, vendor.count("POST"), vendor.count("effect")) == (SUCCEEDED, 1, 1)


async def test_two_drivers_on_one_file_send_once_for_each_question(fast_world: World) -> None:
    vendor = Vendor()
    first, second = VendorAccount(vendor), VendorAccount(vendor)
    async with fast_world.driving(first), fast_world.driving(second):
        jobs = [
            await fast_world.ask(first, REQUEST.model_copy(update={"video_id": f"v{number}"}))
            for number in range(12)
        ]
        for job_id in jobs:
            await fast_world.until(job_id, *ENDED)
    assert vendor.count("POST") == len(vendor.tracks) <= 12


async def test_a_driver_whose_row_was_taken_stops_what_it_does(world: World) -> None:
    vendor = Vendor(posts=[Post.HANGS])
    provider = VendorAccount(vendor)
    async with world.driving(provider):
        job_id = await world.ask(provider)
        await provider.sending.wait()
        await world.database.run(
            lambda c: c.execute(update(work).values(owner="another", gen=work.c.gen + 1)) and None
        )
        world.clock.turn(3600 * FAST)  # the other one hangs, and its lease runs out
        handle = await world.until(job_id, JobState.RUNNING, *ENDED)
    assert vendor.count("POST") == 1
    assert handle.work.refs


async def test_a_driver_that_lost_its_row_during_the_survey_sends_nothing(
    world: World,
) -> None:
    class Robbed(VendorAccount):
        async def survey(self, task: Task) -> Survey:
            await world.database.run(
                lambda c: c.execute(update(work).values(owner="another")) and None
            )
            return await super().survey(task)

    vendor = Vendor()
    provider = Robbed(vendor)
    async with world.driving(provider, pace=replace(QUICK, tick=3600)) as driver:
        await world.ask(provider)
        await eventually(lambda: vendor.count("survey") == 1)
        await eventually(lambda: driver.held == 0)
    assert vendor.count("POST") == 0


async def test_what_ended_long_ago_is_forgotten_when_a_driver_starts(world: World) -> None:
    provider = VendorAccount(Vendor(tracks=["t1"]))
    async with world.driving(provider):
        await world.until(await world.ask(provider), SUCCEEDED)
    world.clock.turn(31 * 86400)
    async with world.driving(provider):

        async def forgotten() -> bool:
            return await world.rows() == []

        await eventually(forgotten)


async def test_a_bug_in_one_row_stops_no_other(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Untidy(LocalAccount):
        def discard(self, task: Task) -> None:
            super().discard(task)
            raise ZeroDivisionError

    untidy = Untidy(tmp_path, ["begin fails"])
    provider = VendorAccount(Vendor(tracks=["t1"]))
    async with world.driving(untidy, provider):
        await world.until(await world.ask(untidy), FAILED)
        await eventually(lambda: "met a bug" in caplog.text)
        await world.until(await world.ask(provider), SUCCEEDED)


async def test_a_machine_that_slept_between_the_intent_and_the_request_sends_nothing(
    fast_world: World,
) -> None:
    """A lease that is over before any commit returns stands in for the sleep."""
    vendor = Vendor()
    provider = VendorAccount(vendor)
    async with fast_world.driving(provider, store=fast_world.store(lease=0.01)):
        job_id = await fast_world.ask(provider)
        await eventually(lambda: vendor.count("survey") >= 3)

        async def told() -> bool:
            error = (await fast_world.work_of(job_id)).error
            return error is not None and "asleep" in error.message

        await eventually(told)
    assert vendor.count("POST") == 0


async def test_a_plan_that_nobody_can_do_fails_with_our_own_error(world: World) -> None:
    class Mistaken(VendorAccount):
        def plan_generate_subtitles(self, _: object) -> Plan:
            return LOCAL

    provider = Mistaken(Vendor())
    async with world.driving(provider):
        handle = await world.until(await world.ask(provider), *ENDED)
    assert handle.work.error is not None
    assert handle.work.error.code == "internal_error"


async def test_full_hands_leave_the_rest_to_others(fast_world: World) -> None:
    vendor = Vendor(posts=[Post.HANGS] * HELD_AT_MOST, listed=False)
    provider = VendorAccount(vendor)
    for number in range(HELD_AT_MOST + 5):
        await fast_world.ask(provider, REQUEST.model_copy(update={"video_id": f"v{number}"}))
    async with fast_world.driving(provider):
        await eventually(lambda: vendor.count("POST") >= HELD_AT_MOST)
        await fast_world.database.run(lambda _: None)
    assert vendor.count("POST") == HELD_AT_MOST
