"""What principals ask, see, join and cancel; and the `Jobs` port over it."""

from datetime import UTC, datetime

import anyio
import pytest
from sqlalchemy import update

from job_world import World
from media_tracks_server.accounts import Registry
from media_tracks_server.jobs.bell import Bell
from media_tracks_server.jobs.board import Board
from media_tracks_server.jobs.shown import job_of
from media_tracks_server.jobs.tables import work
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.errors import CallerError, Conflict, DatabaseUnusable, NotFound
from media_tracks_tools.models import Job, JobKind, JobState
from media_tracks_tools.plans import Plan
from media_tracks_tools.requests import AddAudioTrack, GenerateSubtitles, TrackRequest
from media_tracks_tools.services import JobQuery, Located, Wanted
from plans_and_rows import ACCOUNT, LOCAL, PROBLEM, REQUEST, TRACK, UNKEYED
from waiting import eventually
from wire import Vendor, VendorAccount

HERE = VendorAccount(Vendor())
ELSEWHERE = VendorAccount(Vendor(), fingerprint="e" * 64)
AUDIO = AddAudioTrack(
    video_id="v1", source="https://example.com/a.mp3", label="Italiano", language="it"
)


async def ask(
    world: World,
    request: TrackRequest = REQUEST,
    principal: str = "ann",
    provider: VendorAccount = HERE,
    plan: Plan = UNKEYED,
) -> str:
    wanted = Wanted(Located(provider, request.video_id), request, plan)
    return await world.handles(principal).start(wanted)


async def put(world: World, **fields: object) -> Work:
    """Move the one row on, as its driver would."""
    store = world.store()
    await store.release_all()
    await world.database.run(
        lambda c: c.execute(update(work).values(next_at=world.clock())) and None
    )
    ((claim, row),) = await store.claim([ACCOUNT], 1)
    after = row.model_copy(update=fields)
    await store.commit(claim, row, after, release=True)
    return after


async def test_a_job_id_is_long_and_says_nothing(world: World) -> None:
    one, other = await ask(world), await ask(world, AUDIO)
    assert one.startswith("job_")
    assert len({one, other}) == 2
    assert len(one) >= 26


async def test_asking_twice_is_one_job(world: World) -> None:
    assert await ask(world) == await ask(world)
    assert len(await world.rows()) == 1


@pytest.mark.parametrize(
    "request_",
    [
        AUDIO,
        REQUEST.model_copy(update={"video_id": "v2"}),
        REQUEST.model_copy(update={"language": "de"}),
    ],
    ids=["kind", "video", "language"],
)
async def test_another_kind_video_or_language_is_another_job(
    world: World, request_: TrackRequest
) -> None:
    assert await ask(world) != await ask(world, request_)
    assert len(await world.rows()) == 2


async def test_the_same_name_of_another_account_is_another_job(world: World) -> None:
    await ask(world)
    await ask(world, provider=ELSEWHERE)
    assert len(await world.rows()) == 2


async def test_two_roots_that_hold_one_file_share_one_work(world: World) -> None:
    plan = LOCAL.model_copy(update={"subject": "file\n/videos/a.mp4"})
    await ask(world, plan=plan)
    await ask(world, REQUEST.model_copy(update={"video_id": "x"}), provider=ELSEWHERE, plan=plan)
    assert len(await world.rows()) == 1


async def test_two_people_share_the_work_and_see_only_their_own_job(world: World) -> None:
    anns, bobs = await ask(world), await ask(world, principal="bob")
    assert anns != bobs
    assert len(await world.rows()) == 1
    for name, job_id in (("bob", anns), ("ann", bobs)):
        with pytest.raises(NotFound):
            await world.handles(name).get(job_id)
        with pytest.raises(NotFound):
            await world.handles(name).cancel(job_id)


async def test_other_settings_are_refused_and_only_ones_own_job_is_named(world: World) -> None:
    job_id = await ask(world)
    other = REQUEST.model_copy(update={"name": "Italian"})
    with pytest.raises(Conflict) as mine:
        await ask(world, other)
    assert job_id in (mine.value.next_step or "")
    with pytest.raises(Conflict) as anothers:
        await ask(world, other, principal="bob")
    assert job_id not in (anothers.value.next_step or "")


