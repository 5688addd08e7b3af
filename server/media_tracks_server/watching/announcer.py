"""One a process: reads what happened to jobs, in whichever process, and tells those who watch."""

import logging
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import anyio
from mcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated, SubscriptionBus

from media_tracks_server.watching.watched import Subscriber, Watched
from media_tracks_tools import links
from media_tracks_tools.errors import DatabaseUnusable
from media_tracks_tools.models import Account

if TYPE_CHECKING:
    from media_tracks_server.jobs.journal import Journal, Moved

log = logging.getLogger(__name__)

LOOK_EVERY = 0.25
"""Seconds between two looks while anything is watched; there are none while nothing is."""
SURELY_EVERY = 5.0
"""Seconds after which the events are read though nobody seems to have written any."""
AFTER_TROUBLE = 5.0
"""Seconds until the next look when the database can't be read."""
SEND_WITHIN = 5.0
"""Seconds that a client which does not read may hold up the others."""


class Announcer:
    """Publishes `ResourceUpdated` on its `bus`, and tells subscribers of 2025-11-25."""

    def __init__(self) -> None:
        self.bus: SubscriptionBus = InMemorySubscriptionBus()
        self.watched = Watched()
        self._journal: Journal | None = None
        self._accounts: Sequence[Account] = ()
        self._seq: int | None = None
        self._back: int | None = None
        self._over: frozenset[str] = frozenset()

    def open(self, journal: "Journal", accounts: Sequence[Account]) -> None:
        """Read from this journal; `accounts` are those whose videos have URIs here."""
        self._journal = journal
        self._accounts = accounts

    async def newest(self) -> int:
        """The number of an event after which a watcher that comes now has to hear of all.

        To be asked before the watcher's job is read, and given to `tell_from`.
        Raises DatabaseUnusable.
        """
        if self._seq is not None or self._journal is None:
            return self._seq or 0
        return await self._journal.latest()

    def tell_from(self, seq: int) -> None:
        """The next look begins there at the latest: for a watcher that comes with this call.

        Others may hear of a change twice, which says no more than once.
        """
        self._back = seq if self._back is None else min(self._back, seq)

    async def run(self) -> None:
        """Look as long as anybody watches, until cancelled."""
        while True:
            await self.watched.somebody()
            if self._journal is not None:
                await self._while_watched(self._journal)
            self._seq = self._back = None

    async def _while_watched(self, journal: "Journal") -> None:
        surely_at = 0.0
        try:
            while self.watched:
                await anyio.sleep(LOOK_EVERY)
                quiet = journal.quiet() and self._back is None and not self._over
                if quiet and anyio.current_time() < surely_at:
                    continue
                surely_at = anyio.current_time() + SURELY_EVERY
                try:
                    await self._look(journal)
                except DatabaseUnusable as error:
                    log.warning("nothing can be announced: %s", error.message)
                    surely_at = 0.0
                    await anyio.sleep(AFTER_TROUBLE)
        finally:
            journal.rest()

    async def _look(self, journal: "Journal") -> None:
        since = min(seq for seq in (self._seq, self._back) if seq is not None)
        self._seq, self._back = since, None
        look = await journal.after(since)
        self._seq = look.seq
        changed = {uri for moved in look.moved for uri in self._changed_by(moved)}
        for uri in self.watched.uris(changed):
            await self.bus.publish(ResourceUpdated(uri=uri))
        for uri, by in self.watched.subscribers(changed):
            await self._send(uri, by)
        # One look later: who began to watch during this one hears of the end in the next.
        self.watched.end(self._over)
        ended = (moved.job_id for moved in look.moved if moved.ended)
        self._over = frozenset(map(links.job_uri, ended))

    def _changed_by(self, moved: "Moved") -> Collection[str]:
        """The job; and once it has ended, however it did, the tracks of its video."""
        names = [one.name for one in self._accounts if one.fingerprint == moved.account_fp]
        tracks = [links.tracks_uri(f"{name}/{moved.video_id}") for name in names]
        return [links.job_uri(moved.job_id), *(tracks if moved.ended else ())]

    async def _send(self, uri: str, by: Subscriber) -> None:
        with anyio.move_on_after(SEND_WITHIN) as waiting:
            await by.session.send_resource_updated(uri)
        if waiting.cancelled_caught:
            log.warning("a subscriber of %s does not read; it is dropped", uri)
            self.watched.unsubscribe(uri, by.key)
