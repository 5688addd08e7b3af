"""Adding a translation and mending words, on what vendors hold."""

from pathlib import Path

import pytest

from media_tracks_server.sandbox import SandboxInfo
from media_tracks_server.settings import Settings
from media_tracks_tools.models import JobRef, JobState
from talking import Opens, text_of

SRT = (
    "1\n00:00:01,000 --> 00:00:02,500\nCiao a tutti\n\n"
    "2\n00:00:03,000 --> 00:00:04,000\nArivederci\n"
)


def video_of(sandbox: SandboxInfo, account: str) -> str:
    assert sandbox.datocms is not None
    assert sandbox.cloudflare is not None
    ids = {"datocms": sandbox.datocms.upload_id, "cloudflare": sandbox.cloudflare.video_uid}
    return f"{account}/{ids[account]}"


@pytest.mark.parametrize("account", ["datocms", "cloudflare"])
async def test_a_translation_is_added_read_and_mended(
    open_client: Opens, all_settings: Settings, sandbox: SandboxInfo, account: str
) -> None:
    video = video_of(sandbox, account)
    read = {"video": video, "track": "it", "format": "srt"}
    async with open_client(all_settings) as client:
        added = await client.call_tool(
            "add_subtitles", {"video": video, "language": "it", "content": SRT}
        )
        mended = await client.call_tool(
            "edit_subtitles",
            {
                "video": video,
                "track": "it",
                "edits": [{"find": "Arivederci", "replace": "Arrivederci", "cue": 2}],
                "shift_seconds": 0.5,
            },
        )
        text = await client.call_tool("read_subtitles", read)
    assert JobRef.model_validate(added.structured_content).state is JobState.SUCCEEDED
    assert JobRef.model_validate(mended.structured_content).state is JobState.SUCCEEDED
    assert "2\n00:00:03,500 --> 00:00:04,500\nArrivederci" in text_of(text)
    assert "Ciao a tutti" in text_of(text)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        ({"edits": [{"find": "ciao", "replace": "x"}]}, "Capitals and punctuation count"),
        ({"edits": [{"find": "Ciao", "replace": "x", "cue": 2}]}, "not in cue 2"),
        ({"edits": [{"find": "Ciao", "replace": "x", "cue": 9}]}, "the track has 2"),
        ({"shift_seconds": -60}, "delete_subtitles"),
        ({}, "nothing to change"),
    ],
)
async def test_an_edit_that_can_not_be_done_changes_nothing(
    open_client: Opens,
    all_settings: Settings,
    sandbox: SandboxInfo,
    ask: dict[str, object],
    said: str,
) -> None:
    video = video_of(sandbox, "cloudflare")
    async with open_client(all_settings) as client:
        await client.call_tool("add_subtitles", {"video": video, "language": "it", "content": SRT})
        before = len(sandbox.log())
        answer = await client.call_tool("edit_subtitles", {"video": video, "track": "it"} | ask)
    assert answer.is_error
    assert said in text_of(answer)
    assert all(entry.effect is None for entry in sandbox.log()[before:])


async def test_a_file_under_a_local_root_can_be_the_text(
    open_client: Opens, all_settings: Settings, sandbox: SandboxInfo, videos: Path
) -> None:
    (videos / "it.srt").write_text(SRT)
    video = video_of(sandbox, "cloudflare")
    ask = {"video": video, "language": "it"}
    async with open_client(all_settings) as client:
        added = await client.call_tool("add_subtitles", ask | {"source": "it.srt"})
        outside = await client.call_tool("add_subtitles", ask | {"source": "../outside.srt"})
        private = await client.call_tool(
            "add_subtitles", ask | {"source": "http://127.0.0.1:9/it.srt"}
        )
        both = await client.call_tool("add_subtitles", ask | {"source": "it.srt", "content": SRT})
        text = await client.call_tool(
            "read_subtitles", {"video": video, "track": "it", "format": "text"}
        )
    assert JobRef.model_validate(added.structured_content).state is JobState.SUCCEEDED
    assert "Ciao a tutti" in text_of(text)
    assert outside.is_error
    assert private.is_error
    assert "exactly one" in text_of(both)


async def test_text_that_is_no_subtitles_is_refused_with_the_line_at_fault(
    open_client: Opens, all_settings: Settings, sandbox: SandboxInfo
) -> None:
    bad = "WEBVTT\n\n00:00:01,000 --> 00:00:02,000\nCiao\n"
    ask = {"video": video_of(sandbox, "datocms"), "language": "it", "content": bad}
    async with open_client(all_settings) as client:
        answer = await client.call_tool("add_subtitles", ask)
        empty = await client.call_tool("add_subtitles", ask | {"content": "WEBVTT\n"})
    assert answer.is_error
    assert "Line 3" in text_of(answer)
    assert empty.is_error
    assert all(entry.effect is None for entry in sandbox.log())


async def test_audio_is_uploaded_from_a_file_under_a_local_root(
    open_client: Opens, all_settings: Settings, sandbox: SandboxInfo
) -> None:
    for account in ("datocms", "cloudflare"):
        ask = {"video": video_of(sandbox, account), "language": "it", "source": "music.m4a"}
        async with open_client(all_settings) as client:
            done = await client.call_tool("add_audio_track", ask)
            missing = await client.call_tool("add_audio_track", ask | {"source": "none.m4a"})
        assert JobRef.model_validate(done.structured_content).state is JobState.SUCCEEDED
        assert missing.is_error
        assert "MEDIA_TRACKS_LOCAL_ROOTS" in text_of(missing)
