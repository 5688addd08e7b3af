"""Rows asked for, claimed and ended by hand."""

import dataclasses

from sqlalchemy import Table, func, select

from job_world import World, wanted
from media_tracks_server.jobs.database import Mode
from media_tracks_server.jobs.process import Owner
from media_tracks_server.jobs.store import Claim, Commit, WorkStore
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.models import JobState
from plans_and_rows import ACCOUNT, REQUEST
from wire import Vendor, VendorAccount

HERE = VendorAccount(Vendor())


def owner(name: str) -> Owner:
    """A living one, by its pid."""
    return dataclasses.replace(Owner.this(), nonce=name)


async def asked(world: World, count: int = 1) -> list[str]:
    handles = world.handles()
    return [
        await handles.start(wanted(HERE, REQUEST.model_copy(update={"video_id": f"v{number}"})))
        for number in range(count)
    ]


async def one(store: WorkStore) -> tuple[Claim, Work]:
    (claimed,) = await store.claim([ACCOUNT], 5)
    return claimed


async def end_all(world: World) -> None:
    store = world.store()
    await store.release_all()
    for claim, row in await store.claim([ACCOUNT], 100):
        done = row.model_copy(update={"phase": Phase.DONE, "outcome": JobState.SUCCEEDED})
        assert await store.commit(claim, row, done, release=True) is Commit.DONE


async def count(world: World, table: Table) -> int:
    counted = select(func.count()).select_from(table)
    return await world.database.run(lambda c: c.scalar(counted) or 0, Mode.READ)
