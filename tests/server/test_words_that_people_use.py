"""Languages and tracks by the words that people use for them."""

import pytest

from media_tracks_server.sandbox import SandboxInfo
from media_tracks_server.settings import Settings
from media_tracks_tools.errors import CallerError
from media_tracks_tools.languages import standard
from media_tracks_tools.models import JobRef, JobState
from talking import Opens, text_of


@pytest.mark.parametrize(
    ("word", "tag"), [("Italian", "it"), ("Italiano", "it"), ("pt_br", "pt-BR"), ("ita", "it")]
)
def test_a_language_may_be_given_by_its_name(word: str, tag: str) -> None:
    assert standard(word) == tag


@pytest.mark.parametrize("word", ["gibberish", "", "und", "x" * 50])
def test_a_word_that_is_no_language_is_refused(word: str) -> None:
    with pytest.raises(CallerError):
        standard(word)


async def test_a_track_is_found_by_its_language_where_the_account_keeps_only_labels(
    open_client: Opens, all_settings: Settings, sandbox: SandboxInfo
) -> None:
    assert sandbox.cloudflare is not None
    ask = {"video": sandbox.cloudflare.video_uid, "track": "fr", "make_default": True}
    async with open_client(all_settings) as client:
        done = await client.call_tool("update_audio_track", ask)
        unknown = await client.call_tool("update_audio_track", ask | {"track": "es"})
    assert JobRef.model_validate(done.structured_content).state is JobState.SUCCEEDED
    assert unknown.is_error
    assert "'Français'" in text_of(unknown)


async def test_nothing_found_says_how_to_look_again(
    open_client: Opens, all_settings: Settings
) -> None:
    async with open_client(all_settings) as client:
        found = await client.call_tool("find_videos", {"query": "zebra crossing at midnight"})
    assert "find_videos without query" in text_of(found)
