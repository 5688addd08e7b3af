"""What is there before a change of captions, and what that means for it."""

from collections.abc import Iterable

from media_tracks_server.providers.cloudflare.tracks import (
    caption_result,
    in_language,
    not_kept,
    same_cues,
    status_of,
)
from media_tracks_server.providers.cloudflare.wire import Caption
from media_tracks_tools.errors import Conflict, NotFound
from media_tracks_tools.models import TrackStatus
from media_tracks_tools.plans import Survey
from media_tracks_tools.requests import AddSubtitles, EditSubtitles, GenerateSubtitles, digest

_UPLOADED = "They were uploaded, not generated; with replace=true others are generated instead."


def before_generating(
    captions: tuple[Caption, ...], request: GenerateSubtitles, text: str | None, saved: str | None
) -> Survey:
    """Whether there are captions, generated or not; they are cleared only with `replaces`.

    Cloudflare has one per language and wants it deleted first (how-to page, Add captions); one
    in error goes unasked. What is to be cleared is in no baseline. `text` is what the language
    has now, `saved` what an earlier look kept: where nothing is left, that is still to be put
    back. Raises Conflict.
    """
    there = in_language(captions, request.language)
    baseline = _languages(one for one in captions if one is not there)
    if there is None:
        return Survey(baseline=baseline, skip=() if saved else ("clear",), saved=saved)
    status = status_of(there)
    if status is TrackStatus.ERROR:
        return Survey(baseline=baseline, saved=saved)
    if request.replaces is None:
        notes = (_UPLOADED,) if there.generated is False else None
        return Survey(
            baseline=_languages(captions),
            existing=caption_result(there, notes),
            skip=("clear", "generate"),
        )
    if text is None:
        raise _not_ready(there)
    return Survey(baseline=baseline, saved=text)


def before_adding(captions: tuple[Caption, ...], request: AddSubtitles, text: str | None) -> Survey:
    """Whether the language has captions with these cues; others go only with `replaces`.

    Captions in error go unasked. Raises Conflict.
    """
    baseline = _languages(captions)
    there = in_language(captions, request.language)
    if there is None or status_of(there) is TrackStatus.ERROR:
        return Survey(baseline=baseline)
    if same_cues(text, request.text):
        notes = not_kept(request, there)
        return Survey(baseline=baseline, existing=caption_result(there, notes))
    if request.replaces is None:
        kind = "" if there.generated is False else "generated "
        raise Conflict(
            f"This video has other {kind}captions in {there.language!r}, and Cloudflare keeps one "
            "per language.",
            code="other_captions_exist",
            next_step="Read them with read_subtitles; to overwrite them, call "
            f"add_subtitles(…, language={request.language!r}, replace=true).",
        )
    return Survey(baseline=baseline)


def before_editing(
    captions: tuple[Caption, ...], request: EditSubtitles, text: str | None
) -> Survey:
    """Whether the captions have these cues already. Raises NotFound and Conflict.

    They have to hold the text that was edited, and not one that somebody put there since.
    """
    there = in_language(captions, request.track_id)
    if there is None:
        raise NotFound(
            f"The video has no captions in {request.track_id[:40]!r} any more.",
            code="unknown_track",
            next_step="Call list_subtitles to see which there are.",
        )
    if text is None:
        raise _not_ready(there)
    if same_cues(text, request.text):
        return Survey(baseline=_languages(captions), existing=caption_result(there))
    if digest(text) != request.before:
        raise Conflict(
            f"The captions in {there.language!r} were changed since they were read.",
            code="changed_meanwhile",
            next_step=f"Read them again with read_subtitles(track={there.language!r}), and edit "
            "that text.",
        )
    return Survey(baseline=_languages(captions))


def _languages(captions: Iterable[Caption]) -> tuple[str, ...]:
    return tuple(one.language for one in captions)


def _not_ready(there: Caption) -> Conflict:
    return Conflict(
        f"The captions in {there.language!r} can't be read just now, and what can't be read is not "
        "overwritten.",
        code="captions_not_ready",
        next_step="Wait until list_subtitles shows them as ready, then ask again.",
        retry_after_seconds=60.0,
    )
