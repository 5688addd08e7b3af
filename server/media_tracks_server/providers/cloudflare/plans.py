"""What Cloudflare can be asked for, and in which steps it is done."""

from media_tracks_tools.errors import CallerError, NotSupported
from media_tracks_tools.languages import AUTO, primary, standard
from media_tracks_tools.plans import AddAudioTrack, GenerateSubtitles, Plan, Step, StepKind

LANGUAGES = ("cs", "nl", "en", "fr", "de", "it", "ja", "ko", "pl", "pt", "ru", "es")
"""Cloudflare, Add captions page; region tags such as en-GB are allowed too."""

_GRACE_SECONDS = 10.0


def plan_add_audio(request: AddAudioTrack) -> Plan:
    """Copy, watch the track, make it the default. Raises NotSupported and CallerError.

    The label is required and unique in a video; no further rule is documented.
    """
    if not request.source.casefold().startswith(("https://", "http://")):
        raise NotSupported("Cloudflare Stream takes audio from a URL only, not from a file here.")
    label = request.label
    if not label.strip() or not label.isprintable():
        raise CallerError(
            "Cloudflare Stream needs a label of printable characters for an audio track.",
            code="bad_label",
            next_step="Call add_audio_track with label, for example 'Italiano'.",
        )
    copy = Step(kind=StepKind.ONCE, name="copy", grace_seconds=_GRACE_SECONDS, keyed=True)
    watch = Step(kind=StepKind.WATCH, name="audio")
    default = (Step(kind=StepKind.AGAIN, name="default"),) if request.make_default else ()
    return Plan(steps=(copy, watch, *default))


def plan_generate_subtitles(request: GenerateSubtitles) -> Plan:
    """Ask, watch the caption. Raises NotSupported for `auto` and other languages, CallerError."""
    known = request.language != AUTO and primary(standard(request.language)) in LANGUAGES
    if not known:
        raise NotSupported(
            f"Cloudflare Stream can't generate captions in {request.language[:40]!r}.",
            next_step="Call generate_subtitles with the language spoken, one of "
            f"{', '.join(LANGUAGES)}; a region as in en-GB is allowed.",
        )
    generate = Step(kind=StepKind.ONCE, name="generate", grace_seconds=_GRACE_SECONDS, keyed=True)
    return Plan(steps=(generate, Step(kind=StepKind.WATCH, name="caption")))
