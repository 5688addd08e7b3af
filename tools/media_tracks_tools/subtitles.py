"""The subtitle tools: list, read, generate."""

from typing import Annotated

from mcp.server.mcpserver import Elicit, Resolve
from mcp.types import CallToolResult

from media_tracks_tools import choosing, confirming, excerpts, languages, replacing, replies
from media_tracks_tools.arguments import CursorArg, TrackArg, VideoArg, WaitArg
from media_tracks_tools.batches import batch_of
from media_tracks_tools.capabilities import require
from media_tracks_tools.catalogue import ToolSpec
from media_tracks_tools.confirming import AGREED, Answer, ConfirmArg, Confirmed
from media_tracks_tools.following import follow
from media_tracks_tools.models import JobRef, SubtitleText, SubtitleTrackList, TextFormat
from media_tracks_tools.ports import GeneratesSubtitles, ListsSubtitles, ReadsSubtitles
from media_tracks_tools.requests import GenerateSubtitles
from media_tracks_tools.services import Ctx, Needs
from media_tracks_tools.starting import started
from media_tracks_tools.subtitle_arguments import (
    FormatArg,
    FromArg,
    NameArg,
    ReplaceArg,
    SpokenArg,
    ToArg,
    VideosArg,
)
from media_tracks_tools.written import WRITING_TOOLS


async def list_subtitles(
    video: VideoArg, services: Needs
) -> Annotated[CallToolResult, SubtitleTrackList]:
    """List the subtitle and caption tracks of one video, and whether their text can be read.

    For audio use list_audio_tracks.
    """
    located = services.accounts.locate(video)
    account = require(services.accounts, located.provider, ListsSubtitles)
    return replies.subtitles_reply(await account.list_subtitles(located.video_id))


async def _may_replace(
    video: str,
    language: str,
    name: str | None,
    replace: bool,
    confirm: str | None,
    services: Needs,
    ctx: Ctx,
) -> Confirmed | Elicit[Confirmed]:
    if not replace:
        return AGREED
    tag, shown = languages.spoken(language, name)
    located = services.accounts.locate(video)
    require(services.accounts, located.provider, GeneratesSubtitles)
    there = await replacing.replaced(services, located, tag, shown)
    return await replacing.ask(services, ctx, "generate_subtitles", located, there, confirm)


async def generate_subtitles(
    video: VideoArg,
    language: SpokenArg,
    answer: Annotated[Answer, Resolve(_may_replace)],
    services: Needs,
    ctx: Ctx,
    name: NameArg = None,
    replace: ReplaceArg = False,
    confirm: ConfirmArg = None,  # noqa: ARG001 - read by _may_replace
    wait_seconds: WaitArg = None,
) -> Annotated[CallToolResult, JobRef]:
    """Generate subtitles from a video's speech, in the language that is spoken.

    Nothing here translates: for another language read_subtitles, translate, then add_subtitles.
    Vendors bill each; the same request never runs twice, it joins the open job or finds the track.
    """
    confirming.require_yes(answer)
    tag, shown = languages.spoken(language, name)
    located = services.accounts.locate(video)
    generator = require(services.accounts, located.provider, GeneratesSubtitles)
    there = await replacing.replaced(services, located, tag, shown) if replace else None
    request = GenerateSubtitles(
        video_id=located.video_id,
        language=tag,
        name=shown,
        replaces=there.track_id if there else None,
    )
    plan = generator.plan_generate_subtitles(request)
    return await started(services, ctx, located, request, plan, wait_seconds)


async def generate_subtitles_batch(
    videos: VideosArg,
    language: SpokenArg,
    services: Needs,
    ctx: Ctx,
    wait_seconds: WaitArg = None,
) -> Annotated[CallToolResult, JobRef]:
    """Generate subtitles for up to 50 videos in which the same language is spoken.

    One job; get_job_result lists its videos and says which failed and why.
    """
    tag, shown = languages.spoken(language, None)
    batch, children = batch_of(services, videos, tag, shown)
    job_id = await services.jobs.start_batch(batch, children)
    return replies.job_ref_reply(await follow(services, ctx, job_id, wait_seconds))


async def read_subtitles(
    video: VideoArg,
    track: TrackArg,
    services: Needs,
    format: FormatArg = TextFormat.VTT,  # noqa: A002 - the parameter's public name
    from_seconds: FromArg = None,
    to_seconds: ToArg = None,
    cursor: CursorArg = None,
) -> Annotated[CallToolResult, SubtitleText]:
    """Read the text of one subtitle track, whole or a stretch of it, long ones in pages."""
    located = services.accounts.locate(video)
    reader = require(services.accounts, located.provider, ReadsSubtitles)
    chosen = await choosing.subtitle_track(services, located, track)
    text = await reader.read_subtitles(located.video_id, chosen.track_id)
    found = excerpts.excerpt(
        located.video, chosen, text, format, (from_seconds, to_seconds), cursor
    )
    return replies.text_reply(found)


TOOLS = (
    ToolSpec(list_subtitles, "List subtitles", read_only=True, depth=2),
    ToolSpec(generate_subtitles, "Generate subtitles", read_only=False, destructive=True, depth=1),
    ToolSpec(generate_subtitles_batch, "Generate subtitles for many", read_only=False, depth=1),
    ToolSpec(read_subtitles, "Read subtitles", read_only=True, depth=1),
    *WRITING_TOOLS,
)
