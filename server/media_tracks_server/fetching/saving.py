"""A file that appears while it is being written, and stays only if that ends well."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio

from media_tracks_server.fetching import faults


@asynccontextmanager
async def new_file(target: Path) -> AsyncGenerator[Callable[[bytes], Awaitable[None]]]:
    """Gives what writes to `target`, which is removed again unless the block ends well.

    Raises SetupError where it is there already, or the disk does not take it.
    """
    try:
        file = await anyio.open_file(target, "xb")
    except OSError as error:
        raise faults.unwritable(error) from None

    async def write(piece: bytes) -> None:
        try:
            await file.write(piece)
        except OSError as error:
            raise faults.unwritable(error) from None

    whole = False
    try:
        yield write
        try:
            await file.aclose()  # writes what is still buffered
        except OSError as error:
            raise faults.unwritable(error) from None
        whole = True
    finally:
        if not whole:
            with anyio.CancelScope(shield=True):
                with suppress(OSError):  # it is thrown away
                    await file.aclose()
                await anyio.Path(target).unlink(missing_ok=True)
