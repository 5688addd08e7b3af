"""A track that makes room for another, with the whole driver: the new one is there, or the old."""

import pytest

from job_world import CANCELLED, ENDED, FAILED, NEEDS_ATTENTION, SUCCEEDED, World, ended
from media_tracks_server.jobs.shown import job_of
from media_tracks_tools.models import Choice, Job, JobState
from media_tracks_tools.plans import Failed, Sent, Task
from plans_and_rows import PROBLEM, REPLACE, SAVED
from waiting import eventually
from wire import Post, Vendor, VendorAccount

GENERATION_FAILED = Failed(error=PROBLEM)
MAY_HELP = Failed(error=PROBLEM, again=True)


async def replace(world: World, vendor: Vendor) -> Job:
    """The job at its end."""
    provider = VendorAccount(vendor, REPLACE)
    async with world.driving(provider):
        return job_of(await world.until(await world.ask(provider), *ENDED))


def writes(vendor: Vendor) -> list[str]:
    return [one for one in vendor.log if one in {"clear", "POST", "restore"}]


async def test_a_replacement_that_is_made_is_not_undone(fast_world: World) -> None:
    vendor = Vendor(tracks=["old"])
    job = await replace(fast_world, vendor)
    assert (job.state, job.saved_text, vendor.tracks) == (SUCCEEDED, None, ["t1"])
    assert writes(vendor) == ["clear", "POST"]


@pytest.mark.parametrize(
    "vendor",
    [Vendor(tracks=["old"], failures=[GENERATION_FAILED]),
     Vendor(tracks=["old"], posts=[Post.REFUSED]),
     Vendor(tracks=["old"], posts=[Post.REFUSED], touches=[Post.ANSWER_LOST]),
     Vendor(tracks=["old"], posts=[Post.REFUSED], touches=[Post.FINE, Post.LOST, Post.LIMITED]),
     Vendor(tracks=["old"], posts=[Post.REFUSED], touches=[Post.FINE, Post.UNREADABLE])],
    ids=["fails", "refused", "cleared twice", "put back late", "put back unread"],
)  # fmt: skip
async def test_a_replacement_that_fails_is_put_back_and_the_job_says_why(
    fast_world: World, vendor: Vendor
) -> None:
    job = await replace(fast_world, vendor)
    assert (job.state, job.saved_text, vendor.tracks) == (FAILED, None, ["old"])
    assert job.error is not None
    assert job.error.message.endswith("The former text was put back as it was.")
    assert len(job.error.message) > len("The former text was put back as it was.")


async def test_a_text_that_can_not_be_put_back_is_shown_in_the_job(fast_world: World) -> None:
    vendor = Vendor(tracks=["old"], posts=[Post.REFUSED], touches=[Post.FINE, Post.REFUSED])
    job = await replace(fast_world, vendor)
    assert (job.state, job.saved_text) == (FAILED, SAVED)
    assert job.error is not None
    assert (job.error.code, job.error.message[:2]) == ("not_put_back", "no")
    assert "saved_text" in (job.error.next_step or "")


async def test_what_could_not_be_cleared_is_not_put_back(fast_world: World) -> None:
    vendor = Vendor(tracks=["old"], touches=[Post.REFUSED])
    job = await replace(fast_world, vendor)
    assert (job.state, job.saved_text, writes(vendor)) == (FAILED, None, ["clear"])


async def test_a_step_that_is_not_needed_is_never_sent(fast_world: World) -> None:
    vendor = Vendor(skip=("clear",))
    assert (await replace(fast_world, vendor)).state is SUCCEEDED
    assert writes(vendor) == ["POST"]


async def test_a_last_step_that_is_not_needed_is_never_sent(fast_world: World) -> None:
    vendor = Vendor(skip=("default",))
    provider = VendorAccount(vendor, keyed=True)
    async with fast_world.driving(provider):
        handle = await fast_world.until(await fast_world.ask(provider), *ENDED)
    assert (handle.state, vendor.count("POST"), vendor.count("default")) == (SUCCEEDED, 1, 0)


