"""Caption text: reading and writing WebVTT and SRT, whoever they come from.

A cue's text is what a person reads. The formatting tags of WebVTT (`<i>`, `<v Ann>` …) stay in
it as they are; `&`, `<` and `>` that are no such tag are plain characters and are escaped when
written. Only a tag that was escaped on purpose (`&lt;b&gt;` in a talk about HTML) stays escaped.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape, unescape
from typing import TYPE_CHECKING, NamedTuple, NoReturn, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from media_tracks_tools.errors import CallerError

if TYPE_CHECKING:
    from webvtt import Caption

_NAMES = r"(?:b|i|u|c|v|lang|ruby|rt)"
_TAG = re.compile(rf"</?{_NAMES}(?:[. \t][^<>\n]*)?>|<\d[\d:.]*>")
_ESCAPED_TAG = re.compile(rf"&lt;(?:/?{_NAMES}(?:[. \t][^<>&\n]*)?|\d[\d:.]*)&gt;")
_KEPT = re.compile(f"{_TAG.pattern}|{_ESCAPED_TAG.pattern}")
_SRT_TAG = re.compile(r"</?[biu]>")
_SRT_STYLE = re.compile(r"</?font[^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)
_CLOCK = r"(?:(\d{2,10}):)?([0-5]\d):([0-5]\d)"
_VTT_TIMING = re.compile(rf"[ \t]*{_CLOCK}\.(\d{{3}})[ \t]+-->[ \t]+{_CLOCK}\.(\d{{3}})(?:[ \t]|$)")
_SRT_CLOCK = r"(?:(\d{1,10}):)?([0-5]?\d):([0-5]?\d)"
_SRT_TIMING = re.compile(
    rf"[ \t]*{_SRT_CLOCK}[,.](\d{{3}})[ \t]*-->[ \t]*{_SRT_CLOCK}[,.](\d{{3}})(?:[ \t]|$)"
)
_HEADER = re.compile(r"WEBVTT(?:[ \t]|$)")
_COMMA = re.compile(r"\d,\d{3}")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ARROW = "-->"
_SHOWN = 60
_LONGEST = 10**9


class Cue(BaseModel):
    """One caption: `text` is shown from `start` to `end`, in seconds from the beginning.

    `settings` are WebVTT's own about the place on the screen (`line:0 align:start`), kept for
    writing.
    """

    model_config = ConfigDict(frozen=True)

    start: float = Field(ge=0, le=_LONGEST, allow_inf_nan=False)
    end: float = Field(ge=0, le=_LONGEST, allow_inf_nan=False)
    text: str
    settings: str = ""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end <= self.start:
            raise ValueError("a cue ends after it starts")
        return self


class _Timing(NamedTuple):
    line: int
    start: int
    end: int


def parse(text: str) -> tuple[Cue, ...]:
    """The cues of a WebVTT or SRT text; cues without any text are left out.

    Raises CallerError with the line at fault: no header, a comma in a WebVTT time, a time that
    is none, a cue that ends before it starts or starts before the one above it, an arrow in the
    text. webvtt-py alone lets all of these pass or drops the cue (seen with 0.6.0).
    """
    lines = _LINE_END.split(text.removeprefix("\ufeff").replace("\0", "\ufffd"))
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise CallerError(
            "The subtitle text is empty.",
            next_step="Give WebVTT or SRT text with at least one cue.",
        )
    if _HEADER.match(lines[first]):
        timings = _checked_timings(lines, _VTT_TIMING)
        return _cues(_read(lines[first:], "vtt"), timings, lines, escaped=True)
    if not lines[first].strip().isdigit():
        _refuse_headless(lines, first)
    timings = _checked_timings(lines, _SRT_TIMING)
    return _cues(
        _read([lines[first].strip(), *lines[first + 1 :]], "srt"), timings, lines, escaped=False
    )


def as_vtt(cues: Iterable[Cue]) -> str:
    """WebVTT with everything escaped that would not read back; ends in a line feed."""
    from webvtt import Caption, WebVTT

    document = WebVTT()
    for cue in cues:
        if payload := _lines_of(_escaped(cue.text)):
            start, end = (_clock(moment, ".") for moment in _milliseconds(cue))
            document.captions.append(Caption(start, end, payload, settings=cue.settings or None))
    return document.content.rstrip("\n") + "\n"


def as_srt(cues: Iterable[Cue], first: int = 1) -> str:
    """SRT, numbered from `first`: bold, italic and underline are kept, other tags left out.

    Nothing is escaped.
    """
    blocks: list[str] = []
    for cue in cues:
        kept = _TAG.sub(lambda tag: tag[0] if _SRT_TAG.fullmatch(tag[0]) else "", cue.text)
        if payload := _lines_of(_without_escapes(kept).replace(_ARROW, "→")):
            start, end = (_clock(moment, ",") for moment in _milliseconds(cue))
            head = f"{len(blocks) + first}\n{start} --> {end}\n"
            blocks.append(head + "\n".join(payload) + "\n")
    return "\n".join(blocks)


def as_text(cues: Iterable[Cue]) -> str:
    """Only what is said: a line for each line of each cue, without tags and escapes."""
    return "\n".join(line for cue in cues for line in _lines_of(plain(cue)))


def plain(cue: Cue) -> str:
    """The cue's text without tags and escapes."""
    return _without_escapes(_TAG.sub("", cue.text))


