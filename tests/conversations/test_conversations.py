"""Twelve real requests, each in the fewest calls, replayed against the sandbox and local files."""

from collections.abc import Callable

import anyio
import pytest

from replay import Replay, replay
from script import load, names

ASKING = [name for name in names() if load(name).person.asked]
BOTH_ERAS = [
    *((name, "auto") for name in names()),
    *((name, "legacy") for name in (*ASKING, "09-what-became-of-yesterdays-job")),
]

LEADS_ANYWHERE = "find_videos"
"""Every tool takes its videos; it names the commonest."""

Replayed = Callable[[str, str], Replay]


@pytest.fixture(scope="session")
def replayed() -> Replayed:
    """Each conversation is replayed once in each era, and looked at from several sides."""
    kept: dict[tuple[str, str], Replay] = {}

    def once(name: str, era: str) -> Replay:
        if (name, era) not in kept:
            kept[name, era] = anyio.run(replay, load(name), era)
        return kept[name, era]

    return once


def test_there_are_twelve_and_each_has_a_title_of_its_own() -> None:
    assert [name[:2] for name in names()] == [f"{number:02}" for number in range(1, 13)]
    assert len({load(name).title for name in names()}) == 12


@pytest.mark.parametrize(("name", "era"), BOTH_ERAS)
def test_the_fewest_calls_reach_the_end_state(replayed: Replayed, name: str, era: str) -> None:
    found = replayed(name, era)
    assert list(found.faults) == []
    assert [step.tool for step in found.steps] == [call.tool for call in load(name).calls]


@pytest.mark.parametrize("name", names())
def test_what_a_later_call_takes_stands_in_the_text_that_a_model_reads(
    replayed: Replayed, name: str
) -> None:
    for taken in replayed(name, "auto").taken:
        assert repr(taken.value) in taken.answer.text


@pytest.mark.parametrize("name", names())
def test_an_answer_from_which_the_conversation_goes_on_names_the_next_call(
    replayed: Replayed, name: str
) -> None:
    found = replayed(name, "auto")
    silent = {
        taken.answer.tool
        for taken in found.taken
        if taken.call not in taken.answer.text and taken.call not in taken.answer.next_steps
    }
    assert silent <= {LEADS_ANYWHERE}


@pytest.mark.parametrize("name", names())
def test_each_answer_about_a_job_and_each_refusal_says_what_to_do_next(
    replayed: Replayed, name: str
) -> None:
    for step in replayed(name, "auto").steps:
        if step.failed or (step.job_state not in {None, "cancelled"}):
            assert "Next: " in step.text
