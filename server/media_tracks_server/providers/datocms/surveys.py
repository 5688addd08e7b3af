"""What is there before a change, and whether that is what is asked for already."""

from media_tracks_server.providers.datocms import matching, plans, videos
from media_tracks_server.providers.datocms.calls import Calls
from media_tracks_server.providers.datocms.matching import Wish
from media_tracks_server.providers.datocms.texts import Texts, same_cues
from media_tracks_server.providers.datocms.tracks import to_result
from media_tracks_server.providers.datocms.wire import Track, Upload
from media_tracks_tools.errors import Conflict, NotFound, NotSupported, VendorError
from media_tracks_tools.models import TrackResult, TrackStatus
from media_tracks_tools.plans import Survey, Task
from media_tracks_tools.requests import (
    AddSubtitles,
    DeleteAudioTrack,
    DeleteSubtitles,
    EditSubtitles,
    digest,
)

Found = TrackResult | None


class Surveyor:
    """Looks at one project's videos."""

    def __init__(self, calls: Calls, texts: Texts, account: str) -> None:
        self._calls = calls
        self._texts = texts
        self._account = account

    async def survey(self, task: Task) -> Survey:
        """Two requests: the video, which has to be ready for a new track, and its tracks.

        A third one, for a text, where only that tells whether what is asked for is there.
        """
        upload = await self._calls.upload(videos.checked_id(task.request.video_id))
        video = videos.to_video(upload, self._account)
        wish = matching.wish_of(task.request)
        if wish is not None:
            videos.refuse_unready(video)
        tracks = await self._calls.tracks(upload.id)
        if matching.late(tracks, task) is not None:
            baseline, existing, skip = task.baseline, None, (*plans.MAKING, "job")
        else:
            baseline = tuple(track.id for track in tracks)
            existing, skip = await self._existing(task, upload, tracks), ()
            skip = _skipped(tracks, wish, existing) if wish is not None else ()
        return Survey(
            baseline=baseline,
            existing=existing,
            skip=skip,
            title=video.title,
            duration_seconds=video.duration_seconds,
        )

    async def _existing(self, task: Task, upload: Upload, tracks: tuple[Track, ...]) -> Found:
        request = task.request
        match request:
            case DeleteAudioTrack():
                return _deleted(tracks, request.track_id, request.label, request.language, "audio")
            case DeleteSubtitles():
                name, language = request.name, request.language
                return _deleted(tracks, request.track_id, name, language, "subtitles")
            case EditSubtitles():
                return await self._edited(request, upload, tracks)
            case _:
                pass
        wish = matching.wish_of(request)
        if wish is None or matching.by_id(tracks, wish.replaces, wish.type):
            return None
        there = matching.alike(tracks, wish)
        if there is None:
            return None
        if isinstance(request, AddSubtitles):
            same_name = matching.has_name(there, wish.name)
            return await self._added(request, upload, there) if same_name else None
        return to_result(there)

    async def _added(self, request: AddSubtitles, upload: Upload, there: Track) -> TrackResult:
        """The track that is there, if it has the text. Raises Conflict where nobody can tell."""
        try:
            if same_cues(await self._texts.read(upload, there), request.text):
                return to_result(there)
            why = "with another text"
        except (NotSupported, VendorError):
            why = "whose text can't be read and compared here"
        raise Conflict(
            f"There are subtitles {request.name!r} in {request.language!r} already "
            f"(track {there.id}), {why}.",
            code="exists",
            next_step="Call add_subtitles again with replace=true, or with another name.",
        )

    async def _edited(
        self, request: EditSubtitles, upload: Upload, tracks: tuple[Track, ...]
    ) -> Found:
        """Nothing where the text is the one that was edited. Raises NotFound and Conflict."""
        track = matching.by_id(tracks, request.track_id, "subtitles")
        if track is None:
            raise NotFound(
                f"The subtitles {request.name!r} (track {request.track_id}) are not there any "
                "more.",
                next_step="Call list_subtitles and choose a track.",
            )
        text = await self._texts.read(upload, track)
        if same_cues(text, request.text):
            return to_result(track)
        if digest(text) != request.before:
            raise Conflict(
                f"The text of the subtitles {request.name!r} was changed meanwhile.",
                code="changed_meanwhile",
                next_step="Read them again with read_subtitles, and edit that text.",
            )
        return None


def _deleted(
    tracks: tuple[Track, ...], track_id: str, name: str, language: str | None, kind: str
) -> Found:
    if matching.by_id(tracks, track_id, kind):
        return None
    return TrackResult(track_id=track_id, name=name, language=language)


def _skipped(tracks: tuple[Track, ...], wish: Wish, existing: Found) -> tuple[str, ...]:
    """The steps that are not needed: those that make what is there, or clear what is not."""
    skip: tuple[str, ...] = ()
    if existing is not None and existing.status is TrackStatus.PREPARING:
        skip = plans.MAKING
    elif not matching.is_taken(tracks, wish):
        skip = ("name",)
    gone = wish.replaces is not None and matching.by_id(tracks, wish.replaces) is None
    return (*skip, *plans.CLEARING) if gone else skip
