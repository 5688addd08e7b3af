"""What is being watched in this process, and by whom."""

from collections.abc import Collection, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass

import anyio
from mcp.server.session import ServerSession

MOST_SUBSCRIPTIONS = 1000
"""Of clients of 2025-11-25, which leave without a word; the oldest give way."""


@dataclass(frozen=True)
class Watch:
    """A URI as its watcher wrote it; `subject` is the canonical URI of the job or the tracks.

    `over` where it is about a job that has ended, so that nothing more will be heard.
    """

    uri: str
    subject: str
    over: bool = False


@dataclass(frozen=True)
class Subscriber:
    """A connection of 2025-11-25; `key` tells it from the others of this process."""

    key: str
    session: ServerSession


class Watched:
    """Open `subscriptions/listen` streams, and subscriptions of 2025-11-25."""

    def __init__(self) -> None:
        self._streams: dict[object, set[Watch]] = {}
        self._subscribed: dict[tuple[str, str], tuple[Watch, Subscriber]] = {}
        self._somebody = anyio.Event()

    def __bool__(self) -> bool:
        return bool(self._subscribed) or any(self._streams.values())

    async def somebody(self) -> None:
        """Wait until anything is watched."""
        if not self:
            self._somebody = anyio.Event()
            await self._somebody.wait()

    @contextmanager
    def by_stream(self, watches: Iterable[Watch]) -> Generator[None]:
        """Watched as long as the stream is open."""
        token = object()
        self._streams[token] = {watch for watch in watches if not watch.over}
        self._somebody.set()
        try:
            yield
        finally:
            del self._streams[token]

    def subscribe(self, watch: Watch, by: Subscriber) -> None:
        """Watched until the job has ended, `unsubscribe`, or too many others came later."""
        self.unsubscribe(watch.uri, by.key)
        if watch.over:
            return
        self._subscribed[by.key, watch.uri] = (watch, by)
        if len(self._subscribed) > MOST_SUBSCRIPTIONS:
            del self._subscribed[next(iter(self._subscribed))]
        self._somebody.set()

    def unsubscribe(self, uri: str, key: str) -> None:
        """Not watched any more by this connection, if it ever was."""
        self._subscribed.pop((key, uri), None)

    def uris(self, subjects: Collection[str]) -> tuple[str, ...]:
        """Which URIs of streams are about these."""
        every = (watch for stream in self._streams.values() for watch in stream)
        return tuple({watch.uri for watch in every if watch.subject in subjects})

    def subscribers(self, subjects: Collection[str]) -> tuple[tuple[str, Subscriber], ...]:
        """Which subscriptions are about these: the URI, and who is to be told."""
        found = self._subscribed.values()
        return tuple((watch.uri, by) for watch, by in found if watch.subject in subjects)

    def end(self, subjects: Collection[str]) -> None:
        """Nothing more will be heard of these."""
        for stream in self._streams.values():
            stream -= {watch for watch in stream if watch.subject in subjects}
        kept = {k: v for k, v in self._subscribed.items() if v[0].subject not in subjects}
        self._subscribed = kept
