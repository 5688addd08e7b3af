"""A DatoCMS project as a provider: what it can, and how its changes are done step by step."""

import httpx

from media_tracks_server.http import (
    Bucket,
    Files,
    Limiter,
    Places,
    Vendor,
    VendorClient,
    fingerprint,
    no_files,
)
from media_tracks_server.providers.datocms import checks, finding, matching, plans, videos
from media_tracks_server.providers.datocms.calls import Calls
from media_tracks_server.providers.datocms.codes import PLACES, ErrorWords
from media_tracks_server.providers.datocms.steps import Steps
from media_tracks_server.providers.datocms.surveys import Surveyor
from media_tracks_server.providers.datocms.texts import DEFAULT_MUX_URL, Texts
from media_tracks_server.providers.datocms.tracks import to_audio, to_subtitles
from media_tracks_tools.errors import NotFound
from media_tracks_tools.models import (
    Account,
    AccountCheck,
    AudioTrackList,
    SubtitleTrackList,
    TrackResult,
    Video,
    VideoPage,
)
from media_tracks_tools.plans import Plan, Sent, Survey, Task, Watched
from media_tracks_tools.ports import VideoQuery
from media_tracks_tools.requests import (
    AddAudioTrack,
    AddSubtitles,
    DeleteAudioTrack,
    DeleteSubtitles,
    EditSubtitles,
    GenerateSubtitles,
)

DEFAULT_BASE_URL = "https://site-api.datocms.com"
_LIMITS = (
    "DatoCMS gives no text of subtitles; it is read from Mux's public address where that works.",
    "Subtitles that are edited or replaced become a new track, maybe with a number in its name.",
    "Generated subtitles are in the language spoken; the language has to be named.",
    "Audio comes from a URL that DatoCMS can fetch or a file of at most 1 GB; name its language.",
    "An audio track can't be renamed or made the default: DatoCMS has no request for it.",
    "A video is named by its id: the address of a file (www.datocms-assets.com) does not tell it.",
)
_NO_TEXTS = (
    "DatoCMS does not tell which subtitles were generated, nor give their text: read_subtitles "
    "tries to read it from Mux's public address."
)


