"""The subtitle tools."""

from typing import Annotated

from mcp.types import CallToolResult
from pydantic import Field

from media_tracks_tools import excerpts, languages, replies
from media_tracks_tools.arguments import CursorArg, TrackArg, VideoArg, WaitArg
from media_tracks_tools.capabilities import require
from media_tracks_tools.catalogue import ToolSpec
from media_tracks_tools.following import follow
from media_tracks_tools.models import JobRef, SubtitleText, SubtitleTrackList, TextFormat
from media_tracks_tools.plans import GenerateSubtitles
from media_tracks_tools.ports import Ctx, GeneratesSubtitles, ListsSubtitles, Needs, ReadsSubtitles

LanguageArg = Annotated[
    str,
    Field(
        min_length=1,
        max_length=35,
        description="The language SPOKEN in the video, a BCP 47 tag, e.g. 'en' or 'it'; 'auto' "
        "where list_accounts says that the account can tell by itself.",
    ),
]
NameArg = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=100,
        description="The track's name for viewers. Default: the language's own name.",
    ),
]
FormatArg = Annotated[
    TextFormat, Field(description="'vtt' and 'srt' with times, 'text' only what is said.")
]
FromArg = Annotated[
    float | None, Field(ge=0, description="Only cues that end after this second of the video.")
]
ToArg = Annotated[
    float | None, Field(ge=0, description="Only cues that start before this second of the video.")
]


async def list_subtitles(
    video: VideoArg, services: Needs
) -> Annotated[CallToolResult, SubtitleTrackList]:
    """List the subtitle and caption tracks of one video, and whether their text can be read.

    For audio use list_audio_tracks.
    """
    located = services.accounts.locate(video)
    account = require(services.accounts, located.provider, ListsSubtitles)
    return replies.subtitles_reply(await account.list_subtitles(located.video_id))


async def generate_subtitles(
    video: VideoArg,
    language: LanguageArg,
    services: Needs,
    ctx: Ctx,
    name: NameArg = None,
    wait_seconds: WaitArg = None,
) -> Annotated[CallToolResult, JobRef]:
    """Generate subtitles from a video's speech, in the language that is spoken.

    Nothing here translates. Vendors bill each generation; the same request never runs twice: it
    joins the job that runs, or finds the track that is there.
    """
    tag = languages.AUTO if language.strip().lower() == "auto" else languages.standard(language)
    located = services.accounts.locate(video)
    generator = require(services.accounts, located.provider, GeneratesSubtitles)
    default = "Auto" if tag == languages.AUTO else languages.autonym(tag)
    request = GenerateSubtitles(
        video_id=located.video_id, language=tag, name=(name or default).strip() or default
    )
    plan = generator.plan_generate_subtitles(request)
    job_id = await services.jobs.start(located, request, plan)
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
    chosen = await excerpts.chosen(services, located, track)
    text = await reader.read_subtitles(located.video_id, chosen.track_id)
    found = excerpts.excerpt(
        located.video, chosen, text, format, (from_seconds, to_seconds), cursor
    )
    return replies.text_reply(found)


TOOLS = (
    ToolSpec(list_subtitles, "List subtitles", read_only=True),
    ToolSpec(generate_subtitles, "Generate subtitles", read_only=False),
    ToolSpec(read_subtitles, "Read subtitles", read_only=True),
)
