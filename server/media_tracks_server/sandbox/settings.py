"""How one sandbox behaves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from media_tracks_server.sandbox.clock import Clock, VendorClock
from media_tracks_server.sandbox.faults import FaultOrder, parse_fault
from media_tracks_server.sandbox.rate import Rate, parse_rate
from media_tracks_tools.errors import SetupError

MAX_SECONDS = 3600.0
MAX_VIDEOS = 5000


class Options(TypedDict, total=False):
    """What a sandbox can be told beyond its vendors and their speed; all of it may be left out."""

    faults: Sequence[str]
    """Each NAME[@any][:P]."""
    seed: int
    """For the faults that have a probability."""
    visible_after: float
    """Seconds until a new track can be seen."""
    rate: str | None
    """Requests/seconds for each token, as in 20/3."""
    labels_unique: bool
    """Whether a label or name that is taken is refused; the default."""
    videos: int
    """How many more videos there are."""
    hold_seconds: float
    """How long a connection is held at most, in real seconds; 60 if not given."""
    late_seconds: float
    """How much later an effect comes; 2 if not given."""


@dataclass(frozen=True)
class SandboxSettings:
    """What both vendors' servers share."""

    job_seconds: float
    clock: Clock
    faults: tuple[FaultOrder, ...]
    seed: int
    visible_after: float
    rate: Rate | None
    labels_unique: bool
    videos: int
    hold_seconds: float
    late_seconds: float


def settings_from(job_seconds: float, clock: Clock, options: Options) -> SandboxSettings:
    """Check what was asked for; raises SetupError that says what is allowed."""
    rate = options.get("rate")
    videos = options.get("videos", 0)
    if not 0 <= videos <= MAX_VIDEOS:
        raise _out_of_bounds("number of videos", videos, MAX_VIDEOS)
    return SandboxSettings(
        job_seconds=_seconds("length of a job", job_seconds),
        clock=VendorClock(clock),
        faults=tuple(parse_fault(text) for text in options.get("faults", ())),
        seed=options.get("seed", 0),
        visible_after=_seconds("delay of visibility", options.get("visible_after", 0.0)),
        rate=None if rate is None else parse_rate(rate),
        labels_unique=options.get("labels_unique", True),
        videos=videos,
        hold_seconds=_seconds("time to hold a connection", options.get("hold_seconds", 60.0)),
        late_seconds=_seconds("delay of a late effect", options.get("late_seconds", 2.0)),
    )


def _seconds(what: str, value: float) -> float:
    if math.isfinite(value) and 0 <= value <= MAX_SECONDS:
        return value
    raise _out_of_bounds(what, value, MAX_SECONDS)


def _out_of_bounds(what: str, value: float, largest: float) -> SetupError:
    return SetupError(
        f"The {what} can't be {value:g}.",
        code="out_of_bounds",
        next_step=f"Give a number from 0 to {largest:g}.",
    )
