"""The main job on the user's own file, asked as a chat host asks."""

from pathlib import Path

import av
from mcp.types import ResourceLink, TextResourceContents

from media_tracks_server.demo.accuracy import word_error_rate
from media_tracks_server.demo.footage import transcript
from media_tracks_server.settings import Settings
from media_tracks_tools import captions
from media_tracks_tools.models import AudioTrackList, Job, JobRef, JobState, VideoPage
from talking import Opens, Told, packets, text_of

VIDEO = "local/talks/My intro.mp4"


async def test_a_local_video_is_found_captioned_and_read_back(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    async with open_client(local_settings) as client:
        found = await client.call_tool("find_videos", {"query": "intro"})
        page = VideoPage.model_validate(found.structured_content)
        assert [video.video for video in page.videos] == [VIDEO]

        told = Told()
        result = await client.call_tool(
            "generate_subtitles",
            {"video": VIDEO, "language": "en", "wait_seconds": 50},
            progress_callback=told,
        )
        job = JobRef.model_validate(result.structured_content)
        assert job.state is JobState.SUCCEEDED, text_of(result)

        links = [block.uri for block in result.content if isinstance(block, ResourceLink)]
        assert [uri.partition(":")[0] for uri in links] == ["job", "tracks", "subtitles"]
        texts = [(await client.read_resource(uri)).contents[0] for uri in links]
        vtt = texts[2]
        assert isinstance(vtt, TextResourceContents)
        heard = captions.as_text(captions.parse(vtt.text))
        assert word_error_rate(transcript(), heard) <= 0.10
        assert (videos / "talks" / "My intro.en.vtt").read_text() == vtt.text


async def test_progress_strictly_increases_follows_the_work_and_never_reaches_its_total_early(
    open_client: Opens, local_settings: Settings
) -> None:
    told = Told()
    async with open_client(local_settings) as client:
        await client.call_tool(
            "generate_subtitles", {"video": VIDEO, "language": "en"}, progress_callback=told
        )
    assert len(told.values) >= 3
    assert all(one < two for one, two in zip(told.values, told.values[1:], strict=False))
    assert all(
        total is None or value < total
        for value, total in zip(told.values, told.totals, strict=True)
    )
    said = " / ".join(told.messages)
    order = [said.index(word) for word in ("speech model", "listening", "writing")]
    assert order == sorted(order)


async def test_captions_asked_for_again_exist_already_and_nothing_is_done_twice(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    ask = {"video": VIDEO, "language": "en"}
    sidecar = videos / "talks" / "My intro.en.vtt"
    async with open_client(local_settings) as client:
        await client.call_tool("generate_subtitles", ask)
        before = sidecar.stat()
        again = await client.call_tool("generate_subtitles", ask)
    job = JobRef.model_validate(again.structured_content)
    assert (job.state, job.already_existed) == (JobState.SUCCEEDED, True)
    assert (sidecar.stat().st_ino, sidecar.stat().st_mtime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
    )


async def test_an_added_track_is_seen_by_an_independent_reader_and_the_first_ones_are_untouched(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    path = videos / "talks" / "My intro.mp4"
    before = [packets(path, "video", 0), packets(path, "audio", 0)]
    ask = {"video": VIDEO, "source": "music.m4a", "label": "Music only", "language": "it"}
    async with open_client(local_settings) as client:
        result = await client.call_tool("add_audio_track", ask)
        assert JobRef.model_validate(result.structured_content).state is JobState.SUCCEEDED
        again = await client.call_tool("add_audio_track", ask)
        assert JobRef.model_validate(again.structured_content).already_existed is True
        listed = await client.call_tool("list_audio_tracks", {"video": VIDEO})
    tracks = AudioTrackList.model_validate(listed.structured_content).tracks
    assert [(track.label, track.language) for track in tracks] == [
        ("English", "en"),
        ("Music only", "it"),
    ]
    with av.open(str(path)) as container:
        languages = [stream.metadata.get("language") for stream in container.streams.audio]
    assert languages == ["eng", "ita"]
    assert [packets(path, "video", 0), packets(path, "audio", 0)] == before
    assert packets(path, "audio", 1) == packets(videos / "music.m4a", "audio", 0)
    assert sorted(p.name for p in path.parent.iterdir()) == ["My intro.mp4"]


async def test_a_job_that_outlasts_the_wait_comes_back_running_and_is_fetched_later(
    open_client: Opens, local_settings: Settings
) -> None:
    async with open_client(local_settings) as client:
        result = await client.call_tool(
            "generate_subtitles", {"video": VIDEO, "language": "en", "wait_seconds": 0}
        )
        started = JobRef.model_validate(result.structured_content)
        assert not started.state.ended
        assert started.job_id in started.next_steps[0]
        ended = await client.call_tool(
            "get_job_result", {"job_id": started.job_id, "wait_seconds": 50}
        )
        listed = await client.call_tool("list_jobs", {"state": "succeeded", "video": VIDEO})
    job = Job.model_validate(ended.structured_content)
    assert job.state is JobState.SUCCEEDED
    assert job.result is not None
    assert job.result.cues
    assert started.job_id in text_of(listed)


async def test_a_cancelled_local_job_stops_its_child_and_leaves_nothing(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    async with open_client(local_settings) as client:
        result = await client.call_tool(
            "generate_subtitles", {"video": VIDEO, "language": "en", "wait_seconds": 0}
        )
        job_id = JobRef.model_validate(result.structured_content).job_id
        cancelled = await client.call_tool("cancel_job", {"job_id": job_id})
        assert Job.model_validate(cancelled.structured_content).state is JobState.CANCELLED
        after = await client.call_tool("get_job_result", {"job_id": job_id})
        assert Job.model_validate(after.structured_content).state is JobState.CANCELLED
    assert sorted(p.name for p in (videos / "talks").iterdir()) == ["My intro.mp4"]


async def test_captions_can_be_read_in_three_formats_and_by_a_stretch_of_time(
    open_client: Opens, local_settings: Settings
) -> None:
    async with open_client(local_settings) as client:
        await client.call_tool("generate_subtitles", {"video": VIDEO, "language": "en"})
        ask = {"video": VIDEO, "track": "English"}
        srt = await client.call_tool("read_subtitles", ask | {"format": "srt"})
        text = await client.call_tool("read_subtitles", ask | {"format": "text"})
        part = await client.call_tool("read_subtitles", ask | {"from_seconds": 11})
    assert "00:00:00,000 -->" in text_of(srt)
    assert "-->" not in text_of(text)
    assert "young man" in text_of(text)
    assert "young man" not in text_of(part)
