"""A vendor whose jobs end when a test says so."""

from dataclasses import dataclass

from media_tracks_server.sandbox import ManualClock, SandboxInfo
from waiting import eventually

JOB_SECONDS = 10.0
"""On the vendors' clock, which stands still until a test lets time pass."""


@dataclass
class Vendor:
    """Lets the captions that Cloudflare was asked for become ready, one after the other."""

    sandbox: SandboxInfo
    clock: ManualClock
    ended: int = 0

    def begun(self) -> int:
        """How many it was asked for."""
        return sum(entry.effect == "caption-created" for entry in self.sandbox.log())

    async def end_job(self) -> None:
        """Wait until it was asked for more than have become ready; then they are."""
        await eventually(lambda: self.begun() > self.ended)
        self.ended = self.begun()
        self.clock.advance(2 * JOB_SECONDS)
