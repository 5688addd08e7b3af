"""A test-only account whose jobs last as long, and end as, the suite asks; and a server with it.

Its jobs are ordinary ones: made durable, driven, followed and cancelled by our own code.
"""

import secrets
import time
from dataclasses import replace
from enum import StrEnum

from media_tracks_server.accounts import Registry
from media_tracks_server.jobs.driver import Driver
from media_tracks_server.jobs.process import Owner
from media_tracks_server.jobs.store import WorkStore
from media_tracks_server.runtime import Runtime
from media_tracks_server.wiring import Wired
from media_tracks_tools.errors import InternalError, NotFound, Refused, Unavailable
from media_tracks_tools.models import Account, AccountCheck, Model, Problem, TrackResult, Video
from media_tracks_tools.plans import (
    Done,
    Failed,
    NotYet,
    Plan,
    Ref,
    Sent,
    Step,
    StepKind,
    Survey,
    Task,
    Watched,
)
from media_tracks_tools.requests import GenerateSubtitles
from media_tracks_tools.services import Located, Wanted

_BEGAN = "began"
_START = Step(kind=StepKind.AGAIN, name="start")
_LOSE = Step(kind=StepKind.ONCE, name="lose the answer")
_PLAY = Step(kind=StepKind.WATCH, name="play")


class End(StrEnum):
    """How a job ends."""

    SUCCEEDS = "succeeds"
    FAILS = "fails"
    MEETS_A_BUG = "meets a bug"
    IN_DOUBT = "in doubt"
    """The answer is lost, and either of two tracks may be the job's: a person has to say which."""


class Play(Model):
    """What is played; it stands in the place of a video's id."""

    seconds: float
    end: End = End.SUCCEEDS
    take: str

    @property
    def outcome(self) -> Done | Failed:
        """What the last look sees."""
        if self.end is End.FAILS:
            return Failed(error=Problem.of(Refused("This job fails, as the suite asks.")))
        if self.end is End.MEETS_A_BUG:
            return Failed(error=Problem.of(InternalError("A bug, as the suite asks.")))
        return Done(result=TrackResult(track_id=self.take, name="played"))


class Stage:
    """The account; its videos are plays."""

    def __init__(self) -> None:
        self.account = Account(name="stage", provider="stage", fingerprint="stage")

    def wanted(self, seconds: float, end: End = End.SUCCEEDS, name: str = "a play") -> Wanted:
        """A job of its own, that nobody else's joins."""
        play = Play(seconds=seconds, end=end, take=secrets.token_hex(8)).model_dump_json()
        request = GenerateSubtitles(video_id=play, language="en", name=name)
        begin = _LOSE if end is End.IN_DOUBT else _START
        steps = (begin, _PLAY) if seconds or end is not End.SUCCEEDS else (begin,)
        return Wanted(Located(self, play), request, Plan(steps=steps, stoppable=True))

    def recognise(self, text: str) -> str | None:
        """Nothing that is pasted."""
        return None if text else text

    def languages(self) -> None:
        """Nobody says."""

    def limits(self) -> tuple[str, ...]:
        """None."""
        return ()

    async def get_video(self, video_id: str) -> Video:
        """There are none."""
        raise NotFound(f"The stage has no video {video_id!r}.")

    async def check(self) -> AccountCheck:
        """Always well."""
        return AccountCheck(ok=True, detail="The stage is there.")

    async def survey(self, _: Task) -> Survey:
        """Nothing is there before."""
        return Survey()

    async def send(self, task: Task) -> Sent:
        """The play begins."""
        if task.step == _LOSE:
            raise Unavailable("The answer is lost, as the suite asks.")
        return Sent(refs=(Ref(what=_BEGAN, id=repr(time.time())),))

    async def find_ours(self, _: Task) -> tuple[TrackResult, ...]:
        """Two that may be the one."""
        return tuple(TrackResult(track_id=one, name=one) for one in ("first", "second"))

    async def watch(self, task: Task) -> Watched:
        """How far the play is."""
        play = Play.model_validate_json(task.request.video_id)
        over = time.time() - float(task.ref(_BEGAN) or 0) >= play.seconds
        return play.outcome if over else NotYet()


class StageRuntime(Runtime):
    """Our runtime, whose driver also moves the jobs of the stage."""

    def _wire(self) -> Wired:
        wired = super()._wire()
        stage = Stage()
        store = WorkStore(wired.database, Owner.this(), time.time)
        driver = Driver(
            store, {stage.account.fingerprint: stage}, wired.bell, wired.settings.keep_jobs_days
        )
        return replace(wired, registry=Registry((stage,)), driver=driver)
