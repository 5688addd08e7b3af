"""How long such steps take, learned from the last ones: when to look first, and when again.

Pure. What was seen of a step is an interval, from the last look that found it unfinished to the
one that found it done, and counts as its middle. A line through length and age tells how long a
step should take; how the others came out against it tells how likely this one is to end soon
(jobs.md §3, "hazard").
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from media_tracks_server.jobs.schedule import poll_wait

NEWEST = 50
"""Steps that are remembered."""
FEWEST = 8
"""With fewer of them nothing is foretold: the waits are the official client's."""
LOOK_COST = 0.4
"""One look is worth this many seconds of lateness (benchmarks/following.py: with it, durations
that can't be foretold come out alike below the official client's in lateness and in looks)."""
SHORTEST_GAP = 0.5
"""Seconds between two looks while the step is expected to end."""
OVERDUE_SHARE, OVERDUE_GAP = 0.05, 0.4
"""Past the last known age: a share of the age, and at least so many seconds."""
SHORTEST, LONGEST = 0.2, 60.0
"""Bounds of every wait. A shorter one saves less than half of what the look costs; and what fails
early, against all that is known of steps that ended well, is heard of within a minute."""
_STRAIGHT = 0.7
"""The line is believed when it leaves less than this share of the spread."""
_WINDOW = 0.25
"""The share of the range over which the chance to end is counted."""
_SOONER, _LATER, _LEAST = 0.8, 1.08, 0.2
"""What the guard makes of a step found done at its first look, of another, and its least."""
_SAME = 0.001
"""Seconds; lengths closer than this are equal, and no step is done sooner."""
_ABSURD = 30 * 86400.0
"""Seconds; no step takes longer, and no video does."""


@dataclass(frozen=True, slots=True)
class Followed:
    """One finished step, as it was seen. Seconds; ages are counted from the step's begin.

    `not_yet` is the age at the last look that found it unfinished, 0 when none did; `done` the
    age when it was found done; `first` says that its very first look found it done.
    """

    media_length: float | None
    not_yet: float
    done: float
    first: bool

    @property
    def age(self) -> float:
        """Where in between it is taken to have ended."""
        return (self.not_yet + self.done) / 2


class Outlook:
    """What is known of the steps of one account, kind and stage, oldest first.

    What can't be true is left out; of the rest, the newest `NEWEST` count.
    """

    def __init__(self, followed: Sequence[Followed]) -> None:
        known = [one for one in followed if _credible(one)][-NEWEST:]
        self._patience = _patience(known)
        self._ages = _Ends([one.age for one in known]) if len(known) >= FEWEST else None
        self._line = _line(known, self._ages) if self._ages is not None else None

    def first_wait(self, media_length: float | None) -> float:
        """Seconds from the begin of a step to its first look; the length is in seconds."""
        return self.next_wait(media_length, 0.0, 0)

    def next_wait(self, media_length: float | None, age: float, polls: int) -> float:
        """Seconds until the next look at a step of this age, found unfinished `polls` times."""
        wait = poll_wait(polls)
        if self._ages is not None:
            wait = self._wait(self._ages, media_length, min(max(0.0, age), _ABSURD))
        return min(max(wait, SHORTEST), LONGEST)

    def _wait(self, ages: "_Ends", media_length: float | None, age: float) -> float:
        ends, scale = ages, 1.0
        if self._line is not None and media_length is not None and 0 < media_length < _ABSURD:
            ends, scale = self._line.ends, self._line.at(media_length)
        # The bounds may cut the first wait into several: until it is over, this is still it.
        first = ends.next_look(0.0, scale) * self._patience
        return first - age if age < first - SHORTEST else ends.next_look(age, scale) - age


class _Ends:
    """When the known steps ended, in seconds or as shares of what was expected."""

    def __init__(self, ends: Sequence[float]) -> None:
        self._ends = sorted(ends)
        spread = _tenth(self._ends, 9) - _tenth(self._ends, 1)
        self.relative_spread = spread / median(self._ends)
        self._range = spread / 0.8
        """From first to last, as evenly spread ends would have it: a stray one can't stretch it."""

    def next_look(self, age: float, scale: float) -> float:
        """The age of the next look: a gap after now, or after the next step might end."""
        overdue = age + max(OVERDUE_SHARE * age, OVERDUE_GAP)
        ended = bisect_right(self._ends, age / scale)
        still = len(self._ends) - ended
        if still == 0:
            return overdue
        spacing = self._range / len(self._ends)
        start = max(age, (self._ends[ended] - spacing) * scale)
        look = start + self._gap(start, scale)
        # The last one may be a stray: it is no reason to look away.
        return min(look, overdue) if still == 1 else look

    def _gap(self, age: float, scale: float) -> float:
        """Seconds that cost as much in looks as in lateness, at the chance to end about now."""
        window = min(_WINDOW * self._range * scale, self._ends[-1] * scale - age)
        window = max(window, SHORTEST_GAP)
        before = bisect_right(self._ends, age / scale)
        ending = bisect_right(self._ends, (age + window) / scale) - before
        hazard = max(ending, 1) / max(len(self._ends) - before, 1) / window
        return max(math.sqrt(2 * LOOK_COST / hazard), SHORTEST_GAP)


@dataclass(frozen=True, slots=True)
class _Line:
    """The age expected for a length, and how the known steps came out against it."""

    base: float
    slope: float
    least: float
    ends: _Ends

    def at(self, media_length: float) -> float:
        return max(self.base + self.slope * media_length, self.least)


def _line(known: Sequence[Followed], ages: _Ends) -> _Line | None:
    """The line of Theil and Sen; None when it tells no more than the ages alone do."""
    points = [(one.media_length, one.age) for one in known if one.media_length is not None]
    slopes = [
        (later - age) / (longer - length)
        for (length, age), (longer, later) in combinations(points, 2)
        if abs(longer - length) >= _SAME
    ]
    if len(points) < FEWEST or not slopes:
        return None
    slope = median(slopes)
    base = median(age - slope * length for length, age in points)
    expected = [base + slope * length for length, _ in points]
    least = min(expected)
    if least < SHORTEST:
        return None
    ends = _Ends([age / wanted for (_, age), wanted in zip(points, expected, strict=True)])
    if ends.relative_spread >= _STRAIGHT * ages.relative_spread:
        return None
    return _Line(base, slope, least / 2, ends)


def _patience(known: Sequence[Followed]) -> float:
    """The guard: the share of the first wait that is risked.

    What is done at its first look may have been so for long, and nothing is learnt from it.
    """
    patience = 1.0
    for one in known:
        patience = max(patience * _SOONER, _LEAST) if one.first else min(patience * _LATER, 1.0)
    return patience


def _credible(one: Followed) -> bool:
    """Whether it can be true; a comparison with NaN is false."""
    length = one.media_length
    return (
        0 <= one.not_yet <= one.done
        and _SAME <= one.done < _ABSURD
        and (length is None or 0 < length < _ABSURD)
    )


def _tenth(ordered: Sequence[float], tenths: int) -> float:
    """A decile, between its neighbours."""
    place = (len(ordered) - 1) * tenths / 10
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


COLD = Outlook(())
"""Nothing is known: the official client's waits of 1, 2, 3, … seconds."""
