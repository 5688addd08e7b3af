"""Reading one subtitle track: which one is meant, long texts in pages, texts that are none."""

from pathlib import Path

from media_tracks_server.settings import Settings
from media_tracks_tools.models import SubtitleText
from talking import Opens, text_of

VIDEO = "local/talks/My intro.mp4"


def beside(videos: Path, name: str) -> Path:
    """A file beside the video that belongs to it by its name."""
    return videos / "talks" / f"My intro.{name}"


def vtt(lines: int) -> str:
    """WebVTT with so many numbered cues."""
    cues = [
        f"{n // 60:02}:{n % 60:02}.000 --> {n // 60:02}:{n % 60:02}.900\nThis is line number {n}.\n"
        for n in range(lines)
    ]
    return "WEBVTT\n\n" + "\n".join(cues)


async def test_a_long_text_comes_in_pages_that_join_to_the_whole(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    beside(videos, "en.vtt").write_text(vtt(900))
    ask: dict[str, object] = {"video": VIDEO, "track": "en", "format": "text"}
    pages: list[SubtitleText] = []
    async with open_client(local_settings) as client:
        while not pages or pages[-1].next_cursor:
            more = {"cursor": pages[-1].next_cursor} if pages else {}
            result = await client.call_tool("read_subtitles", ask | more)
            assert len(text_of(result)) < 40_000
            pages.append(SubtitleText.model_validate(result.structured_content))
        strange = await client.call_tool("read_subtitles", ask | {"cursor": "99999"})
    assert len(pages) > 1
    read = "\n".join(page.text for page in pages)
    assert read.splitlines() == [f"This is line number {n}." for n in range(900)]
    assert sum(page.cues for page in pages) == 900
    assert "bad_cursor" in text_of(strange)


async def test_a_name_that_two_tracks_have_is_refused_with_their_ids(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    beside(videos, "en.vtt").write_text(vtt(1))
    beside(videos, "en.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello.\n")
    async with open_client(local_settings) as client:
        both = await client.call_tool("read_subtitles", {"video": VIDEO, "track": "English"})
        one = await client.call_tool("read_subtitles", {"video": VIDEO, "track": "en"})
    assert both.is_error
    assert "ambiguous_track" in text_of(both)
    assert "'en'" in text_of(both)
    assert not one.is_error


async def test_a_track_that_is_not_there_is_answered_with_those_that_are(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    beside(videos, "de.vtt").write_text(vtt(1))
    async with open_client(local_settings) as client:
        answer = await client.call_tool("read_subtitles", {"video": VIDEO, "track": "it"})
        unreadable = await client.call_tool("list_subtitles", {"video": VIDEO})
    assert answer.is_error
    assert "'de' ('Deutsch')" in text_of(answer)
    assert "“Deutsch”" in text_of(unreadable)


async def test_a_file_that_is_no_caption_text_is_said_with_the_line_at_fault(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    beside(videos, "fr.vtt").write_text("WEBVTT\n\n00:00:01,000 --> 00:00:02,000\nBonjour\n")
    async with open_client(local_settings) as client:
        answer = await client.call_tool("read_subtitles", {"video": VIDEO, "track": "fr"})
    assert answer.is_error
    assert "Line 3" in text_of(answer)