async def test_work_stops_when_the_last_handle_is_cancelled(world: World) -> None:
    anns, bobs = await ask(world), await ask(world, principal="bob")
    await world.handles("ann").cancel(anns)
    assert not (await put(world)).want_stop
    assert (await world.handles("bob").get(bobs)).state is JobState.SUBMITTING
    await world.handles("bob").cancel(bobs)
    assert (await put(world)).want_stop


async def test_a_cancel_is_due_at_once(world: World) -> None:
    job_id = await ask(world)
    await put(world, next_at=world.clock() + 60)
    await world.handles().cancel(job_id)
    assert await world.store().next_due([ACCOUNT]) == world.clock()


async def test_asking_again_after_a_cancel_is_a_new_job_on_the_same_work(world: World) -> None:
    first = await ask(world)
    await world.handles().cancel(first)
    second = await ask(world)
    assert first != second
    assert not (await put(world)).want_stop
    assert (await world.handles().get(first)).state is JobState.CANCELLED
    assert (await world.handles().get(second)).state is JobState.SUBMITTING


async def test_a_job_that_has_ended_can_not_be_cancelled(world: World) -> None:
    job_id = await ask(world)
    await put(world, phase=Phase.DONE, outcome=JobState.SUCCEEDED, result=TRACK)
    assert (await world.handles().cancel(job_id)).state is JobState.SUCCEEDED


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        (Phase.QUEUED, ""),
        (Phase.CHILD, ""),
        (Phase.FOLLOW, "can't be stopped"),
        (Phase.SENT, "can't be stopped"),
        (Phase.UNSURE, "can't be stopped"),
        (Phase.ATTENTION, "may still appear"),
    ],
    ids=str,
)
async def test_a_cancel_says_what_the_vendor_may_still_do(
    world: World, phase: Phase, words: str
) -> None:
    job_id = await ask(world)
    await put(world, phase=phase)
    cancelled = job_of(await world.handles().cancel(job_id))
    assert cancelled.state is JobState.CANCELLED
    assert words in " ".join(cancelled.next_steps)
    assert bool(words) == bool(cancelled.next_steps)


async def test_a_job_shows_what_is_known_of_it(world: World) -> None:
    job_id = await ask(world, AUDIO)
    await put(world, phase=Phase.FOLLOW, step=1, next_at=world.clock() + 9, title="Launch",
              error=PROBLEM)  # fmt: skip
    shown = job_of(await world.handles().get(job_id))
    assert (shown.kind, shown.video, shown.title) == (
        JobKind.ADD_AUDIO_TRACK,
        "vendor/v1",
        "Launch",
    )
    assert (shown.language, shown.label, shown.error) == ("it", "Italiano", PROBLEM)
    assert shown.next_check_at == datetime.fromtimestamp(world.clock() + 9, UTC)
    assert shown.result is None


async def test_a_failed_job_shows_the_track_that_exists(world: World) -> None:
    job_id = await ask(world)
    await put(world, phase=Phase.DONE, outcome=JobState.FAILED, result=TRACK, error=PROBLEM)
    shown = job_of(await world.handles().get(job_id))
    assert (shown.state, shown.result, shown.error) == (JobState.FAILED, TRACK, PROBLEM)
    assert shown.next_check_at is None


async def test_a_job_of_another_version_is_told_and_hides_no_other(world: World) -> None:
    strange = await ask(world)
    await world.database.run(lambda c: c.execute(update(work).values(body='{"news": 1}')) and None)
    good = await ask(world, AUDIO)
    with pytest.raises(DatabaseUnusable) as told:
        await world.handles().get(strange)
    assert told.value.code == "job_of_another_version"
    page = await board(world).list(JobQuery())
    assert [job.job_id for job in page.jobs] == [good]


