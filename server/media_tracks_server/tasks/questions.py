"""What a person has to decide about a job, as an elicitation form, and the answer to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from mcp.types import ElicitRequest, ElicitRequestFormParams, ElicitResult
from pydantic import BaseModel, JsonValue, ValidationError

from media_tracks_server.jobs.decisions import Decision
from media_tracks_tools import replies
from media_tracks_tools.errors import CallerError
from media_tracks_tools.models import Choice

_TRACK = "track"
_ADOPT = f"{Choice.ADOPT.value}:"
_WORDS = {
    Choice.ADOPT: "Take a track that is there as the result; name it below",
    Choice.SUBMIT_AGAIN: "Send it once more; it may then be billed twice",
    Choice.GIVE_UP: "End the job; the track may still appear at the vendor",
}


@dataclass(frozen=True)
class Verdict:
    """What was decided about a job; `track` is what ADOPT takes, where it was named."""

    job_id: str
    choice: Choice
    track: str | None


class _Answer(BaseModel):
    choice: str
    track: str | None = None


def key_of(decision: Decision) -> str:
    """Names this question and no other, ever: of this job, in this doubt."""
    return f"{decision.job.job_id}.{decision.since}"


def form_of(decision: Decision) -> ElicitRequest:
    """The question: one choice, and the name of a track where any may be adopted."""
    options = _options(decision)
    job = decision.job.model_copy(update={"next_steps": ()})
    properties: dict[str, JsonValue] = {
        "choice": {
            "type": "string",
            "title": "What shall be done?",
            "oneOf": [{"const": value, "title": words} for value, words in options.items()],
        }
    }
    if Choice.ADOPT.value in options:
        properties[_TRACK] = {
            "type": "string",
            "title": "Track",
            "description": "Only to adopt one: its id, or a name or language that only it has.",
        }
    return ElicitRequest(
        params=ElicitRequestFormParams(
            message="\n".join(replies.job_lines(job)),
            requested_schema={"type": "object", "properties": properties, "required": ["choice"]},
        )
    )


def verdicts(
    decisions: tuple[Decision, ...], answers: Mapping[str, JsonValue]
) -> tuple[Verdict, ...]:
    """What the answers decide; those to no open question, and a no, decide nothing.

    Raises CallerError for an answer that the form does not allow.
    """
    found = [_verdict(one, answers[key_of(one)]) for one in decisions if key_of(one) in answers]
    return tuple(one for one in found if one is not None)


def _verdict(decision: Decision, answer: JsonValue) -> Verdict | None:
    try:
        said = ElicitResult.model_validate(answer, by_name=False)
        if said.action != "accept":
            return None
        chosen = _Answer.model_validate(said.content or {})
    except ValidationError as error:
        raise _not_allowed(decision) from error
    if chosen.choice not in _options(decision):
        raise _not_allowed(decision)
    word, _, candidate = chosen.choice.partition(":")
    return Verdict(decision.job.job_id, Choice(word), candidate or chosen.track or None)


def _options(decision: Decision) -> dict[str, str]:
    """The values of the form's choice, with what they mean to a person."""
    options: dict[str, str] = {}
    for choice in decision.choices:
        if choice is Choice.ADOPT and decision.candidates:
            for one in decision.candidates:
                name = f"{replies.quoted(one.name)} ({one.track_id})"
                options[f"{_ADOPT}{one.track_id}"] = f"Take the track {name} as the result"
        else:
            options[choice.value] = _WORDS[choice]
    return options


def _not_allowed(decision: Decision) -> CallerError:
    return CallerError(
        "This answer fits no question of the task; nothing was done.",
        code="bad_answer",
        next_step=f"Answer with choice set to one of: {', '.join(_options(decision))}.",
    )
