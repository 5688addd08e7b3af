"""What the job core itself has to say when a vendor leaves it in the dark."""

from media_tracks_tools.errors import Side
from media_tracks_tools.models import Problem

CHANGED_MEANWHILE = "changed_meanwhile"
"""The code of a PUBLISH failure after which the child's work can simply be done anew."""

VANISHED = Problem(
    side=Side.VENDOR,
    code="track_gone",
    message="The vendor accepted the track, but does not list it; it may have been deleted there.",
    next_step=(
        "List the video's tracks. If it is really missing, cancel this job where it is still "
        "open, and ask again."
    ),
)
SILENT = Problem(
    side=Side.VENDOR,
    code="vendor_silent",
    message="The vendor has not finished after two hours and does not say why.",
    next_step="Look at the video in the vendor's own dashboard; cancel this job to give it up.",
)
UNKNOWN = Problem(
    side=Side.VENDOR,
    code="outcome_unknown",
    message=(
        "The request was sent, but its outcome could not be learnt: the vendor lists no new track. "
        "Sending it again could be billed twice, so that was not done."
    ),
    next_step=(
        "List the video's tracks in some minutes: a track that appears is adopted by itself. "
        "Cancel this job and ask again only if the user accepts that it may be billed twice."
    ),
)
AMBIGUOUS = Problem(
    side=Side.VENDOR,
    code="outcome_ambiguous",
    message="The request was sent, and more than one new track could be its result.",
    next_step="List the video's tracks and let the user choose; then cancel this job.",
)
MAY_STILL_APPEAR = (
    "Whether the vendor does it is not known, so the track may still appear there (and be billed). "
    "Asking for the same track again sends it again unless it is listed by then."
)