@pytest.mark.parametrize(
    ("failures", "state", "tracks"),
    [
        ([MAY_HELP], SUCCEEDED, ["t2"]),
        ([MAY_HELP, MAY_HELP], FAILED, ["old"]),
        ([MAY_HELP, GENERATION_FAILED], FAILED, ["old"]),
    ],
    ids=["helps", "twice", "does not help"],
)
async def test_what_may_help_is_made_once_more_and_then_put_back(
    fast_world: World, failures: list[Failed], state: JobState, tracks: list[str]
) -> None:
    vendor = Vendor(tracks=["old"], failures=failures)
    job = await replace(fast_world, vendor)
    assert (job.state, vendor.tracks, vendor.count("POST")) == (state, tracks, 2)
    assert vendor.count("survey") == 2


class Cancelling(VendorAccount):
    """The asker loses interest while the former text is being taken away."""

    def __init__(self, vendor: Vendor, world: World) -> None:
        super().__init__(vendor, REPLACE)
        self._world = world
        self.job_id = ""
        self.shown: list[Job] = []

    async def send(self, task: Task) -> Sent:
        if task.step.name == "clear" and not self.shown:
            await self._world.handles().cancel(self.job_id)
        self.shown.append(job_of(await self._world.handles().get(self.job_id)))
        return await super().send(task)


async def cancel_while_clearing(world: World, vendor: Vendor) -> Cancelling:
    provider = Cancelling(vendor, world)
    provider.job_id = await world.ask(provider)
    async with world.driving(provider):
        await eventually(lambda: ended(world, provider.job_id))
    return provider


async def test_what_is_cancelled_after_it_was_taken_away_is_put_back(fast_world: World) -> None:
    vendor = Vendor(tracks=["old"])
    provider = await cancel_while_clearing(fast_world, vendor)
    assert (vendor.tracks, writes(vendor)) == (["old"], ["clear", "restore"])
    (row,) = await fast_world.rows()
    assert (row.outcome, row.saved) == (CANCELLED, None)
    assert [job.saved_text for job in provider.shown] == [None, None], "it is not lost (yet)"


async def test_a_cancelled_job_whose_text_can_not_be_put_back_says_so(fast_world: World) -> None:
    vendor = Vendor(tracks=["old"], touches=[Post.FINE, Post.REFUSED])
    provider = await cancel_while_clearing(fast_world, vendor)
    job = job_of(await fast_world.handles().get(provider.job_id))
    assert (job.state, job.saved_text) == (CANCELLED, SAVED)
    assert job.error is not None
    assert job.error.code == "not_put_back"


async def test_who_gives_a_doubtful_replacement_up_gets_the_former_text_back(
    fast_world: World,
) -> None:
    vendor = Vendor(tracks=["old"], posts=[Post.LOST])
    provider = VendorAccount(vendor, REPLACE)
    async with fast_world.driving(provider):
        job_id = await fast_world.ask(provider)
        await fast_world.until(job_id, NEEDS_ATTENTION)
        await fast_world.board(provider).resolve(job_id, Choice.GIVE_UP)
        handle = await fast_world.until(job_id, CANCELLED, FAILED, SUCCEEDED)
    assert (handle.state, vendor.tracks, vendor.count("POST")) == (CANCELLED, ["old"], 1)


async def test_who_asks_again_while_the_former_text_is_put_back_gets_the_new_one(
    fast_world: World,
) -> None:
    class AskingAgain(Cancelling):
        again = ""

        async def send(self, task: Task) -> Sent:
            if task.step.name == "restore":
                self.again = await fast_world.ask(self)
            return await super().send(task)

    vendor = Vendor(tracks=["old"])
    provider = AskingAgain(vendor, fast_world)
    provider.job_id = await fast_world.ask(provider)
    async with fast_world.driving(provider):
        await eventually(lambda: provider.again)
        handle = await fast_world.until(provider.again, *ENDED)
    assert (handle.state, vendor.tracks) == (SUCCEEDED, ["t1"])
    assert writes(vendor) == ["clear", "restore", "clear", "POST"]
    assert (await fast_world.handles().get(provider.job_id)).state is CANCELLED
