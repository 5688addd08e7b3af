"""As much of a subtitle track's text as fits an answer."""

from collections.abc import Sequence

from media_tracks_tools import captions
from media_tracks_tools.errors import CallerError, VendorError, bad_cursor
from media_tracks_tools.models import SubtitleText, SubtitleTrack, TextFormat

LONGEST_TEXT = 24_000
"""Characters of caption text in one answer; hosts cut at about 25,000 tokens."""


def excerpt(
    video: str,
    track: SubtitleTrack,
    text: str,
    form: TextFormat,
    window: tuple[float | None, float | None],
    cursor: str | None,
) -> SubtitleText:
    """One page of the cues in a window of time. `cursor` is how many came before.

    Raises VendorError when the track's own text is no WebVTT, CallerError for a strange cursor.
    """
    cues = parsed(text)
    begin, end = _span(cues, *window)
    first = _number(cursor, begin, end)
    last, size = first, 0
    while last < end and size < LONGEST_TEXT:
        size += len(cues[last].text) + 40
        last += 1
    return SubtitleText(
        video=video,
        track_id=track.track_id,
        language=track.language,
        format=form,
        text=_written(cues, first, last, form),
        cues=last - first,
        first_cue=first + 1 if last > first else None,
        next_cursor=str(last) if last < end else None,
    )


def _written(cues: Sequence[captions.Cue], first: int, last: int, form: TextFormat) -> str:
    match form:
        case TextFormat.VTT:
            return captions.as_vtt(cues[first:last])
        case TextFormat.SRT:
            return captions.as_srt(cues[first:last], first + 1)
        case TextFormat.TEXT:
            return captions.as_text(cues[first:last])


def _span(
    cues: Sequence[captions.Cue], from_seconds: float | None, to_seconds: float | None
) -> tuple[int, int]:
    """From the first to the last cue that is seen in the window: cues keep their numbers."""
    seen = set(captions.window(cues, from_seconds, to_seconds))
    numbers = [number for number, cue in enumerate(cues) if cue in seen]
    return (numbers[0], numbers[-1] + 1) if numbers else (0, 0)


def parsed(text: str) -> tuple[captions.Cue, ...]:
    """The cues of a track's own text. Raises VendorError when it is not valid."""
    try:
        return captions.parse(text)
    except CallerError as error:
        raise VendorError(
            f"The track's own text is not valid: {error.message}",
            code="bad_subtitles",
            next_step="Mend or replace the track where it is kept.",
        ) from error


def _number(cursor: str | None, begin: int, end: int) -> int:
    if cursor is None:
        return begin
    if not (cursor.isascii() and cursor.isdigit() and begin <= int(cursor) <= end):
        raise bad_cursor("read_subtitles for this track")
    return int(cursor)
