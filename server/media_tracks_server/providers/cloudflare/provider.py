"""A Cloudflare Stream account as a provider: what it can, and how its changes are done."""

import httpx

from media_tracks_server.http import Bucket, Limiter, Vendor, VendorClient, fingerprint
from media_tracks_server.providers.cloudflare import outcomes, plans, tracks, videos
from media_tracks_server.providers.cloudflare.calls import Calls
from media_tracks_server.providers.cloudflare.codes import SETTINGS, read_error
from media_tracks_tools.errors import (
    CallerError,
    CredentialRefused,
    InternalError,
    MediaTracksError,
    NotFound,
    PermissionMissing,
    Refused,
)
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
    GenerateSubtitles,
    Plan,
    Ref,
    Sent,
    Survey,
    Task,
    Watched,
)
from media_tracks_tools.ports import VideoQuery

DEFAULT_BASE_URL = "https://api.cloudflare.com/client/v4"
_MAX_PAGE = 500
_LIMITS = (
    "Captions can be generated in 12 languages, and only in the one spoken; it has to be named.",
    "There is one caption track per language; its name can't be chosen.",
    "Audio is added from a public URL that answers HEAD and ranged requests; it keeps no language.",
    "The sound of the uploaded video itself is not listed as an audio track.",
    "A track that was made the default can't be deleted while it is the default.",
)


class CloudflareStream:
    """One Cloudflare account; `token` never shows in a repr, log or error.

    1200 requests in 5 minutes per user or account token (Cloudflare, API limits page).
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
    ) -> None:
        credential = fingerprint("cloudflare", token)
        self.account = Account(
            name=name,
            provider="cloudflare",
            fingerprint=fingerprint("cloudflare", base_url.rstrip("/"), account_id, credential),
        )
        vendor = Vendor(
            name="Cloudflare",
            base_url=base_url,
            bucket=Bucket(credential, interval_seconds=0.3, burst=100),
            settings=SETTINGS,
            base_url_setting="MEDIA_TRACKS_CLOUDFLARE_BASE_URL",
            read_error=read_error,
            headers={"Authorization": f"Bearer {token}"},
            secrets=(token,),
        )
        self._account_id = account_id
        self._calls = Calls(VendorClient(vendor, limiter, client), account_id)

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
        try:
            await self._verify()
            await self._calls.videos(limit=1)
        except MediaTracksError as error:
            return AccountCheck(ok=False, detail=error.message, error=Problem.of(error))
        return AccountCheck(ok=True, detail="The token works and the account has Stream.")

    async def _verify(self) -> None:
        """Account-owned and user-owned tokens are verified at different addresses."""
        try:
            status = await self._calls.account_token_status()
        except (CredentialRefused, PermissionMissing, NotFound, Refused):
            status = await self._calls.user_token_status()
        if status != "active":
            raise CredentialRefused(
                "The Cloudflare token is disabled or has expired.",
                next_step=f"Put a valid token into {SETTINGS}.",
            )

    async def get_video(self, video_id: str) -> Video:
        """One video. Raises NotFound."""
        row = await self._calls.video(videos.checked_uid(video_id))
        return videos.to_video(row, self.account.name)

    async def find_videos(self, query: VideoQuery) -> VideoPage:
        """Videos, newest first."""
        page = videos.Page(query.cursor)
        wanted = min(max(query.limit, 1), _MAX_PAGE)
        filters: dict[str, str] = {}
        if query.query:
            filters["search"] = query.query
        if query.uploaded_after:
            filters["start"] = videos.rfc3339(query.uploaded_after)
        if page.end:
            filters["end"] = page.end
        rows = await self._calls.videos(page.asked(wanted), **filters)
        shown, cursor = page.take(rows, wanted)
        return VideoPage(
            videos=tuple(videos.to_video(row, self.account.name) for row in shown),
            next_cursor=cursor,
            scanned=len(rows),
        )

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
        """Copy, watch the track, make it the default. Raises NotSupported and CallerError."""
        return plans.plan_add_audio(request)

    def plan_generate_subtitles(self, request: GenerateSubtitles) -> Plan:
        """Ask, watch the caption. Raises NotSupported for other languages, CallerError."""
        return plans.plan_generate_subtitles(request)

    async def survey(self, task: Task) -> Survey:
        """Two requests: the video, which has to be ready, and its tracks or captions."""
        request, uid = task.request, videos.checked_uid(task.request.video_id)
        row = await self._calls.video(uid)
        videos.refuse_unready(row)
        if isinstance(request, AddAudioTrack):
            audio = await self._calls.audio(uid)
            baseline = tuple(one.uid for one in audio)
            existing = tracks.existing_audio(audio, request)
        else:
            captions = await self._calls.captions(uid)
            baseline = tuple(one.language for one in captions)
            existing = tracks.existing_caption(captions, request)
        video = videos.to_video(row, self.account.name)
        return Survey(
            baseline=baseline,
            existing=existing,
            title=video.title,
            duration_seconds=video.duration_seconds,
        )

    async def send(self, task: Task) -> Sent:
        """The one POST of the plan, or the PATCH after it."""
        request, uid = task.request, videos.checked_uid(task.request.video_id)
        if isinstance(request, GenerateSubtitles):
            caption = await self._calls.generate(uid, request.language)
            return _sent(caption.language)
        if task.step.name == "copy":
            copied = await self._calls.copy_audio(uid, request.label, request.source)
            return _sent(copied.uid)
        track_id = task.ref("track")
        if task.step.name != "default" or track_id is None:
            raise InternalError(f"Cloudflare can't do the step {task.step.name!r} of this plan.")
        return _sent((await self._calls.make_default(uid, track_id)).uid)

    async def find_ours(self, task: Task) -> tuple[TrackResult, ...]:
        """One request: the tracks or the captions."""
        request, uid = task.request, videos.checked_uid(task.request.video_id)
        if isinstance(request, AddAudioTrack):
            return tracks.our_audio(await self._calls.audio(uid), task, request.label)
        return tracks.our_captions(await self._calls.captions(uid), task, request.language)

    async def watch(self, task: Task) -> Watched:
        """One request: the tracks or the captions."""
        request, uid = task.request, videos.checked_uid(task.request.video_id)
        try:
            if isinstance(request, AddAudioTrack):
                return outcomes.of_audio(await self._calls.audio(uid), task, request)
            return outcomes.of_caption(await self._calls.captions(uid), request)
        except NotFound:
            return outcomes.video_gone(uid)


def _sent(track_id: str) -> Sent:
    return Sent(refs=(Ref(what="track", id=track_id),))


def _checked_language(track_id: str) -> str:
    if not track_id.replace("-", "").isalnum() or len(track_id) > 35 or not track_id.isascii():
        raise CallerError(
            f"{track_id[:40]!r} is no language tag; Cloudflare names captions by their language.",
            code="bad_track",
            next_step="Call list_subtitles to see which there are.",
        )
    return track_id
