"""Processes that are killed at each point of a job's way: one effect, or somebody is asked."""

import os
import subprocess
import sys
from pathlib import Path

from dying import Lived
from media_tracks_tools.models import JobState

HERE = Path(__file__).parent
SUCCEEDED, FAILED, CANCELLED = JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED
DOUBT = (JobState.NEEDS_ATTENTION, CANCELLED)
"""Asked, and given up by the test."""


def kill_everywhere(case: str, folder: Path) -> list[Lived]:
    """How each of the killed ones ended, and last the one that was not killed."""
    done = subprocess.run(
        [sys.executable, str(HERE / "dying.py"), case, str(folder)],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    lived = [Lived.model_validate_json(line) for line in done.stdout.splitlines()]
    assert len(lived) > 12, "each claim, commit and request is a point"
    return lived


def effects(lived: Lived) -> list[int]:
    return [log.count("effect") for log in lived.logs]


def test_what_has_no_key_is_done_once_or_somebody_is_asked(tmp_path: Path) -> None:
    lives = kill_everywhere("unkeyed", tmp_path)
    for lived in lives:
        assert (lived.states, effects(lived)) in [((SUCCEEDED,), [1]), (DOUBT, [0])]
        assert lived.logs[0].count("POST") <= 1
    asked = [lived.states for lived in lives if lived.states == DOUBT]
    assert len(asked) == 2, "after the intent was written, and before the request left"


def test_what_has_a_key_is_done_once(tmp_path: Path) -> None:
    for lived in kill_everywhere("keyed", tmp_path):
        assert (lived.states, effects(lived), lived.tracks) == ((SUCCEEDED,), [1], (("t1",),))


def test_what_may_be_repeated_is_done(tmp_path: Path) -> None:
    for lived in kill_everywhere("again", tmp_path):
        assert (lived.states, lived.tracks) == ((SUCCEEDED,), (("put",),))
        assert lived.logs[0].count("put") <= 2


def test_a_replacement_ends_with_the_new_text_or_the_former_one(tmp_path: Path) -> None:
    lives = kill_everywhere("replaces", tmp_path)
    for lived in lives:
        assert (lived.states, lived.tracks, lived.saved) in [
            ((SUCCEEDED,), (("t1",),), None),
            (DOUBT, (("old",),), None),
        ]
    assert lives[-1].states == (SUCCEEDED,)


def test_a_replacement_that_fails_ends_with_the_former_text(tmp_path: Path) -> None:
    for lived in kill_everywhere("replaces in vain", tmp_path):
        assert lived.states in [(FAILED,), DOUBT]
        assert (lived.tracks, lived.saved) == ((("old",),), None)


def test_a_batch_ends_wherever_it_is_left(tmp_path: Path) -> None:
    for lived in kill_everywhere("batch", tmp_path):
        assert (lived.states, effects(lived)) == ((SUCCEEDED,), [1, 1])
