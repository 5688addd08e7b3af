"""Where the sandbox takes the time from."""

from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]


@dataclass
class ManualClock:
    """A clock that stands still until a test moves it."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass, all at once."""
        self.now += seconds
