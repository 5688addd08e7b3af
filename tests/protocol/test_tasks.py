"""A client that declares the tasks extension gets handles, and everybody else plain results."""

import math

import pytest
from mcp import Client, MCPError
from mcp.client import ClientRequestContext
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult
from pydantic import JsonValue

from media_tracks_server.app import build
from media_tracks_server.sandbox import CloudflareInfo
from media_tracks_server.settings import Settings
from media_tracks_tools.models import Job, JobRef, JobState
from slow_vendor import Vendor
from talking import Told, text_of
from task_client import TASKS, Following, cancel, ended, get, started
from waiting import eventually


def ask(video: str) -> dict[str, JsonValue]:
    return {"video": video, "language": "en"}


async def test_a_tool_that_starts_a_job_answers_with_a_handle_that_leads_to_its_result(
    settings: Settings, video: str, vendor: Vendor
) -> None:
    async with Client(build(settings), extensions=[Following()]) as client:
        handle = await started(client, "generate_subtitles", ask(video))
        first = await get(client.session, handle.task_id)
        await vendor.end_job()
        last = await ended(client.session, handle.task_id)
        again = await get(client.session, handle.task_id)
    assert (handle.status, handle.ttl_ms) == ("working", None)
    assert handle.status_message
    assert handle.poll_interval_ms is not None
    assert handle.poll_interval_ms >= 1000
    assert (first.status, first.result) == ("working", None)
    assert first.created_at == handle.created_at
    assert last.status == "completed"
    result = CallToolResult.model_validate(last.result)
    job = JobRef.model_validate(result.structured_content)
    assert (job.job_id, job.state) == (handle.task_id, JobState.SUCCEEDED)
    assert text_of(result).startswith("succeeded")
    lived = (last.last_updated_at - last.created_at).total_seconds()
    assert last.ttl_ms == math.floor((lived + settings.keep_jobs_days * 86400) * 1000)
    assert last.poll_interval_ms is None
    assert again.model_dump() == last.model_dump()


async def test_a_client_that_claims_the_result_type_sees_only_the_end(
    settings: Settings, video: str, vendor: Vendor
) -> None:
    following = Following(vendor.end_job)
    told = Told()
    async with Client(build(settings), extensions=[following]) as client:
        result = await client.call_tool("generate_subtitles", ask(video), progress_callback=told)
    assert JobRef.model_validate(result.structured_content).state is JobState.SUCCEEDED
    assert len(following.handles) == 1
    assert not told.messages


async def test_a_client_that_does_not_declare_it_gets_the_plain_result(
    settings: Settings, video: str, era: str
) -> None:
    async with Client(build(settings), mode=era) as client:
        result = await client.call_tool("generate_subtitles", ask(video) | {"wait_seconds": 0})
        assert JobRef.model_validate(result.structured_content).state is not JobState.SUCCEEDED


async def test_the_extension_is_advertised_to_those_who_can_use_it(settings: Settings) -> None:
    async with Client(build(settings)) as modern:
        extensions = modern.server_capabilities.extensions
    async with Client(build(settings), mode="legacy") as legacy:
        before = legacy.server_capabilities.extensions
    assert extensions == {TASKS: {}}
    assert not before


async def test_only_tools_that_start_a_job_become_tasks(settings: Settings, video: str) -> None:
    async with Client(build(settings), extensions=[Following()]) as client:
        handle = await started(client, "generate_subtitles", ask(video))
        job: dict[str, JsonValue] = {"job_id": handle.task_id}
        calls: dict[str, dict[str, JsonValue]] = {
            "list_subtitles": {"video": video},
            "get_job_result": job | {"wait_seconds": 0},
            "cancel_job": job,
        }
        for tool, arguments in calls.items():
            result = await client.session.call_tool(tool, arguments, allow_claimed=True)
            assert isinstance(result, CallToolResult), tool


