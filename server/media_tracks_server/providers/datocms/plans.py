"""What DatoCMS can be asked for, and in which steps it is done.

| change | step that counts | ours is | grace | what stays ambiguous, and what is decided |
|---|---|---|---|---|
| generate subtitles | ONCE generate | a new subtitle track with our name, in the language, else \
the only one in a variant of it | 60 s | a queued job is invisible until its track is created; \
nobody is billed twice in silence: a person is asked. Somebody in DatoCMS's editor may have made \
the same; it is adopted and the notes say so |
| add audio by URL | ONCE create | a new audio track with our name and language | 60 s | the URL \
is not in the track: a colleague's file with the same name is adopted, the notes say so |
| add audio by file, subtitles with text | AGAIN upload, ONCE create | the same | 60 s | the file \
may be stored again, in a new place; a second create names the place of the first, so it sends no \
file and takes no longer. Nobody says whether a used place can be used again: a refusal may mean \
that the first create landed, so the list decides, then a person, who may have all done anew |
| delete | AGAIN delete | the id is absent | 5 s | none: a 404 is done |
| replace, edit | as above, then AGAIN delete_old | as above | | the old track goes once the new \
one is ready. Done anew, a new track that came late is recognised by the name that was, or would \
be, chosen; one that is listed only after the second survey stays beside the second |

Before each creation stands AGAIN name, which only looks for a free name. The survey skips it
where the wanted name is free: a name that is taken, by an errored track too, is refused
(inferred from Mux).
"""

from pathlib import Path

from media_tracks_server.http import Files, checked_file, is_url
from media_tracks_tools.errors import CallerError, NotSupported
from media_tracks_tools.languages import AUTO, standard
from media_tracks_tools.plans import Plan, Step, StepKind
from media_tracks_tools.requests import AddAudioTrack, GenerateSubtitles

CREATION_GRACE_SECONDS = 60.0
"""A queued job is invisible until its track is created; how long is unknown (jobs.md §2)."""
DELETION_GRACE_SECONDS = 5.0

_LARGEST_BYTES = 1_000_000_000
"""DatoCMS, Technical limits page: 1 GB."""
_NAME = Step(kind=StepKind.AGAIN, name="name")
_UPLOAD = Step(kind=StepKind.AGAIN, name="upload")
_CREATE = Step(kind=StepKind.ONCE, name="create", grace_seconds=CREATION_GRACE_SECONDS)
_GENERATE = Step(kind=StepKind.ONCE, name="generate", grace_seconds=CREATION_GRACE_SECONDS)
_JOB = Step(kind=StepKind.WATCH, name="job")
_TRACK = Step(kind=StepKind.WATCH, name="track")
_DELETE = Step(kind=StepKind.AGAIN, name="delete", grace_seconds=DELETION_GRACE_SECONDS)
_DELETE_OLD = Step(kind=StepKind.AGAIN, name="delete_old", grace_seconds=DELETION_GRACE_SECONDS)
_DELETION = Step(kind=StepKind.WATCH, name="deletion")

MAKING = ("name", "upload", "create", "generate")
"""The steps that are not needed where the track is there."""
CLEARING = ("delete_old", "deletion")
"""The steps that are not needed where the track to replace is gone."""


def file_of(source: str, files: Files) -> Path:
    """The file to send. Blocking; raises as `checked_file`."""
    path, _ = checked_file(files, source, "DatoCMS", _LARGEST_BYTES)
    return path


def plan_add_audio(request: AddAudioTrack, files: Files) -> Plan:
    """Create by URL, or upload and create; then watch. Raises NotSupported and CallerError."""
    uploads = not is_url(request.source)
    if uploads:
        file_of(request.source, files)
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
    return _making(_UPLOAD, _CREATE) if uploads else _making(_CREATE)


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
    return _making(_GENERATE, replaces=request.replaces is not None)


def plan_subtitles_of_text(language: str, *, replaces: bool) -> Plan:
    """Upload the text, create, watch. Raises CallerError for what is no language."""
    standard(language)
    return _making(_UPLOAD, _CREATE, replaces=replaces)


def plan_delete() -> Plan:
    """Delete, then watch until the track is gone."""
    return Plan(steps=(_DELETE, _DELETION))


def _making(*steps: Step, replaces: bool = False) -> Plan:
    """A job's success is not yet a track that viewers get, so the track is watched too."""
    clearing = (_DELETE_OLD, _DELETION) if replaces else ()
    return Plan(steps=(_NAME, *steps, _JOB, _TRACK, *clearing))
