"""A Cloudflare Stream account as a provider: what it can, and who does its changes."""

from contextlib import suppress

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
from media_tracks_server.providers.cloudflare import (
    checking,
    finding,
    outcomes,
    plans,
    tracks,
    videos,
)
from media_tracks_server.providers.cloudflare.audio import AudioSteps
from media_tracks_server.providers.cloudflare.calls import Calls
from media_tracks_server.providers.cloudflare.captions import CaptionSteps
from media_tracks_server.providers.cloudflare.codes import error_reader
from media_tracks_tools.errors import CallerError, InternalError, NotFound
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
    GenerateBatch,
    GenerateSubtitles,
    Request,
    UpdateAudioTrack,
)

DEFAULT_BASE_URL = "https://api.cloudflare.com/client/v4"
_SETTING = "CLOUDFLARE_API_TOKEN and the account's id into CLOUDFLARE_ACCOUNT_ID"
_BASE_URL_SETTING = "MEDIA_TRACKS_CLOUDFLARE_BASE_URL"
_LIMITS = (
    "Captions can be generated in 12 languages, and only in the one spoken; it has to be named.",
    "There is one caption track per language, of at most 10 MB; its name can't be chosen.",
    "Audio is added from a URL that answers HEAD and ranged requests, or a file up to 200 MB.",
    "Audio tracks keep no language, and captions are not marked as closed captions.",
    "The sound of the uploaded video itself is not listed as an audio track.",
    "The default audio track can't be deleted; another one has to be made the default first.",
)


