"""Following: lateness and looks of the learned schedule beside the official client's.

Simulated: a virtual clock, invented durations. One job arrives every 1.5 s; a list, a POST and
every look take turns at one limit of 20 requests in 3 s, whoever follows. The official client is
DatoCMS's: it waits 1, 2, 3, … s, without end. Ours knows 50 earlier jobs, followed by the cold
schedule, and from then on each job as it ends. Lateness is from the end of a job to the answer
that tells of it; answers take no time, and nobody is refused a turn however late it is.
"""

import heapq
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count
from random import Random
from typing import Protocol

from media_tracks_server.jobs.learning import COLD, NEWEST, Followed, Outlook
from report import Verdict, at_most, say, shown

SEEDS = 20
EARLIER, JOBS = 50, 200
TURN = 100
"""The first job that the vendor does twice as fast, in (c)."""
EVERY = 1.5
INTERVAL, BURST = 3 / 20, 20
LENGTHS = (30.0, 900.0)
"""Seconds of media, evenly spread: not part of the target, hence said here."""
TARGET = 0.7
"""At least 30 % lower."""
NO_WORSE = 1.0


@dataclass(frozen=True)
class _Job:
    length: float
    takes: float


@dataclass(frozen=True)
class _Seen:
    """How a job was followed: seconds from its end to the news of it, and the looks that took."""

    late: float
    looks: int


Draw = Callable[[Random, int], _Job]


class _Schedule(Protocol):
    def wait(self, length: float, age: float, polls: int) -> float: ...

    def learn(self, one: Followed) -> None: ...


class _Official:
    def wait(self, length: float, age: float, polls: int) -> float:  # noqa: ARG002
        return polls + 1.0

    def learn(self, one: Followed) -> None:
        pass


class _Learned:
    """What is known when a look is planned is all that was found done; refitted each time."""

    def __init__(self, earlier: Sequence[Followed]) -> None:
        self._known = [self._kept(one) for one in earlier]
        self._outlook = Outlook(self._known)

    def wait(self, length: float, age: float, polls: int) -> float:
        return self._outlook.next_wait(length, age, polls)

    def learn(self, one: Followed) -> None:
        self._known = [*self._known, self._kept(one)][-NEWEST:]
        self._outlook = Outlook(self._known)

    def _kept(self, one: Followed) -> Followed:
        return one


class _Unguarded(_Learned):
    """Without the guard, which goes by what was found done at its first look."""

    def _kept(self, one: Followed) -> Followed:
        return replace(one, first=False)


class _Naive(_Learned):
    """Without the guard, and each job taken to have ended when it was found done."""

    def _kept(self, one: Followed) -> Followed:
        return replace(one, not_yet=one.done, first=False)


class _Limiter:
    """The GCRA of `jobs/limiter.py`, in memory."""

    def __init__(self) -> None:
        self._arrival = 0.0

    def turn(self, now: float) -> float:
        """When a request asked for now may leave."""
        self._arrival = max(self._arrival, now) + INTERVAL
        return max(now, self._arrival - INTERVAL * BURST)


@dataclass(eq=False)
class _Course:
    """One job on its way: `begun` when its POST has left."""

    job: _Job
    begun: float | None = None
    listed: bool = False
    asking: bool = False
    polls: int = 0
    not_yet: float = 0.0
    seen: _Seen | None = None


def _follow(jobs: Sequence[_Job], schedule: _Schedule) -> Sequence[_Seen]:
    """Let them arrive one after the other and follow each to its end."""
    courses = [_Course(job) for job in jobs]
    limiter, order = _Limiter(), count()
    due = [(number * EVERY, next(order), course) for number, course in enumerate(courses)]
    while due:
        now, _, course = heapq.heappop(due)
        at = _answered(course, now, schedule) if course.asking else limiter.turn(now)
        course.asking = not course.asking
        if course.seen is None:
            heapq.heappush(due, (at, next(order), course))
    return [course.seen for course in courses if course.seen is not None]


def _answered(course: _Course, now: float, schedule: _Schedule) -> float:
    """What the request that leaves now tells; returns when the next one is wanted."""
    job = course.job
    if not course.listed:
        course.listed = True
        return now
    if course.begun is None:
        course.begun = now
        return now + schedule.wait(job.length, 0.0, 0)
    age = now - course.begun
    if age < job.takes:
        course.polls, course.not_yet = course.polls + 1, age
        return now + schedule.wait(job.length, age, course.polls)
    course.seen = _Seen(age - job.takes, course.polls + 1)
    schedule.learn(Followed(job.length, course.not_yet, age, first=course.polls == 0))
    return now


