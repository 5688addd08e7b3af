"""The steps by which captions are generated, uploaded and deleted."""

from contextlib import suppress

from media_tracks_server.providers.cloudflare import caption_surveys, outcomes
from media_tracks_server.providers.cloudflare.calls import Calls
from media_tracks_server.providers.cloudflare.steps import no_such_step, sent
from media_tracks_server.providers.cloudflare.tracks import (
    in_language,
    mark_of,
    our_captions,
    our_upload,
    same_cues,
    status_of,
)
from media_tracks_server.providers.cloudflare.wire import Caption
from media_tracks_tools.errors import Conflict, NotFound
from media_tracks_tools.models import TrackResult, TrackStatus
from media_tracks_tools.plans import Done, NotYet, Ref, Sent, Survey, Task, Watched
from media_tracks_tools.requests import (
    AddSubtitles,
    DeleteSubtitles,
    EditSubtitles,
    GenerateSubtitles,
)

_REPEATED = "repeated"
_DELETED = "deleted"


class CaptionSteps:
    """One account's."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def survey(self, task: Task) -> Survey:
        """The captions, and the text of those that are to be replaced or compared."""
        uid = task.request.video_id
        captions = await self._calls.captions(uid)
        match task.request:
            case GenerateSubtitles() as request:
                replaced = in_language(captions, request.language) if request.replaces else None
                text = await self._text(uid, replaced)
                return caption_surveys.before_generating(captions, request, text, task.saved)
            case AddSubtitles() as request:
                text = await self._text(uid, in_language(captions, request.language))
                return caption_surveys.before_adding(captions, request, text)
            case EditSubtitles() as request:
                text = await self._text(uid, in_language(captions, request.track_id))
                return caption_surveys.before_editing(captions, request, text)
            case DeleteSubtitles():
                return Survey(baseline=tuple(one.language for one in captions))
            case _:
                raise no_such_step(task)

    async def send(self, task: Task) -> Sent:
        """One POST, PUT or DELETE; a look before what could hit somebody else's captions."""
        uid = task.request.video_id
        match task.request, task.step.name:
            case GenerateSubtitles() as request, "clear":
                return await self._clear(task, request)
            case GenerateSubtitles() as request, "generate":
                return sent((await self._calls.generate(uid, request.language)).language)
            case GenerateSubtitles() as request, "restore" if task.saved is not None:
                return await self._restore(task, request, task.saved)
            case AddSubtitles() as request, "put":
                return await self._put(task, request.language, request.text)
            case EditSubtitles() as request, "put":
                return await self._put(task, request.track_id, request.text)
            case DeleteSubtitles() as request, "delete":
                return await self._delete(request)
            case _:
                raise no_such_step(task)

    async def find_ours(self, task: Task) -> tuple[TrackResult, ...]:
        """One request: the captions. New generated ones, or uploaded ones, in our language."""
        captions = await self._calls.captions(task.request.video_id)
        match task.request:
            case GenerateSubtitles() as request:
                return our_captions(captions, task, request.language)
            case AddSubtitles() as request:
                return our_upload(captions, request.language)
            case EditSubtitles() as request:
                return our_upload(captions, request.track_id)
            case _:
                return ()

    async def watch(self, task: Task) -> Watched:
        """One request: the captions; and their text, where an upload's answer was lost."""
        captions = await self._calls.captions(task.request.video_id)
        match task.request:
            case GenerateSubtitles() as request:
                return outcomes.of_generated(captions, request)
            case AddSubtitles() as request:
                watched = outcomes.of_uploaded(captions, request, request.language)
                return await self._compared(watched, task, request.text)
            case EditSubtitles() as request:
                watched = outcomes.of_uploaded(captions, request, request.track_id)
                return await self._compared(watched, task, request.text)
            case DeleteSubtitles() as request:
                return outcomes.of_deleted(captions, request, task.ref(_DELETED))
            case _:
                raise no_such_step(task)

    async def _clear(self, task: Task, request: GenerateSubtitles) -> Sent:
        """One DELETE; a repeated one only after a look at what is there by now."""
        uid, language = request.video_id, request.replaces or request.language
        if task.attempt > 1 and task.saved is not None:
            there = in_language(await self._calls.captions(uid), language)
            text = await self._text(uid, there)
            if text is not None and text != task.saved:
                raise _somebody_elses(language)
        with suppress(NotFound):
            await self._calls.delete_captions(uid, language)
        return Sent()

    async def _restore(self, task: Task, request: GenerateSubtitles, saved: str) -> Sent:
        """The captions, and one PUT unless somebody has made others meanwhile.

        Our own generation, should it still run, is overwritten; that Cloudflare takes this is
        inferred from its page, which says it of captions that are there. Raises Conflict.
        """
        uid, language = request.video_id, request.replaces or request.language
        there = in_language(await self._calls.captions(uid), language)
        if there is not None and status_of(there) is not TrackStatus.ERROR:
            ours = there.generated is not False and task.ref("track") is not None
            if not ours and await self._text(uid, there) == saved:
                return sent(there.language)
            if not ours:
                raise _somebody_elses(language)
        return sent((await self._calls.put_captions(uid, language, saved)).language)

    async def _put(self, task: Task, language: str, text: str) -> Sent:
        """One PUT."""
        caption = await self._calls.put_captions(task.request.video_id, language, text)
        repeated = (Ref(what=_REPEATED, id=str(task.attempt)),) if task.attempt > 1 else ()
        return sent(caption.language, *repeated)

    async def _delete(self, request: DeleteSubtitles) -> Sent:
        """The captions, and one DELETE where they are still there."""
        uid = request.video_id
        there: Caption | None = None
        with suppress(NotFound):
            there = in_language(await self._calls.captions(uid), request.track_id)
            if there is not None:
                await self._calls.delete_captions(uid, there.language)
        return Sent(refs=(Ref(what=_DELETED, id=mark_of(there)),))

    async def _compared(self, watched: Watched, task: Task, text: str) -> Watched:
        """Done only with our text, where it is not certain that our upload came last."""
        certain = task.ref("track") is not None and task.ref(_REPEATED) is None
        if certain or not isinstance(watched, Done) or watched.result is None:
            return watched
        language = watched.result.track_id
        now = await self._read(task.request.video_id, language)
        if now is None:
            return NotYet()
        return watched if same_cues(now, text) else outcomes.other_text(language)

    async def _text(self, uid: str, there: Caption | None) -> str | None:
        """The captions' text; None where there are none, or none that can be read."""
        if there is None or status_of(there) is not TrackStatus.READY:
            return None
        return await self._read(uid, there.language)

    async def _read(self, uid: str, language: str) -> str | None:
        try:
            return await self._calls.vtt(uid, language)
        except NotFound:
            return None


def _somebody_elses(language: str) -> Conflict:
    return Conflict(
        f"Somebody has made other captions in {language!r} meanwhile; they were left as they are.",
        code="changed_meanwhile",
        next_step="Read them with read_subtitles, and decide which to keep.",
    )
