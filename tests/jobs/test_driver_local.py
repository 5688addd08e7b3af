"""Children of this machine, and putting their files in place."""

from dataclasses import replace
from pathlib import Path

import pytest
from anyio import lowlevel
from sqlalchemy import update

from job_world import ENDED, FAILED, FAST, QUICK, SUCCEEDED, World, ended
from local_wire import LocalAccount
from media_tracks_server.jobs.tables import work
from media_tracks_server.jobs.work import Phase
from media_tracks_tools.models import JobState
from plans_and_rows import REQUEST
from waiting import eventually


async def test_a_local_file_is_made_and_published_once(world: World, tmp_path: Path) -> None:
    provider = LocalAccount(tmp_path)
    async with world.driving(provider):
        handle = await world.until(await world.ask(provider), *ENDED)
    assert handle.state is SUCCEEDED
    assert provider.log == ["survey", "begin", "run", "publish", "replaced"]
    assert handle.work.progress is not None
    assert handle.work.progress.total == 3


@pytest.mark.parametrize(
    ("script", "state", "replaced"),
    [
        (["run dies", "run dies"], SUCCEEDED, 1),
        (["run dies"] * 3, FAILED, 0),
        (["changed"] * 3, SUCCEEDED, 1),
        (["changed"] * 4, FAILED, 0),
        (["begin fails"], FAILED, 0),
        (["run fails"], FAILED, 0),
        (["run has a bug"], FAILED, 0),
        (["publish fails"], FAILED, 0),
    ],
)
async def test_what_goes_wrong_locally_is_tried_again_a_few_times(
    fast_world: World, tmp_path: Path, script: list[str], state: JobState, replaced: int
) -> None:
    provider = LocalAccount(tmp_path, script)
    async with fast_world.driving(provider):
        handle = await fast_world.until(await fast_world.ask(provider), *ENDED)
        await eventually(lambda: provider.log[-1] in {"replaced", "discard"})
    assert (handle.state, provider.log.count("replaced")) == (state, replaced)
    assert (tmp_path / "temp").exists() is False


async def test_a_cancel_ends_a_child_and_removes_what_it_left(world: World, tmp_path: Path) -> None:
    provider = LocalAccount(tmp_path, ["run hangs"])
    async with world.driving(provider):
        job_id = await world.ask(provider)
        await provider.running.wait()
        await world.handles().cancel(job_id)
        await eventually(lambda: provider.log[-1] == "discard")
    assert provider.log == ["survey", "begin", "run", "run ended", "discard"]


async def test_a_child_waits_for_the_one_before_it_and_can_be_cancelled_there(
    world: World, tmp_path: Path
) -> None:
    provider = LocalAccount(tmp_path, ["run hangs"])
    async with world.driving(provider):
        await world.ask(provider)
        await provider.running.wait()
        other = REQUEST.model_copy(update={"video_id": "v2"})
        waiting = await world.ask(provider, other)

        async def waits() -> bool:
            return (await world.work_of(waiting)).phase is Phase.CHILD

        await eventually(waits)
        await world.handles().cancel(waiting)
        await eventually(lambda: ended(world, waiting))
    assert provider.log.count("run") == 1


async def test_an_interrupted_publish_is_finished_by_the_next_driver(
    world: World, tmp_path: Path
) -> None:
    """As after kill -9: the file is in its place already, the row does not know."""
    provider = LocalAccount(tmp_path)
    async with world.driving(provider):
        job_id = await world.ask(provider)
        done = await world.until(job_id, SUCCEEDED)
    undone = done.work.model_copy(update={"phase": Phase.PUBLISH, "outcome": None})
    await world.database.run(
        lambda c: c.execute(
            update(work).values(
                body=undone.model_dump_json(exclude_none=True), phase="publish",
                state="running", finished_at=None, owner=None,
            )
        ) and None
    )  # fmt: skip
    async with world.driving(provider):
        await world.until(job_id, SUCCEEDED)
    assert (provider.log.count("publish"), provider.log.count("replaced")) == (2, 1)


async def test_a_child_whose_driver_was_stopped_runs_again_elsewhere(
    world: World, tmp_path: Path
) -> None:
    provider = LocalAccount(tmp_path, ["run hangs"])
    async with world.driving(provider):
        job_id = await world.ask(provider)
        await provider.running.wait()
    async with world.driving(provider):
        assert (await world.until(job_id, *ENDED)).state is SUCCEEDED
    assert provider.log.count("run") == 2


async def test_a_stopped_driver_lets_go_of_its_rows_at_once(world: World, tmp_path: Path) -> None:
    provider = LocalAccount(tmp_path, ["run hangs"])
    async with world.driving(provider):
        await world.ask(provider)
        await provider.running.wait()
    assert await world.store().claim([provider.account.fingerprint], 1)


async def test_progress_is_written_once_in_a_while(world: World, tmp_path: Path) -> None:
    provider = LocalAccount(tmp_path)
    async with world.driving(provider, pace=replace(QUICK, report=3600)):
        handle = await world.until(await world.ask(provider), *ENDED)
    assert handle.work.progress is not None
    assert handle.work.progress.message == "done"


async def test_a_child_whose_row_was_taken_is_ended_at_its_next_word(
    world: World, tmp_path: Path
) -> None:
    provider = LocalAccount(tmp_path)

    async def take() -> None:
        provider.before_report = lowlevel.checkpoint
        await world.database.run(lambda c: c.execute(update(work).values(owner="another")) and None)

    provider.before_report = take
    async with world.driving(provider, pace=replace(QUICK, tick=3600)):
        job_id = await world.ask(provider)
        await eventually(lambda: provider.log.count("run") == 1)
        world.clock.turn(3600 * FAST)
        assert (await world.until(job_id, *ENDED)).state is SUCCEEDED
    assert (provider.log.count("run"), provider.log.count("publish")) == (2, 1)
