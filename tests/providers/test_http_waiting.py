"""The shared client: rate limits, and the clock that is shared."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
import respx

from doubles import NotedLimiter
from made_up_vendor import ASK, URL, Thing
from media_tracks_server.http import (
    VendorClient,
)
from media_tracks_tools.errors import (
    DatabaseUnusable,
    RateLimited,
)


async def test_a_read_waits_as_long_as_a_429_asks_when_that_is_short(
    vendor: VendorClient, wire: respx.MockRouter, limiter: NotedLimiter
) -> None:
    wire.get(URL).mock(
        side_effect=[
            httpx.Response(429, headers={"Retry-After": "1"}),
            httpx.Response(200, json={"count": 3}),
        ]
    )
    assert (await vendor.read("thing", ASK)).parse(Thing).count == 3
    assert limiter.pushed == [1.0]
    assert len(limiter.taken) == 2


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "300"}, 300.0),
        ({"X-RateLimit-Reset": "12"}, 12.0),
        ({"Retry-After": "later", "X-RateLimit-Reset": "9"}, 9.0),
        ({"Retry-After": "inf", "X-RateLimit-Reset": "9"}, 9.0),
        ({"Retry-After": "99999999"}, 3600.0),
    ],
)
async def test_a_long_wait_is_raised_at_once_and_moves_the_shared_clock(
    vendor: VendorClient,
    wire: respx.MockRouter,
    limiter: NotedLimiter,
    headers: dict[str, str],
    seconds: float,
) -> None:
    route = wire.get(URL).respond(429, headers=headers)
    with pytest.raises(RateLimited) as caught:
        await vendor.read("thing", ASK)
    assert caught.value.retry_after_seconds == seconds
    assert limiter.pushed == [seconds]
    assert route.call_count == 1


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "Thu, 99 Foo 2026 00:00:00 GMT"}])
async def test_a_429_without_a_time_asks_for_a_burst_of_patience(
    vendor: VendorClient, wire: respx.MockRouter, limiter: NotedLimiter, headers: dict[str, str]
) -> None:
    wire.post(URL).respond(429, headers=headers)
    with pytest.raises(RateLimited) as caught:
        await vendor.write("POST", "thing", ASK)
    assert caught.value.retry_after_seconds == 2.0
    assert limiter.pushed == [2.0]


@pytest.mark.parametrize(("minutes", "low", "high"), [(5, 290, 300), (-5, 0, 0)])
async def test_retry_after_may_be_a_date(
    vendor: VendorClient, wire: respx.MockRouter, minutes: int, low: float, high: float
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    wire.post(URL).respond(429, headers={"Retry-After": date})
    with pytest.raises(RateLimited) as caught:
        await vendor.write("POST", "thing", ASK)
    assert low <= (caught.value.retry_after_seconds or 0) <= high


@pytest.mark.parametrize(
    ("headers", "pushed"),
    [
        ({"X-RateLimit-Remaining": "0"}, [2.0]),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "3"}, [3.0]),
        ({"X-RateLimit-Remaining": "28"}, []),
        ({"Ratelimit": '"default";r=0;t=30'}, [30.0]),
        ({"Ratelimit": '"default";r=50;t=30'}, []),
        ({"Ratelimit": "nonsense"}, []),
    ],
)
async def test_an_answer_that_leaves_no_request_over_moves_the_shared_clock(
    vendor: VendorClient,
    wire: respx.MockRouter,
    limiter: NotedLimiter,
    headers: dict[str, str],
    pushed: list[float],
) -> None:
    wire.get(URL).respond(200, headers=headers, json={"count": 1})
    await vendor.read("thing", ASK)
    assert limiter.pushed == pushed


async def test_an_answer_is_not_lost_because_the_shared_clock_is_broken(
    vendor: VendorClient,
    wire: respx.MockRouter,
    limiter: NotedLimiter,
    caplog: pytest.LogCaptureFixture,
) -> None:
    limiter.broken = DatabaseUnusable("locked")
    wire.post(URL).respond(200, headers={"X-RateLimit-Remaining": "0"}, json={"count": 1})
    assert (await vendor.write("POST", "thing", ASK)).parse(Thing).count == 1
    assert "database_unusable" in caplog.text


async def test_nothing_is_sent_when_it_is_not_our_turn(
    vendor: VendorClient, wire: respx.MockRouter, limiter: NotedLimiter
) -> None:
    limiter.refusal = RateLimited("later", retry_after_seconds=100)
    with pytest.raises(RateLimited):
        await vendor.read("thing", ASK)
    with pytest.raises(RateLimited):
        await vendor.write("POST", "thing", ASK)
    assert wire.calls.call_count == 0
    read_budget, write_budget = (budget for _, budget in limiter.taken)
    assert 7.9 < read_budget <= 8.0
    assert write_budget == 8.0
