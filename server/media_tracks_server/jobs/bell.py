"""A bell inside one process: those who wait for any change of any job wake when it rings."""

import anyio


class Bell:
    """Rings for everybody who began to listen before."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def ring(self) -> None:
        """Wake all who listen."""
        event, self._event = self._event, anyio.Event()
        event.set()

    def listen(self) -> anyio.Event:
        """What the next ring sets: taken before a look, it tells of all that changed since."""
        return self._event


async def heard(ring: anyio.Event, seconds: float) -> None:
    """Until the ring, or for so long."""
    with anyio.move_on_after(seconds):
        await ring.wait()
