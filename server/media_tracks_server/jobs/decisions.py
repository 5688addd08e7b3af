"""What a person has to decide about a job, as a form can ask it."""

from dataclasses import dataclass

from media_tracks_tools.models import Choice, Job, TrackResult


@dataclass(frozen=True)
class Decision:
    """One open question about `job`, which is the job itself or one of a batch.

    ADOPT takes one of `candidates`, or any track of the video where there are none. `since` is the
    number of the event with which this doubt began, so no later doubt about the job has it.
    """

    job: Job
    choices: tuple[Choice, ...]
    candidates: tuple[TrackResult, ...]
    since: int
