"""A job that needs attention asks its question through the task, and is answered there."""

import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult, ElicitRequestFormParams
from pydantic import JsonValue

from editor import generations, made_by_an_editor
from media_tracks_server.app import build
from media_tracks_server.sandbox import DatoCmsInfo, SandboxInfo, running
from media_tracks_server.settings import Settings
from media_tracks_tools.models import JobRef, JobState
from task_client import Following, Handle, Task, cancel, ended, started, until, update


@pytest.fixture
def sandbox() -> Generator[SandboxInfo]:
    """DatoCMS, where names need not be unique and one answer gets lost after its effect."""
    with running("datocms", 0.2, faults=("drop-after",), labels_unique=False) as info:
        yield info


@pytest.fixture
def settings(dato: DatoCmsInfo, tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {
            "database_url": f"sqlite:///{tmp_path / 'jobs.db'}",
            "datocms_api_token": dato.token,
            "datocms_base_url": dato.base_url,
        }
    )


async def doubtful(client: Client, sandbox: SandboxInfo, dato: DatoCmsInfo) -> tuple[Handle, Task]:
    """A task that has a question."""
    call: dict[str, JsonValue] = {"video": f"datocms/{dato.upload_id}", "language": "en"}
    handle = await started(client, "generate_subtitles", call)
    await made_by_an_editor(sandbox, dato)
    return handle, await question(client, handle.task_id)


async def question(client: Client, task_id: str) -> Task:
    return await until(client.session, task_id, lambda task: task.status == "input_required")


def form(task: Task) -> tuple[str, ElicitRequestFormParams, list[str]]:
    """The only question: its key, the form, and the values there are to choose from."""
    assert task.input_requests is not None
    ((key, asked),) = task.input_requests.items()
    assert isinstance(asked.params, ElicitRequestFormParams)
    choices = asked.params.requested_schema["properties"]["choice"]["oneOf"]
    return key, asked.params, [one["const"] for one in choices]


def accepted(choice: str) -> dict[str, JsonValue]:
    return {"action": "accept", "content": {"choice": choice}}


async def test_the_form_has_the_jobs_choices_and_the_adopted_track_becomes_the_result(
    settings: Settings, sandbox: SandboxInfo, dato: DatoCmsInfo
) -> None:
    async with Client(build(settings), extensions=[Following()]) as client:
        handle, task = await doubtful(client, sandbox, dato)
        listed = await client.call_tool("list_subtitles", {"video": f"datocms/{dato.upload_id}"})
        key, asked, values = form(task)
        await update(client.session, handle.task_id, {key: accepted(values[1])})
        last = await ended(client.session, handle.task_id)
    assert listed.structured_content is not None
    tracks = [track["track_id"] for track in listed.structured_content["tracks"]]
    assert sorted(values) == sorted([*(f"adopt:{t}" for t in tracks), "submit_again", "give_up"])
    assert len(tracks) == 2
    assert asked.message.startswith("needs attention: generate subtitles")
    assert "resolve_job" not in asked.message
    assert last.status == "completed"
    result = CallToolResult.model_validate(last.result)
    assert JobRef.model_validate(result.structured_content).state is JobState.SUCCEEDED
    assert f"track='{values[1].removeprefix('adopt:')}'" in str(result.content[0])
    assert generations(sandbox) == 2


async def test_what_answers_no_open_question_changes_nothing_and_what_is_wrong_is_refused(
    settings: Settings, sandbox: SandboxInfo, dato: DatoCmsInfo
) -> None:
    async with Client(build(settings), extensions=[Following()]) as client:
        handle, task = await doubtful(client, sandbox, dato)
        key, _, _ = form(task)
        task_id = handle.task_id
        await update(client.session, task_id, {"never-asked": accepted("give_up")})
        await update(client.session, task_id, {key: {"action": "decline"}})
        empty: dict[str, JsonValue] = {"action": "accept"}
        for wrong in (accepted("adopt:other"), accepted("adopt"), "give_up", empty):
            with pytest.raises(MCPError, match="fits no question") as caught:
                await update(client.session, task_id, {key: wrong})
            assert caught.value.error.code == -32602
        still = await question(client, task_id)
        assert form(still)[0] == key
        await update(client.session, task_id, {key: accepted("give_up")})
        assert (await ended(client.session, task_id)).status == "cancelled"
        await update(client.session, task_id, {key: accepted("submit_again")})
    assert generations(sandbox) == 2


async def test_two_doubts_about_one_job_are_two_questions(
    settings: Settings, sandbox: SandboxInfo, dato: DatoCmsInfo
) -> None:
    async with Client(build(settings), extensions=[Following()]) as client:
        handle, task = await doubtful(client, sandbox, dato)
        first, _, _ = form(task)
        with closing(sqlite3.connect(settings.database_path)) as database, database:
            last = "SELECT work_id, at, 'running' FROM job_event ORDER BY seq DESC LIMIT 1"
            again = last.replace("running", "needs_attention")
            for event in (last, again):
                database.execute(f"INSERT INTO job_event (work_id, at, state) {event}")
        second, _, _ = form(await question(client, handle.task_id))
        await update(client.session, handle.task_id, {first: accepted("give_up")})
        still = await question(client, handle.task_id)
    assert second != first
    assert form(still)[0] == second


async def test_a_task_with_a_question_can_be_cancelled(
    settings: Settings, sandbox: SandboxInfo, dato: DatoCmsInfo
) -> None:
    async with Client(build(settings), extensions=[Following()]) as client:
        handle, _ = await doubtful(client, sandbox, dato)
        await cancel(client.session, handle.task_id)
        assert (await ended(client.session, handle.task_id)).status == "cancelled"
