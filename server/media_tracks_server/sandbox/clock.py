"""Where the sandbox takes the time from."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

Clock = Callable[[], float]

_STANDS_AT: ContextVar[float | None] = ContextVar("stands_at", default=None)


@dataclass
class ManualClock:
    """A clock that stands still until a test moves it."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass, all at once."""
        self.now += seconds


@dataclass(frozen=True)
class VendorClock:
    """The time at the vendor: another clock's, except inside `standing_at`."""

    clock: Clock

    def __call__(self) -> float:
        moment = _STANDS_AT.get()
        return self.clock() if moment is None else moment


@contextmanager
def standing_at(moment: float) -> Generator[None]:
    """Make up in this task for what was due at a moment when nobody looked."""
    token = _STANDS_AT.set(moment)
    try:
        yield
    finally:
        _STANDS_AT.reset(token)
