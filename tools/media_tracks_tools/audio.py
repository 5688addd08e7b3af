"""The audio tools."""

from typing import Annotated

from mcp.server.mcpserver import Elicit, Resolve
from mcp.types import CallToolResult
from pydantic import Field

from media_tracks_tools import choosing, confirming, languages, replies
from media_tracks_tools.arguments import TrackArg, VideoArg, WaitArg
from media_tracks_tools.capabilities import require
from media_tracks_tools.catalogue import ToolSpec
from media_tracks_tools.confirming import Answer, ConfirmArg, Confirmed
from media_tracks_tools.errors import CallerError
from media_tracks_tools.models import AudioTrackList, JobRef
from media_tracks_tools.ports import AddsAudio, DeletesAudio, ListsAudio, UpdatesAudio
from media_tracks_tools.requests import AddAudioTrack, DeleteAudioTrack, UpdateAudioTrack
from media_tracks_tools.services import Ctx, Needs
from media_tracks_tools.starting import started

SourceArg = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2000,
        description="A public http(s) URL, or a file under a local root, e.g. 'dubs/it.m4a'.",
    ),
]
LabelArg = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=100,
        description="Its name for viewers, unique on the video, e.g. 'Italiano'. Default: the "
        "language's own name. Give a label or a language.",
    ),
]
NewLabelArg = Annotated[
    str | None,
    Field(min_length=1, max_length=100, description="The new name. Default: it stays."),
]
LanguageArg = Annotated[
    str | None,
    Field(max_length=35, description="A BCP 47 tag, e.g. 'it' or 'pt-BR'."),
]
DefaultArg = Annotated[bool, Field(description="Make it the one that players start with.")]


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
    plan = adder.plan_add_audio(request)
    return await started(services, ctx, located, request, plan, wait_seconds)


async def update_audio_track(
    video: VideoArg,
    track: TrackArg,
    services: Needs,
    ctx: Ctx,
    label: NewLabelArg = None,
    make_default: DefaultArg = False,
    wait_seconds: WaitArg = None,
) -> Annotated[CallToolResult, JobRef]:
    """Rename an audio track, or make it the one that players start with."""
    new_label = label.strip() if label else None
    if not (new_label or make_default):
        raise CallerError(
            "There is nothing to change.",
            next_step="Call update_audio_track again with label='…' or make_default=true.",
        )
    located = services.accounts.locate(video)
    changer = require(services.accounts, located.provider, UpdatesAudio)
    chosen = await choosing.audio_track(services, located, track)
    request = UpdateAudioTrack(
        video_id=located.video_id,
        track_id=chosen.track_id,
        label=chosen.label,
        language=chosen.language,
        new_label=new_label,
        make_default=make_default,
    )
    plan = changer.plan_update_audio(request)
    return await started(services, ctx, located, request, plan, wait_seconds)


async def _may_delete(
    video: str, track: str, confirm: str | None, services: Needs, ctx: Ctx
) -> Confirmed | Elicit[Confirmed]:
    located = services.accounts.locate(video)
    require(services.accounts, located.provider, DeletesAudio)
    chosen = await choosing.removable_audio_track(services, located, track)
    call = ("delete_audio_track", located.video, chosen.model_dump_json())
    question = (
        f"Delete the audio track {replies.quoted(chosen.label)} of the video "
        f"{await confirming.named(located)}? This can't be undone."
    )
    return confirming.ask(services, ctx, call, question, confirm)


async def delete_audio_track(
    video: VideoArg,
    track: TrackArg,
    answer: Annotated[Answer, Resolve(_may_delete)],
    services: Needs,
    ctx: Ctx,
    confirm: ConfirmArg = None,  # noqa: ARG001 - read by _may_delete
    wait_seconds: WaitArg = None,
) -> Annotated[CallToolResult, JobRef]:
    """Delete an audio track for good, once the user has agreed."""
    confirming.require_yes(answer)
    located = services.accounts.locate(video)
    deleter = require(services.accounts, located.provider, DeletesAudio)
    chosen = await choosing.removable_audio_track(services, located, track)
    request = DeleteAudioTrack(
        video_id=located.video_id,
        track_id=chosen.track_id,
        label=chosen.label,
        language=chosen.language,
    )
    plan = deleter.plan_delete_audio(request)
    return await started(services, ctx, located, request, plan, wait_seconds)


TOOLS = (
    ToolSpec(list_audio_tracks, "List audio tracks", read_only=True, depth=2),
    ToolSpec(add_audio_track, "Add an audio track", read_only=False, depth=1),
    ToolSpec(
        update_audio_track, "Change an audio track", read_only=False, destructive=True, depth=1
    ),
    ToolSpec(
        delete_audio_track, "Delete an audio track", read_only=False, destructive=True, depth=1
    ),
)
