"""What is announced of the events that other processes write."""

from pathlib import Path

import anyio
from mcp.server.subscriptions import ResourceUpdated, ServerEvent

from media_tracks_server.jobs.database import Database
from media_tracks_server.jobs.journal import Journal
from media_tracks_server.watching import Announcer
from media_tracks_server.watching.watched import Watch
from media_tracks_tools.models import Account
from test_journal import add_job, tell
from waiting import eventually

JOB = Watch("job://job_1", "job://job_1")
TRACKS = Watch("tracks://here/video%20of%20w", "tracks://here/video%20of%20w")


async def test_the_tracks_have_changed_only_when_the_job_has_ended(tmp_path: Path) -> None:
    database, announcer = Database(tmp_path / "jobs.db"), Announcer()
    heard: list[str] = []

    def hear(event: ServerEvent) -> None:
        assert isinstance(event, ResourceUpdated)
        heard.append(event.uri)

    await add_job(database, "job_1", "w")
    account = Account(name="here", provider="any", fingerprint="fp")
    announcer.open(Journal(database), [account])
    announcer.bus.subscribe(hear)
    async with anyio.create_task_group() as group:
        group.start_soon(announcer.run)
        announcer.tell_from(await announcer.newest())
        with announcer.watched.by_stream([JOB, TRACKS]):
            for times in (1, 2):
                await tell(database, "w", "running")
                await eventually(lambda n=times: heard.count(JOB.uri) == n)
            assert TRACKS.uri not in heard
            await tell(database, "w", "succeeded")
            await eventually(lambda: TRACKS.uri in heard)
        group.cancel_scope.cancel()
