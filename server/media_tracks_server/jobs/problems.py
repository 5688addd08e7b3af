"""What the job core itself has to say when a vendor leaves it in the dark."""

from media_tracks_tools.errors import Side
from media_tracks_tools.models import Problem

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
    next_step="Let the user choose; a track that appears meanwhile is adopted by itself.",
)
AMBIGUOUS = Problem(
    side=Side.VENDOR,
    code="outcome_ambiguous",
    message="The request was sent, and more than one new track could be its result.",
    next_step="Let the user choose the track.",
)
CHILDREN_WAIT = Problem(
    side=Side.VENDOR,
    code="videos_need_attention",
    message="All other videos are done; the rest wait for a decision of the user.",
    next_step="get_job_result with the job_id of such an item says what there is to choose.",
)
MAY_STILL_APPEAR = (
    "Whether the vendor does it is not known, so the track may still appear there (and be billed). "
    "Asking for the same track again sends it again unless it is listed by then."
)


def some_failed(failed: int, cancelled: int, total: int) -> Problem:
    """Of a batch in which not every video got what was asked for."""
    lost = [f"{failed} failed"] if failed else []
    lost += [f"{cancelled} were cancelled"] if cancelled else []
    return Problem(
        side=Side.YOURS,
        code="some_videos_failed",
        message=f"{total - failed - cancelled} of {total} videos are done; {', '.join(lost)}.",
        next_step=(
            "`items` of get_job_result says which and why. Mend what they name, then call "
            "generate_subtitles_batch with only those videos."
        ),
    )


def put_back(failure: Problem) -> Problem:
    """Of a replacement that failed harmlessly."""
    message = f"{failure.message} The former text was put back as it was."
    return failure.model_copy(update={"message": message})


def not_put_back(failure: Problem | None, cause: Problem | None) -> Problem:
    """Of a replacement that failed after the former track was gone, and the undoing failed too."""
    why = " ".join(problem.message for problem in (failure, cause) if problem is not None)
    return Problem(
        side=cause.side if cause is not None else Side.VENDOR,
        code="not_put_back",
        message=f"{why} The former text could not be put back.",
        next_step="It is kept in `saved_text` of this job: add it again with add_subtitles.",
    )
