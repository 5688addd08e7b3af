"""Odd files in a local root: strange names, links, twins, files that go away, broken captions."""

import os
import shutil
import signal
import sys
from pathlib import Path

import psutil
import pytest
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextResourceContents

from making import Extras, Picture, Sound, write_sound, write_video
from media_tracks_server.providers.local import supervising
from media_tracks_server.settings import Settings
from media_tracks_tools.models import (
    AudioTrackList,
    Job,
    JobRef,
    JobState,
    SubtitleTrackList,
    TrackResult,
    VideoPage,
)
from talking import Opens, measured, text_of

VIDEO = "local/talks/My intro.mp4"
VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n{}\n"
SRT = "1\n00:00:01,000 --> 00:00:02,000\n<font color=red>Bonjour</font> & salut\n"
Track = dict[str, object]


async def done(client: Client, tool: str, arguments: Track) -> Job:
    """The job that this call started, after its end."""
    asked = await client.call_tool(tool, arguments)
    assert not asked.is_error, text_of(asked)
    job_id = JobRef.model_validate(asked.structured_content).job_id
    result = await client.call_tool("get_job_result", {"job_id": job_id, "wait_seconds": 50})
    return Job.model_validate(result.structured_content)


def result_of(job: Job) -> TrackResult:
    assert job.state is JobState.SUCCEEDED, job.error
    assert job.result is not None
    return job.result


def subtitles_of(listed: CallToolResult) -> dict[str, tuple[str, ...] | None]:
    """Each track's id and notes."""
    tracks = SubtitleTrackList.model_validate(listed.structured_content).tracks
    return {track.track_id: track.notes for track in tracks}


async def test_names_that_are_not_utf8_are_left_out_and_the_stdio_server_lives(
    local_settings: Settings, tmp_path: Path, videos: Path, era: str
) -> None:
    real = videos / "talks" / "My intro.mp4"
    strange, folder = os.fsdecode(b"\xff\xfe.mp4"), os.fsdecode(b"\xfd")
    shutil.copy(real, videos / strange)
    (videos / folder).mkdir()
    shutil.copy(real, videos / folder / "in a folder.mp4")
    (videos / "leads there.mp4").symlink_to(strange)
    (videos / os.fsdecode(b"\xfe leads here.mp4")).symlink_to(real)
    (real.parent / os.fsdecode(b"My intro.\xff.vtt")).write_text(VTT)
    environment = {
        "HOME": str(tmp_path),
        "MEDIA_TRACKS_LOCAL_ROOTS": local_settings.local_roots,
        "MEDIA_TRACKS_DATABASE_URL": local_settings.database_url,
    }
    command = str(Path(sys.executable).with_name("media-tracks"))
    server = StdioServerParameters(command=command, args=["serve"], env=measured(environment))
    async with Client(server, mode=era, read_timeout_seconds=20) as client:
        found = await client.call_tool("find_videos", {})
        linked = await client.call_tool("list_audio_tracks", {"video": "local/leads there.mp4"})
        again = await client.call_tool("list_subtitles", {"video": VIDEO})
    page = VideoPage.model_validate(found.structured_content)
    assert {video.video for video in page.videos} == {
        VIDEO,
        *(f"local/{name}.mp4" for name in ("notes", "empty", "cut")),
    }
    assert linked.is_error
    assert "not UTF-8" in text_of(linked)
    assert not again.is_error