class DatoCMS:
    """One DatoCMS project; `token` never shows in a repr, log or error.

    60 requests in 3 s (DatoCMS, Technical limits page), counted per token (inferred). `mux_url` is
    where the text of subtitles is looked for; `setting` and `base_url_setting` are the words for
    where the token and the address stand.
    """

    def __init__(
        self,
        name: str,
        token: str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        limiter: Limiter,
        client: httpx.AsyncClient | None = None,
        mux_url: str = DEFAULT_MUX_URL,
        files: Files = no_files,
        setting: str | None = None,
        base_url_setting: str | None = None,
    ) -> None:
        credential = fingerprint("datocms", token)
        self.account = Account(
            name=name,
            provider="datocms",
            fingerprint=fingerprint("datocms", base_url.rstrip("/"), "", credential),
        )
        places = Places(setting or PLACES.credential, base_url_setting or PLACES.base_url)
        words = ErrorWords(places)
        vendor = Vendor(
            name="DatoCMS",
            base_url=base_url,
            bucket=Bucket(credential, interval_seconds=0.1, burst=20),
            settings=places.credential,
            base_url_setting=places.base_url,
            read_error=words.in_answer,
            headers={"Authorization": f"Bearer {token}", "X-Api-Version": "3"},
            secrets=(token,),
        )
        self._calls = Calls(VendorClient(vendor, limiter, client))
        self._files = files
        self._texts = Texts(self._calls, mux_url)
        self._surveyor = Surveyor(self._calls, self._texts, name)
        self._steps = Steps(self._calls, files, words)

    async def aclose(self) -> None:
        """Close the connections that were opened here."""
        await self._calls.aclose()

    def recognise(self, text: str) -> str | None:
        """An upload id, bare or in an address of the project's editor."""
        return videos.recognise(text)

    def languages(self) -> None:
        """DatoCMS says only "valid BCP 47"."""

    def limits(self) -> tuple[str, ...]:
        """What DatoCMS can't do."""
        return _LIMITS

    async def check(self) -> AccountCheck:
        """Ask for the project and one of its uploads; a refusal is an answer too."""
        return await checks.check(self._calls)

    async def check_writing(self) -> AccountCheck:
        """Ask to delete what can't exist.

        That permissions are checked before existence is inferred, so only a refusal proves
        anything.
        """
        return await checks.check_writing(self._calls)

    async def get_video(self, video_id: str) -> Video:
        """One video. Raises NotFound, and NotSupported for a file that is none."""
        upload = await self._calls.upload(videos.checked_id(video_id))
        return videos.to_video(upload, self.account.name)

    async def find_videos(self, query: VideoQuery) -> VideoPage:
        """Videos by id, address, words or file name, newest first."""
        return await finding.find(self._calls, self.account.name, query)

    async def list_audio_tracks(self, video_id: str) -> AudioTrackList:
        """The audio tracks; which of them plays by default is not told."""
        tracks = await self._calls.tracks(videos.checked_id(video_id))
        return AudioTrackList(
            video=f"{self.account.name}/{video_id}",
            tracks=tuple(to_audio(one) for one in matching.of_type(tracks, "audio")),
            notes=("DatoCMS does not tell which audio track is the default.",),
        )

    async def list_subtitles(self, video_id: str) -> SubtitleTrackList:
        """The subtitle tracks; which of them were generated is not told."""
        tracks = await self._calls.tracks(videos.checked_id(video_id))
        return SubtitleTrackList(
            video=f"{self.account.name}/{video_id}",
            tracks=tuple(to_subtitles(one) for one in matching.of_type(tracks, "subtitles")),
            notes=(_NO_TEXTS,),
        )

    async def read_subtitles(self, video_id: str, track_id: str) -> str:
        """WebVTT from Mux's public address. Raises NotFound, and NotSupported where it has none.

        Three requests: the video, its tracks, and the text, without the token.
        """
        upload = await self._calls.upload(videos.checked_id(video_id))
        track = matching.by_id(await self._calls.tracks(upload.id), track_id, "subtitles")
        if track is None:
            raise NotFound(
                f"Video {video_id!r} has no subtitles {track_id[:80]!r} in DatoCMS.",
                code="unknown_track",
                next_step="Call list_subtitles and choose a track.",
            )
        return await self._texts.read(upload, track)

    def plan_add_audio(self, request: AddAudioTrack) -> Plan:
        """Upload if it is a file, create, watch. Raises NotSupported and CallerError."""
        return plans.plan_add_audio(request, self._files)

    def plan_delete_audio(self, request: DeleteAudioTrack) -> Plan:
        """Delete, watch."""
        videos.checked_id(request.video_id)
        return plans.plan_delete()

    def plan_generate_subtitles(self, request: GenerateSubtitles) -> Plan:
        """Ask, watch the job, watch the track. Raises NotSupported for `auto`, CallerError."""
        return plans.plan_generate_subtitles(request)

    def plan_add_subtitles(self, request: AddSubtitles) -> Plan:
        """Upload the text, create, watch; then delete what it replaces. Raises CallerError."""
        return plans.plan_subtitles_of_text(request.language, replaces=request.replaces is not None)

    def plan_edit_subtitles(self, request: EditSubtitles) -> Plan:
        """A new track with the text, then the old one is deleted. Raises CallerError."""
        return plans.plan_subtitles_of_text(request.language, replaces=True)

    def plan_delete_subtitles(self, request: DeleteSubtitles) -> Plan:
        """Delete, watch."""
        videos.checked_id(request.video_id)
        return plans.plan_delete()

    async def survey(self, task: Task) -> Survey:
        """Two requests: the video and its tracks; a third where a text has to be compared."""
        return await self._surveyor.survey(task)

    async def send(self, task: Task) -> Sent:
        """The one request of the step that writes; the step `upload` is two."""
        return await self._steps.send(task)

    async def find_ours(self, task: Task) -> tuple[TrackResult, ...]:
        """One request: the tracks."""
        return await self._steps.find_ours(task)

    async def watch(self, task: Task) -> Watched:
        """One request: the job's result, or the tracks; of a deletion one or both."""
        return await self._steps.watch(task)
