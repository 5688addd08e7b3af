"""A disk of this machine as a provider: a CHILD and a PUBLISH that go as they are told."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import anyio
import anyio.lowlevel

from media_tracks_tools.errors import CredentialRefused, NotFound, Refused, WorkerDied
from media_tracks_tools.models import Problem, Progress, TrackResult
from media_tracks_tools.plans import Done, Failed, Plan, Ref, Survey, Task
from media_tracks_tools.ports import Report
from media_tracks_tools.requests import GenerateSubtitles
from plans_and_rows import LOCAL
from wire import AnyAccount


class LocalAccount(AnyAccount):
    """A CHILD that may hang or die, and a PUBLISH that may be interrupted."""

    def __init__(self, disk: Path, script: Sequence[str] = ()) -> None:
        super().__init__("l" * 64)
        self._target, self._temp = disk / "made.vtt", disk / "temp"
        self.script = list(script)
        self.log: list[str] = []
        self.running = anyio.Event()
        self.before_report: Callable[[], Awaitable[None]] = anyio.lowlevel.checkpoint

    def plan_generate_subtitles(self, _: GenerateSubtitles) -> Plan:
        return LOCAL

    def _next(self, what: str) -> bool:
        if self.script and self.script[0] == what:
            self.script.pop(0)
            return True
        return False

    async def survey(self, task: Task) -> Survey:  # noqa: ARG002
        await anyio.lowlevel.checkpoint()
        self.log.append("survey")
        return Survey(baseline=())

    def begin(self, task: Task) -> tuple[Ref, ...]:  # noqa: ARG002
        self.log.append("begin")
        if self._next("begin fails"):
            raise NotFound("the video went away")
        return (Ref(what="stamp", id="absent"),)

    async def run(self, task: Task, report: Report) -> Done | Failed:  # noqa: ARG002
        self.log.append("run")
        if self._next("run dies"):
            raise WorkerDied("gone")
        if self._next("run fails"):
            raise NotFound("the sound went away")
        if self._next("run hangs"):
            self.running.set()
            try:
                await anyio.sleep_forever()
            finally:
                self.log.append("run ended")
        if self._next("run has a bug"):
            raise ZeroDivisionError
        for done in (1.0, 2.0, 3.0):
            await self.before_report()
            await report(Progress(done=done, total=3.0, message=f"{done:.0f} of 3"))
        self._temp.write_text("WEBVTT")
        inode = Ref(what="inode", id=str(self._temp.stat().st_ino))
        return Done(refs=(inode,), result=TrackResult(track_id="it", name="Italiano"))

    def publish(self, task: Task) -> Done | Failed:
        self.log.append("publish")
        if self._next("changed"):
            changed = Refused("somebody wrote it", code="changed_meanwhile")
            return Failed(error=Problem.of(changed), again=True)
        if self._target.exists() and str(self._target.stat().st_ino) == task.ref("inode"):
            return Done()
        if self._next("publish fails"):
            raise CredentialRefused("no right to write here")
        self._temp.replace(self._target)
        self.log.append("replaced")
        return Done()

    def discard(self, task: Task) -> None:  # noqa: ARG002
        self.log.append("discard")
        self._temp.unlink(missing_ok=True)
