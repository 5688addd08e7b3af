"""The embedded driver: claims due rows, does one effect at a time, commits what came of it.

Any number of processes run one on the same file. A driver never waits inside a row: what is
not due is let go, so that whoever is alive when it is due goes on with it.
"""

import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup

from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs.asks import BATCHES
from media_tracks_server.jobs.bell import Bell, heard
from media_tracks_server.jobs.effects import not_in_time, perform, unexpected
from media_tracks_server.jobs.events import Effect, Event
from media_tracks_server.jobs.machine import advance
from media_tracks_server.jobs.pacing import is_paced, paced
from media_tracks_server.jobs.store import Claim, Commit, WorkStore
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.errors import DatabaseUnusable
from media_tracks_tools.models import Progress
from media_tracks_tools.ports import DoesLocalSteps, Provider

log = logging.getLogger(__name__)

CLAIM_AT_ONCE = 20
HELD_AT_MOST = 200
CHILDREN = 1
"""Speech recognition takes all cores it gets; two at once only make both late."""
PURGE_EVERY = 3600.0


@dataclass(frozen=True)
class Pace:
    """Seconds between the looks of one driver.

    `idle`: at the database when nothing is due and nobody rings; `tick`: renewals while rows
    are held, which is also how soon a cancel reaches a child; `sweep`: for rows whose process
    is dead; `report`: between two commits of a child's progress; `database`: while it is locked.
    """

    idle: float = 1.0
    tick: float = 1.0
    sweep: float = 2.0
    report: float = 1.0
    database: float = 1.0


class Lost(Exception):
    """Another process holds the row now: do nothing more with it."""


@dataclass(eq=False)
class Held:
    """A row this driver is at: what it is doing, and how to stop that."""

    claim: Claim
    work: Work
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    effect: Effect = Effect.WAIT
    unwanted: bool = False
    reported_at: float = -math.inf


