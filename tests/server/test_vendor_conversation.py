"""The same job on both vendors' wire: one effect, seen to its end."""

import pytest

from media_tracks_server.sandbox import SandboxInfo
from media_tracks_server.settings import Settings
from media_tracks_tools.models import AudioTrackList, JobRef, JobState, SubtitleTrackList, VideoPage
from talking import Opens, Told, text_of

EFFECTS = {"datocms": "job-created", "cloudflare": "caption-created"}


def count(sandbox: SandboxInfo, effect: str) -> int:
    """How often the vendors really did this."""
    return sum(entry.effect == effect for entry in sandbox.log())


@pytest.mark.parametrize("account", ["datocms", "cloudflare"])
async def test_a_vendor_video_is_found_by_title_and_captioned_once(
    open_client: Opens, all_settings: Settings, sandbox: SandboxInfo, account: str
) -> None:
    async with open_client(all_settings) as client:
        found = await client.call_tool("find_videos", {"query": "launch", "account": account})
        video = VideoPage.model_validate(found.structured_content).videos[0].video
        told = Told()
        ask = {"video": video, "language": "en"}
        first = await client.call_tool("generate_subtitles", ask, progress_callback=told)
        again = await client.call_tool("generate_subtitles", ask)
        listed = await client.call_tool("list_subtitles", {"video": video})
    assert JobRef.model_validate(first.structured_content).state is JobState.SUCCEEDED
    assert JobRef.model_validate(again.structured_content).already_existed is True
    tracks = SubtitleTrackList.model_validate(listed.structured_content).tracks
    assert [(track.language, track.status) for track in tracks] == [("en", "ready")]
    assert count(sandbox, EFFECTS[account]) == 1
    assert len(told.values) >= 3
    assert all(one < two for one, two in zip(told.values, told.values[1:], strict=False))


@pytest.mark.parametrize("account", ["datocms", "cloudflare"])
async def test_an_audio_track_is_added_once_and_listed(
    open_client: Opens, all_settings: Settings, sandbox: SandboxInfo, account: str
) -> None:
    assert sandbox.datocms is not None
    assert sandbox.cloudflare is not None
    ids = {"datocms": sandbox.datocms.upload_id, "cloudflare": sandbox.cloudflare.video_uid}
    video = f"{account}/{ids[account]}"
    ask = {"video": video, "language": "it", "source": "https://example.com/dub.m4a"}
    async with open_client(all_settings) as client:
        first = await client.call_tool("add_audio_track", ask)
        again = await client.call_tool("add_audio_track", ask)
        listed = await client.call_tool("list_audio_tracks", {"video": video})
    assert JobRef.model_validate(first.structured_content).state is JobState.SUCCEEDED
    assert JobRef.model_validate(again.structured_content).already_existed is True
    labels = [t.label for t in AudioTrackList.model_validate(listed.structured_content).tracks]
    assert labels.count("Italiano") == 1
    assert count(sandbox, "track-created") == 1


async def test_a_cloudflare_track_is_made_the_default_when_that_is_asked(
    open_client: Opens, all_settings: Settings, sandbox: SandboxInfo
) -> None:
    assert sandbox.cloudflare is not None
    video = sandbox.cloudflare.video_uid
    ask = {"video": video, "label": "Dub", "source": "https://example.com/d.mp3"}
    async with open_client(all_settings) as client:
        done = await client.call_tool("add_audio_track", ask | {"make_default": True})
        listed = await client.call_tool("list_audio_tracks", {"video": video})
    assert JobRef.model_validate(done.structured_content).state is JobState.SUCCEEDED
    tracks = AudioTrackList.model_validate(listed.structured_content).tracks
    assert {track.label: track.default for track in tracks} == {"Français": False, "Dub": True}


async def test_one_search_asks_every_account(open_client: Opens, all_settings: Settings) -> None:
    async with open_client(all_settings) as client:
        found = await client.call_tool("find_videos", {"limit": 6})
        page = VideoPage.model_validate(found.structured_content)
        more = await client.call_tool("find_videos", {"limit": 6, "cursor": page.next_cursor})
    assert {video.account for video in page.videos} == {"local", "datocms", "cloudflare"}
    seen = {video.video for video in page.videos}
    rest = {video.video for video in VideoPage.model_validate(more.structured_content).videos}
    assert rest
    assert not seen & rest


async def test_an_account_that_fails_is_named_and_the_others_still_answer(
    open_client: Opens, all_settings: Settings
) -> None:
    broken = Settings.model_validate(
        all_settings.model_dump() | {"datocms_api_token": "wrong-token"}
    )
    async with open_client(broken) as client:
        found = await client.call_tool("find_videos", {"query": "launch"})
        checked = await client.call_tool("list_accounts", {"check": True})
    assert not found.is_error
    assert "'datocms' was not searched" in text_of(found)
    assert "cloudflare/" in text_of(found)
    assert "FAILED" in text_of(checked)
    assert "wrong-token" not in text_of(found) + text_of(checked)
