"""The media child is killed, hung or orphaned: the job goes on, or says why not."""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult

from media_tracks_server.providers.local import supervising, tasks
from media_tracks_server.settings import Settings
from media_tracks_tools.errors import WorkerDied
from media_tracks_tools.models import Job, JobRef, JobState, Progress
from talking import Opens, measured
from waiting import eventually

ASK = {"video": "local/talks/My intro.mp4", "language": "en", "wait_seconds": 0}


async def media_child(parent: int) -> psutil.Process:
    """The media child of a process that we started, once there is one."""

    async def there() -> psutil.Process | None:
        for child in psutil.Process(parent).children():
            with suppress(psutil.NoSuchProcess):  # one that has just ended, a zombie perhaps
                if supervising.CHILD in child.cmdline():
                    return child
        return None

    return await eventually(there)


def job_id_of(result: CallToolResult) -> str:
    return JobRef.model_validate(result.structured_content).job_id


async def ended(client: Client, job_id: str) -> Job:
    """The job after its end."""
    result = await client.call_tool("get_job_result", {"job_id": job_id, "wait_seconds": 50})
    job = Job.model_validate(result.structured_content)
    assert job.state.ended
    return job


async def test_a_killed_child_is_started_again_and_the_job_succeeds(
    open_client: Opens, local_settings: Settings
) -> None:
    async with open_client(local_settings) as client:
        job_id = job_id_of(await client.call_tool("generate_subtitles", ASK))
        (await media_child(os.getpid())).kill()
        assert (await ended(client, job_id)).state is JobState.SUCCEEDED


async def test_a_child_that_keeps_dying_fails_its_job_on_our_side_and_leaves_nothing(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    async with open_client(local_settings) as client:
        job_id = job_id_of(await client.call_tool("generate_subtitles", ASK))
        for _ in range(3):
            child = await media_child(os.getpid())
            child.kill()
            await eventually(lambda killed=child: _gone(killed))
        job = await ended(client, job_id)
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert (job.error.side, job.error.code) == ("media-tracks", "worker_died")
    assert [path.name for path in (videos / "talks").iterdir()] == ["My intro.mp4"]


async def _gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


async def test_a_hung_child_is_given_up_and_killed(videos: Path, tmp_path: Path) -> None:
    task = tasks.AddAudioTask(
        video=videos / "talks" / "My intro.mp4",
        audio=videos / "music.m4a",
        temp=tmp_path / "temp.mp4",
        label="x",
    )

    async def hang(_: Progress) -> None:
        (await media_child(os.getpid())).send_signal(signal.SIGSTOP)

    with pytest.raises(WorkerDied, match="silent"):
        await supervising.run(task, hang, silent_after=3)
    assert not psutil.Process().children()


async def test_a_server_that_is_killed_takes_its_child_along_and_the_next_one_finishes(
    local_settings: Settings, tmp_path: Path, videos: Path
) -> None:
    environment = measured(
        {
            "HOME": str(tmp_path),
            "MEDIA_TRACKS_LOCAL_ROOTS": local_settings.local_roots,
            "MEDIA_TRACKS_DATABASE_URL": local_settings.database_url,
            "MEDIA_TRACKS_SPEECH_MODEL": local_settings.speech_model,
        }
    )
    command = str(Path(sys.executable).with_name("media-tracks"))
    server = StdioServerParameters(command=command, args=["serve"], env=environment)
    async with Client(server) as doomed:
        job_id = job_id_of(await doomed.call_tool("generate_subtitles", ASK))
        (victim,) = psutil.Process().children()
        child = await media_child(victim.pid)
        victim.kill()
        await eventually(lambda: _gone(child))
    async with Client(server) as next_one:
        job = await ended(next_one, job_id)
    assert job.state is JobState.SUCCEEDED
    assert sorted(path.name for path in (videos / "talks").iterdir()) == [
        "My intro.en.vtt",
        "My intro.mp4",
    ]