async def test_a_link_that_leads_out_of_the_root_is_no_sidecar_and_stays_as_it_is(
    open_client: Opens, local_settings: Settings, videos: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(VTT.format("hidden words"))
    link = videos / "talks" / "My intro.en.vtt"
    link.symlink_to(secret)
    inside = videos / "elsewhere.vtt"
    inside.write_text(VTT.format("Ciao"))
    (videos / "talks" / "My intro.it.vtt").symlink_to(inside)
    async with open_client(local_settings) as client:
        listed = await client.call_tool("list_subtitles", {"video": VIDEO})
        read = await client.call_tool("read_subtitles", {"video": VIDEO, "track": "en"})
        good = await client.call_tool("read_subtitles", {"video": VIDEO, "track": "it"})
        with pytest.raises(Exception, match=r"My intro|en") as refused:
            await client.read_resource("subtitles://local/talks/My%20intro.mp4/en")
        job = await done(client, "generate_subtitles", {"video": VIDEO, "language": "en"})
    assert list(subtitles_of(listed)) == ["it"]
    assert read.is_error
    assert "hidden words" not in text_of(read) + str(refused.value)
    assert "Ciao" in text_of(good)
    assert job.error is not None
    assert (job.error.code, job.error.side) == ("name_taken", "yours")
    assert link.is_symlink()


@pytest.mark.parametrize("label", ["Sound", "SoundHandler", "a\0b", "a\nb", "\u200b", "名" * 43])
async def test_a_label_that_would_not_be_found_again_is_refused(
    open_client: Opens, local_settings: Settings, videos: Path, label: str
) -> None:
    before = (videos / "talks" / "My intro.mp4").stat()
    ask = {"video": VIDEO, "source": "music.m4a", "label": label}
    async with open_client(local_settings) as client:
        answer = await client.call_tool("add_audio_track", ask)
    assert answer.is_error
    assert "bad_label" in text_of(answer)
    assert "another label" in text_of(answer)
    assert (videos / "talks" / "My intro.mp4").stat().st_ino == before.st_ino


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
async def test_labels_of_all_kinds_are_found_again(
    open_client: Opens, local_settings: Settings, videos: Path, suffix: str
) -> None:
    write_video(videos / f"v{suffix}")
    async with open_client(local_settings) as client:
        for number, label in enumerate(
            ("نسخه\u200cی فارسی", "名" * 42, "👨\u200d👩", "x" * 100), 2
        ):
            ask: Track = {"video": f"local/v{suffix}", "source": "music.m4a", "label": label}
            track = result_of(await done(client, "add_audio_track", ask))
            assert (track.track_id, track.name) == (str(number), label)
            assert (await done(client, "add_audio_track", ask)).already_existed


async def test_what_the_child_noticed_is_told_with_the_result(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    write_sound(videos / "short.wav")
    ask: Track = {"video": VIDEO, "source": "short.wav", "label": "Dub", "make_default": False}
    async with open_client(local_settings) as client:
        made = result_of(await done(client, "add_audio_track", ask))
        ask["make_default"] = True
        there = await done(client, "add_audio_track", ask)
    notes = " ".join(made.notes or ())
    assert "encoded as aac" in notes
    assert "The new track lasts 2.0 s, the video 17" in notes
    assert there.already_existed
    assert "not the default" in " ".join(result_of(there).notes or ())


async def test_a_name_that_a_subtitle_file_cannot_keep_is_told_and_silence_is_told_once(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    write_video(videos / "quiet.mp4", sounds=[Sound(pitch=0, seconds=3)])
    ask: Track = {"video": "local/quiet.mp4", "language": "en", "name": "Captions"}
    async with open_client(local_settings) as client:
        made = result_of(await done(client, "generate_subtitles", ask))
        there = result_of(await done(client, "generate_subtitles", ask))
        plain = result_of(await done(client, "generate_subtitles", ask | {"name": "English"}))
    assert made.notes is not None
    assert [note for note in made.notes if "speech" in note] == [
        "No speech was found, so the track is empty."
    ]
    assert "'Captions'" in made.notes[-1]
    assert there.notes == made.notes[-1:]
    assert plain.notes is None


async def test_a_video_deleted_before_publishing_fails_in_a_sentence_and_leaves_nothing(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    folder = videos / "soon"
    folder.mkdir()
    shutil.copy(videos / "talks" / "My intro.mp4", folder / "gone.mp4")
    held: list[psutil.Process] = []

    async def hold(progress: float, total: float | None, message: str | None) -> None:
        del progress, total
        if not held and "listening" in (message or ""):
            children = psutil.Process().children()
            held.extend(one for one in children if supervising.CHILD in one.cmdline())
            held[0].send_signal(signal.SIGSTOP)
            (folder / "gone.mp4").unlink()
            held[0].send_signal(signal.SIGCONT)

    ask: Track = {"video": "local/soon/gone.mp4", "language": "en", "wait_seconds": 50}
    async with open_client(local_settings) as client:
        answer = await client.call_tool("generate_subtitles", ask, progress_callback=hold)
    job = JobRef.model_validate(answer.structured_content)
    assert held
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert "no file" in job.error.message
    assert job.error.side == "yours"
    assert list(folder.iterdir()) == []


async def test_a_source_is_looked_for_in_the_videos_own_root_first(
    open_client: Opens, local_settings: Settings, videos: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write_video(other / "b.mp4")
    write_sound(other / "music.m4a", Sound(seconds=1.0))
    roots = os.pathsep.join((f"one={videos}", f"two={other}"))
    settings = local_settings.model_copy(update={"local_roots": roots})
    seconds: list[float | None] = []
    async with open_client(settings) as client:
        sources = ("music.m4a", "one/music.m4a", "two/music.m4a", str(videos / "music.m4a"))
        for number, source in enumerate(sources):
            ask: Track = {"video": "two/b.mp4", "source": source, "label": f"Track {number}"}
            result_of(await done(client, "add_audio_track", ask))
        listed = await client.call_tool("list_audio_tracks", {"video": "two/b.mp4"})
    tracks = AudioTrackList.model_validate(listed.structured_content).tracks
    seconds = [track.duration_seconds for track in tracks[1:]]
    assert [value is not None and value > 10 for value in seconds] == [False, True, False, True]


async def test_videos_with_one_stem_do_not_share_their_captions(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    for suffix in (".mkv", ".mp4"):
        write_video(videos / f"talk{suffix}")
    (videos / "talk.it.vtt").write_text(VTT.format("Ciao"))
    (videos / "talk.mp4.fr.srt").write_text(SRT)
    ask: Track = {"video": "local/talk.mkv", "language": "en"}
    async with open_client(local_settings) as client:
        made = result_of(await done(client, "generate_subtitles", ask))
        one = await client.call_tool("list_subtitles", {"video": "local/talk.mp4"})
        two = await client.call_tool("list_subtitles", {"video": "local/talk.mkv"})
    assert made.path == str(videos / "talk.mkv.en.vtt")
    assert subtitles_of(one) == {"it": ("file talk.it.vtt",), "fr.srt": ("file talk.mp4.fr.srt",)}
    assert subtitles_of(two) == {"en": ("file talk.mkv.en.vtt",)}


async def test_two_files_for_one_language_are_two_tracks_that_can_both_be_read(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    for tail in ("es.VTT", "spa.vtt", "mp4.es.vtt"):
        (videos / "talks" / f"My intro.{tail}").write_text(VTT.format(f"from {tail}"))
    async with open_client(local_settings) as client:
        listed = await client.call_tool("list_subtitles", {"video": VIDEO})
        read = [
            text_of(await client.call_tool("read_subtitles", {"video": VIDEO, "track": track}))
            for track in subtitles_of(listed)
        ]
    assert len(read) == 3
    assert "es" in subtitles_of(listed)
    assert all(any(f"from {t}" in text for text in read) for t in ("es.VTT", "spa.vtt"))


async def test_srt_comes_as_webvtt(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    (videos / "talks" / "My intro.fr.SRT").write_text(SRT)
    async with open_client(local_settings) as client:
        read = await client.call_tool("read_subtitles", {"video": VIDEO, "track": "fr.srt"})
        uri = "subtitles://local/talks/My%20intro.mp4/fr.srt"
        whole = (await client.read_resource(uri)).contents[0]
    assert isinstance(whole, TextResourceContents)
    assert whole.text == VTT.format("Bonjour &amp; salut")
    assert "Bonjour &amp; salut" in text_of(read)


async def test_a_broken_sidecar_is_the_users_to_mend(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    (videos / "talks" / "My intro.fr.vtt").write_text("WEBVTT\n\n00:01,000 --> 00:02,000\nx\n")
    async with open_client(local_settings) as client:
        read = await client.call_tool("read_subtitles", {"video": VIDEO, "track": "fr"})
    assert read.is_error
    assert "Whose side: yours (code bad_subtitles)" in text_of(read)
    assert "'My intro.fr.vtt'" in text_of(read)


async def test_a_song_with_a_cover_is_no_video(
    open_client: Opens, local_settings: Settings, videos: Path
) -> None:
    write_video(videos / "song.mp4", picture=Picture(seconds=0), extras=Extras(cover=True))
    async with open_client(local_settings) as client:
        listed = await client.call_tool("list_audio_tracks", {"video": "local/song.mp4"})
        found = await client.call_tool("find_videos", {"query": "song"})
        job = await done(
            client, "generate_subtitles", {"video": "local/song.mp4", "language": "en"}
        )
    assert "no_video" in text_of(listed)
    assert "has no pictures" in text_of(found)
    assert job.error is not None
    assert job.error.code == "no_video"
