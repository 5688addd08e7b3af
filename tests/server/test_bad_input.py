"""Bad input gets an answer that says whose side it is on and what to do; the server goes on."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from making import write_video
from media_tracks_server.sandbox import SandboxInfo
from media_tracks_server.settings import Settings
from media_tracks_tools.models import Job, JobRef, JobState
from talking import Opens, text_of

VIDEO = "local/talks/My intro.mp4"
Call = tuple[str, dict[str, object]]


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("list_audio_tracks", {"video": "local/../outside.mp4"}, "outside"),
        ("list_audio_tracks", {"video": "local/talks/../../outside.mp4"}, "outside"),
        ("list_audio_tracks", {"video": "local/link.mp4"}, "outside"),
        ("list_audio_tracks", {"video": "/etc/passwd"}, "No account here knows"),
        ("list_audio_tracks", {"video": "local//etc/passwd"}, "outside"),
        ("list_audio_tracks", {"video": "local/gone.mp4"}, "no file"),
        ("list_audio_tracks", {"video": "local/empty.mp4"}, "empty"),
        ("list_audio_tracks", {"video": "local/notes.mp4"}, "not a readable video"),
        ("list_audio_tracks", {"video": "local/cut.mp4"}, "not a readable video"),
        ("list_audio_tracks", {"video": "local/talks"}, "folder"),
        ("list_audio_tracks", {"video": "local/music.m4a"}, "mp4"),
        ("list_audio_tracks", {"video": "nowhere/x.mp4"}, "No account here knows"),
        ("list_audio_tracks", {"video": "https://example.com/v.mp4"}, "No account here knows"),
        ("list_audio_tracks", {"video": ""}, "video"),
        ("list_audio_tracks", {}, "video"),
        ("list_audio_tracks", {"video": VIDEO, "vidoe": 1}, "'vidoe'"),
        ("find_videos", {"account": "nobody"}, "no account 'nobody'"),
        ("find_videos", {"limit": 0}, "limit"),
        ("find_videos", {"cursor": "%%%"}, "cursor"),
        ("find_videos", {"cursor": "é"}, "cursor"),
        ("find_videos", {"uploaded_after": "yesterday"}, "uploaded_after"),
        ("generate_subtitles", {"video": VIDEO, "language": "gibberish"}, "language tag"),
        ("generate_subtitles", {"video": VIDEO, "language": "und"}, "no particular language"),
        ("generate_subtitles", {"video": VIDEO, "language": "auto"}, "has to be named"),
        ("generate_subtitles", {"video": VIDEO, "language": "en", "wait_seconds": 51}, "50"),
        ("generate_subtitles", {"video": VIDEO, "language": "en", "wait_seconds": -1}, "0"),
        ("add_audio_track", {"video": VIDEO, "source": "music.m4a"}, "label or a language"),
        ("add_audio_track", {"video": VIDEO, "source": "../x.m4a", "label": "x"}, "no file in"),
        ("add_audio_track", {"video": VIDEO, "source": "http://a/b", "label": "x"}, "URL"),
        ("read_subtitles", {"video": VIDEO, "track": "xx"}, "no subtitle track"),
        ("read_subtitles", {"video": VIDEO, "track": "en", "format": "pdf"}, "format"),
        ("get_job_result", {"job_id": "job_none"}, "no job"),
        ("cancel_job", {"job_id": "job_none"}, "no job"),
        ("list_jobs", {"state": "sleeping"}, "state"),
        ("list_jobs", {"cursor": "x"}, "cursor"),
    ],
)
async def test_a_wrong_call_is_answered_in_words_and_the_next_call_works(
    open_client: Opens, local_settings: Settings, tool: str, arguments: dict[str, object], says: str
) -> None:
    async with open_client(local_settings) as client:
        answer = await client.call_tool(tool, arguments)
        after = await client.call_tool("find_videos", {})
    assert answer.is_error
    assert answer.structured_content is None
    assert says in text_of(answer)
    assert "Next: " in text_of(answer)
    assert str(Path(local_settings.local_roots).parent / "outside") not in text_of(answer)
    assert not after.is_error


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("notes.mp4", "unreadable_media"),
        ("cut.mp4", "unreadable_media"),
        ("silent.mp4", "no_audio"),
    ],
)
async def test_a_file_that_cannot_be_heard_fails_its_job_with_the_reason(
    open_client: Opens, local_settings: Settings, videos: Path, name: str, code: str
) -> None:
    write_video(videos / "silent.mp4", sounds=())
    async with open_client(local_settings) as client:
        answer = await client.call_tool(
            "generate_subtitles", {"video": f"local/{name}", "language": "en"}
        )
    job = JobRef.model_validate(answer.structured_content)
    assert not answer.is_error
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert (job.error.side, job.error.code) == ("yours", code)
    assert job.error.next_step


async def test_with_nothing_configured_the_server_starts_and_says_what_to_set(
    open_client: Opens, tmp_path: Path
) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'jobs.db'}", local_roots="")
    async with open_client(settings) as client:
        listed = await client.call_tool("list_accounts", {})
        found = await client.call_tool("find_videos", {})
    assert not listed.is_error
    assert "MEDIA_TRACKS_LOCAL_ROOTS" in text_of(listed)
    assert found.is_error
    assert "MEDIA_TRACKS_LOCAL_ROOTS" in text_of(found)


@pytest.mark.parametrize("root", ["/", "~", "/no/such/folder"])
async def test_a_root_that_is_too_wide_or_missing_is_not_used_and_the_list_says_why(
    open_client: Opens, tmp_path: Path, root: str
) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'jobs.db'}", local_roots=root)
    async with open_client(settings) as client:
        listed = await client.call_tool("list_accounts", {})
    assert "is not used" in text_of(listed)


async def test_an_expired_token_is_the_setups_side_and_names_the_setting(
    open_client: Opens, all_settings: Settings, sandbox: SandboxInfo
) -> None:
    assert sandbox.datocms is not None
    broken = Settings.model_validate(all_settings.model_dump() | {"datocms_api_token": "expired"})
    video = f"datocms/{sandbox.datocms.upload_id}"
    async with open_client(broken) as client:
        listed = await client.call_tool("list_audio_tracks", {"video": video})
        asked = await client.call_tool("generate_subtitles", {"video": video, "language": "en"})
    job = JobRef.model_validate(asked.structured_content)
    assert listed.is_error
    assert "DATOCMS_API_TOKEN" in text_of(listed)
    assert "your setup" in text_of(listed)
    assert job.state is JobState.FAILED
    assert "DATOCMS_API_TOKEN" in text_of(asked)
    assert "expired" not in text_of(listed).replace("expired or", "")
    assert not any(entry.effect for entry in sandbox.log())


async def test_a_vendor_that_cannot_be_reached_is_said_on_the_job_which_keeps_trying(
    open_client: Opens, local_settings: Settings
) -> None:
    lost = Settings.model_validate(
        local_settings.model_dump()
        | {"datocms_api_token": "t", "datocms_base_url": "http://127.0.0.1:9"}
    )
    ask = {"video": "datocms/abc123", "language": "en", "wait_seconds": 1}
    async with open_client(lost) as client:
        listed = await client.call_tool("list_audio_tracks", {"video": "datocms/abc123"})
        asked = await client.call_tool("generate_subtitles", ask)
        job = JobRef.model_validate(asked.structured_content)
        cancelled = await client.call_tool("cancel_job", {"job_id": job.job_id})
    assert listed.is_error
    assert "the vendor" in text_of(listed)
    assert job.state is JobState.SUBMITTING
    assert Job.model_validate(cancelled.structured_content).state is JobState.CANCELLED


@pytest.mark.parametrize("account", ["datocms", "cloudflare"])
async def test_an_unknown_vendor_video_is_not_found(
    open_client: Opens, all_settings: Settings, account: str
) -> None:
    video = f"{account}/0123456789abcdef0123456789abcdef"
    async with open_client(all_settings) as client:
        answer = await client.call_tool("list_audio_tracks", {"video": video})
    assert answer.is_error
    assert "yours" in text_of(answer)


async def test_a_vendors_missing_capability_names_the_accounts_that_have_it(
    open_client: Opens, all_settings: Settings, sandbox: SandboxInfo
) -> None:
    assert sandbox.datocms is not None
    ask = {"video": f"datocms/{sandbox.datocms.upload_id}", "track": "en", "make_default": True}
    async with open_client(all_settings) as client:
        answer = await client.call_tool("update_audio_track", ask)
    assert answer.is_error
    assert "no way to change audio tracks" in text_of(answer)
    assert "cloudflare" in text_of(answer)


async def test_a_corrupt_database_is_named_with_what_to_do_and_the_server_goes_on(
    open_client: Opens, local_settings: Settings
) -> None:
    local_settings.database_path.write_bytes(b"this is no database at all, " * 200)
    async with open_client(local_settings) as client:
        answer = await client.call_tool("list_jobs", {})
        found = await client.call_tool("find_videos", {})
    assert answer.is_error
    assert "damaged" in text_of(answer)
    assert "your setup" in text_of(answer)
    assert str(local_settings.database_path) in text_of(answer)
    assert not found.is_error


async def test_a_locked_database_is_told_from_a_corrupt_one(
    open_client: Opens, local_settings: Settings
) -> None:
    async with open_client(local_settings) as client:
        await client.call_tool("list_jobs", {})
        with sqlite3.connect(local_settings.database_path, isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            answer = await client.call_tool(
                "generate_subtitles", {"video": VIDEO, "language": "en", "wait_seconds": 0}
            )
            other.execute("ROLLBACK")
        other.close()
        after = await client.call_tool("list_jobs", {})
    assert answer.is_error
    assert "locked" in text_of(answer)
    assert not after.is_error


async def test_another_request_with_other_settings_for_the_same_track_is_refused(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    shutil.copy(videos / "music.m4a", videos / "other.m4a")
    ask = {"video": VIDEO, "label": "Dub", "wait_seconds": 0}
    async with open_client(local_settings) as client:
        one = await client.call_tool("add_audio_track", ask | {"source": "music.m4a"})
        two = await client.call_tool("add_audio_track", ask | {"source": "other.m4a"})
        three = await client.call_tool("add_audio_track", ask | {"source": "music.m4a"})
    first, third = (JobRef.model_validate(r.structured_content) for r in (one, three))
    assert two.is_error
    assert "other settings" in text_of(two)
    assert first.job_id == third.job_id
