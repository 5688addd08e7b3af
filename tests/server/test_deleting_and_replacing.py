"""What can't be undone asks the person, or takes a value that shows that they were asked."""

import pytest

from asking import User, asking_client, confirm_value
from media_tracks_server.sandbox import SandboxInfo
from media_tracks_server.settings import Confirm, Settings
from media_tracks_tools.models import AudioTrackList, JobRef, JobState, SubtitleTrackList
from talking import Opens, text_of

CIAO = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nCiao\n"


def cloudflare_video(sandbox: SandboxInfo) -> str:
    assert sandbox.cloudflare is not None
    return f"cloudflare/{sandbox.cloudflare.video_uid}"


def happened(sandbox: SandboxInfo, effect: str) -> int:
    return sum(entry.effect == effect for entry in sandbox.log())


async def test_a_track_is_deleted_when_the_user_says_yes_and_is_asked_once(
    all_settings: Settings, sandbox: SandboxInfo, era: str
) -> None:
    video, user = cloudflare_video(sandbox), User(says=True)
    async with asking_client(all_settings, era, user) as client:
        done = await client.call_tool("delete_audio_track", {"video": video, "track": "Français"})
        listed = await client.call_tool("list_audio_tracks", {"video": video})
    assert JobRef.model_validate(done.structured_content).state is JobState.SUCCEEDED
    assert AudioTrackList.model_validate(listed.structured_content).tracks == ()
    assert len(user.asked) == 1
    assert "“Français”" in user.asked[0]
    assert happened(sandbox, "track-deleted") == 1


async def test_nothing_is_deleted_when_the_user_says_no(
    all_settings: Settings, sandbox: SandboxInfo, era: str
) -> None:
    video, user = cloudflare_video(sandbox), User(says=False)
    async with asking_client(all_settings, era, user) as client:
        answer = await client.call_tool("delete_audio_track", {"video": video, "track": "Français"})
    assert answer.is_error
    assert "did not agree" in text_of(answer)
    assert happened(sandbox, "track-deleted") == 0


async def test_a_client_that_cannot_be_asked_gets_a_value_that_works_for_this_call_alone(
    open_client: Opens, all_settings: Settings, sandbox: SandboxInfo
) -> None:
    video = cloudflare_video(sandbox)
    ask = {"video": video, "track": "Français"}
    async with open_client(all_settings) as client:
        await client.call_tool(
            "add_audio_track", {"video": video, "label": "Dub", "source": "https://e.com/a.mp3"}
        )
        refusal = await client.call_tool("delete_audio_track", ask)
        value = {"confirm": confirm_value(refusal)}
        other = await client.call_tool(
            "delete_audio_track", {"video": video, "track": "Dub"} | value
        )
        done = await client.call_tool("delete_audio_track", ask | value)
    assert other.is_error
    assert "confirm=" in text_of(other)
    assert JobRef.model_validate(done.structured_content).state is JobState.SUCCEEDED
    assert happened(sandbox, "track-deleted") == 1


async def test_a_setting_makes_the_server_refuse_whoever_agrees(
    all_settings: Settings, sandbox: SandboxInfo, era: str
) -> None:
    refusing = all_settings.model_copy(update={"confirm": Confirm.REFUSE})
    video, user = cloudflare_video(sandbox), User(says=True)
    async with asking_client(refusing, era, user) as client:
        answer = await client.call_tool("delete_audio_track", {"video": video, "track": "Français"})
    assert answer.is_error
    assert "MEDIA_TRACKS_CONFIRM" in text_of(answer)
    assert user.asked == []
    assert happened(sandbox, "track-deleted") == 0


async def test_the_default_track_is_refused_before_anybody_is_asked(
    all_settings: Settings, sandbox: SandboxInfo, era: str
) -> None:
    video, user = cloudflare_video(sandbox), User(says=True)
    new = {"video": video, "label": "Dub", "source": "https://e.com/a.mp3", "make_default": True}
    async with asking_client(all_settings, era, user) as client:
        await client.call_tool("add_audio_track", new)
        answer = await client.call_tool("delete_audio_track", {"video": video, "track": "Dub"})
    assert answer.is_error
    assert user.asked == []
    assert "make_default=true) for 'Français'" in text_of(answer)


@pytest.mark.parametrize("account", ["datocms", "cloudflare"])
async def test_replacing_asks_once_and_without_anything_there_not_at_all(
    all_settings: Settings, sandbox: SandboxInfo, era: str, account: str
) -> None:
    assert sandbox.datocms is not None
    assert sandbox.cloudflare is not None
    ids = {"datocms": sandbox.datocms.upload_id, "cloudflare": sandbox.cloudflare.video_uid}
    ask = {"video": f"{account}/{ids[account]}", "language": "en", "replace": True}
    user = User(says=True)
    async with asking_client(all_settings, era, user) as client:
        first = await client.call_tool("generate_subtitles", ask)
        asked_at_first = list(user.asked)
        second = await client.call_tool("generate_subtitles", ask)
        listed = await client.call_tool("list_subtitles", {"video": ask["video"]})
    assert JobRef.model_validate(first.structured_content).state is JobState.SUCCEEDED
    assert JobRef.model_validate(second.structured_content).state is JobState.SUCCEEDED
    assert asked_at_first == []
    assert len(user.asked) == 1
    tracks = SubtitleTrackList.model_validate(listed.structured_content).tracks
    assert [track.language for track in tracks].count("en") == 1


async def test_a_value_for_one_replacement_makes_no_second_one(
    open_client: Opens, all_settings: Settings, sandbox: SandboxInfo
) -> None:
    ask = {"video": cloudflare_video(sandbox), "language": "en", "replace": True}
    async with open_client(all_settings) as client:
        await client.call_tool("generate_subtitles", ask)
        refusal = await client.call_tool("generate_subtitles", ask)
        again = ask | {"confirm": confirm_value(refusal)}
        done = await client.call_tool("generate_subtitles", again)
        twice = await client.call_tool("generate_subtitles", again)
    assert JobRef.model_validate(done.structured_content).state is JobState.SUCCEEDED
    assert twice.is_error
    assert happened(sandbox, "caption-created") == 2


async def test_a_value_for_one_text_does_not_serve_another(
    open_client: Opens, all_settings: Settings, sandbox: SandboxInfo
) -> None:
    video = cloudflare_video(sandbox)
    ask = {"video": video, "language": "it", "content": CIAO}
    other = ask | {"content": CIAO.replace("Ciao", "Salve"), "replace": True}
    async with open_client(all_settings) as client:
        await client.call_tool("add_subtitles", ask)
        refusal = await client.call_tool("add_subtitles", other)
        value = confirm_value(refusal)
        changed = other | {"content": CIAO.replace("Ciao", "Addio"), "confirm": value}
        refused = await client.call_tool("add_subtitles", changed)
        done = await client.call_tool("add_subtitles", other | {"confirm": value})
        read = await client.call_tool(
            "read_subtitles", {"video": video, "track": "it", "format": "text"}
        )
    assert refused.is_error
    assert JobRef.model_validate(done.structured_content).state is JobState.SUCCEEDED
    assert "Salve" in text_of(read)