@pytest.mark.parametrize(
    "wrong", [{"wait_seconds": 500}, {"language": ""}, {"bogus": 1}, {"video": "nowhere/x"}]
)
async def test_a_call_that_is_refused_is_refused_at_once_and_begins_no_task(
    settings: Settings, video: str, wrong: dict[str, JsonValue]
) -> None:
    async with Client(build(settings), extensions=[Following()]) as client:
        call = ask(video) | wrong
        result = await client.session.call_tool("generate_subtitles", call, allow_claimed=True)
        jobs = await client.call_tool("list_jobs", {})
    assert isinstance(result, CallToolResult)
    assert result.is_error
    assert "No job" in text_of(jobs)


async def test_what_has_to_be_asked_first_is_asked_before_there_is_a_task(
    settings: Settings, video: str, vendor: Vendor
) -> None:
    asked: list[str] = []

    async def user(
        context: ClientRequestContext,  # noqa: ARG001 - the callback's signature
        params: ElicitRequestParams,
    ) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"ok": True})

    following = Following()
    app = build(settings)
    async with Client(app, extensions=[following], elicitation_callback=user) as client:
        made = await started(client, "generate_subtitles", ask(video))
        await vendor.end_job()
        await ended(client.session, made.task_id)
        delete: dict[str, JsonValue] = {"video": video, "track": "en"}
        result = await client.call_tool("delete_subtitles", delete)
    assert JobRef.model_validate(result.structured_content).state is JobState.SUCCEEDED
    assert len(asked) == 1
    assert len(following.handles) == 1


async def test_a_job_that_failed_is_a_completed_task_with_the_plain_result(
    settings: Settings, cloudflare: CloudflareInfo
) -> None:
    silent = f"cloudflare/{cloudflare.silent_id}"
    async with Client(build(settings), extensions=[Following()]) as client:
        handle = await started(client, "generate_subtitles", ask(silent))
        task = await ended(client.session, handle.task_id)
    assert task.status == "completed"
    result = CallToolResult.model_validate(task.result)
    job = JobRef.model_validate(result.structured_content)
    assert not result.is_error
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert task.status_message == job.error.message


async def test_cancelling_is_acknowledged_reaches_the_job_and_may_be_repeated(
    settings: Settings, video: str, vendor: Vendor
) -> None:
    async with Client(build(settings), extensions=[Following()]) as client:
        handle = await started(client, "generate_subtitles", ask(video))
        await eventually(vendor.begun)
        await cancel(client.session, handle.task_id)
        task = await ended(client.session, handle.task_id)
        await cancel(client.session, handle.task_id)
        await vendor.end_job()
        later = await get(client.session, handle.task_id)
        shown = await client.call_tool("get_job_result", {"job_id": handle.task_id})
    assert task.status == later.status == "cancelled"
    assert later.result is None
    assert Job.model_validate(shown.structured_content).state is JobState.CANCELLED


async def test_cancelling_what_has_ended_changes_nothing(
    settings: Settings, video: str, vendor: Vendor
) -> None:
    async with Client(build(settings), extensions=[Following()]) as client:
        handle = await started(client, "generate_subtitles", ask(video))
        await vendor.end_job()
        done = await ended(client.session, handle.task_id)
        await cancel(client.session, handle.task_id)
        after = await get(client.session, handle.task_id)
    assert after.status == "completed"
    assert after.model_dump() == done.model_dump()


async def test_a_read_only_server_shows_tasks_and_changes_none(
    settings: Settings, video: str
) -> None:
    async with Client(build(settings), extensions=[Following()]) as client:
        handle = await started(client, "generate_subtitles", ask(video))
    reading = settings.model_copy(update={"read_only": True})
    async with Client(build(reading), extensions=[Following()]) as client:
        with pytest.raises(MCPError, match="change nothing"):
            await cancel(client.session, handle.task_id)
        assert (await get(client.session, handle.task_id)).status == "working"
