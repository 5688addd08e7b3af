"""What can happen to a piece of work, and what it may ask its driver to do next."""

from enum import StrEnum

from media_tracks_tools.models import Choice, Model, Problem, Progress, TrackResult
from media_tracks_tools.plans import Ref, Survey


class Claimed(Model):
    """A driver holds the row now; whoever held it before is gone or let go."""


class Surveyed(Model):
    """What was there before anything is sent."""

    survey: Survey


class Accepted(Model):
    """The vendor took it, and said under which ids."""

    refs: tuple[Ref, ...]


class AcceptedUnread(Model):
    """The vendor took it, but its answer could not be read."""


class NotSent(Model):
    """Certainly nothing left this machine, or the vendor asked to come back later."""

    error: Problem
    retry_after: float


class RefusedByVendor(Model):
    """A definite no."""

    error: Problem


class OutcomeUnknown(Model):
    """Sent, perhaps; nobody knows."""

    error: Problem


class LookedFor(Model):
    """The vendor's list was searched for what may be ours."""

    found: tuple[TrackResult, ...]


class StillGoing(Model):
    """Not finished yet."""

    progress: Progress | None


class Finished(Model):
    """This step is done."""

    result: TrackResult | None = None
    refs: tuple[Ref, ...] = ()


class VendorFailed(Model):
    """The vendor, or a child, says that it failed; `again`: starting anew may help."""

    error: Problem
    again: bool = False


class Vanished(Model):
    """What was watched is not there (any more)."""


class Hiccup(Model):
    """A read failed; nothing is known and nothing is lost."""

    error: Problem
    retry_after: float


class Began(Model):
    """A child is about to start; `refs` are what publishing will need."""

    refs: tuple[Ref, ...]


class Moved(Model):
    """A child has got further."""

    progress: Progress


class ChildLost(Model):
    """A child ended without a word."""

    error: Problem


class Counted(Model):
    """How the jobs of a batch stand; `waiting` of the `running` ones need attention."""

    running: int
    waiting: int
    succeeded: int
    failed: int
    cancelled: int


class Chosen(Model):
    """A person has decided; `track_id` is what is adopted."""

    choice: Choice
    track_id: str | None = None


Event = (
    Claimed
    | Surveyed
    | Accepted
    | AcceptedUnread
    | NotSent
    | RefusedByVendor
    | OutcomeUnknown
    | LookedFor
    | StillGoing
    | Finished
    | VendorFailed
    | Vanished
    | Hiccup
    | Began
    | Moved
    | ChildLost
    | Counted
    | Chosen
)


class Effect(StrEnum):
    """What the driver does after the row is committed; its outcome is the next event."""

    SURVEY = "survey"
    SEND = "send"
    LOOK = "look"
    POLL = "poll"
    BEGIN = "begin"
    RUN = "run"
    PUBLISH = "publish"
    DISCARD = "discard"
    COUNT = "count"
    WAIT = "wait"
    """Nothing now: let the row go until its `next_at`, or for good when it has ended."""
