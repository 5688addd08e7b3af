"""Drivers that die like processes that are killed, and what they share: one file, one clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeVar

import httpx
from sqlalchemy import Connection

from media_tracks_server.http import Bucket
from media_tracks_server.jobs.bell import Bell
from media_tracks_server.jobs.database import Database, Mode
from media_tracks_server.jobs.driver import Driver, Pace
from media_tracks_server.jobs.handles import Handles
from media_tracks_server.jobs.process import Owner
from media_tracks_server.jobs.store import LEASE, WorkStore
from media_tracks_server.opening import VendorAccount
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_server.sandbox import ManualClock
from media_tracks_tools.errors import DatabaseUnusable, RateLimited
from vendors_in_process import Mortal, Place, Way

KILLED = 1 / 400
"""The chance that a driver dies, at each transaction and on each side of each request."""

_T = TypeVar("_T")
_PACE = Pace(idle=1.0, tick=0.5, sweep=0.5, report=0.0, database=0.01)


class _Turns:
    """The vendors' limits on our clock: `SharedLimiter` would really wait."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    async def take(self, bucket: Bucket, budget_seconds: float) -> None:
        wait = self._until.get(bucket.key, 0.0) - self._clock()
        if wait > 0:
            raise RateLimited(f"{budget_seconds}", retry_after_seconds=wait)

    async def push_back(self, bucket: Bucket, seconds: float) -> None:
        self._until[bucket.key] = self._clock() + seconds


class _MortalDatabase(Database):
    """The file as one process sees it, which may die before and after each transaction."""

    def __init__(self, path: Path, mortal: Mortal) -> None:
        super().__init__(path)
        self._mortal = mortal

    async def run(self, function: Callable[[Connection], _T], mode: Mode = Mode.WRITE) -> _T:
        self._live()
        found = await super().run(function, mode)
        self._live()
        return found

    def _live(self) -> None:
        if not self._mortal.lives():
            raise DatabaseUnusable("This process was killed.")


@dataclass
class _Process:
    """A driver with connections of its own."""

    mortal: Mortal
    database: _MortalDatabase
    driver: Driver
    bell: Bell


@dataclass
class World:
    """Everything that lives longer than a driver."""

    path: Path
    clock: ManualClock
    random: Random
    places: Sequence[Place]
    alive: dict[int, _Process] = field(default_factory=dict[int, _Process])
    killed: int = 0
    stale_at: float | None = None

    def __post_init__(self) -> None:
        self.turns = _Turns(self.clock)
        self.database = Database(self.path)
        self.handles = Handles(self.database, "ann", clock=self.clock)
        self.store = WorkStore(self.database, Owner.this(), self.clock)
        self.providers = self.accounts(Mortal(Random(0), 0.0))
        self.prints = tuple(one.account.fingerprint for one in self.providers)

    def accounts(self, mortal: Mortal) -> list[VendorAccount]:
        """All accounts, as one process opens them."""
        client = httpx.AsyncClient(transport=Way(self.places, mortal), trust_env=False)
        return [_account(place, self.turns, client) for place in self.places]

    def process(self) -> _Process:
        """A new one."""
        mortal = Mortal(self.random, KILLED)
        database = _MortalDatabase(self.path, mortal)
        store = WorkStore(database, Owner.this(), self.clock)
        known = {one.account.fingerprint: one for one in self.accounts(mortal)}
        bell = Bell()
        return _Process(mortal, database, Driver(store, known, bell, 30, _PACE), bell)

    def ring(self) -> None:
        """Let every driver look for what is due."""
        for process in self.alive.values():
            process.bell.ring()

    async def live(self, number: int) -> None:
        """One process after the other."""
        while True:
            process = self.alive[number] = self.process()
            with process.mortal.scope:
                await process.driver.run()
            process.database.close()
            self.killed += 1
            self.stale_at = self.clock.now + LEASE + 1.0

    @property
    def idle(self) -> bool:
        return not any(process.driver.held for process in self.alive.values())


def _account(place: Place, turns: _Turns, client: httpx.AsyncClient) -> VendorAccount:
    if place.datocms is not None:
        known = place.datocms
        url, mux = known.base_url, known.mux_base_url
        return DatoCMS(
            place.name, known.token, base_url=url, mux_url=mux, limiter=turns, client=client
        )
    known = place.cloudflare
    assert known
    token, account, url = known.token, known.account_id, known.base_url
    return CloudflareStream(place.name, token, account, base_url=url, limiter=turns, client=client)
