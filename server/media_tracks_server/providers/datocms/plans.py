"""What DatoCMS can be asked for, and in which steps it is done."""

from media_tracks_tools.errors import CallerError, NotSupported
from media_tracks_tools.languages import AUTO, standard
from media_tracks_tools.plans import AddAudioTrack, GenerateSubtitles, Plan, Step, StepKind

_GRACE_SECONDS = 60.0
"""A queued job is invisible until its track is created; how long is unknown (jobs.md §2)."""


def plan_add_audio(request: AddAudioTrack) -> Plan:
    """Create, watch the job, watch the track. Raises NotSupported and CallerError."""
    if not request.source.casefold().startswith(("https://", "http://")):
        raise NotSupported("DatoCMS takes audio from a URL only, not from a file here.")
    if request.make_default:
        raise NotSupported(
            "DatoCMS can't make an audio track the default.",
            next_step="Call add_audio_track without make_default.",
        )
    if not request.language:
        raise CallerError(
            "DatoCMS needs the language of an audio track.",
            code="language_missing",
            next_step="Call add_audio_track with language, for example 'it'.",
        )
    standard(request.language)
    return _once_then_watch("create")


def plan_generate_subtitles(request: GenerateSubtitles) -> Plan:
    """Ask, watch the job, watch the track. Raises NotSupported for `auto`, CallerError.

    That the language can't be left to DatoCMS is inferred: `language_code` is required.
    """
    if request.language == AUTO:
        raise NotSupported(
            "DatoCMS has to be told which language is spoken.",
            next_step="Call generate_subtitles with language, for example 'it'.",
        )
    standard(request.language)
    return _once_then_watch("generate")


def _once_then_watch(name: str) -> Plan:
    """A job's success is not yet a track that viewers get, so the track is watched too."""
    return Plan(
        steps=(
            Step(kind=StepKind.ONCE, name=name, grace_seconds=_GRACE_SECONDS),
            Step(kind=StepKind.WATCH, name="job"),
            Step(kind=StepKind.WATCH, name="track"),
        )
    )
