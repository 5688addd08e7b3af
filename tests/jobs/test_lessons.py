"""What is remembered of steps watched to their end, and what followers make of it."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, select

from job_world import World
from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs.database import Mode
from media_tracks_server.jobs.events import Event
from media_tracks_server.jobs.learning import COLD, FEWEST, NEWEST, Followed, Outlook
from media_tracks_server.jobs.machine import advance
from media_tracks_server.jobs.store import Commit, WorkStore
from media_tracks_server.jobs.tables import followed
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.errors import Unavailable
from media_tracks_tools.models import JobState, TrackStatus
from plans_and_rows import ACCOUNT, PROBLEM, REQUEST, SURVEY, TRACK
from store_world import HERE
from waiting import eventually
from wire import Vendor, VendorAccount

SURVEYED, ACCEPTED = ev.Surveyed(survey=SURVEY), ev.Accepted(refs=())
NOT_YET, DONE = ev.StillGoing(progress=None), ev.Finished(result=TRACK)
HICCUP = ev.Hiccup(error=PROBLEM, retry_after=1)
LENGTH = 60.0


class Follower:
    """One job that is moved by hand, at the times its row says unless told otherwise."""

    def __init__(self, world: World, video: str = "v1") -> None:
        self._world = world
        self._store: WorkStore = world.store(1e9)
        self._video = video

    async def begin(self) -> None:
        request = REQUEST.model_copy(update={"video_id": self._video})
        await self._world.ask(HERE, request)
        ((self._claim, self.work),) = await self._store.claim([ACCOUNT], 1)

    async def happens(self, *events: Event) -> None:
        """Commit what becomes of each, one after another at one moment."""
        for event in events:
            after, _ = advance(self.work, event, self._world.clock())
            await self.put(after)

    async def put(self, after: Work) -> None:
        assert await self.commit(after) is Commit.DONE
        self.work = after

    async def commit(self, after: Work) -> Commit:
        return await self._store.commit(self._claim, self.work, after, release=False)

    async def let_go(self) -> None:
        await self._store.release_all()

    async def in_time(self, *events: Event) -> None:
        """Each at the moment for which the row put it down."""
        for event in events:
            self._world.clock.turn(self.work.next_at - self._world.clock())
            await self.happens(event)

    async def follow(self) -> None:
        """Through both WATCH steps: 1 + 2 s, then 1 s."""
        await self.begin()
        await self.happens(SURVEYED, ACCEPTED)
        await self.in_time(NOT_YET, DONE, DONE)


async def lessons(world: World, stage: str = "job") -> list[Followed]:
    columns = select(followed.c.media_length, followed.c.not_yet, followed.c.done, followed.c.first)
    of_it = columns.where(followed.c.stage == stage, followed.c.account_fp == ACCOUNT)

    def read(connection: Connection) -> list[Followed]:
        rows = connection.execute(of_it.order_by(followed.c.seq)).all()
        return [Followed(row.media_length, row.not_yet, row.done, bool(row.first)) for row in rows]

    return await world.database.run(read, Mode.READ)


def close(one: Followed) -> Followed:
    return replace(one, not_yet=round(one.not_yet, 3), done=round(one.done, 3))


async def test_each_step_teaches_between_which_looks_it_was_done(world: World) -> None:
    await Follower(world).follow()
    assert [close(one) for one in await lessons(world)] == [Followed(LENGTH, 1.0, 3.0, first=False)]
    assert [close(one) for one in await lessons(world, "track")] == [
        Followed(LENGTH, 0.0, 1.0, first=True)
    ]


async def test_a_track_that_was_there_or_had_been_begun_teaches_nothing(world: World) -> None:
    there = Follower(world)
    await there.begin()
    await there.happens(ev.Surveyed(survey=SURVEY.model_copy(update={"existing": TRACK})))
    assert there.work.state is JobState.SUCCEEDED
    preparing = TRACK.model_copy(update={"status": TrackStatus.PREPARING})
    begun = Follower(world, "v2")
    await begun.begin()
    await begun.happens(ev.Surveyed(survey=SURVEY.model_copy(update={"existing": preparing})))
    await begun.in_time(NOT_YET, DONE, DONE)
    assert begun.work.state is JobState.SUCCEEDED
    assert await lessons(world) == await lessons(world, "track") == []


async def test_an_adopted_track_teaches_nothing_for_nobody_knows_when_it_was_begun(
    world: World,
) -> None:
    follower = Follower(world)
    await follower.begin()
    unknown = ev.OutcomeUnknown(error=PROBLEM)
    await follower.happens(SURVEYED, unknown, ev.LookedFor(found=(TRACK,)))
    await follower.in_time(NOT_YET, DONE, DONE)
    assert follower.work.state is JobState.SUCCEEDED
    assert await lessons(world) == await lessons(world, "track") == []


@pytest.mark.parametrize(("late", "learned"), [(4.0, 1), (6.0, 0), (8 * 3600.0, 0)])
async def test_a_look_that_comes_long_after_its_time_teaches_nothing(
    world: World, late: float, learned: int
) -> None:
    follower = Follower(world)
    await follower.begin()
    await follower.happens(SURVEYED, ACCEPTED)
    await follower.in_time(NOT_YET)
    world.clock.turn(follower.work.next_at - world.clock() + late)
    await follower.happens(DONE)
    assert follower.work.step == 2
    assert len(await lessons(world)) == learned


@pytest.mark.parametrize(
    "event",
    [NOT_YET, ev.VendorFailed(error=PROBLEM), ev.Vanished(), HICCUP],
    ids=["not yet", "failed", "gone", "no answer"],
)  # fmt: skip
async def test_what_did_not_end_well_teaches_nothing(world: World, event: Event) -> None:
    follower = Follower(world)
    await follower.begin()
    await follower.happens(SURVEYED, ACCEPTED)
    await follower.in_time(event)
    assert await lessons(world) == []


async def test_what_was_found_done_while_a_person_was_asked_teaches_nothing(world: World) -> None:
    follower = Follower(world)
    await follower.begin()
    await follower.happens(SURVEYED, ACCEPTED)
    await follower.put(follower.work.model_copy(update={"phase": Phase.ATTENTION}))
    await follower.happens(DONE)
    assert follower.work.step == 2
    assert await lessons(world) == []


async def test_a_move_that_another_process_made_first_teaches_nothing(world: World) -> None:
    follower = Follower(world)
    await follower.begin()
    await follower.happens(SURVEYED, ACCEPTED)
    await follower.let_go()
    after, _ = advance(follower.work, DONE, follower.work.next_at)
    assert await follower.commit(after) is Commit.LOST
    assert await lessons(world) == []


async def test_of_each_step_only_the_newest_are_kept(world: World) -> None:
    for number in range(NEWEST + 3):
        await Follower(world, f"v{number}").follow()
    for stage in ("job", "track"):
        assert len(await lessons(world, stage)) == NEWEST


async def test_accounts_and_stages_are_learned_apart(world: World) -> None:
    for number in range(FEWEST):
        await Follower(world, f"v{number}").follow()
    store = world.store()
    follower = Follower(world, "new")
    await follower.begin()
    await follower.happens(SURVEYED, ACCEPTED)
    job = await store.lessons.outlook(follower.work)
    assert job.first_wait(LENGTH) == Outlook(await lessons(world)).first_wait(LENGTH)
    assert job.first_wait(LENGTH) != COLD.first_wait(LENGTH)
    track = await store.lessons.outlook(follower.work.model_copy(update={"step": 2}))
    assert track.first_wait(LENGTH) == Outlook(await lessons(world, "track")).first_wait(LENGTH)
    other = follower.work.model_copy(update={"account_fp": "e" * 64})
    assert (await store.lessons.outlook(other)).first_wait(LENGTH) == COLD.first_wait(LENGTH)


async def test_a_driver_looks_first_when_such_steps_were_done_before(world: World) -> None:
    for number in range(FEWEST):
        follower = Follower(world, f"v{number}")
        await follower.begin()
        await follower.happens(SURVEYED, ACCEPTED)
        await follower.in_time(*[NOT_YET] * 8, DONE, DONE)
    expected = Outlook(await lessons(world)).first_wait(None)
    assert expected > 20
    vendor = Vendor(polls_until_ready=1)
    provider = VendorAccount(vendor)
    async with world.driving(provider):
        job_id = await world.ask(provider)
        await world.until(job_id, JobState.RUNNING)
        work = await world.work_of(job_id)
        assert work.next_at - work.step_since == pytest.approx(expected)
        world.clock.turn(expected - 1)
        world.bell.ring()
        await eventually(lambda: vendor.count("survey"))
        assert vendor.count("watch job") == 0
        world.clock.turn(1.1)
        await eventually(lambda: vendor.count("watch job") == 1)


async def test_a_driver_follows_no_schedule_while_looks_fail(world: World) -> None:
    for number in range(FEWEST):
        follower = Follower(world, f"v{number}")
        await follower.begin()
        await follower.happens(SURVEYED, ACCEPTED)
        await follower.in_time(*[NOT_YET] * 8, DONE, DONE)
    vendor = Vendor(polls_until_ready=1)
    provider = VendorAccount(vendor)
    async with world.driving(provider):
        job_id = await world.ask(provider)
        await world.until(job_id, JobState.RUNNING)
        vendor.reads = [Unavailable("502")]
        world.clock.turn((await world.work_of(job_id)).next_at - world.clock())
        world.bell.ring()

        async def told() -> Work | None:
            work = await world.work_of(job_id)
            return work if work.error else None

        work = await eventually(told)
    assert work.next_at - world.clock() == pytest.approx(2.0)
