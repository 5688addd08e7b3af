"""When to look at a step again, from how long the others took."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from media_tracks_server.jobs.learning import (
    COLD,
    FEWEST,
    LONGEST,
    NEWEST,
    OVERDUE_GAP,
    OVERDUE_SHARE,
    SHORTEST,
    Followed,
    Outlook,
)

LENGTHS = [20.0 + 3 * number for number in range(NEWEST)]
"""Seconds of media, 20 to 167."""
LAW_ENDS_WITHIN = 1.02
"""A look every 2 % of the age: what `seen` makes of a duration."""


def law(length: float) -> float:
    return 5 + 0.3 * length


def seen(length: float | None, takes: float, *, first: bool = False) -> Followed:
    """A step that was looked at closely."""
    return Followed(length, takes / LAW_ENDS_WITHIN, takes * LAW_ENDS_WITHIN, first)


def by_law(lengths: Iterable[float] = LENGTHS) -> list[Followed]:
    return [seen(length, law(length)) for length in lengths]


def follow(outlook: Outlook, length: float | None, takes: float) -> tuple[Followed, int]:
    """Look at a step until it is done; how it was seen, and the looks that took."""
    age, not_yet, polls = outlook.first_wait(length), 0.0, 0
    while age < takes:
        polls, not_yet = polls + 1, age
        age += outlook.next_wait(length, age, polls)
    return Followed(length, not_yet, age, first=polls == 0), polls + 1


def follow_all(
    known: Sequence[Followed],
    takes: Callable[[float], float],
    jobs: int,
    kept: Callable[[Followed], Followed] = lambda one: one,
) -> tuple[list[Followed], list[float], list[int]]:
    """Follow some more, one after the other, and learn from each: what was seen, late, looks."""
    random, all_known = Random(7), list(known)
    late: list[float] = []
    looks: list[int] = []
    for _ in range(jobs):
        length = random.choice(LENGTHS)
        real = takes(length) * random.uniform(0.9, 1.1)
        one, looked = follow(Outlook(all_known), length, real)
        all_known.append(kept(one))
        late.append(one.done - real)
        looks.append(looked)
    return all_known[len(known) :], late, looks


anything = st.floats(allow_nan=True, allow_infinity=True)
seconds = st.one_of(anything, st.floats(0, 1e4), st.sampled_from([0.0, 1.0, 60.0, 5e-324, 1e300]))
rows = st.lists(
    st.builds(Followed, st.none() | seconds, seconds, seconds, st.booleans()), max_size=60
)


def interval(length: float | None, not_yet: float, more: float, first: bool) -> Followed:
    return Followed(length, not_yet, not_yet + more, first)


credible = st.builds(
    interval,
    st.none() | st.floats(0.01, 1e5),
    st.floats(0, 1e5),
    st.floats(0.01, 1e5),
    st.booleans(),
)


through_nothing = [seen(10.0, 5.0), *(seen(10.0 + n, 2.0 * n) for n in range(1, 12))]
"""The line is at 0 s for the first of them."""
instant = [seen(None, 0.05, first=True) for _ in range(NEWEST)]


@example(through_nothing, 10.0, 1.0, 1)
@example([Followed(None, 0.0, 5e-324, first=True)] * NEWEST, None, 1.0, 1)
@example(instant, None, 0.0, 0)
@example(by_law(), 60.0, math.nan, 1)
@example(by_law(), 60.0, math.inf, 1)
@example(by_law(), 60.0, -math.inf, 1)
@example(by_law(), math.nan, 1.0, 1)
@example(by_law(), math.inf, 1.0, 1)
@given(
    rows | st.lists(credible, min_size=FEWEST, max_size=60),
    st.none() | seconds,
    seconds,
    st.integers(-1, 10**6),
)
def test_every_wait_is_within_its_bounds_whatever_was_seen(
    followed: list[Followed], length: float | None, age: float, polls: int
) -> None:
    outlook = Outlook(followed)
    for wait in (outlook.first_wait(length), outlook.next_wait(length, age, polls)):
        assert SHORTEST <= wait <= LONGEST
        assert not math.isnan(wait)


@given(st.lists(credible, min_size=FEWEST, max_size=60), st.none() | st.floats(1, 1e4))
def test_a_step_of_any_duration_is_found_done_not_long_after(
    followed: list[Followed], length: float | None
) -> None:
    """No more than a minute late, in no more looks than the shortest waits allow."""
    one, looks = follow(Outlook(followed), length, 100.0)
    assert 100.0 <= one.done <= 100.0 + LONGEST
    assert looks <= 100 / SHORTEST


@pytest.mark.parametrize("known", range(8))
def test_with_little_known_it_waits_as_the_official_client_does(known: int) -> None:
    outlook = Outlook(by_law()[:known])
    waits = [outlook.next_wait(60.0, age=polls * 1.0, polls=polls) for polls in range(1, 12)]
    assert [outlook.first_wait(60.0), *waits] == [1.0 + number for number in range(12)]


def test_with_eight_steps_known_it_foretells() -> None:
    assert Outlook(by_law()[:8]).first_wait(60.0) > 20


def test_cold_knows_nothing() -> None:
    assert [COLD.next_wait(None, 0.0, polls) for polls in range(4)] == [1, 2, 3, 4]


@pytest.mark.parametrize("length", [20.0, 60.0, 120.0, 167.0])
def test_the_first_look_is_near_the_end_that_the_length_tells(length: float) -> None:
    outlook = Outlook(by_law())
    assert outlook.first_wait(length) == pytest.approx(law(length), rel=0.05, abs=0.7)
    assert follow(outlook, length, law(length))[1] <= 3


def test_lengths_never_seen_are_foretold_by_the_line() -> None:
    assert Outlook(by_law(LENGTHS[:30])).first_wait(160.0) == pytest.approx(law(160), rel=0.05)


def test_a_length_that_the_line_takes_below_nothing_is_given_half_of_the_shortest() -> None:
    steep = [seen(length, 2 * length - 30) for length in LENGTHS]
    assert Outlook(steep).first_wait(2.0) == pytest.approx(5.0, abs=0.7)


@pytest.mark.parametrize("known", [[None], [60.0], [1e-320, 2e-320, 3e-320]])
def test_without_lengths_to_tell_steps_apart_it_goes_by_the_ages(
    known: Sequence[float | None],
) -> None:
    steps = [seen(known[n % len(known)], 30.0 + n / 10) for n in range(NEWEST)]
    for asked in (None, 60.0, 600.0):
        assert 29 <= Outlook(steps).first_wait(asked) <= 32


def test_a_video_of_unknown_length_is_looked_at_from_the_earliest_known_end_on() -> None:
    wait = Outlook(by_law()).first_wait(None)
    assert law(LENGTHS[0]) * 0.9 <= wait <= law(LENGTHS[len(LENGTHS) // 3])


def test_lengths_that_tell_nothing_are_not_gone_by() -> None:
    random = Random(3)
    chance = [seen(length, random.uniform(5, 300)) for length in LENGTHS]
    assert len({Outlook(chance).first_wait(length) for length in (20.0, 160.0, None)}) == 1


def test_a_first_wait_beyond_the_bound_is_cut_and_then_kept_to() -> None:
    outlook = Outlook(by_law([length * 5 for length in LENGTHS]))
    assert outlook.first_wait(500.0) == LONGEST
    assert outlook.next_wait(500.0, LONGEST, 1) == LONGEST
    assert 2 * LONGEST + outlook.next_wait(500.0, 2 * LONGEST, 2) == pytest.approx(155, rel=0.05)


@pytest.mark.parametrize("age", [3.0, 20.0, 400.0])
def test_past_the_last_known_age_looks_come_at_a_share_of_the_age(age: float) -> None:
    outlook = Outlook([seen(None, 2.0 + number / 100) for number in range(NEWEST)])
    assert outlook.next_wait(None, age, 5) == pytest.approx(max(OVERDUE_SHARE * age, OVERDUE_GAP))


def test_looks_come_closer_as_fewer_can_be_left() -> None:
    even = Outlook([seen(None, 6.0 * number) for number in range(1, NEWEST + 1)])
    waits = [even.next_wait(None, age, 5) for age in (100.0, 250.0, 285.0)]
    assert waits == sorted(waits, reverse=True)
    assert waits[-1] < 5


def test_between_two_kinds_of_end_nobody_looks() -> None:
    outlook = Outlook([seen(None, 10.0 if number % 2 else 50.0) for number in range(NEWEST)])
    one, looks = follow(outlook, None, 50.0)
    assert one.done <= 53
    assert looks <= 6


@pytest.mark.parametrize("stray", [0.1, 5_000.0])
def test_one_stray_neither_moves_the_first_look_far_nor_makes_it_look_away(stray: float) -> None:
    known = by_law()
    known[25] = seen(known[25].media_length, stray)
    outlook = Outlook(known)
    usual, _ = follow(Outlook(by_law()), 100.0, law(100.0))
    one, looks = follow(outlook, 100.0, law(100.0))
    assert one.done - usual.done <= 0.1 * law(100.0)
    assert looks <= 5
    overdue, _ = follow(outlook, 100.0, 1.3 * law(100.0))
    assert overdue.done <= 1.3 * law(100.0) * 1.1


def test_only_the_newest_count() -> None:
    old = [seen(length, 100 * law(length), first=True) for length in LENGTHS]
    first_waits = [Outlook(known).first_wait(100.0) for known in ([*old, *by_law()], by_law())]
    assert first_waits[0] == first_waits[1]


@pytest.mark.parametrize(
    "untrue",
    [
        Followed(60.0, 5.0, 4.0, first=True),
        Followed(60.0, -1.0, 4.0, first=True),
        Followed(60.0, 0.0, 0.0, first=True),
        Followed(60.0, 0.0, math.nan, first=True),
        Followed(60.0, 0.0, math.inf, first=True),
        Followed(-1.0, 3.0, 4.0, first=True),
        Followed(math.nan, 3.0, 4.0, first=True),
    ],
)
def test_what_cannot_be_true_is_left_out(untrue: Followed) -> None:
    assert Outlook([*by_law(), untrue]).first_wait(60.0) == Outlook(by_law()).first_wait(60.0)
    assert Outlook([untrue] * NEWEST).first_wait(60.0) == 1.0


def test_each_step_done_at_its_first_look_brings_the_next_first_look_forward() -> None:
    known = by_law()
    waits = [
        Outlook(
            [*known[:-firsts], *(replace(one, first=True) for one in known[-firsts:])]
        ).first_wait(100.0)
        for firsts in (1, 2, 3, 40)
    ]
    usual = Outlook(known).first_wait(100.0)
    assert [wait / usual for wait in waits] == pytest.approx([0.8, 0.64, 0.512, 0.2])


def test_each_other_step_lets_the_first_look_go_back_no_farther_than_before() -> None:
    known = by_law()
    usual = Outlook(known).first_wait(100.0)
    shares: list[float] = []
    for others in range(5):
        known = by_law()
        known[-1 - others] = replace(known[-1 - others], first=True)
        shares.append(Outlook(known).first_wait(100.0) / usual)
    assert shares == pytest.approx([0.8, 0.864, 0.93312, 1.0, 1.0], rel=1e-3)


def test_a_vendor_that_turns_twice_as_fast_is_noticed() -> None:
    found, late, looks = follow_all(by_law(), lambda length: law(length) / 2, 60)
    assert late[0] > 5, "the first one is looked for where it used to end"
    assert sum(late[-20:]) / 20 < 1.5
    assert sum(looks[-20:]) / 20 < 6
    assert sum(one.first for one in found[-20:]) <= 5


def test_without_the_guard_and_the_interval_it_would_not_be_noticed() -> None:
    """What both are for: found at the first look, a step says nothing of when it ended."""

    def naive(one: Followed) -> Followed:
        return replace(one, not_yet=one.done, first=False)

    found, late, _ = follow_all(by_law(), lambda length: law(length) / 2, 60, naive)
    assert sum(late[-20:]) / 20 > 5
    assert sum(one.done == one.not_yet for one in found) == 60


def test_a_vendor_that_turns_three_times_slower_is_noticed() -> None:
    _, late, looks = follow_all(by_law(), lambda length: 3 * law(length), 60)
    assert sum(late) / 60 < 4
    assert sum(looks[:5]) / 5 > 10
    assert sum(looks[-10:]) / 10 < 6
