"""A DatoCMS project as a provider: what it can, and how its changes are done step by step."""

import httpx

from media_tracks_server.http import Bucket, Limiter, Vendor, VendorClient, fingerprint, plain
from media_tracks_server.providers.datocms import outcomes, plans, videos
from media_tracks_server.providers.datocms.calls import Calls
from media_tracks_server.providers.datocms.codes import TOKEN_SETTING, read_error
from media_tracks_server.providers.datocms.tracks import existing, ours, to_audio, to_subtitles
from media_tracks_tools.errors import InternalError, MediaTracksError, NotFound
from media_tracks_tools.models import (
    Account,
    AccountCheck,
    AudioTrackList,
    Problem,
    SubtitleTrackList,
    TrackResult,
    Video,
    VideoPage,
)
from media_tracks_tools.plans import (
    AddAudioTrack,
    Done,
    GenerateSubtitles,
    Gone,
    Plan,
    Sent,
    Survey,
    Task,
    Watched,
)
from media_tracks_tools.ports import VideoQuery

DEFAULT_BASE_URL = "https://site-api.datocms.com"
_MAX_PAGE = 500
_LIMITS = (
    "The text of subtitles can't be read: DatoCMS has no request for it.",
    "Generated subtitles are in the language spoken; the language has to be named.",
    "Audio is added from a URL that DatoCMS can fetch, and needs its language.",
    "An audio track can't be made the default: DatoCMS has no request for it.",
    "A video is named by its id: the address of a file (www.datocms-assets.com) does not tell it.",
)


class DatoCMS:
    """One DatoCMS project; `token` never shows in a repr, log or error.

    60 requests in 3 s (DatoCMS, Technical limits page), counted per token (inferred).
    """

    def __init__(
        self,
        name: str,
        token: str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        limiter: Limiter,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        credential = fingerprint("datocms", token)
        self.account = Account(
            name=name,
            provider="datocms",
            fingerprint=fingerprint("datocms", base_url.rstrip("/"), "", credential),
        )
        vendor = Vendor(
            name="DatoCMS",
            base_url=base_url,
            bucket=Bucket(credential, interval_seconds=0.1, burst=20),
            settings=TOKEN_SETTING,
            base_url_setting="MEDIA_TRACKS_DATOCMS_BASE_URL",
            read_error=read_error,
            headers={"Authorization": f"Bearer {token}", "X-Api-Version": "3"},
            secrets=(token,),
        )
        self._calls = Calls(VendorClient(vendor, limiter, client))

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
        """Ask for the project; a refusal is an answer too."""
        try:
            site = await self._calls.site()
        except MediaTracksError as error:
            return AccountCheck(ok=False, detail=error.message, error=Problem.of(error))
        return AccountCheck(
            ok=True, detail=f"The token works; the project is {plain(site.name)!r}."
        )

    async def get_video(self, video_id: str) -> Video:
        """One video. Raises NotFound, and NotSupported for a file that is none."""
        upload = await self._calls.upload(videos.checked_id(video_id))
        return videos.to_video(upload, self.account.name)

    async def find_videos(self, query: VideoQuery) -> VideoPage:
        """Videos, newest first; the page ends where they become older than `uploaded_after`."""
        offset = videos.offset_in(query.cursor)
        limit = min(max(query.limit, 1), _MAX_PAGE)
        page = await self._calls.videos(query.query, limit, offset)
        uploads = [upload for upload in page.data if videos.is_video(upload)]
        found = [videos.to_video(upload, self.account.name) for upload in uploads]
        recent = [video for video in found if videos.is_recent(video, query.uploaded_after)]
        end = offset + len(page.data)
        more = page.data and len(recent) == len(found) and end < page.meta.total_count
        return VideoPage(
            videos=tuple(recent),
            next_cursor=videos.cursor_at(end) if more else None,
            scanned=len(page.data),
        )

    async def list_audio_tracks(self, video_id: str) -> AudioTrackList:
        """The audio tracks; which of them plays by default is not told."""
        tracks = await self._calls.tracks(videos.checked_id(video_id))
        return AudioTrackList(
            video=f"{self.account.name}/{video_id}",
            tracks=tuple(to_audio(one) for one in tracks if one.attributes.type == "audio"),
            notes=("DatoCMS does not tell which audio track is the default.",),
        )

    async def list_subtitles(self, video_id: str) -> SubtitleTrackList:
        """The subtitle tracks; which of them were generated is not told."""
        tracks = await self._calls.tracks(videos.checked_id(video_id))
        return SubtitleTrackList(
            video=f"{self.account.name}/{video_id}",
            tracks=tuple(to_subtitles(one) for one in tracks if one.attributes.type == "subtitles"),
            notes=("DatoCMS does not tell which subtitles were generated, nor give their text.",),
        )

    def plan_add_audio(self, request: AddAudioTrack) -> Plan:
        """Create, watch the job, watch the track. Raises NotSupported and CallerError."""
        return plans.plan_add_audio(request)

    def plan_generate_subtitles(self, request: GenerateSubtitles) -> Plan:
        """Ask, watch the job, watch the track. Raises NotSupported for `auto`, CallerError."""
        return plans.plan_generate_subtitles(request)

    async def survey(self, task: Task) -> Survey:
        """Two requests: the video, which has to be ready, and its tracks."""
        video = await self.get_video(task.request.video_id)
        videos.refuse_unready(video)
        tracks = await self._calls.tracks(task.request.video_id)
        return Survey(
            baseline=tuple(track.id for track in tracks),
            existing=existing(tracks, task.request),
            title=video.title,
            duration_seconds=video.duration_seconds,
        )

    async def send(self, task: Task) -> Sent:
        """The one POST of the plan."""
        videos.checked_id(task.request.video_id)
        if isinstance(task.request, AddAudioTrack):
            return Sent(refs=(await self._calls.create_audio(task.request),))
        return Sent(refs=(await self._calls.generate(task.request),))

    async def find_ours(self, task: Task) -> tuple[TrackResult, ...]:
        """One request: the tracks."""
        return ours(await self._calls.tracks(videos.checked_id(task.request.video_id)), task)

    async def watch(self, task: Task) -> Watched:
        """One request: the job's result, or the tracks."""
        if task.step.name == "job":
            return await self._watch_job(task)
        if task.step.name == "track":
            return await self._watch_track(task)
        raise InternalError(f"DatoCMS has no step {task.step.name!r} to watch.")

    async def _watch_job(self, task: Task) -> Watched:
        """The track may be known already: adopted, or given at once."""
        if task.ref("track"):
            return Done()
        job_id = task.ref("job")
        return outcomes.of_job(await self._calls.job_result(job_id)) if job_id else Gone()

    async def _watch_track(self, task: Task) -> Watched:
        video_id = videos.checked_id(task.request.video_id)
        try:
            tracks = await self._calls.tracks(video_id)
        except NotFound:
            return outcomes.video_gone(video_id)
        return outcomes.of_track(tracks, task)
