"""The resource templates: a job, the tracks of a video, the text of a subtitle track."""

from mcp.server.mcpserver import MCPServer

from media_tracks_tools import choosing, foreign_words, links, replies
from media_tracks_tools.capabilities import require
from media_tracks_tools.models import AudioTrackList, Model, SubtitleTrackList
from media_tracks_tools.ports import ListsAudio, ListsSubtitles, ReadsSubtitles
from media_tracks_tools.services import Ctx, Supplies, services_of


class Tracks(Model):
    """All tracks of one video; what the account can't list is left out."""

    audio: AudioTrackList | None = None
    subtitles: SubtitleTrackList | None = None


async def job(job_id: str, ctx: Ctx) -> str:
    """One job as JSON, the same as get_job_result gives."""
    found = await (await services_of(ctx)).jobs.get(job_id)
    return replies.document(found)


async def tracks(account: str, id: str, ctx: Ctx) -> str:  # noqa: A002 - the template's variable
    """The audio and subtitle tracks of one video as JSON."""
    located = (await services_of(ctx)).accounts.locate(f"{account}/{id}")
    provider, video_id = located.provider, located.video_id
    found = Tracks(
        audio=await provider.list_audio_tracks(video_id)
        if isinstance(provider, ListsAudio)
        else None,
        subtitles=await provider.list_subtitles(video_id)
        if isinstance(provider, ListsSubtitles)
        else None,
    )
    return replies.document(found)


async def subtitles(account: str, id: str, track: str, ctx: Ctx) -> str:  # noqa: A002 - as above
    """The whole text of one subtitle track as WebVTT."""
    services = await services_of(ctx)
    located = services.accounts.locate(f"{account}/{id}")
    reader = require(services.accounts, located.provider, ReadsSubtitles)
    chosen = await choosing.subtitle_track(services, located, track)
    return foreign_words.captions(await reader.read_subtitles(located.video_id, chosen.track_id))


def add_to(app: MCPServer[Supplies]) -> None:
    """Register the three templates."""
    json, vtt = "application/json", "text/vtt"
    app.resource(links.JOB, name="job", title="A job", mime_type=json)(job)
    app.resource(links.TRACKS, name="tracks", title="Tracks of a video", mime_type=json)(tracks)
    app.resource(links.SUBTITLES, name="subtitles", title="Subtitle text", mime_type=vtt)(subtitles)
