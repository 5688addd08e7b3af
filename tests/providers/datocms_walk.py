"""Walking a plan of DatoCMS's to its end against the sandbox, as the job core does."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from doubles import NotedLimiter
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_server.sandbox import ManualClock, SandboxInfo, running
from media_tracks_tools.models import Problem, TrackResult
from media_tracks_tools.plans import Done, Failed, Plan, Ref, Step, StepKind, Survey, Task
from media_tracks_tools.requests import TrackRequest

JOB_SECONDS = 10


@dataclass
class Walk:
    """What came of a plan."""

    survey: Survey
    result: TrackResult | None = None
    error: Problem | None = None
    steps: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class Project:
    """A DatoCMS of the sandbox, its time, and the adapter."""

    info: SandboxInfo
    clock: ManualClock
    provider: DatoCMS
    video_id: str

    async def walk(self, request: TrackRequest, plan: Plan, baseline: tuple[str, ...] = ()) -> Walk:
        """Do the plan step by step; each look that finds nothing new costs time.

        `baseline` is that of an earlier run, where this one starts anew.
        """
        first = _task(request, plan.steps[0], baseline=baseline)
        survey = await self.provider.survey(first)
        walk = Walk(survey, survey.existing)
        if survey.existing is not None:
            return walk
        refs: tuple[Ref, ...] = ()
        for step in plan.steps:
            if step.name in survey.skip or walk.error:
                continue
            walk.steps.append(step.name)
            task = _task(request, step, refs, survey.baseline)
            if step.kind is StepKind.WATCH:
                refs += await self._watched(task, walk)
            else:
                refs += (await self.provider.send(task)).refs
        return walk

    async def _watched(self, task: Task, walk: Walk) -> tuple[Ref, ...]:
        for _ in range(20):
            watched = await self.provider.watch(task)
            if isinstance(watched, Done):
                walk.result = watched.result or walk.result
                return watched.refs
            if isinstance(watched, Failed):
                walk.error = watched.error
                return ()
            self.clock.advance(JOB_SECONDS / 4)
        raise AssertionError(f"{task.step.name} never ends")

    async def subtitles(self) -> dict[str, str]:
        """The names and ids of the subtitle tracks."""
        tracks = (await self.provider.list_subtitles(self.video_id)).tracks
        return {track.name: track.track_id for track in tracks}

    def effects(self) -> list[str]:
        """What really happened, in order."""
        return [entry.effect.value for entry in self.info.log() if entry.effect]


def _task(
    request: TrackRequest,
    step: Step,
    refs: tuple[Ref, ...] = (),
    baseline: tuple[str, ...] = (),
) -> Task:
    return Task(work_id="w", request=request, step=step, refs=refs, baseline=baseline)


@asynccontextmanager
async def project(root: Path) -> AsyncGenerator[Project]:
    """A fresh sandbox whose files lie in `root`."""
    clock = ManualClock()
    with running("datocms", JOB_SECONDS, clock=clock) as info:
        assert info.datocms
        async with httpx.AsyncClient(trust_env=False) as client:
            provider = DatoCMS(
                "dato",
                info.datocms.token,
                base_url=info.datocms.base_url,
                mux_url=info.datocms.mux_base_url,
                limiter=NotedLimiter(),
                client=client,
                files=lambda source: root / source,
            )
            yield Project(info, clock, provider, info.datocms.upload_id)
