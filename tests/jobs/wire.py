"""A vendor in memory, and the smallest provider that talks to it: a fake of the wire only."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import anyio
import anyio.lowlevel

from media_tracks_tools.errors import (
    CredentialRefused,
    DatabaseUnusable,
    MediaTracksError,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    Unreachable,
    Unreadable,
    WorkerDied,
)
from media_tracks_tools.models import Account, AccountCheck, Problem, Progress, TrackResult, Video
from media_tracks_tools.plans import (
    Done,
    Failed,
    GenerateSubtitles,
    Gone,
    NotYet,
    Plan,
    Ref,
    Sent,
    Survey,
    Task,
    Watched,
)
from media_tracks_tools.ports import Report
from plans_and_rows import ACCOUNT, KEYED, LOCAL, UNKEYED


class Post(StrEnum):
    """What becomes of the next request that writes."""

    FINE = "fine"
    REFUSED = "refused"
    LIMITED = "limited"
    UNREACHABLE = "unreachable"
    DATABASE_LOCKED = "database locked"
    ANSWER_LOST = "answer lost"
    LOST = "lost"
    UNREADABLE = "unreadable"
    BUG = "bug"
    HANGS = "hangs"
    """Accepted, and the answer never comes."""


_RAISED: dict[Post, MediaTracksError] = {
    Post.REFUSED: Refused("no"),
    Post.LIMITED: RateLimited("later", retry_after_seconds=3),
    Post.UNREACHABLE: Unreachable("no connection"),
    Post.DATABASE_LOCKED: DatabaseUnusable("locked", code="database_locked"),
    Post.ANSWER_LOST: Unavailable("cut"),
    Post.LOST: Unavailable("cut"),
    Post.UNREADABLE: Unreadable("html"),
}
_HAPPENS = frozenset({Post.FINE, Post.ANSWER_LOST, Post.UNREADABLE, Post.HANGS, Post.BUG})


@dataclass
class Vendor:
    """What the vendor has, and every request that reached it."""

    posts: list[Post] = field(default_factory=list[Post])
    reads: list[MediaTracksError] = field(default_factory=list[MediaTracksError])
    """Errors of the next reads."""
    polls_until_ready: int = 1
    listed: bool = True
    job_fails: bool = False
    unique_labels: bool = False
    tracks: list[str] = field(default_factory=list[str])
    log: list[str] = field(default_factory=list[str])
    default: str | None = None

    def post(self) -> str:
        """Accept or refuse; the new track's id."""
        what = self.posts.pop(0) if self.posts else Post.FINE
        if what is not Post.UNREACHABLE and what is not Post.DATABASE_LOCKED:
            self.log.append("POST")
        if what in _HAPPENS:
            if self.unique_labels and self.tracks:
                raise Refused("the label is taken")
            self.log.append("effect")
            self.tracks.append(f"t{len(self.tracks) + 1}")
        if what in _RAISED:
            raise _RAISED[what]
        if what is Post.BUG:
            raise ZeroDivisionError
        if what is Post.HANGS:
            raise TimeoutError
        return self.tracks[-1]

    def read(self, what: str) -> None:
        self.log.append(what)
        if self.reads:
            raise self.reads.pop(0)

    def count(self, what: str) -> int:
        return self.log.count(what)


class _Account:
    """What every provider has."""

    def __init__(self, fingerprint: str) -> None:
        self.account = Account(name="vendor", provider="test", fingerprint=fingerprint)

    def recognise(self, text: str) -> str | None:
        return text

    def languages(self) -> None:
        return None

    def limits(self) -> tuple[str, ...]:
        return ()

    async def get_video(self, video_id: str) -> Video:
        raise NotFound(video_id)

    async def check(self) -> AccountCheck:
        return AccountCheck(ok=True, detail="fine")


class VendorAccount(_Account):
    """Plans like DatoCMS's, or with `keyed` like Cloudflare's."""

    def __init__(self, vendor: Vendor, *, keyed: bool = False, fingerprint: str = ACCOUNT) -> None:
        super().__init__(fingerprint)
        self.vendor = vendor
        self._plan = KEYED if keyed else UNKEYED
        self.sending = anyio.Event()

    def plan_generate_subtitles(self, _: GenerateSubtitles) -> Plan:
        return self._plan

    async def survey(self, task: Task) -> Survey:
        await anyio.lowlevel.checkpoint()
        self.vendor.read("survey")
        there = self._tracks(task) if self.vendor.listed else ()
        return Survey(baseline=(), existing=there[0] if there else None, title="Launch")

    async def send(self, task: Task) -> Sent:
        await anyio.lowlevel.checkpoint()
        if task.step.name == "default":
            self.vendor.log.append("PATCH")
            what = self.vendor.posts.pop(0) if self.vendor.posts else Post.FINE
            if what in _RAISED:
                raise _RAISED[what]
            self.vendor.default = task.ref("track")
            return Sent()
        try:
            track = self.vendor.post()
        except TimeoutError:
            self.sending.set()
            await anyio.sleep_forever()
            raise
        return Sent(refs=(Ref(what="track" if task.step.keyed else "job", id=track),))

    async def find_ours(self, task: Task) -> tuple[TrackResult, ...]:
        await anyio.lowlevel.checkpoint()
        self.vendor.read("list")
        return self._tracks(task) if self.vendor.listed else ()

    async def watch(self, task: Task) -> Watched:
        await anyio.lowlevel.checkpoint()
        self.vendor.read(f"watch {task.step.name}")
        if self.vendor.polls_until_ready > 0:
            self.vendor.polls_until_ready -= 1
            return NotYet(progress=Progress(done=1, total=2, message="half"))
        if self.vendor.job_fails:
            return Failed(error=Problem.of(Refused("no speech")))
        there = self._tracks(task)
        if not there or not self.vendor.listed:
            return Gone()
        return Done(result=there[0], refs=(Ref(what="track", id=there[0].track_id),))

    def _tracks(self, task: Task) -> tuple[TrackResult, ...]:
        new = [track for track in self.vendor.tracks if track not in task.baseline]
        return tuple(TrackResult(track_id=one, name="Italiano", language="it") for one in new)


class LocalAccount(_Account):
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
            return Failed(error=Problem.of(changed))
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
