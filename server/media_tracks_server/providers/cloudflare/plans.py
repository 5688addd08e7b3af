"""What Cloudflare can be asked for, and in which steps it is done.

What of a step is ours, G (how long until it is listed at the latest), what stays ambiguous and
what is decided (jobs.md §2):

- add audio = ONCE copy or upload, WATCH audio, AGAIN default. Ours: the label, uid not in the
  baseline. G 10 s. Labels are unique in a video, so a repeat is refused if the first one landed;
  how is not documented, so after any 4xx to a repeat the list is looked at first. Were they not
  unique, a repeat would double the track. An upload may take a second longer for each 0.5 MB
  (assumed: no connection is slower), and absence counts that much later.
- edit audio = AGAIN edit, WATCH edited. Ours: label and default as wanted. The last writer wins.
- delete audio = AGAIN delete, WATCH absent. Ours: the uid absent. G 5 s. Nothing stays open.
- generate = AGAIN clear, ONCE generate, WATCH caption. Ours: generated captions in the language,
  which had none or was cleared. G 10 s. "Already exists" to a repeat means ours; captions in
  error are cleared and generated once more at most. What was cleared is put back (AGAIN restore)
  unless somebody has made others meanwhile.
- add and edit captions = AGAIN put, WATCH captions. Ours: uploaded captions in the language; the
  text is compared where an answer was lost. They overwrite: only with `replaces`, or what was
  read.
- delete captions = AGAIN delete, WATCH absent. Ours: the language absent. G 5 s. Others that
  somebody makes after that are left: a second DELETE is sent only after a look, and a list that
  shows captions of another kind or status than were deleted counts as absence.
"""

from media_tracks_server.http import Files, is_url
from media_tracks_server.providers.cloudflare.files import extra_seconds
from media_tracks_tools.errors import CallerError, NotSupported
from media_tracks_tools.languages import AUTO, primary, same, standard
from media_tracks_tools.plans import Plan, Step, StepKind
from media_tracks_tools.requests import (
    AddAudioTrack,
    AddSubtitles,
    DeleteAudioTrack,
    DeleteSubtitles,
    EditSubtitles,
    GenerateSubtitles,
    UpdateAudioTrack,
)

LANGUAGES = ("cs", "nl", "en", "fr", "de", "it", "ja", "ko", "pl", "pt", "ru", "es")
"""Cloudflare, Add captions page; region tags such as en-GB are allowed too."""

_ADD_GRACE = 10.0
_DELETE_GRACE = 5.0
_MAX_TEXT_BYTES = 10_000_000
"""Cloudflare, Add captions page: 10 MB."""


def sends_audio(request: AddAudioTrack) -> str:
    """The name of the step that adds the track."""
    return "copy" if is_url(request.source) else "upload"


def plan_add_audio(request: AddAudioTrack, files: Files) -> Plan:
    """Copy or upload, watch the track, make it the default. Blocking where it is a file.

    The label is required and unique in a video; no further rule is documented. Raises
    CallerError, NotSupported and what `files` raises.
    """
    _check_label(request.label, "add_audio_track with label")
    add = Step(
        kind=StepKind.ONCE,
        name=sends_audio(request),
        grace_seconds=_ADD_GRACE,
        keyed=True,
        extra_seconds=0.0 if is_url(request.source) else extra_seconds(files, request.source),
    )
    watch = Step(kind=StepKind.WATCH, name="audio")
    default = (Step(kind=StepKind.AGAIN, name="default"),) if request.make_default else ()
    return Plan(steps=(add, watch, *default))


def plan_update_audio(request: UpdateAudioTrack) -> Plan:
    """One PATCH for both, then a look at the list. Raises CallerError."""
    if request.new_label is not None:
        _check_label(request.new_label, "update_audio_track with new_label")
    edit = Step(kind=StepKind.AGAIN, name="edit")
    return Plan(steps=(edit, Step(kind=StepKind.WATCH, name="edited")))


def plan_delete_audio(_: DeleteAudioTrack) -> Plan:
    """Delete, then see that it is gone."""
    return _deletion()


def plan_generate_subtitles(request: GenerateSubtitles) -> Plan:
    """Delete what is there, ask, watch the caption; put back what was there when that fails.

    Raises NotSupported for `auto` and other languages, CallerError.
    """
    known = request.language != AUTO and primary(standard(request.language)) in LANGUAGES
    if not known:
        raise NotSupported(
            f"Cloudflare Stream can't generate captions in {request.language[:40]!r}.",
            next_step="Call generate_subtitles with the language spoken, one of "
            f"{', '.join(LANGUAGES)}; a region as in en-GB is allowed.",
        )
    _check_replaced(request.language, request.replaces)
    return Plan(
        steps=(
            Step(kind=StepKind.AGAIN, name="clear", grace_seconds=_DELETE_GRACE, spoils=True),
            Step(kind=StepKind.ONCE, name="generate", grace_seconds=_ADD_GRACE, keyed=True),
            Step(kind=StepKind.WATCH, name="caption"),
        ),
        undo=(Step(kind=StepKind.AGAIN, name="restore"),),
        redoes=1,
    )


def plan_add_subtitles(request: AddSubtitles) -> Plan:
    """Upload, which replaces at once, and watch the caption. Raises CallerError."""
    standard(request.language)
    _check_replaced(request.language, request.replaces)
    return _upload(request.text)


def plan_edit_subtitles(request: EditSubtitles) -> Plan:
    """Upload, which replaces at once, and watch the caption. Raises CallerError."""
    return _upload(request.text)


def plan_delete_subtitles(_: DeleteSubtitles) -> Plan:
    """Delete, then see that they are gone."""
    return _deletion()


def _upload(text: str) -> Plan:
    size = len(text.encode())
    if size > _MAX_TEXT_BYTES:
        raise CallerError(
            f"The subtitles have {size / 1e6:.1f} MB, and Cloudflare Stream takes 10 MB at most.",
            code="text_too_large",
            next_step="Give the subtitles of this video alone, or leave out what players ignore.",
        )
    put = Step(kind=StepKind.AGAIN, name="put")
    return Plan(steps=(put, Step(kind=StepKind.WATCH, name="captions")))


def _deletion() -> Plan:
    delete = Step(kind=StepKind.AGAIN, name="delete", grace_seconds=_DELETE_GRACE)
    return Plan(steps=(delete, Step(kind=StepKind.WATCH, name="absent")))


def _check_label(label: str, call: str) -> None:
    if not label.strip() or not label.isprintable():
        raise CallerError(
            "Cloudflare Stream needs a label of printable characters for an audio track.",
            code="bad_label",
            next_step=f"Call {call}, for example 'Italiano'.",
        )


def _check_replaced(language: str, replaces: str | None) -> None:
    if replaces is not None and not same(replaces, language):
        raise CallerError(
            f"Cloudflare Stream keeps one caption track per language: what is in {replaces!r} "
            f"can't be replaced by captions in {language!r}.",
            code="other_language",
            next_step=f"Ask for {language!r} without replacing anything, then "
            f"delete_subtitles(track={replaces!r}).",
        )
