"""A job of which nobody can tell what became of it: its choices are spelt out, and each works."""

from collections.abc import Generator
from pathlib import Path

import pytest
from mcp import Client

from editor import generations, made_by_an_editor
from media_tracks_server.sandbox import DatoCmsInfo, SandboxInfo, running
from media_tracks_server.settings import Settings
from media_tracks_tools.models import Job, JobRef, JobState
from talking import Opens, text_of


@pytest.fixture
def sandbox() -> Generator[SandboxInfo]:
    """DatoCMS, where names need not be unique and one answer gets lost after its effect."""
    with running("datocms", 1.0, faults=("drop-after",), labels_unique=False) as info:
        yield info


@pytest.fixture
def dato(sandbox: SandboxInfo) -> DatoCmsInfo:
    assert sandbox.datocms is not None
    return sandbox.datocms


@pytest.fixture
def settings(dato: DatoCmsInfo, tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {
            "database_url": f"sqlite:///{tmp_path / 'jobs.db'}",
            "datocms_api_token": dato.token,
            "datocms_base_url": dato.base_url,
        }
    )


async def doubtful(client: Client, sandbox: SandboxInfo, dato: DatoCmsInfo) -> Job:
    """A job whose answer was lost, while an editor made a track of the same name."""
    ask = {"video": dato.upload_id, "language": "en", "wait_seconds": 0}
    started = await client.call_tool("generate_subtitles", ask)
    await made_by_an_editor(sandbox, dato)
    job_id = JobRef.model_validate(started.structured_content).job_id
    got = await client.call_tool("get_job_result", {"job_id": job_id, "wait_seconds": 50})
    return Job.model_validate(got.structured_content)


async def test_its_choices_are_spelt_out_and_the_chosen_track_becomes_the_result(
    open_client: Opens, settings: Settings, sandbox: SandboxInfo, dato: DatoCmsInfo
) -> None:
    async with open_client(settings) as client:
        job = await doubtful(client, sandbox, dato)
        listed = await client.call_tool("list_subtitles", {"video": dato.upload_id})
        ask = {"job_id": job.job_id, "choice": "adopt"}
        nameless = await client.call_tool("resolve_job", ask)
        strange = await client.call_tool("resolve_job", ask | {"track": "nothing"})
        assert listed.structured_content is not None
        track = listed.structured_content["tracks"][0]["track_id"]
        done = await client.call_tool("resolve_job", ask | {"track": track, "wait_seconds": 50})
        again = await client.call_tool("resolve_job", ask | {"track": track})
    assert job.state is JobState.NEEDS_ATTENTION
    told = "\n".join(job.next_steps)
    assert f"choice='adopt', track='{track}'" in told
    assert "choice='submit_again'" in told
    assert "choice='give_up'" in told
    assert nameless.is_error
    assert "Which track" in text_of(nameless)
    assert strange.is_error
    ended = Job.model_validate(done.structured_content)
    assert ended.state is JobState.SUCCEEDED
    assert ended.result is not None
    assert ended.result.track_id == track
    assert "needs no decision" in text_of(again)
    assert generations(sandbox) == 2


async def test_sending_again_looks_first_and_pays_nothing_for_what_is_there(
    open_client: Opens, settings: Settings, sandbox: SandboxInfo, dato: DatoCmsInfo
) -> None:
    async with open_client(settings) as client:
        job = await doubtful(client, sandbox, dato)
        ask = {"job_id": job.job_id, "choice": "submit_again", "wait_seconds": 50}
        done = await client.call_tool("resolve_job", ask)
    ended = Job.model_validate(done.structured_content)
    assert (ended.state, ended.already_existed) == (JobState.SUCCEEDED, True)
    assert generations(sandbox) == 2


async def test_giving_up_ends_it_and_says_what_may_still_appear(
    open_client: Opens, settings: Settings, sandbox: SandboxInfo, dato: DatoCmsInfo
) -> None:
    async with open_client(settings) as client:
        job = await doubtful(client, sandbox, dato)
        ask = {"job_id": f"job://{job.job_id}", "choice": "give_up"}
        done = await client.call_tool("resolve_job", ask)
    assert Job.model_validate(done.structured_content).state is JobState.CANCELLED
    assert "may still appear" in "\n".join(job.next_steps)
