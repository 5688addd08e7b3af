"""From the words a speech model heard to captions that a person can read.

Limits: at most two lines of 42 characters, shown 1 to 7 seconds, 83 ms (two frames at 24 a
second) between two, the usual rules for subtitles on video platforms. Where to break is found by
dynamic programming over all ways to cut the words up, so that sentences and pauses decide.
"""

import unicodedata
from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import inf
from typing import NamedTuple

from media_tracks_tools.captions import Cue

LINE_WIDTH = 42
_SHORTEST, _LONGEST, _GAP = 1.0, 7.0, 0.083
_PAUSE, _LONG_PAUSE = 0.35, 1.5
_FASTEST = 20.0  # characters a second
_TICK = 0.001
_SENTENCE = tuple(".!?…。\uff01\uff1f")  # the last two full-width
_CLAUSE = tuple(",;:—、\u2013\uff0c\uff1b\uff1a")
# a script written without spaces: every token may begin a line
_SPACELESS = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "MYANMAR", "KHMER")


class Word(NamedTuple):
    """A token as Whisper gives it: without a leading space it continues the previous one."""

    start: float
    end: float
    text: str


class _Unit(NamedTuple):
    """What may not be torn apart; `spaced`: a space stands before it within a line."""

    start: float
    end: float
    text: str
    spaced: bool
    width: int


def readable(words: Sequence[Word]) -> tuple[Cue, ...]:
    """Captions with every word, in order, that never overlap; times in seconds.

    A line is longer than 42 only where one word is. Speech faster than 20 characters a second
    stays so: no word is dropped for it.
    """
    units = _units(words)
    cuts = _best_cuts(units)
    groups = [units[first:last] for first, last in pairwise(cuts)]
    return _timed(groups)


def _units(words: Sequence[Word]) -> list[_Unit]:
    units: list[_Unit] = []
    for word in words:
        text = " ".join(word.text.split())
        if not text:
            continue
        spaced = word.text[0].isspace() or not units
        if units and not spaced and not _may_begin(units[-1].text, text):
            last = units.pop()
            text, spaced = last.text + text, last.spaced
            start, end = last.start, max(last.end, word.end)
        else:
            start = max(word.start, units[-1].start if units else 0.0)
            end = max(word.end, start)
        units.append(_Unit(start, end, text, spaced, _width(text)))
    return units


def _may_begin(before: str, text: str) -> bool:
    """Whether a token without a space is a word of its own: in scripts that have no spaces."""
    if unicodedata.category(text[0])[0] == "P" or unicodedata.combining(text[0]):
        return False
    return any(unicodedata.name(sign, "").startswith(_SPACELESS) for sign in (before[-1], text[0]))


def _width(text: str) -> int:
    """Columns on the screen: a Chinese or Japanese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _best_cuts(units: Sequence[_Unit]) -> list[int]:
    """The indices where captions begin, with the end as the last, for the lowest total cost."""
    count = len(units)
    fits = _line_ends(units)
    weigh = _Costs(units)
    best = [inf] * count + [0.0]
    choice = [count] * count
    for first in reversed(range(count)):
        second = fits[first]
        furthest = fits[second] if second < count else count
        for last in range(first + 1, furthest + 1):
            if last > first + 1 and units[last - 1].end - units[first].start > _LONGEST:
                break
            cost = weigh.of(first, last) + best[last]
            if cost < best[first]:
                best[first], choice[first] = cost, last
    cuts = [0]
    while cuts[-1] < count:
        cuts.append(choice[cuts[-1]])
    return cuts


def _line_ends(units: Sequence[_Unit]) -> list[int]:
    """For each unit the index after the last one that fits on a line begun by it."""
    ends: list[int] = []
    last, width = 0, 0
    for first, unit in enumerate(units):
        if last <= first:
            last, width = first + 1, unit.width
        while last < len(units) and width + units[last].spaced + units[last].width <= LINE_WIDTH:
            width += units[last].spaced + units[last].width
            last += 1
        ends.append(last)
        width -= unit.width + (units[first + 1].spaced if first + 1 < len(units) else 0)
    return ends


class _Costs:
    """How badly a run of units reads as one caption: 0 is a whole sentence in good time.

    Sums up to each unit make the answer independent of the run's length.
    """

    def __init__(self, units: Sequence[_Unit]) -> None:
        self._units = units
        self._widths = list(accumulate((unit.width + 1 for unit in units), initial=0))
        pauses = [after.start - before.end for before, after in pairwise(units)]
        self._ends = [
            (_break_cost(unit.text, pause), pause)
            for unit, pause in zip(units, (*pauses, inf), strict=False)
        ]
        inside = (
            (1.0 if unit.text.endswith(_SENTENCE) else 0.0) + (3.0 if pause > _LONG_PAUSE else 0.0)
            for unit, (_, pause) in zip(units, self._ends, strict=True)
        )
        self._inside = list(accumulate(inside, initial=0.0))

    def of(self, first: int, last: int) -> float:
        """The cost of the units from `first` up to, not including, `last`."""
        break_cost, pause = self._ends[last - 1]
        seconds = max(self._units[last - 1].end - self._units[first].start, _TICK)
        room = seconds + min(max(pause - _GAP, 0.0), _SHORTEST)
        cost = 1.0 + break_cost + self._inside[last - 1] - self._inside[first]
        cost += 4.0 * max(_SHORTEST - room, 0.0)
        width = self._widths[last] - self._widths[first]
        return cost + 0.1 * max(width / room - _FASTEST, 0.0)


def _break_cost(text: str, pause: float) -> float:
    if text.endswith(_SENTENCE):
        return 0.0
    if pause >= _PAUSE:
        return 0.3
    return 0.8 if text.endswith(_CLAUSE) else 2.5


def _timed(groups: Sequence[Sequence[_Unit]]) -> tuple[Cue, ...]:
    cues: list[Cue] = []
    free_from = 0.0
    for number, group in enumerate(groups):
        start = max(group[0].start, free_from)
        upcoming = groups[number + 1][0].start if number + 1 < len(groups) else inf
        wanted = min(max(group[-1].end, start + _SHORTEST), start + _LONGEST)
        latest = upcoming - _GAP if upcoming - _GAP > start + _GAP else upcoming
        end = max(min(wanted, latest), start + _TICK)
        start, end = round(start, 3), round(end, 3)
        end = max(end, round(start + _TICK, 3))
        cues.append(Cue(start=start, end=end, text="\n".join(_lines(group))))
        free_from = end
    return tuple(cues)


def _lines(group: Sequence[_Unit]) -> list[str]:
    """One line, or the two that are nearest in length, rather after a comma or full stop."""
    whole = _joined(group)
    if _width(whole) <= LINE_WIDTH or len(group) == 1:
        return [whole]
    options: list[tuple[float, list[str]]] = []
    for middle in range(1, len(group)):
        lines = [_joined(group[:middle]), _joined(group[middle:])]
        widths = [_width(line) for line in lines]
        cost = abs(widths[0] - widths[1]) + sum(
            100 * max(width - LINE_WIDTH, 0) for width in widths
        )
        cost -= 8 if lines[0].endswith(_SENTENCE + _CLAUSE) else 0
        options.append((cost, lines))
    return min(options)[1]


def _joined(units: Sequence[_Unit]) -> str:
    return "".join(
        f" {unit.text}" if unit.spaced and number else unit.text
        for number, unit in enumerate(units)
    )
