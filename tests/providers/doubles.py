"""What the adapter tests share: addresses, a limiter that takes notes, tasks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import httpx
import respx
from respx.models import Call

from media_tracks_server.http import Bucket
from media_tracks_tools.errors import MediaTracksError
from media_tracks_tools.plans import Ref, Step, StepKind, Task
from media_tracks_tools.requests import AddAudioTrack, GenerateSubtitles

DATOCMS_URL = "https://site-api.datocms.com"
CLOUDFLARE_URL = "https://api.cloudflare.com/client/v4"
TOKEN = "s3cr3t-t0ken-0123456789"
ACCOUNT_ID = "023e105f4ecef8ad9ca31a8372d0c353"


@dataclass
class NotedLimiter:
    """Gives a turn at once, unless told to refuse; remembers what it was asked."""

    taken: list[tuple[Bucket, float]] = field(default_factory=list[tuple[Bucket, float]])
    pushed: list[float] = field(default_factory=list[float])
    refusal: MediaTracksError | None = None
    broken: MediaTracksError | None = None

    async def take(self, bucket: Bucket, budget_seconds: float) -> None:
        self.taken.append((bucket, budget_seconds))
        if self.refusal:
            raise self.refusal

    async def push_back(self, bucket: Bucket, seconds: float) -> None:
        assert bucket.key
        self.pushed.append(seconds)
        if self.broken:
            raise self.broken


def task(
    request: AddAudioTrack | GenerateSubtitles,
    step: str,
    *refs: Ref,
    baseline: tuple[str, ...] = (),
    kind: StepKind = StepKind.WATCH,
) -> Task:
    """One step of a request, as the job core hands it over."""
    return Task(
        work_id="work-1",
        request=request,
        step=Step(kind=kind, name=step),
        refs=refs,
        baseline=baseline,
    )


def requests_of(route: respx.Route) -> list[httpx.Request]:
    """What was sent, in order."""
    return [call.request for call in cast("Sequence[Call]", route.calls)]


def body_of(request: httpx.Request) -> object:
    """The JSON that was sent."""
    return json.loads(request.content)
