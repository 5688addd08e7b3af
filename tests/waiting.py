"""Waiting for a condition with a deadline, in the place of sleeping."""

import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

import anyio

_T = TypeVar("_T")
DEADLINE_SECONDS = 30.0
_PAUSE = 0.005


@overload
async def eventually(
    look: Callable[[], Awaitable[_T | None]], deadline_seconds: float = DEADLINE_SECONDS
) -> _T: ...
@overload
async def eventually(
    look: Callable[[], _T | None], deadline_seconds: float = DEADLINE_SECONDS
) -> _T: ...
async def eventually(
    look: Callable[[], object], deadline_seconds: float = DEADLINE_SECONDS
) -> object:
    """The first truthy value of `look`; fails when there is none within the deadline."""
    end = time.monotonic() + deadline_seconds
    while True:
        found = look()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"still {found!r} after {deadline_seconds} s")
        await anyio.sleep(_PAUSE)
