"""A vendor in memory, and the smallest provider that talks to it: a fake of the wire only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import anyio
import anyio.lowlevel

from media_tracks_tools.errors import (
    DatabaseUnusable,
    MediaTracksError,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    Unreachable,
    Unreadable,
)
from media_tracks_tools.models import Account, AccountCheck, Progress, TrackResult, Video
from media_tracks_tools.plans import (
    Done,
    Failed,
    Gone,
    NotYet,
    Plan,
    Ref,
    Sent,
    StepKind,
    Survey,
    Task,
    Watched,
)
from media_tracks_tools.requests import GenerateSubtitles
from plans_and_rows import ACCOUNT, KEYED, SAVED, UNKEYED


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
    failures: list[Failed] = field(default_factory=list[Failed])
    """What the next looks at what is ready find; the track is gone by then."""
    touches: list[Post] = field(default_factory=list[Post])
    """What becomes of the next requests that may be repeated; `posts` of those that may not."""
    skip: tuple[str, ...] = ()
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
            self.tracks.append(f"t{self.count('effect')}")
        if what in _RAISED:
            raise _RAISED[what]
        if what is Post.BUG:
            raise ZeroDivisionError
        if what is Post.HANGS:
            raise TimeoutError
        return self.tracks[-1]

    def touch(self, task: Task) -> None:
        """Do a step that may be repeated; the log has its name."""
        what = self.touches.pop(0) if self.touches else Post.FINE
        self.log.append(task.step.name)
        if what in _HAPPENS:
            match task.step.name:
                case "default":
                    self.default = task.ref("track")
                case "clear":
                    self.tracks = [one for one in self.tracks if one != "old"]
                case "put":
                    self.tracks = ["put"]
                case "restore":
                    assert task.saved == SAVED
                    self.tracks = ["old"]
                case name:
                    raise AssertionError(name)
        if what in _RAISED:
            raise _RAISED[what]
        if what is Post.BUG:
            raise ZeroDivisionError

    def read(self, what: str) -> None:
        self.log.append(what)
        if self.reads:
            raise self.reads.pop(0)

    def count(self, what: str) -> int:
        return self.log.count(what)


class AnyAccount:
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


class VendorAccount(AnyAccount):
    """Does the steps of the plans of `plans_and_rows`; each video of `others` has its own vendor.

    What is called "old" among the tracks is what REPLACE takes the place of.
    """

    def __init__(
        self,
        vendor: Vendor,
        plan: Plan = UNKEYED,
        *,
        keyed: bool = False,
        fingerprint: str = ACCOUNT,
        others: Mapping[str, Vendor] | None = None,
    ) -> None:
        super().__init__(fingerprint)
        self.vendor = vendor
        self._plan = KEYED if keyed else plan
        self._others = others or {}
        self.sending = anyio.Event()

    def plan_generate_subtitles(self, _: GenerateSubtitles) -> Plan:
        return self._plan

    def at(self, task: Task) -> Vendor:
        return self._others.get(task.request.video_id, self.vendor)

    async def survey(self, task: Task) -> Survey:
        await anyio.lowlevel.checkpoint()
        vendor = self.at(task)
        vendor.read("survey")
        there = self._tracks(task) if vendor.listed else ()
        replaced = "old" in vendor.tracks
        return Survey(
            baseline=(),
            existing=there[0] if there else None,
            skip=vendor.skip,
            saved=SAVED if replaced else None,
            title="Launch",
        )

    async def send(self, task: Task) -> Sent:
        await anyio.lowlevel.checkpoint()
        if task.step.kind is StepKind.AGAIN:
            self.at(task).touch(task)
            return Sent()
        try:
            track = self.at(task).post()
        except TimeoutError:
            self.sending.set()
            await anyio.sleep_forever()
            raise
        return Sent(refs=(Ref(what="track" if task.step.keyed else "job", id=track),))

    async def find_ours(self, task: Task) -> tuple[TrackResult, ...]:
        await anyio.lowlevel.checkpoint()
        self.at(task).read("list")
        return self._tracks(task) if self.at(task).listed else ()

    async def watch(self, task: Task) -> Watched:
        await anyio.lowlevel.checkpoint()
        vendor = self.at(task)
        vendor.read(f"watch {task.step.name}")
        if vendor.polls_until_ready > 0:
            vendor.polls_until_ready -= 1
            return NotYet(progress=Progress(done=1, total=2, message="half"))
        if vendor.failures:
            vendor.tracks = [one for one in vendor.tracks if one == "old"]
            return vendor.failures.pop(0)
        there = self._tracks(task)
        if not there or not vendor.listed:
            return Gone()
        return Done(result=there[0], refs=(Ref(what="track", id=there[0].track_id),))

    def _tracks(self, task: Task) -> tuple[TrackResult, ...]:
        new = [one for one in self.at(task).tracks if one not in {*task.baseline, "old"}]
        return tuple(TrackResult(track_id=one, name="Italiano", language="it") for one in new)
