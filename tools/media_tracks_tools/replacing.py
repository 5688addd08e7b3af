"""Which subtitle track a new one would take the place of, and asking for that."""

from mcp.server.mcpserver import Elicit

from media_tracks_tools import confirming, languages, replies
from media_tracks_tools.capabilities import require
from media_tracks_tools.confirming import AGREED, Confirmed
from media_tracks_tools.errors import CallerError
from media_tracks_tools.models import SubtitleTrack
from media_tracks_tools.ports import ListsSubtitles
from media_tracks_tools.services import Ctx, JobQuery, Located, Services


async def replaced(
    services: Services, located: Located, language: str, name: str
) -> SubtitleTrack | None:
    """The track of the language, and of several the one of the name; None where there is none.

    Raises CallerError where it is not clear which one is meant.
    """
    lister = require(services.accounts, located.provider, ListsSubtitles)
    tracks = (await lister.list_subtitles(located.video_id)).tracks
    found = [track for track in tracks if languages.same(track.language, language)]
    if len(found) > 1:
        found = [track for track in found if track.name.casefold() == name.casefold()]
        if len(found) != 1:
            raise CallerError(
                f"The video has more than one subtitle track in {language!r}.",
                code="ambiguous_track",
                next_step="Call again with the name of the one to replace, or delete it first.",
            )
    return found[0] if found else None


async def ask(
    services: Services,
    ctx: Ctx,
    tool: str,
    located: Located,
    track: SubtitleTrack | None,
    confirm: str | None,
    content: str = "",
) -> Confirmed | Elicit[Confirmed]:
    """The agreement to replace `track`; there is nothing to ask where it is None."""
    if track is None:
        return AGREED
    question = (
        f"Replace the subtitles {replies.quoted(track.name)} ({track.language}) of the video "
        f"{await confirming.named(located)}? Their present text is lost."
    )
    call = (
        tool,
        located.video,
        track.model_dump_json(),
        content,
        await _last_ended(services, located),
    )
    return confirming.ask(services, ctx, call, question, confirm)


async def _last_ended(services: Services, located: Located) -> str:
    """The video's newest job that has ended: a value given for one replacement makes no other.

    While that replacement runs, the same value joins it.
    """
    page = await services.jobs.list(JobQuery(video=located.video, limit=10))
    return next((job.job_id for job in page.jobs if job.state.ended), "")
