"""The audio tools."""

from typing import Annotated

from mcp.types import CallToolResult
from pydantic import Field

from media_tracks_tools import languages, replies
from media_tracks_tools.arguments import VideoArg, WaitArg
from media_tracks_tools.capabilities import require
from media_tracks_tools.catalogue import ToolSpec
from media_tracks_tools.errors import CallerError
from media_tracks_tools.following import follow
from media_tracks_tools.models import AudioTrackList, JobRef
from media_tracks_tools.plans import AddAudioTrack
from media_tracks_tools.ports import AddsAudio, Ctx, ListsAudio, Needs

SourceArg = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2000,
        description="The audio: a public http(s) URL that the vendor can fetch, or, for a local "
        "video, the path of a file under the same local root, e.g. 'talks/intro.it.m4a'.",
    ),
]
LabelArg = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=100,
        description="The track's name for viewers, unique on the video, e.g. 'Italiano'. "
        "Default: the language's own name. Give a label or a language.",
    ),
]
LanguageArg = Annotated[
    str | None,
    Field(max_length=35, description="Language of the audio, a BCP 47 tag, e.g. 'it' or 'pt-BR'."),
]
DefaultArg = Annotated[
    bool, Field(description="Make it the track that players start with, where the account can.")
]


async def list_audio_tracks(
    video: VideoArg, services: Needs
) -> Annotated[CallToolResult, AudioTrackList]:
    """List the audio tracks of one video: label, language, which one is default, status.

    For subtitles use list_subtitles.
    """
    located = services.accounts.locate(video)
    account = require(services.accounts, located.provider, ListsAudio)
    return replies.audio_reply(await account.list_audio_tracks(located.video_id))


async def add_audio_track(
    video: VideoArg,
    source: SourceArg,
    services: Needs,
    ctx: Ctx,
    label: LabelArg = None,
    language: LanguageArg = None,
    make_default: DefaultArg = False,
    wait_seconds: WaitArg = None,
) -> Annotated[CallToolResult, JobRef]:
    """Add an audio track to a video, such as a dub or a commentary.

    Safe to repeat: the same label joins the job that runs, or finds the track that is there.
    """
    tag = languages.standard(language) if language else None
    name = label.strip() if label else (languages.autonym(tag) if tag else "")
    if not name:
        raise CallerError(
            "A new audio track needs a label or a language.",
            next_step="Call add_audio_track again with label='…' or language='…'.",
        )
    located = services.accounts.locate(video)
    adder = require(services.accounts, located.provider, AddsAudio)
    request = AddAudioTrack(
        video_id=located.video_id,
        source=source,
        label=name,
        language=tag,
        make_default=make_default,
    )
    job_id = await services.jobs.start(located, request, adder.plan_add_audio(request))
    return replies.job_ref_reply(await follow(services, ctx, job_id, wait_seconds))


TOOLS = (
    ToolSpec(list_audio_tracks, "List audio tracks", read_only=True),
    ToolSpec(add_audio_track, "Add an audio track", read_only=False),
)
