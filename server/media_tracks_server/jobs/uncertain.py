"""What the user said beforehand about requests of which nobody can tell what became of them."""

from enum import StrEnum


class OnUncertain(StrEnum):
    """What to do when nobody can tell whether a vendor accepted a request that it may bill."""

    ASK = "ask"
    """The job needs attention: a person decides."""
    SUBMIT_AGAIN = "submit_again"
    """Send it once more, though that may be the second time; then ask."""
    GIVE_UP = "give_up"
    """The job fails."""
