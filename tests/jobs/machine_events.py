"""What happens to a row, and rows to which it happens."""

from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs.doubt import SEND_TIMEOUT
from media_tracks_server.jobs.work import Phase, Work
from plans_and_rows import (
    KEYED,
    NOW,
    OTHER_TRACK,
    PROBLEM,
    TRACK,
    TRACK_REF,
    row,
)

CLAIMED = ev.Claimed()
NOT_SENT = ev.NotSent(error=PROBLEM, retry_after=2.0)
LIMITED = ev.NotSent(error=PROBLEM.model_copy(update={"code": "rate_limited"}), retry_after=30.0)
UNKNOWN = ev.OutcomeUnknown(error=PROBLEM)
REFUSED = ev.RefusedByVendor(error=PROBLEM)
NOT_YET = ev.StillGoing(progress=None)
HICCUP = ev.Hiccup(error=PROBLEM, retry_after=2.0)
NOTHING, ONE, TWO = (ev.LookedFor(found=found) for found in ((), (TRACK,), (TRACK, OTHER_TRACK)))
CHANGED = ev.VendorFailed(error=PROBLEM, again=True)
SENT = Phase.SENT
ABSENT_AFTER = SEND_TIMEOUT + 2 * 60


def altered(work: Work, **fields: object) -> Work:
    return work.model_copy(update=fields)


def unsure(**fields: object) -> Work:
    return altered(row(phase=Phase.UNSURE, attempt=1, unsure_since=NOW), **fields)


def at_default(**fields: object) -> Work:
    """Cloudflare's PATCH, after the track is ready."""
    return altered(row(KEYED, step=2, refs=(TRACK_REF,), result=TRACK), **fields)