class Driver:
    """Moves the work of the accounts it was given, and nobody else's."""

    def __init__(
        self,
        store: WorkStore,
        providers: Mapping[str, Provider],
        bell: Bell,
        keep_days: float,
        pace: Pace | None = None,
    ) -> None:
        self._store = store
        self._providers = providers
        self._accounts = frozenset({BATCHES, *providers})
        self._bell = bell
        self._keep_seconds = keep_days * 86400
        self._pace = pace or Pace()
        self._held: dict[str, Held] = {}
        self._children = anyio.CapacityLimiter(CHILDREN)

    @property
    def held(self) -> int:
        """How many rows it is at."""
        return len(self._held)

    async def run(self) -> None:
        """Drive until cancelled; then let go of every row at once."""
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._every, self._pace.tick, self._renew)
                group.start_soon(self._every, self._pace.sweep, self._sweep)
                group.start_soon(self._every, PURGE_EVERY, self._purge)
                await self._claim(group)
        finally:
            with anyio.CancelScope(shield=True), anyio.move_on_after(0.5):
                await _surviving("letting go of the rows", self._store.release_all)

    async def _every(self, seconds: float, look: Callable[[], Awaitable[None]]) -> None:
        while True:
            await _surviving("looking after jobs", look)
            await anyio.sleep(seconds)

    async def _claim(self, group: TaskGroup) -> None:
        pause = 0.0

        async def due() -> None:
            nonlocal pause
            pause = await self._claim_due(group)

        while True:
            ring = self._bell.listen()
            if await _surviving("claiming jobs", due):
                await heard(ring, pause)
            else:
                await anyio.sleep(self._pace.database)

    async def _claim_due(self, group: TaskGroup) -> float:
        """Claim what is due; returns the seconds until there may be more."""
        due = await self._store.next_due(self._accounts)
        free = HELD_AT_MOST - sum(held.effect is not Effect.RUN for held in self._held.values())
        if due is None or free <= 0:
            return self._pace.idle
        if due > self._store.clock():
            return min(due - self._store.clock(), self._pace.idle)
        claimed = await self._store.claim(self._accounts, min(CLAIM_AT_ONCE, free))
        for claim, work in claimed:
            held = self._held[work.id] = Held(claim, work)
            group.start_soon(self._drive, held)
        return 0.0 if claimed else self._pace.idle

    async def _renew(self) -> None:
        """Keep what is held; stop what another process took, and a child nobody wants."""
        held = dict(self._held)
        if not held:
            return
        unwanted = await self._store.renew(held)
        for work_id, row in held.items():
            if work_id not in unwanted:
                row.scope.cancel()
            elif unwanted[work_id] and row.effect is Effect.RUN:
                row.unwanted = True
                row.scope.cancel()

    async def _sweep(self) -> None:
        if await self._store.release_stale(self._held.keys(), self._accounts):
            self._bell.ring()

    async def _purge(self) -> None:
        while await self._store.purge(self._store.clock() - self._keep_seconds):
            pass

    async def _drive(self, held: Held) -> None:
        try:
            await _surviving(f"work {held.work.id}", lambda: self._move(held))
        finally:
            if self._held.get(held.work.id) is held:
                del self._held[held.work.id]

    async def _move(self, held: Held) -> None:
        """Move one held row until it waits, ends, or is somebody else's."""
        event: Event = ev.Claimed()
        while True:
            begun = self._store.clock()
            effect = await self._step(held, event)
            if effect is Effect.WAIT:
                return
            if effect is Effect.DISCARD:
                await self._discard(held.work)
                return
            if effect is Effect.SEND and self._store.clock() - begun > self._store.lease / 2:
                event = not_in_time()
            else:
                event = await self._do(held, effect)

    async def _step(self, held: Held, event: Event) -> Effect:
        """Advance and commit; again when somebody cancelled, or asked again, in between."""
        while True:
            now = self._store.clock()
            after, effect = advance(held.work, event, now)
            if effect is Effect.WAIT and is_paced(after, now):
                after = paced(after, await self._store.lessons.outlook(after), now)
            match await self._commit(held, after, release=effect is Effect.WAIT):
                case Commit.DONE:
                    held.work = after
                    self._bell.ring()
                    return effect
                case Commit.WISH_CHANGED:
                    wish = {"want_stop": not held.work.want_stop}
                    held.work = held.work.model_copy(update=wish)
                case Commit.LOST:
                    raise Lost

    async def _commit(self, held: Held, after: Work, *, release: bool) -> Commit:
        """Write the row. What a vendor has answered is kept until the file can be written."""
        while True:
            try:
                return await self._store.commit(held.claim, held.work, after, release=release)
            except DatabaseUnusable as error:
                if after.phase is Phase.SENT or error.retry_after_seconds is None:
                    raise
                log.warning("work %s waits for the database: %s", after.id, error.message)
            await anyio.sleep(self._pace.database)

    async def _do(self, held: Held, effect: Effect) -> Event:
        """Do one effect while the lease is renewed; a child may move the row meanwhile."""
        if effect is Effect.COUNT:
            return await self._store.count(held.work)
        provider = self._providers[held.work.account_fp]
        report = partial(self._report, held)
        held.effect, held.scope, held.unwanted = effect, anyio.CancelScope(), False
        with held.scope:
            try:
                if effect is not Effect.RUN:
                    return await perform(effect, provider, held.work, report)
                if self._children.available_tokens < 1:
                    waiting = "waiting for another job on this machine to end"
                    await report(Progress(done=0.0, message=waiting))
                async with self._children:
                    return await perform(effect, provider, held.work, report)
            except Exception as error:
                log.exception("%s of work %s failed unexpectedly", effect.value, held.work.id)
                return unexpected(error, effect)
            finally:
                held.effect = Effect.WAIT
        if not held.unwanted:
            raise Lost
        held.work = held.work.model_copy(update={"want_stop": True})
        return ev.Claimed()

    async def _report(self, held: Held, progress: Progress) -> None:
        """Keep a child's progress: each new phase, and its figures at the pace."""
        now = anyio.current_time()
        before = held.work.progress
        new_phase = before is None or before.phase != progress.phase
        if not new_phase and now - held.reported_at < self._pace.report:
            return
        moved, _ = advance(held.work, ev.Moved(progress=progress), self._store.clock())
        try:
            done = await self._store.commit(held.claim, held.work, moved, release=False)
        except DatabaseUnusable as error:
            log.warning("progress of work %s not kept: %s", moved.id, error.message)
            return
        if done is Commit.DONE:
            held.work, held.reported_at = moved, now
            self._bell.ring()
        else:
            held.scope.cancel()

    async def _discard(self, work: Work) -> None:
        provider = self._providers.get(work.account_fp)
        if isinstance(provider, DoesLocalSteps):
            await anyio.to_thread.run_sync(provider.discard, work.task)


async def _surviving(what: str, do: Callable[[], Awaitable[None]]) -> bool:
    """Whether it was done. The driver outlives a bug in one row, and a file that is locked."""
    try:
        await do()
    except Lost:
        log.info("%s is another process's now", what)
    except DatabaseUnusable as error:
        log.warning("%s stands still: %s", what, error.message)
    except Exception:
        log.exception("%s met a bug", what)
    else:
        return True
    return False
