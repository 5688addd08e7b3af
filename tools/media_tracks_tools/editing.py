"""Changing the words and the times of captions, without losing what surrounds them."""

import re
from collections.abc import Sequence

from pydantic import Field

from media_tracks_tools import captions
from media_tracks_tools.captions import Cue
from media_tracks_tools.errors import CallerError
from media_tracks_tools.models import Model

_ARROW = "-->"


class Edit(Model):
    """One replacement of words."""

    find: str = Field(min_length=1, max_length=500, description="The words as they stand now.")
    replace: str = Field(max_length=1000, description="What to put there; empty to remove them.")
    cue: int | None = Field(
        default=None, ge=1, description="Only in this cue, counted from 1. Default: everywhere."
    )


def edited(cues: Sequence[Cue], edits: Sequence[Edit], shift_seconds: float) -> tuple[Cue, ...]:
    """The cues after all edits, one after the other.

    Words are found over line ends too. A cue without any words left, or that would end before
    the video begins, is left out. Raises CallerError where words are not found, or nothing is left.
    """
    texts = [cue.text for cue in cues]
    for edit in edits:
        _apply(edit, texts)
    kept = [
        Cue(
            start=max(0.0, cue.start + shift_seconds),
            end=cue.end + shift_seconds,
            text=text,
            settings=cue.settings,
        )
        for cue, text in zip(cues, texts, strict=True)
        if text.strip() and cue.end + shift_seconds > 0.001
    ]
    if not kept:
        raise CallerError(
            "Nothing would be left of these subtitles.",
            code="nothing_left",
            next_step="Use delete_subtitles to remove a track, or correct the edits.",
        )
    return tuple(kept)


def with_cues(text: str, cues: Sequence[Cue]) -> str:
    """WebVTT with these cues behind what `text` has before its first one: header, style, notes."""
    written = captions.as_vtt(cues)
    head = _head(text)
    return head + written.removeprefix("WEBVTT\n") if head else written


def _apply(edit: Edit, texts: list[str]) -> None:
    if edit.cue is not None and edit.cue > len(texts):
        raise CallerError(
            f"There is no cue {edit.cue}; the track has {len(texts)}.",
            code="unknown_cue",
            next_step="Leave out `cue`, or count as read_subtitles does (`first_cue`).",
        )
    pattern = re.compile(r"\s+".join(re.escape(word) for word in edit.find.split()) or r"\s+")
    where = range(len(texts)) if edit.cue is None else [edit.cue - 1]
    hits = [number for number in where if pattern.search(texts[number])]
    if not hits:
        place = "any cue" if edit.cue is None else f"cue {edit.cue}"
        raise CallerError(
            f"The words {edit.find[:80]!r} are not in {place}; nothing was changed.",
            code="words_not_found",
            next_step="Capitals and punctuation count: copy the words from read_subtitles.",
        )
    for number in hits:
        texts[number] = pattern.sub(lambda _: edit.replace, texts[number])


def _head(text: str) -> str:
    """Everything before the first cue (and its identifier) of a WebVTT text; empty for SRT."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((number for number, line in enumerate(lines) if _ARROW in line), len(lines))
    if first and lines[first - 1].strip():
        first -= 1
    head = "\n".join(lines[:first]).strip("\n")
    return f"{head}\n" if head.startswith("WEBVTT") else ""
