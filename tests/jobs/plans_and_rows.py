"""Plans like the vendors' and rows to put through the machine."""

from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.errors import Side
from media_tracks_tools.models import Problem, TrackResult
from media_tracks_tools.plans import Plan, Ref, Step, StepKind, Survey
from media_tracks_tools.requests import GenerateSubtitles

NOW = 1_800_000_000.0
ACCOUNT = "f" * 64
REQUEST = GenerateSubtitles(video_id="v1", language="it", name="Italiano")
UNKEYED = Plan(
    steps=(
        Step(kind=StepKind.ONCE, name="generate", grace_seconds=60),
        Step(kind=StepKind.WATCH, name="job"),
        Step(kind=StepKind.WATCH, name="track"),
    )
)
"""Like DatoCMS: the vendor knows no key of ours."""
KEYED = Plan(
    steps=(
        Step(kind=StepKind.ONCE, name="copy", grace_seconds=10, keyed=True),
        Step(kind=StepKind.WATCH, name="audio"),
        Step(kind=StepKind.AGAIN, name="default"),
    )
)
"""Like Cloudflare: a second track of the same label is refused."""
EDIT = Plan(steps=(Step(kind=StepKind.AGAIN, name="put"), Step(kind=StepKind.WATCH, name="text")))
"""Like an edited text: what is put there twice is there once."""
LOCAL = Plan(
    steps=(Step(kind=StepKind.CHILD, name="work"), Step(kind=StepKind.PUBLISH, name="publish")),
    redoes=3,
    stoppable=True,
)
REPLACE = Plan(
    steps=(
        Step(kind=StepKind.AGAIN, name="clear", grace_seconds=5, spoils=True),
        Step(kind=StepKind.ONCE, name="generate", grace_seconds=10),
        Step(kind=StepKind.WATCH, name="caption"),
    ),
    undo=(Step(kind=StepKind.AGAIN, name="restore"),),
    redoes=1,
)
"""Like Cloudflare's captions, one per language: what is there makes room first."""
BATCH = Plan(steps=(Step(kind=StepKind.KIDS, name="kids"),))

SAVED = "WEBVTT\n\n00:01.000 --> 00:02.000\nformer"

PROBLEM = Problem(side=Side.VENDOR, code="unavailable", message="no answer")
TRACK = TrackResult(track_id="t1", name="Italiano", language="it")
OTHER_TRACK = TrackResult(track_id="t2", name="Italiano", language="it")
SURVEY = Survey(baseline=("t0",), title="Launch", duration_seconds=60.0)
TRACK_REF = Ref(what="track", id="t1")


def row(plan: Plan = UNKEYED, phase: Phase = Phase.QUEUED, **fields: object) -> Work:
    """A row as it stands in the database, asked for at NOW."""
    fresh = Work(
        id="w1",
        account="vendor",
        account_fp=ACCOUNT,
        request=REQUEST,
        plan=plan,
        created_at=NOW,
        updated_at=NOW,
        step_since=NOW,
        next_at=NOW,
        phase=phase,
    )
    return fresh.model_copy(update=fields)
