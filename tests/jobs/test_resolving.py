"""What becomes of a job in doubt: what the user said beforehand, and what a person decides."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from job_world import CANCELLED, ENDED, FAILED, NEEDS_ATTENTION, SUCCEEDED, World
from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs.machine import advance
from media_tracks_server.jobs.store import Commit
from media_tracks_server.jobs.work import OnUncertain, Phase
from media_tracks_tools.errors import Conflict, NotFound
from media_tracks_tools.models import Choice, JobState
from plans_and_rows import ACCOUNT, TRACK, UNKEYED
from wire import Post, Vendor, VendorAccount

OPEN = (JobState.SUBMITTING, JobState.RUNNING)
DECIDED = (SUCCEEDED, FAILED, CANCELLED)


@asynccontextmanager
async def in_doubt(world: World, vendor: Vendor) -> AsyncGenerator[tuple[VendorAccount, str]]:
    """A job that needs attention, while its driver runs."""
    provider = VendorAccount(vendor)
    async with world.driving(provider):
        job_id = await world.ask(provider)
        await world.until(job_id, NEEDS_ATTENTION)
        yield provider, job_id


@pytest.mark.parametrize(
    ("said", "posts", "state", "sent"),
    [
        (OnUncertain.ASK, [Post.LOST], NEEDS_ATTENTION, 1),
        (OnUncertain.SUBMIT_AGAIN, [Post.LOST], SUCCEEDED, 2),
        (OnUncertain.SUBMIT_AGAIN, [Post.LOST] * 9, NEEDS_ATTENTION, 2),
        (OnUncertain.GIVE_UP, [Post.LOST], FAILED, 1),
        (OnUncertain.GIVE_UP, [Post.ANSWER_LOST], SUCCEEDED, 1),
    ],
)
async def test_in_doubt_is_done_what_the_user_said_beforehand(
    fast_world: World, said: OnUncertain, posts: list[Post], state: JobState, sent: int
) -> None:
    vendor = Vendor(posts=list(posts))
    provider = VendorAccount(vendor)
    async with fast_world.driving(provider):
        job_id = await fast_world.ask(provider, on_uncertain=said)
        assert (await fast_world.until(job_id, *ENDED)).state is state
    assert vendor.count("POST") == sent


@pytest.mark.parametrize("said", OnUncertain, ids=str)
async def test_what_the_vendor_accepted_unread_always_asks(
    fast_world: World, said: OnUncertain
) -> None:
    vendor = Vendor(posts=[Post.UNREADABLE], listed=False)
    provider = VendorAccount(vendor)
    async with fast_world.driving(provider):
        job_id = await fast_world.ask(provider, on_uncertain=said)
        assert (await fast_world.until(job_id, *ENDED)).state is NEEDS_ATTENTION
    assert vendor.count("POST") == 1


@pytest.mark.parametrize("said", OnUncertain, ids=str)
async def test_a_request_with_a_key_is_repeated_whatever_was_said(
    fast_world: World, said: OnUncertain
) -> None:
    vendor = Vendor(posts=[Post.LOST] * 2)
    provider = VendorAccount(vendor, keyed=True)
    async with fast_world.driving(provider):
        job_id = await fast_world.ask(provider, on_uncertain=said)
        assert (await fast_world.until(job_id, *ENDED)).state is SUCCEEDED
    assert (vendor.count("POST"), vendor.count("effect")) == (3, 1)


async def test_what_was_said_is_kept_for_whichever_process_goes_on(fast_world: World) -> None:
    vendor = Vendor(posts=[Post.HANGS], listed=False)
    first = VendorAccount(vendor)
    async with fast_world.driving(first):
        job_id = await fast_world.ask(first, on_uncertain=OnUncertain.GIVE_UP)
        await first.sending.wait()
    async with fast_world.driving(VendorAccount(vendor)):
        assert (await fast_world.until(job_id, *ENDED)).state is FAILED


async def test_an_adopted_track_is_the_result(fast_world: World) -> None:
    vendor = Vendor(posts=[Post.LOST], polls_until_ready=0, listed=False)
    async with in_doubt(fast_world, vendor) as (provider, job_id):
        vendor.tracks, vendor.listed = ["t7"], True
        await fast_world.board(provider).resolve(job_id, Choice.ADOPT, "t7")
        handle = await fast_world.until(job_id, *DECIDED)
    assert handle.work.result is not None
    assert (handle.state, handle.work.result.track_id) == (SUCCEEDED, "t7")
    assert vendor.count("POST") == 1


async def test_submitting_again_sends_exactly_once_more(fast_world: World) -> None:
    vendor = Vendor(posts=[Post.LOST])
    async with in_doubt(fast_world, vendor) as (provider, job_id):
        shown = await fast_world.board(provider).resolve(job_id, Choice.SUBMIT_AGAIN)
        assert (shown.state, shown.error) == (JobState.RUNNING, None)
        assert (await fast_world.until(job_id, *DECIDED)).state is SUCCEEDED
    assert (vendor.count("POST"), vendor.count("survey")) == (2, 2)


async def test_submitting_again_sends_nothing_where_the_track_is_there_by_now(
    fast_world: World,
) -> None:
    vendor = Vendor(posts=[Post.ANSWER_LOST], listed=False)
    async with in_doubt(fast_world, vendor) as (provider, job_id):
        vendor.listed = True
        await fast_world.board(provider).resolve(job_id, Choice.SUBMIT_AGAIN)
        handle = await fast_world.until(job_id, *DECIDED)
    assert (handle.state, handle.work.already_existed) == (SUCCEEDED, True)
    assert vendor.count("POST") == 1


async def test_giving_up_ends_the_job_and_frees_its_place(fast_world: World) -> None:
    vendor = Vendor(posts=[Post.LOST])
    async with in_doubt(fast_world, vendor) as (provider, job_id):
        shown = await fast_world.board(provider).resolve(job_id, Choice.GIVE_UP)
        assert shown.state is CANCELLED
        again = await fast_world.ask(provider)
        assert (await fast_world.until(again, *ENDED)).state is SUCCEEDED
    assert again != job_id


async def test_where_one_of_two_askers_gives_up_the_job_of_the_other_lives_on(
    fast_world: World,
) -> None:
    vendor = Vendor(posts=[Post.LOST])
    async with in_doubt(fast_world, vendor) as (provider, anns):
        bobs = await fast_world.ask(provider, principal="bob")
        given_up = await fast_world.board(provider).resolve(anns, Choice.GIVE_UP)
        assert given_up.state is CANCELLED
        bob = fast_world.board(provider, principal="bob")
        assert (await bob.get(bobs)).state is NEEDS_ATTENTION
        await bob.resolve(bobs, Choice.SUBMIT_AGAIN)
        handle = await fast_world.until(bobs, *DECIDED, principal="bob")
        assert (await fast_world.board(provider).get(anns)).state is CANCELLED
    assert (handle.state, vendor.count("POST")) == (SUCCEEDED, 2)


async def test_a_job_of_somebody_else_can_not_be_resolved(fast_world: World) -> None:
    async with in_doubt(fast_world, Vendor(posts=[Post.LOST])) as (_, job_id):
        with pytest.raises(NotFound):
            await fast_world.handles("bob").resolve(job_id, Choice.GIVE_UP, None)


@pytest.mark.parametrize("choice", Choice, ids=str)
async def test_a_job_that_needs_no_decision_takes_none(world: World, choice: Choice) -> None:
    provider = VendorAccount(Vendor())
    job_id = await world.ask(provider)
    with pytest.raises(Conflict) as waiting:
        await world.handles().resolve(job_id, choice, "t1")
    assert waiting.value.code == "no_attention_needed"
    await world.handles().cancel(job_id)
    with pytest.raises(Conflict):
        await world.handles().resolve(job_id, choice, "t1")
    (row,) = await world.rows()
    assert (row.phase, row.refs) == (Phase.QUEUED, ())


async def test_a_choice_that_is_none_of_the_jobs_is_refused_with_those_there_are(
    world: World,
) -> None:
    deleting = UNKEYED.model_copy(update={"steps": UNKEYED.steps[1:]})
    provider = VendorAccount(Vendor(), deleting)
    job_id = await world.ask(provider)
    store = world.store()
    ((claim, row),) = await store.claim([ACCOUNT], 1)
    silent = row.model_copy(update={"phase": Phase.ATTENTION})
    await store.commit(claim, row, silent, release=True)
    with pytest.raises(Conflict) as refused:
        await world.handles().resolve(job_id, Choice.SUBMIT_AGAIN, None)
    assert refused.value.code == "no_such_choice"
    assert "give_up" in (refused.value.next_step or "")


@pytest.mark.parametrize(
    ("choice", "state"),
    [
        (Choice.ADOPT, JobState.RUNNING),
        (Choice.SUBMIT_AGAIN, JobState.RUNNING),
        (Choice.GIVE_UP, CANCELLED),
    ],
    ids=str,
)
async def test_who_looks_at_a_job_while_it_is_decided_loses_it(
    world: World, choice: Choice, state: JobState
) -> None:
    provider = VendorAccount(Vendor())
    job_id = await world.ask(provider)
    store = world.store()
    ((claim, row),) = await store.claim([ACCOUNT], 1)
    asked = row.model_copy(update={"phase": Phase.ATTENTION, "attempt": 1})
    assert await store.commit(claim, row, asked, release=False) is Commit.DONE
    decided = await world.handles().resolve(job_id, choice, "t5")
    assert decided.state is state
    found, _ = advance(asked, ev.LookedFor(found=(TRACK,)), world.clock())
    assert await store.commit(claim, asked, found, release=False) is Commit.LOST
    assert (await world.handles().get(job_id)).work == decided.work
    due = [one.id for _, one in await store.claim([ACCOUNT], 1)]
    assert due == ([] if choice is Choice.GIVE_UP else [row.id])
