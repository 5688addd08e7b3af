"""Putting the learned schedule into the row of a step that is being watched."""

from media_tracks_server.jobs.learning import Outlook
from media_tracks_server.jobs.work import Phase, Work


def is_paced(work: Work, now: float) -> bool:
    """Whether the row waits for a vendor that is at work, and not because requests fail."""
    quiet = work.error is None and work.trouble_since is None
    return work.phase is Phase.FOLLOW and quiet and work.next_at > now


def paced(work: Work, outlook: Outlook, now: float) -> Work:
    """The row with its next look where the outlook puts it."""
    age = max(0.0, now - work.step_since)
    wait = outlook.next_wait(work.duration_seconds, age, work.polls)
    return work.model_copy(update={"next_at": now + wait})