def _alone(job: _Job) -> Followed:
    """A job from before: followed by itself, with nothing known."""
    age, polls, not_yet = COLD.first_wait(job.length), 0, 0.0
    while age < job.takes:
        polls, not_yet = polls + 1, age
        age += COLD.next_wait(job.length, age, polls)
    return Followed(job.length, not_yet, age, first=polls == 0)


def _by_length(random: Random, number: int) -> _Job:  # noqa: ARG001
    length = random.uniform(*LENGTHS)
    return _Job(length, (5 + 0.3 * length) * random.uniform(0.85, 1.15))


def _at_random(random: Random, number: int) -> _Job:  # noqa: ARG001
    return _Job(random.uniform(*LENGTHS), random.uniform(5, 300))


def _faster(random: Random, number: int) -> _Job:
    job = _by_length(random, number)
    return replace(job, takes=job.takes / 2) if number >= TURN else job


Runs = Sequence[Sequence[_Seen]]
"""One a seed."""


class _Who(StrEnum):
    OFFICIAL = "official client"
    LEARNED = "learned"
    UNGUARDED = "learned, no guard"
    NAIVE = "ended when found, no guard"


_LEARNERS = {_Who.LEARNED: _Learned, _Who.UNGUARDED: _Unguarded, _Who.NAIVE: _Naive}


def _case(draw: Draw, *learners: _Who) -> dict[_Who, Runs]:
    """All seeds, by each who follows; they all meet the same jobs."""
    found: dict[_Who, list[Sequence[_Seen]]] = {who: [] for who in (_Who.OFFICIAL, *learners)}
    for seed in range(SEEDS):
        random = Random(seed)
        earlier = [_alone(draw(random, 0)) for _ in range(EARLIER)]
        jobs = [draw(random, number) for number in range(JOBS)]
        found[_Who.OFFICIAL].append(_follow(jobs, _Official()))
        for who in learners:
            found[who].append(_follow(jobs, _LEARNERS[who](earlier)))
    return dict(found)


def _late(runs: Runs, since: int = 0) -> float:
    return statistics.fmean(seen.late for run in runs for seen in run[since:])


def _looks(runs: Runs, since: int = 0) -> float:
    return statistics.fmean(seen.looks for run in runs for seen in run[since:])


def _table(found: Mapping[_Who, Runs], since: int = 0) -> None:
    for who, runs in found.items():
        late, looks = shown(_late(runs, since), 2), shown(_looks(runs, since), 2)
        say(f"  {who:<28} {late:>6} s late  {looks:>6} looks a job")


def _compare(case: str, draw: Draw, target: float) -> Sequence[Verdict]:
    """Ours beside the official client's: both figures, over all seeds and within each."""
    found = _case(draw, _Who.LEARNED)
    say(f"{case}; mean of {SEEDS} x {JOBS} jobs:")
    _table(found)
    pairs = list(zip(found[_Who.LEARNED], found[_Who.OFFICIAL], strict=True))
    late = [_late([ours]) / _late([theirs]) for ours, theirs in pairs]
    looks = [_looks([ours]) / _looks([theirs]) for ours, theirs in pairs]
    both = sum(a <= target and b <= target for a, b in zip(late, looks, strict=True))
    say(
        f"  both within the target in {both} of {SEEDS} seeds; the worst of any seed: "
        f"lateness {shown(max(late))}x, looks {shown(max(looks))}x"
    )
    return [
        at_most("  lateness, of the official client's", _ratio(found, _late), target),
        at_most("  looks, of the official client's", _ratio(found, _looks), target),
    ]


def _ratio(found: Mapping[_Who, Runs], figure: Callable[[Runs], float]) -> float:
    return figure(found[_Who.LEARNED]) / figure(found[_Who.OFFICIAL])


def _turn() -> Sequence[Verdict]:
    """What becomes of the jobs that the vendor does twice as fast, and of the last of them."""
    found = _case(_faster, *_LEARNERS)
    for since in (TURN, (TURN + JOBS) // 2):
        say(f"(c) as (a), twice as fast from job {TURN} on; mean of jobs {since} to {JOBS}:")
        _table(found, since)
    ours, official, unguarded, naive = (
        _late(found[who], TURN) for who in (_Who.LEARNED, _Who.OFFICIAL, _Who.UNGUARDED, _Who.NAIVE)
    )
    say(f"  lateness of ours since the turn, of the official client's: {shown(ours / official)}x")
    return [
        at_most("  (c) noticed: lateness, of 'no guard'", ours / unguarded, 1.0),
        at_most("  (c) lateness, of 'ended when found'", ours / naive, 1.0),
    ]


def run() -> Sequence[Verdict]:
    """Durations by length, at random, and of a vendor that turns twice as fast."""
    return [
        *_compare("(a) 5 s + 0.3 x length, +-15 %", _by_length, TARGET),
        *_compare("(b) 5 to 300 s at random, whatever the length", _at_random, NO_WORSE),
        *_turn(),
    ]
