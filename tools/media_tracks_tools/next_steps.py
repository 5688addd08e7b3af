"""What to do next with a job, in the words of the tools that exist."""

from dataclasses import dataclass

from media_tracks_tools.models import Choice, JobKind, JobState, TrackResult
from media_tracks_tools.requests import ON_AUDIO


@dataclass(frozen=True)
class Subject:
    """What is known of a job: its result, and what there is to choose if it needs attention."""

    job_id: str
    kind: JobKind
    state: JobState
    video: str
    result: TrackResult | None
    existed: bool
    choices: tuple[Choice, ...] = ()
    candidates: tuple[TrackResult, ...] = ()


WITH_VIDEOS = (
    "pass a `video` on: list_subtitles and list_audio_tracks show its tracks, generate_subtitles "
    "(generate_subtitles_batch for many), add_subtitles and add_audio_track add to them."
)
WITHOUT_VIDEOS = "try fewer words, or find_videos without query for the newest."
WITH_JOBS = "get_job_result(job_id=…) gives one of them whole, with what to do about it."
WITH_TEXT = (
    "edit_subtitles mends words; add_subtitles adds a translation of yours in another language."
)


def for_job(job: Subject) -> tuple[str, ...]:
    """The next calls for a job in this state."""
    match job.state:
        case JobState.SUBMITTING | JobState.RUNNING:
            return (
                (
                    f"get_job_result(job_id={job.job_id!r}) waits for the end. "
                    "The job goes on by itself while a media-tracks server runs on this machine."
                ),
            )
        case JobState.SUCCEEDED:
            same_label = job.existed and job.kind is JobKind.ADD_AUDIO_TRACK
            return (*(_NOT_COMPARED if same_label else ()), *_done(job))
        case JobState.NEEDS_ATTENTION:
            return tuple(step for choice in job.choices for step in _to_choose(job, choice))
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


def on_other_accounts(count: int) -> str:
    """What to say of open jobs whose accounts this server does not have."""
    jobs = "1 open job is" if count == 1 else f"{count} open jobs are"
    return (
        f"{jobs} not shown: on accounts (or tokens, or folders) that this server does not have. "
        "They go on when a server that has them runs."
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


def _to_choose(job: Subject, choice: Choice) -> tuple[str, ...]:
    call = f"resolve_job(job_id={job.job_id!r}, choice={choice.value!r}"
    match choice:
        case Choice.ADOPT if job.candidates:
            return tuple(
                f"{call}, track={one.track_id!r}) takes the track {one.name!r} as the result."
                for one in job.candidates
            )
        case Choice.ADOPT:
            return (f"{call}, track='…') takes a track of the video as the result. {_tracks(job)}",)
        case Choice.SUBMIT_AGAIN:
            return (f"{call}) sends it once more; the user may then be billed twice.",)
        case Choice.GIVE_UP:
            return (f"{call}) ends the job; the track may still appear at the vendor.",)


def _tracks(job: Subject) -> str:
    lister = "list_audio_tracks" if job.kind in ON_AUDIO else "list_subtitles"
    return f"{lister}(video={job.video!r}) shows them."


def _done(job: Subject) -> tuple[str, ...]:
    if job.kind is JobKind.GENERATE_SUBTITLES_BATCH:
        return ()
    readable = job.result is not None and job.result.readable
    if job.result is not None and readable and job.kind is not JobKind.DELETE_SUBTITLES:
        call = f"read_subtitles(video={job.video!r}, track={job.result.track_id!r})"
        if job.kind is JobKind.GENERATE_SUBTITLES:
            return (
                (
                    f"{call} gives the text, for example to check it, or to translate it and add "
                    "the translation with add_subtitles."
                ),
            )
        return (f"{call} gives the text.",)
    return (_tracks(job),)
