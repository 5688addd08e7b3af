"""Rate limits: the clock that is shared, and what a vendor's headers say about it."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

_MAX_WAIT_SECONDS = 3600.0
_STRUCTURED = re.compile(r"r=(\d{1,9})\b.*?t=(\d{1,9})\b")


@dataclass(frozen=True)
class Bucket:
    """A vendor's rate limit: one request per interval on average, `burst` of them at once.

    `key` is the fingerprint of the credential: vendors count per token or user.
    """

    key: str
    interval_seconds: float
    burst: int


class Limiter(Protocol):
    """The clock by which all processes that share a credential wait."""

    async def take(self, bucket: Bucket, budget_seconds: float) -> None:
        """Wait for the next turn. Raises RateLimited at once when that exceeds the budget."""
        ...

    async def push_back(self, bucket: Bucket, seconds: float) -> None:
        """Let nobody have a turn for so long: the vendor said so."""
        ...


def wait_after(headers: Mapping[str, str], bucket: Bucket) -> float:
    """How many seconds to wait after a 429, at most an hour; a whole burst when it does not say.

    `Retry-After` is a number or a date (RFC 9110; Cloudflare); `X-RateLimit-Reset` is a number of
    seconds (DatoCMS, Technical limits page).
    """
    for name in ("Retry-After", "X-RateLimit-Reset"):
        seconds = _seconds(headers.get(name, ""))
        if seconds is not None:
            return min(max(seconds, 0.0), _MAX_WAIT_SECONDS)
    return bucket.interval_seconds * bucket.burst


def wait_when_used_up(headers: Mapping[str, str], bucket: Bucket) -> float | None:
    """How long to pause after an answer that leaves no request over; None when some are left.

    `X-RateLimit-Remaining` is DatoCMS's, `Ratelimit: "default";r=0;t=30` Cloudflare's.
    """
    if match := _STRUCTURED.search(headers.get("Ratelimit", "")):
        left, seconds = int(match[1]), float(match[2])
        return min(seconds, _MAX_WAIT_SECONDS) if left == 0 else None
    if headers.get("X-RateLimit-Remaining", "").strip() == "0":
        return wait_after(headers, bucket)
    return None


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return _until(text)
    return seconds if math.isfinite(seconds) else None


def _until(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        return (moment - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
