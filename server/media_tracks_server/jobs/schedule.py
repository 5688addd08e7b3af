"""When to look again: pure functions from counts and ages to seconds."""

LONGEST_POLL = 15.0
LONGEST_BACKOFF = 60.0
LONGEST_WAIT = 600.0
"""No row sleeps longer; what a vendor asks beyond it is kept by the shared limiter."""


def poll_wait(polls: int) -> float:
    """Seconds until the next poll after `polls` of them found the step unfinished: 1, 2, 3, …"""
    return min(polls + 1.0, LONGEST_POLL)


def backoff(since: float, now: float) -> float:
    """Seconds until a failed request is tried again: a fifth of the time it has been failing."""
    return min(max((now - since) / 5, 1.0), LONGEST_BACKOFF)


def look_wait(since: float, now: float) -> float:
    """Seconds until the vendor's list is searched again for what may be ours."""
    return min(max((now - since) / 4, 2.0), LONGEST_POLL)
