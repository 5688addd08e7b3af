"""Many videos at once: a batch that says which failed, and a scan for what lacks subtitles."""

from collections.abc import Generator
from pathlib import Path

import pytest

from media_tracks_server.sandbox import SandboxInfo, running
from media_tracks_server.settings import Settings
from media_tracks_tools.models import Job, JobRef, JobState, VideoPage
from talking import Opens, Told, text_of

WEBINARS = 30


@pytest.fixture
def library() -> Generator[SandboxInfo]:
    """Cloudflare with a real library: every 15th webinar has no sound."""
    with running("cloudflare", 0.2, videos=WEBINARS) as info:
        yield info


@pytest.fixture
def settings(library: SandboxInfo, tmp_path: Path) -> Settings:
    assert library.cloudflare is not None
    return Settings.model_validate(
        {
            "database_url": f"sqlite:///{tmp_path / 'jobs.db'}",
            "cloudflare_api_token": library.cloudflare.token,
            "cloudflare_account_id": library.cloudflare.account_id,
            "cloudflare_base_url": library.cloudflare.base_url,
        }
    )


async def webinars(client_call: object) -> list[str]:
    page = VideoPage.model_validate(client_call)
    return [video.video for video in page.videos if video.title.startswith("Webinar")]


async def test_a_batch_of_thirty_of_which_two_fail_says_which_and_why(
    open_client: Opens, settings: Settings, library: SandboxInfo
) -> None:
    async with open_client(settings) as client:
        found = await client.call_tool("find_videos", {"query": "Webinar", "limit": 50})
        videos = await webinars(found.structured_content)
        told = Told()
        asked = await client.call_tool(
            "generate_subtitles_batch",
            {"videos": videos, "language": "ja", "wait_seconds": 50},
            progress_callback=told,
        )
        ref = JobRef.model_validate(asked.structured_content)
        got = await client.call_tool("get_job_result", {"job_id": ref.job_id, "wait_seconds": 50})
        again = await client.call_tool(
            "generate_subtitles_batch", {"videos": videos, "language": "ja"}
        )
    job = Job.model_validate(got.structured_content)
    assert len(videos) == WEBINARS
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert job.error.message.startswith("28 of 30 videos are done; 2 failed")
    assert job.items is not None
    assert [item.state for item in job.items].count(JobState.SUCCEEDED) == 28
    lost = [item for item in job.items if item.state is JobState.FAILED]
    assert len(lost) == 2
    assert all(item.error and item.error.message and item.job_id for item in lost)
    assert all(item.video in text_of(got) for item in lost)
    assert any("of 30 videos done" in message for message in told.messages)
    # Asked again, what exists is found; nothing is generated twice.
    assert JobRef.model_validate(again.structured_content).job_id != ref.job_id
    created = [entry.path for entry in library.log() if entry.effect == "caption-created"]
    assert len(created) == len(set(created)) == 28


async def test_a_video_that_nobody_knows_is_an_item_and_the_others_go_on(
    open_client: Opens, settings: Settings, library: SandboxInfo
) -> None:
    assert library.cloudflare is not None
    videos = [library.cloudflare.video_uid, "no such thing", library.cloudflare.video_uid]
    async with open_client(settings) as client:
        asked = await client.call_tool(
            "generate_subtitles_batch", {"videos": videos, "language": "en", "wait_seconds": 50}
        )
        job_id = JobRef.model_validate(asked.structured_content).job_id
        got = await client.call_tool("get_job_result", {"job_id": job_id, "wait_seconds": 50})
        none = await client.call_tool(
            "generate_subtitles_batch", {"videos": ["nothing"], "language": "en"}
        )
    items = {item.video: item for item in Job.model_validate(got.structured_content).items or ()}
    assert len(items) == 2
    unknown = items["no such thing"]
    assert unknown.state is JobState.FAILED
    assert unknown.error is not None
    assert "find_videos" in (unknown.error.next_step or "")
    assert items[f"cloudflare/{videos[0]}"].state is JobState.SUCCEEDED
    assert none.is_error


async def test_a_cancelled_batch_ends_and_begins_no_more(
    open_client: Opens, settings: Settings
) -> None:
    async with open_client(settings) as client:
        found = await client.call_tool("find_videos", {"query": "Webinar", "limit": 20})
        videos = await webinars(found.structured_content)
        asked = await client.call_tool(
            "generate_subtitles_batch", {"videos": videos, "language": "fr", "wait_seconds": 0}
        )
        job_id = JobRef.model_validate(asked.structured_content).job_id
        cancelled = await client.call_tool("cancel_job", {"job_id": job_id})
        again = await client.call_tool("cancel_job", {"job_id": job_id})
    assert Job.model_validate(cancelled.structured_content).state is JobState.CANCELLED
    assert "nothing to cancel" in text_of(again)


async def test_what_lacks_a_language_is_found_page_by_page_with_how_much_was_checked(
    open_client: Opens, settings: Settings
) -> None:
    lacking: list[str] = []
    cursor: str | None = None
    notes: list[str] = []
    async with open_client(settings) as client:
        whole = await client.call_tool("find_videos", {"limit": 100})
        for _ in range(20):
            ask = {"missing_subtitles": "it", "limit": 7} | ({"cursor": cursor} if cursor else {})
            found = await client.call_tool("find_videos", ask)
            page = VideoPage.model_validate(found.structured_content)
            assert len(page.videos) <= 7
            lacking += [video.video for video in page.videos]
            notes.append(text_of(found))
            cursor = page.next_cursor
            if cursor is None:
                break
        has_it: set[str] = set()
        for video in VideoPage.model_validate(whole.structured_content).videos:
            listed = await client.call_tool("list_subtitles", {"video": video.video})
            assert listed.structured_content is not None
            if "it" in {track["language"] for track in listed.structured_content["tracks"]}:
                has_it.add(video.video)
    every = {video.video for video in VideoPage.model_validate(whole.structured_content).videos}
    assert len(lacking) == len(set(lacking))
    assert set(lacking) == every - has_it
    assert has_it
    assert f"of {len(every)} videos" in notes[0]