class CloudflareStream:
    """One Cloudflare account; `token` never shows in a repr, log or error.

    `setting` and `base_url_setting` are the words for where the credential and the address stand,
    `files` finds what is uploaded.
    1200 requests in 5 minutes per user or account token (Cloudflare, API limits page); of these at
    most 1150 are ours: 400 at once, which a batch or a scan needs, and one in 0.4 s after them.
    """

    def __init__(
        self,
        name: str,
        token: str,
        account_id: str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        limiter: Limiter,
        client: httpx.AsyncClient | None = None,
        setting: str | None = None,
        base_url_setting: str | None = None,
        files: Files = no_files,
    ) -> None:
        credential = fingerprint("cloudflare", token)
        self.account = Account(
            name=name,
            provider="cloudflare",
            fingerprint=fingerprint("cloudflare", base_url.rstrip("/"), account_id, credential),
        )
        places = Places(setting or _SETTING, base_url_setting or _BASE_URL_SETTING)
        self._setting = places.credential
        vendor = Vendor(
            name="Cloudflare",
            base_url=base_url,
            bucket=Bucket(credential, interval_seconds=0.4, burst=400),
            settings=places.credential,
            base_url_setting=places.base_url,
            read_error=error_reader(places),
            headers={"Authorization": f"Bearer {token}"},
            secrets=(token,),
        )
        self._account_id = account_id
        self._files = files
        self._calls = Calls(VendorClient(vendor, limiter, client), account_id)
        self._audio = AudioSteps(self._calls, files)
        self._captions = CaptionSteps(self._calls)

    async def aclose(self) -> None:
        """Close the connections that were opened here."""
        await self._calls.aclose()

    def recognise(self, text: str) -> str | None:
        """A uid, bare or in a watch, iframe, manifest or dashboard URL."""
        return videos.recognise(text, self._account_id)

    def languages(self) -> tuple[str, ...]:
        """The languages in which captions can be generated."""
        return plans.LANGUAGES

    def limits(self) -> tuple[str, ...]:
        """What Cloudflare Stream can't do."""
        return _LIMITS

    async def check(self) -> AccountCheck:
        """Verify the token, then ask for one video: a good token proves no Stream access."""
        return await checking.check(self._calls, self._setting)

    async def check_writing(self) -> AccountCheck:
        """One DELETE of what can't exist; only a refusal for want of permission proves anything."""
        return await checking.check_writing(self._calls, self._setting)

    async def get_video(self, video_id: str) -> Video:
        """One video. Raises NotFound."""
        row = await self._calls.video(videos.checked_uid(video_id))
        return videos.to_video(row, self.account.name)

    async def find_videos(self, query: VideoQuery) -> VideoPage:
        """Videos, newest first; a pasted uid or URL finds its video, whenever it was uploaded."""
        pasted = self.recognise(query.query or "")
        if pasted is not None and query.cursor is None:
            with suppress(NotFound):
                return VideoPage(videos=(await self.get_video(pasted),), scanned=1, total=1)
        return await finding.find(self._calls, query, self.account.name)

    async def list_audio_tracks(self, video_id: str) -> AudioTrackList:
        """The additional audio tracks."""
        found = await self._calls.audio(videos.checked_uid(video_id))
        return AudioTrackList(
            video=f"{self.account.name}/{video_id}",
            tracks=tuple(map(tracks.to_audio, found)),
            notes=("The sound of the uploaded video itself is not in Cloudflare's list.",),
        )

    async def list_subtitles(self, video_id: str) -> SubtitleTrackList:
        """The captions."""
        found = await self._calls.captions(videos.checked_uid(video_id))
        return SubtitleTrackList(
            video=f"{self.account.name}/{video_id}", tracks=tuple(map(tracks.to_subtitles, found))
        )

    async def read_subtitles(self, video_id: str, track_id: str) -> str:
        """The WebVTT of the captions in a language, which is `track_id`."""
        return await self._calls.vtt(videos.checked_uid(video_id), _checked_language(track_id))

    def plan_add_audio(self, request: AddAudioTrack) -> Plan:
        """Copy or upload, watch the track, make it the default; the file is looked at."""
        return plans.plan_add_audio(request, self._files)

    def plan_update_audio(self, request: UpdateAudioTrack) -> Plan:
        """Edit, watch the track."""
        return plans.plan_update_audio(request)

    def plan_delete_audio(self, request: DeleteAudioTrack) -> Plan:
        """Delete, see that it is gone."""
        return plans.plan_delete_audio(request)

    def plan_generate_subtitles(self, request: GenerateSubtitles) -> Plan:
        """Clear, ask, watch the caption. Raises NotSupported for other languages, CallerError."""
        return plans.plan_generate_subtitles(request)

    def plan_add_subtitles(self, request: AddSubtitles) -> Plan:
        """Upload, watch the caption. Raises CallerError."""
        return plans.plan_add_subtitles(request)

    def plan_edit_subtitles(self, request: EditSubtitles) -> Plan:
        """Upload, watch the caption. Raises CallerError."""
        _checked_language(request.track_id)
        return plans.plan_edit_subtitles(request)

    def plan_delete_subtitles(self, request: DeleteSubtitles) -> Plan:
        """Delete, see that they are gone. Raises CallerError."""
        _checked_language(request.track_id)
        return plans.plan_delete_subtitles(request)

    async def survey(self, task: Task) -> Survey:
        """The video, and what it has; a new track, or a generation, needs it to be ready."""
        row = await self._calls.video(videos.checked_uid(task.request.video_id))
        if isinstance(task.request, AddAudioTrack | GenerateSubtitles):
            videos.refuse_unready(row)
        found = await self._steps(task.request).survey(task)
        video = videos.to_video(row, self.account.name)
        known = {"title": video.title, "duration_seconds": video.duration_seconds}
        return found.model_copy(update=known)

    async def send(self, task: Task) -> Sent:
        """One request that writes; before some, a look at what is there."""
        videos.checked_uid(task.request.video_id)
        return await self._steps(task.request).send(task)

    async def find_ours(self, task: Task) -> tuple[TrackResult, ...]:
        """One request: the tracks or the captions."""
        videos.checked_uid(task.request.video_id)
        return await self._steps(task.request).find_ours(task)

    async def watch(self, task: Task) -> Watched:
        """One request, the tracks or the captions; and a text, where an answer was lost."""
        uid = videos.checked_uid(task.request.video_id)
        try:
            return await self._steps(task.request).watch(task)
        except NotFound:
            if isinstance(task.request, DeleteAudioTrack | DeleteSubtitles):
                return outcomes.deleted(task.request)
            return outcomes.video_gone(uid)

    def _steps(self, request: Request) -> AudioSteps | CaptionSteps:
        match request:
            case AddAudioTrack() | UpdateAudioTrack() | DeleteAudioTrack():
                return self._audio
            case GenerateBatch():
                raise InternalError("A batch of videos is nobody's but the job core's.")
            case _:
                return self._captions


def _checked_language(track_id: str) -> str:
    if not track_id.replace("-", "").isalnum() or len(track_id) > 35 or not track_id.isascii():
        raise CallerError(
            f"{track_id[:40]!r} is no language tag; Cloudflare names captions by their language.",
            code="bad_track",
            next_step="Call list_subtitles to see which there are.",
        )
    return track_id
