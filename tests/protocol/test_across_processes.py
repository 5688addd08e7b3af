"""A job that one process began is followed to its end by a client of another, in every way."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import pytest
from mcp import Client
from mcp.types import TextResourceContents
from pydantic import JsonValue

import processes
from listening import Listener, listening
from media_tracks_tools import links
from media_tracks_tools.models import Job, JobRef, JobState
from slow_vendor import Vendor
from talking import Told
from task_client import Following, ended
from waiting import eventually

Follow: TypeAlias = Callable[[Listener, str, Vendor], Awaitable[JobState]]


async def by_progress(listener: Listener, job_id: str, vendor: Vendor) -> JobState:
    """One call that waits, and is told meanwhile."""
    told = Told()
    call: dict[str, JsonValue] = {"job_id": job_id, "wait_seconds": 50}
    await vendor.end_job()
    got = await listener.client.call_tool("get_job_result", call, progress_callback=told)
    assert told.messages
    assert all(one < two for one, two in zip(told.values, told.values[1:], strict=False))
    return Job.model_validate(got.structured_content).state


async def by_long_poll(listener: Listener, job_id: str, vendor: Vendor) -> JobState:
    """Calls that wait a little, again and again."""
    await vendor.end_job()

    async def over() -> JobState | None:
        call: dict[str, JsonValue] = {"job_id": job_id, "wait_seconds": 0.5}
        got = await listener.client.call_tool("get_job_result", call)
        state = Job.model_validate(got.structured_content).state
        return state if state.ended else None

    return await eventually(over)


async def by_subscription(listener: Listener, job_id: str, vendor: Vendor) -> JobState:
    """Waiting for a notification, and reading the resource at each."""
    uri = links.job_uri(job_id)
    async with listener.watching(uri):
        await vendor.end_job()
        while True:
            before = len(listener.heard)
            state = await read(listener, uri)
            if state.ended:
                assert listener.heard
                return state
            await eventually(lambda: len(listener.heard) > before)  # noqa: B023


async def read(listener: Listener, uri: str) -> JobState:
    contents = (await listener.client.read_resource(uri)).contents[0]
    assert isinstance(contents, TextResourceContents)
    return Job.model_validate_json(contents.text).state


async def by_task(listener: Listener, job_id: str, vendor: Vendor) -> JobState:
    """tasks/get at the interval that it names."""
    await vendor.end_job()
    task = await ended(listener.client.session, job_id)
    assert task.status == "completed"
    assert task.result is not None
    return JobRef.model_validate(task.result["structuredContent"]).state


IN_EACH_ERA: Sequence[tuple[Follow, str]] = (
    (by_progress, "auto"),
    (by_progress, "legacy"),
    (by_long_poll, "auto"),
    (by_long_poll, "legacy"),
    (by_subscription, "auto"),
    (by_subscription, "legacy"),
    (by_task, "auto"),
)


async def begin(client: Client, video: str) -> str:
    ask: dict[str, JsonValue] = {"video": video, "language": "en", "wait_seconds": 0}
    result = await client.call_tool("generate_subtitles", ask)
    return JobRef.model_validate(result.structured_content).job_id


@pytest.mark.parametrize(("follow", "era"), IN_EACH_ERA)
async def test_while_the_process_that_began_it_lives(
    environment: dict[str, str], video: str, vendor: Vendor, follow: Follow, era: str
) -> None:
    async with (
        Client(processes.stdio(environment)) as other,
        listening(processes.stdio(environment), era, [Following()]) as listener,
    ):
        job_id = await begin(other, video)
        assert await follow(listener, job_id, vendor) is JobState.SUCCEEDED
    assert vendor.begun() == 1


@pytest.mark.parametrize(("follow", "era"), IN_EACH_ERA)
async def test_across_a_restart(
    environment: dict[str, str], video: str, vendor: Vendor, follow: Follow, era: str
) -> None:
    async with processes.http(environment) as url, Client(url) as other:
        job_id = await begin(other, video)
        await eventually(vendor.begun)
    async with processes.http(environment) as url, listening(url, era, [Following()]) as listener:
        assert await follow(listener, job_id, vendor) is JobState.SUCCEEDED
    assert vendor.begun() == 1
