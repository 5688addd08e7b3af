"""The behaviour that every provider has; each one's test class supplies its `world`."""

import pytest

from media_tracks_tools.errors import MediaTracksError, NotFound
from media_tracks_tools.models import JobState, Problem, TrackStatus
from media_tracks_tools.ports import (
    AddsAudio,
    DoesLocalSteps,
    DoesVendorSteps,
    FindsVideos,
    GeneratesSubtitles,
    ListsAudio,
    ListsSubtitles,
    ReadsSubtitles,
    VideoQuery,
)
from media_tracks_tools.requests import AddAudioTrack, GenerateSubtitles
from worlds import World


class ProviderContract:
    """Subclass it with a `world` fixture; what a provider does not claim is not asked of it."""

    async def test_it_says_who_it_is_and_never_shows_its_secret(self, world: World) -> None:
        account = world.provider.account
        assert account.name == world.facts.account
        assert len(account.fingerprint) == 64
        shown = f"{world.provider!r} {account!r} {vars(world.provider)!r}"
        assert not world.facts.secret or world.facts.secret not in shown

    async def test_it_recognises_its_own_ids_and_nothing_else(self, world: World) -> None:
        assert world.provider.recognise(world.facts.video_id) == world.facts.video_id
        for strange in ("", "no video at all", "../x", "https://example.com/watch?v=1", "\0"):
            assert world.provider.recognise(strange) is None

    async def test_what_it_cannot_do_is_said_in_sentences(self, world: World) -> None:
        assert world.provider.limits()
        assert all(limit.endswith(".") for limit in world.provider.limits())

    async def test_it_can_do_the_steps_of_its_plans(self, world: World) -> None:
        assert isinstance(world.provider, DoesVendorSteps | DoesLocalSteps)

    async def test_its_check_finds_a_good_account_good(self, world: World) -> None:
        check = await world.provider.check()
        assert check.ok, check

    async def test_a_known_video_has_its_title_length_and_handle(self, world: World) -> None:
        video = await world.provider.get_video(world.facts.video_id)
        assert video.video == f"{world.facts.account}/{world.facts.video_id}"
        assert video.title == world.facts.title
        assert video.duration_seconds
        assert video.ready

    async def test_an_unknown_video_is_not_found_by_any_read(self, world: World) -> None:
        provider, unknown = world.provider, world.facts.unknown_id
        with pytest.raises(NotFound):
            await provider.get_video(unknown)
        if isinstance(provider, ListsAudio):
            with pytest.raises(NotFound):
                await provider.list_audio_tracks(unknown)
        if isinstance(provider, ListsSubtitles):
            with pytest.raises(NotFound):
                await provider.list_subtitles(unknown)

    async def test_videos_are_found_by_words_of_the_title_and_not_by_others(
        self, world: World
    ) -> None:
        assert isinstance(world.provider, FindsVideos)
        word = world.facts.title.split()[0].lower()
        found = await world.provider.find_videos(VideoQuery(query=word))
        assert world.facts.title in {video.title for video in found.videos}
        none = await world.provider.find_videos(VideoQuery(query="zebra crossing at midnight"))
        assert none.videos == ()

    async def test_paging_shows_every_video_once(self, world: World) -> None:
        assert isinstance(world.provider, FindsVideos)
        whole = await world.provider.find_videos(VideoQuery(limit=100))
        seen: list[str] = []
        cursor: str | None = None
        for _ in whole.videos:
            page = await world.provider.find_videos(VideoQuery(limit=1, cursor=cursor))
            seen += [video.video for video in page.videos]
            cursor = page.next_cursor
        assert seen == [video.video for video in whole.videos]
        assert cursor is None

    async def test_generated_subtitles_exist_afterwards_once(self, world: World) -> None:
        provider = world.provider
        assert isinstance(provider, GeneratesSubtitles)
        assert isinstance(provider, ListsSubtitles)
        request = GenerateSubtitles(video_id=world.facts.video_id, language="en", name="English")
        plan = provider.plan_generate_subtitles(request)
        before = world.facts.effects()
        first = await world.finish(request, plan)
        again = await world.finish(request, plan)
        assert first.state is JobState.SUCCEEDED, first.error
        assert (again.state, again.already_existed) == (JobState.SUCCEEDED, True)
        assert world.facts.effects() == before + 1
        tracks = (await provider.list_subtitles(world.facts.video_id)).tracks
        ours = [track for track in tracks if track.language == "en"]
        assert [track.status for track in ours] == [TrackStatus.READY]
        assert first.result is not None
        assert first.result.track_id == ours[0].track_id
        assert ours[0].readable is world.facts.promises_text
        if isinstance(provider, ReadsSubtitles):
            text = await provider.read_subtitles(world.facts.video_id, ours[0].track_id)
            assert text.startswith("WEBVTT")

    async def test_an_added_audio_track_exists_afterwards_once(self, world: World) -> None:
        provider = world.provider
        assert isinstance(provider, AddsAudio)
        assert isinstance(provider, ListsAudio)
        request = AddAudioTrack(
            video_id=world.facts.video_id,
            source=world.facts.audio,
            label="Italiano",
            language="it",
        )
        plan = provider.plan_add_audio(request)
        before = world.facts.effects()
        first = await world.finish(request, plan)
        again = await world.finish(request, plan)
        assert first.state is JobState.SUCCEEDED, first.error
        assert (again.state, again.already_existed) == (JobState.SUCCEEDED, True)
        assert world.facts.effects() == before + 1
        tracks = (await provider.list_audio_tracks(world.facts.video_id)).tracks
        ours = [track for track in tracks if track.label == "Italiano"]
        assert [track.status for track in ours] == [TrackStatus.READY]
        assert first.result is not None
        assert first.result.track_id == ours[0].track_id

    async def test_a_job_on_a_video_that_is_gone_fails_with_a_next_step(self, world: World) -> None:
        provider = world.provider
        assert isinstance(provider, GeneratesSubtitles)
        request = GenerateSubtitles(video_id=world.facts.unknown_id, language="en", name="English")
        before = world.facts.effects()
        problem: Problem | MediaTracksError | None
        try:
            problem = (await world.finish(request, provider.plan_generate_subtitles(request))).error
        except MediaTracksError as error:
            problem = error
        assert problem is not None
        assert problem.next_step
        assert world.facts.effects() == before
