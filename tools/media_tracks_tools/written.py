"""The subtitle tools that write: add, edit, delete."""

from typing import Annotated

from mcp.server.mcpserver import Elicit, Resolve
from mcp.types import CallToolResult

from media_tracks_tools import (
    captions,
    choosing,
    confirming,
    editing,
    excerpts,
    languages,
    replacing,
    replies,
)
from media_tracks_tools.arguments import TrackArg, VideoArg, WaitArg
from media_tracks_tools.capabilities import require
from media_tracks_tools.catalogue import ToolSpec
from media_tracks_tools.confirming import AGREED, Answer, ConfirmArg, Confirmed
from media_tracks_tools.errors import CallerError
from media_tracks_tools.models import JobRef
from media_tracks_tools.ports import (
    AddsSubtitles,
    DeletesSubtitles,
    EditsSubtitles,
    ReadsSubtitles,
)
from media_tracks_tools.requests import AddSubtitles, DeleteSubtitles, EditSubtitles, digest
from media_tracks_tools.services import Ctx, Needs, Services
from media_tracks_tools.starting import started
from media_tracks_tools.subtitle_arguments import (
    ClosedArg,
    ContentArg,
    EditsArg,
    LanguageArg,
    NameArg,
    ReplaceArg,
    ShiftArg,
    SourceArg,
)


async def _text(services: Services, content: str | None, source: str | None) -> str:
    """Checked WebVTT, from the call itself or from where it points."""
    if (content is None) == (source is None):
        raise CallerError(
            "Give either content or source.",
            next_step="Call add_subtitles again with exactly one of them.",
        )
    given = content if content is not None else await services.sources.text(source or "")
    cues = captions.parse(given)
    if not cues:
        raise CallerError(
            "The subtitles have no cue with words.",
            code="bad_subtitles",
            next_step="Give WebVTT or SRT text with at least one cue.",
        )
    return editing.with_cues(given, cues)


async def _may_replace(
    video: str,
    language: str,
    content: str | None,
    source: str | None,
    name: str | None,
    replace: bool,
    confirm: str | None,
    services: Needs,
    ctx: Ctx,
) -> Confirmed | Elicit[Confirmed]:
    if not replace:
        return AGREED
    tag, shown = languages.written(language, name)
    located = services.accounts.locate(video)
    require(services.accounts, located.provider, AddsSubtitles)
    text = await _text(services, content, source)
    there = await replacing.replaced(services, located, tag, shown)
    return await replacing.ask(
        services, ctx, "add_subtitles", located, there, confirm, digest(text)
    )


async def add_subtitles(
    video: VideoArg,
    language: LanguageArg,
    answer: Annotated[Answer, Resolve(_may_replace)],
    services: Needs,
    ctx: Ctx,
    content: ContentArg = None,
    source: SourceArg = None,
    name: NameArg = None,
    closed_captions: ClosedArg = False,
    replace: ReplaceArg = False,
    confirm: ConfirmArg = None,  # noqa: ARG001 - read by _may_replace
    wait_seconds: WaitArg = None,
) -> Annotated[CallToolResult, JobRef]:
    """Add subtitles whose text you have, such as a translation.

    To have them made from speech use generate_subtitles; to mend words use edit_subtitles.
    """
    confirming.require_yes(answer)
    tag, shown = languages.written(language, name)
    located = services.accounts.locate(video)
    adder = require(services.accounts, located.provider, AddsSubtitles)
    text = await _text(services, content, source)
    there = await replacing.replaced(services, located, tag, shown) if replace else None
    request = AddSubtitles(
        video_id=located.video_id,
        language=tag,
        name=shown,
        text=text,
        closed_captions=closed_captions,
        replaces=there.track_id if there else None,
    )
    plan = adder.plan_add_subtitles(request)
    return await started(services, ctx, located, request, plan, wait_seconds)


async def edit_subtitles(
    video: VideoArg,
    track: TrackArg,
    services: Needs,
    ctx: Ctx,
    edits: EditsArg = None,
    shift_seconds: ShiftArg = 0.0,
    wait_seconds: WaitArg = None,
) -> Annotated[CallToolResult, JobRef]:
    """Mend words of a subtitle track, or move all its cues in time.

    Nothing is changed unless all words are found.
    """
    if not edits and not shift_seconds:
        raise CallerError(
            "There is nothing to change.",
            next_step="Call edit_subtitles again with edits=[{'find': …, 'replace': …}] or "
            "shift_seconds.",
        )
    located = services.accounts.locate(video)
    editor = require(services.accounts, located.provider, EditsSubtitles)
    reader = require(services.accounts, located.provider, ReadsSubtitles)
    chosen = await choosing.subtitle_track(services, located, track)
    text = await reader.read_subtitles(located.video_id, chosen.track_id)
    cues = editing.edited(excerpts.parsed(text), edits or (), shift_seconds)
    request = EditSubtitles(
        video_id=located.video_id,
        track_id=chosen.track_id,
        language=chosen.language,
        name=chosen.name,
        text=editing.with_cues(text, cues),
        before=digest(text),
        closed_captions=bool(chosen.closed_captions),
    )
    plan = editor.plan_edit_subtitles(request)
    return await started(services, ctx, located, request, plan, wait_seconds)


async def _may_delete(
    video: str, track: str, confirm: str | None, services: Needs, ctx: Ctx
) -> Confirmed | Elicit[Confirmed]:
    located = services.accounts.locate(video)
    require(services.accounts, located.provider, DeletesSubtitles)
    chosen = await choosing.subtitle_track(services, located, track)
    question = (
        f"Delete the subtitles {replies.quoted(chosen.name)} ({chosen.language}) of the video "
        f"{await confirming.named(located)}? This can't be undone."
    )
    call = ("delete_subtitles", located.video, chosen.model_dump_json())
    return confirming.ask(services, ctx, call, question, confirm)


async def delete_subtitles(
    video: VideoArg,
    track: TrackArg,
    answer: Annotated[Answer, Resolve(_may_delete)],
    services: Needs,
    ctx: Ctx,
    confirm: ConfirmArg = None,  # noqa: ARG001 - read by _may_delete
    wait_seconds: WaitArg = None,
) -> Annotated[CallToolResult, JobRef]:
    """Delete a subtitle track for good, once the user has agreed."""
    confirming.require_yes(answer)
    located = services.accounts.locate(video)
    deleter = require(services.accounts, located.provider, DeletesSubtitles)
    chosen = await choosing.subtitle_track(services, located, track)
    request = DeleteSubtitles(
        video_id=located.video_id,
        track_id=chosen.track_id,
        language=chosen.language,
        name=chosen.name,
    )
    plan = deleter.plan_delete_subtitles(request)
    return await started(services, ctx, located, request, plan, wait_seconds)


WRITING_TOOLS = (
    ToolSpec(add_subtitles, "Add subtitles", read_only=False, destructive=True, depth=1),
    ToolSpec(
        edit_subtitles,
        "Edit subtitles",
        read_only=False,
        destructive=True,
        idempotent=False,
        depth=1,
    ),
    ToolSpec(delete_subtitles, "Delete subtitles", read_only=False, destructive=True, depth=1),
)