def board(world: World, bell: Bell | None = None) -> Board:
    return Board(world.handles(), Registry((VendorAccount(Vendor()),), []), bell or world.bell)


async def test_jobs_are_listed_newest_first_page_by_page(world: World) -> None:
    jobs = list[str]()
    for number in range(5):
        world.clock.turn(number % 2)
        jobs.append(await ask(world, REQUEST.model_copy(update={"video_id": f"v{number}"})))
    seen = list[Job]()
    cursor: str | None = None
    for _ in range(3):
        page = await board(world).list(JobQuery(limit=2, cursor=cursor))
        seen += page.jobs
        cursor = page.next_cursor
    assert cursor is None
    assert {job.job_id for job in seen} == set(jobs)
    assert [job.created_at for job in seen] == sorted((j.created_at for j in seen), reverse=True)


async def test_jobs_are_found_by_state_video_and_time(world: World) -> None:
    first = await ask(world)
    await put(world, phase=Phase.FOLLOW, step=1)
    world.clock.turn(100)
    between = datetime.fromtimestamp(world.clock() - 50, UTC)
    second = await ask(world, REQUEST.model_copy(update={"video_id": "v2"}))
    third = await ask(world, AUDIO)
    await world.handles().cancel(third)
    await ask(world, principal="bob")
    await ask(world, provider=ELSEWHERE)

    async def found(query: JobQuery) -> set[str]:
        return {job.job_id for job in (await board(world).list(query)).jobs}

    assert await found(JobQuery()) == {first, second, third}
    assert await found(JobQuery(state=JobState.RUNNING)) == {first}
    assert await found(JobQuery(state=JobState.SUBMITTING)) == {second}
    assert await found(JobQuery(state=JobState.CANCELLED)) == {third}
    assert await found(JobQuery(video="vendor/v1")) == {first, third}
    assert await found(JobQuery(since=between)) == {second, third}


@pytest.mark.parametrize("cursor", ["nonsense", "bm9uc2Vuc2U=", "ü", "eCB5"])
async def test_a_made_up_cursor_is_refused(world: World, cursor: str) -> None:
    with pytest.raises(CallerError) as refused:
        await board(world).list(JobQuery(cursor=cursor))
    assert refused.value.code == "bad_cursor"


async def test_a_follower_hears_of_every_change_until_the_end(world: World) -> None:
    provider = VendorAccount(Vendor())
    located = Located(provider, "v1")
    request = GenerateSubtitles(video_id="v1", language="it", name="Italiano")
    jobs = board(world)
    job_id = await jobs.start(Wanted(located, request, UNKEYED))
    heard = list[JobState]()

    async def follow() -> None:
        async for job in jobs.follow(job_id, 30):
            heard.append(job.state)

    async with anyio.create_task_group() as group:
        group.start_soon(follow)
        await eventually(lambda: len(heard) == 1)
        await put(world, phase=Phase.FOLLOW, step=1)
        await eventually(lambda: len(heard) == 2)
        await put(world, phase=Phase.DONE, outcome=JobState.SUCCEEDED, result=TRACK)
    assert heard == [JobState.SUBMITTING, JobState.RUNNING, JobState.SUCCEEDED]


async def test_a_follower_returns_when_its_time_is_over_or_a_person_is_asked(
    world: World,
) -> None:
    job_id = await ask(world)
    assert [job.state async for job in board(world).follow(job_id, 0)] == [JobState.SUBMITTING]
    assert [job.state async for job in board(world).follow(job_id, 0.3)] == [JobState.SUBMITTING]
    await put(world, phase=Phase.ATTENTION, error=PROBLEM)
    told = [job.state async for job in board(world).follow(job_id, 30)]
    assert told == [JobState.NEEDS_ATTENTION]


async def test_a_cancel_by_the_port_wakes_the_driver(world: World) -> None:
    job_id = await ask(world)
    bell = Bell()
    ring = bell.listen()
    assert (await board(world, bell).cancel(job_id)).state is JobState.CANCELLED
    assert ring.is_set()
    assert not bell.listen().is_set()
