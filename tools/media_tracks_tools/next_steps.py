"""What to do next with a job, in the words of the tools that exist."""

from media_tracks_tools.models import JobKind, JobState, TrackResult


def for_job(
    job_id: str,
    kind: JobKind,
    state: JobState,
    video: str,
    result: TrackResult | None,
    *,
    existed: bool,
) -> tuple[str, ...]:
    """The next calls for a job in this state."""
    match state:
        case JobState.SUBMITTING | JobState.RUNNING:
            return (
                (
                    f"get_job_result(job_id={job_id!r}) waits for the end. "
                    "The job goes on by itself while a media-tracks server runs on this machine."
                ),
            )
        case JobState.SUCCEEDED:
            same_label = existed and kind is JobKind.ADD_AUDIO_TRACK
            return (*(_NOT_COMPARED if same_label else ()), *_done(kind, video, result))
        case _:
            return ()


def for_another_server(account: str) -> tuple[str, ...]:
    """What to say of an open job whose account, token or folder this server does not have."""
    return (
        (
            f"It waits for a server that has the account {account!r} with the same token or folder "
            "as when it was asked: start that one, or cancel this job."
        ),
    )


def still_at_the_vendor(account: str) -> tuple[str, ...]:
    """What to say of a cancelled job whose work can't be stopped where it runs."""
    return (
        (
            f"{account} can't be stopped once it has begun, so the track may still appear there "
            "(and be billed). Asking for the same track again joins that work, unbilled."
        ),
    )


_NOT_COMPARED = (
    (
        "Nothing was added: a track of this label is there, and its sound was not compared with "
        "the source. To add other sound, choose another label."
    ),
)


def _done(kind: JobKind, video: str, result: TrackResult | None) -> tuple[str, ...]:
    if kind is JobKind.ADD_AUDIO_TRACK:
        return (f"list_audio_tracks(video={video!r}) shows all its audio tracks.",)
    if result is not None and result.readable:
        return (
            (
                f"read_subtitles(video={video!r}, track={result.track_id!r}) gives the text, "
                "for example to check or translate it."
            ),
        )
    return (f"list_subtitles(video={video!r}) shows all its subtitle tracks.",)
