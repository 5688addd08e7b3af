"""Reading one subtitle track: which one is meant, and as much of its text as fits an answer."""

from media_tracks_tools import captions, languages
from media_tracks_tools.capabilities import require
from media_tracks_tools.errors import CallerError, NotFound, VendorError, bad_cursor
from media_tracks_tools.models import SubtitleText, SubtitleTrack, TextFormat
from media_tracks_tools.ports import ListsSubtitles, Located, Services

LONGEST_TEXT = 24_000
"""Characters of caption text in one answer; hosts cut at about 25,000 tokens."""

_WRITERS = {
    TextFormat.VTT: captions.as_vtt,
    TextFormat.SRT: captions.as_srt,
    TextFormat.TEXT: captions.as_text,
}


async def chosen(services: Services, located: Located, wanted: str) -> SubtitleTrack:
    """The track with this id, or else the only one with this name or language.

    Raises NotFound or CallerError, naming the tracks there are.
    """
    lister = require(services.accounts, located.provider, ListsSubtitles)
    tracks = (await lister.list_subtitles(located.video_id)).tracks
    by_id = [track for track in tracks if track.track_id == wanted]
    by_word = [
        track
        for track in tracks
        if track.name.casefold() == wanted.casefold() or languages.same(track.language, wanted)
    ]
    found = by_id or by_word
    names = ", ".join(f"{track.track_id!r} ({track.language})" for track in tracks[:20])
    if len(found) > 1:
        raise CallerError(
            f"More than one subtitle track is called {wanted[:60]!r}.",
            code="ambiguous_track",
            next_step=f"Call again with one of these as track: {names}.",
        )
    if not found:
        raise NotFound(
            f"{located.video} has no subtitle track {wanted[:60]!r}.",
            code="unknown_track",
            next_step=f"It has: {names}."
            if names
            else "It has none; generate_subtitles makes one.",
        )
    return found[0]


def excerpt(
    video: str,
    track: SubtitleTrack,
    text: str,
    form: TextFormat,
    window: tuple[float | None, float | None],
    cursor: str | None,
) -> SubtitleText:
    """One page of the cues in a window of time. `cursor` is the number of the first cue.

    Raises VendorError when the track's own text is no WebVTT, CallerError for a strange cursor.
    """
    cues = captions.window(_parsed(text), *window)
    first = _number(cursor, len(cues))
    last, size = first, 0
    while last < len(cues) and size < LONGEST_TEXT:
        size += len(cues[last].text) + 40
        last += 1
    return SubtitleText(
        video=video,
        track_id=track.track_id,
        language=track.language,
        format=form,
        text=_WRITERS[form](cues[first:last]),
        cues=last - first,
        next_cursor=str(last) if last < len(cues) else None,
    )


def _parsed(text: str) -> tuple[captions.Cue, ...]:
    try:
        return captions.parse(text)
    except CallerError as error:
        raise VendorError(
            f"The track's own text is not valid: {error.message}",
            code="bad_subtitles",
            next_step="Mend or replace the track where it is kept.",
        ) from error


def _number(cursor: str | None, cues: int) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and int(cursor) <= cues):
        raise bad_cursor("read_subtitles for this track")
    return int(cursor)