def window(
    cues: Sequence[Cue], from_seconds: float | None, to_seconds: float | None
) -> tuple[Cue, ...]:
    """The cues seen at any moment from `from_seconds` on and before `to_seconds`, whole."""
    start = 0.0 if from_seconds is None else from_seconds
    end = float("inf") if to_seconds is None else to_seconds
    return tuple(cue for cue in cues if cue.end > start and cue.start < end)


def _checked_timings(lines: list[str], pattern: re.Pattern[str]) -> list[_Timing]:
    timings: list[_Timing] = []
    for number, line in enumerate(lines, 1):
        if _ARROW in line:
            timing = _timing(number, line, pattern)
            if timings and timing.start < timings[-1].start:
                _refuse(number, line, "starts before the cue above it", "Sort the cues by time.")
            timings.append(timing)
    return timings


def _timing(number: int, line: str, pattern: re.Pattern[str]) -> _Timing:
    match = pattern.match(line)
    if match is None:
        _refuse_timing(number, line, pattern)
    clocks = [int(group or 0) for group in match.groups()]
    start, end = (
        ((clock[0] * 60 + clock[1]) * 60 + clock[2]) * 1000 + clock[3]
        for clock in (clocks[:4], clocks[4:])
    )
    if end <= start:
        _refuse(number, line, "ends before or when it starts", "Let the cue end after its start.")
    return _Timing(number, start, end)


def _refuse_timing(number: int, line: str, pattern: re.Pattern[str]) -> NoReturn:
    if pattern is _VTT_TIMING and _SRT_TIMING.match(line) and _COMMA.search(line):
        _refuse(
            number,
            line,
            "writes its times with a comma, as SRT does",
            "Write 00:00:01.000 with a point, or leave out the WEBVTT header.",
        )
    _refuse(
        number,
        line,
        'holds "-->" but no two valid times',
        "Write times as 00:00:01.000 --> 00:00:02.500, and no arrow in a cue's text.",
    )


def _refuse_headless(lines: list[str], first: int) -> NoReturn:
    if any(_ARROW in line for line in lines):
        _refuse(
            first + 1,
            lines[first],
            "should be the header WEBVTT, or for SRT the number 1",
            'Put "WEBVTT" and an empty line before the first cue.',
        )
    _refuse(
        first + 1,
        lines[first],
        "begins neither WebVTT nor SRT: the text has no cue times",
        "Give WebVTT, beginning with WEBVTT, or SRT.",
    )


def _refuse(number: int, line: str, fault: str, next_step: str) -> NoReturn:
    shown = line if len(line) <= _SHOWN else line[:_SHOWN] + "…"
    raise CallerError(
        f"Line {number} of the subtitle text ({shown!r}) {fault}.",
        next_step=next_step,
        code="bad_subtitles",
    )


def _read(lines: list[str], kind: str) -> "list[Caption]":
    from webvtt import WebVTT
    from webvtt.errors import MalformedFileError

    try:
        return WebVTT.from_buffer(lines, format=kind).captions
    except MalformedFileError:
        _refuse(1, lines[0], "is not followed by a cue", "Give a number, a time line and the text.")


def _cues(
    captions: "list[Caption]", timings: list[_Timing], lines: list[str], *, escaped: bool
) -> tuple[Cue, ...]:
    """Our cues for the library's; one that it dropped in silence is refused."""
    cues: list[Cue] = []
    remaining = iter(captions)
    caption = next(remaining, None)
    for timing in timings:
        if caption is None or _span(caption) != (timing.start, timing.end):
            if "".join(lines[timing.line : timing.line + 1]).strip():
                fault = "is no complete cue"
                _refuse(timing.line, lines[timing.line - 1], fault, "Put the cue's number above.")
            continue
        text = _unescaped(caption.raw_text) if escaped else _SRT_STYLE.sub("", caption.raw_text)
        if text.strip():
            start, end = timing.start / 1000, timing.end / 1000
            cues.append(Cue(start=start, end=end, text=text, settings=str(caption.settings)))
        caption = next(remaining, None)
    return tuple(cues)


def _span(caption: "Caption") -> tuple[int, int]:
    return caption.start_time.in_milliseconds(), caption.end_time.in_milliseconds()


def _outside_kept(pattern: re.Pattern[str], text: str, change: Callable[[str], str]) -> str:
    """`text` with everything but the matches of `pattern` changed."""
    parts: list[str] = []
    position = 0
    for kept in pattern.finditer(text):
        parts += (change(text[position : kept.start()]), kept[0])
        position = kept.end()
    return "".join((*parts, change(text[position:])))


def _escaped(text: str) -> str:
    return _outside_kept(_KEPT, text, lambda part: escape(part, quote=False))


def _unescaped(payload: str) -> str:
    return _outside_kept(_KEPT, payload, unescape)


def _without_escapes(text: str) -> str:
    return _ESCAPED_TAG.sub(lambda tag: unescape(tag[0]), text)


def _lines_of(text: str) -> list[str]:
    return [line for line in _LINE_END.split(text) if line.strip()]


def _milliseconds(cue: Cue) -> tuple[int, int]:
    start = round(cue.start * 1000)
    return start, max(round(cue.end * 1000), start + 1)


def _clock(milliseconds: int, mark: str) -> str:
    seconds, fraction = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{fraction:03d}"
