"""Adapters over a fake wire: no retry waits, a limiter that only takes notes."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import respx
import stamina

from doubles import ACCOUNT_ID, CLOUDFLARE_URL, DATOCMS_URL, TOKEN, NotedLimiter
from made_up_vendor import VENDOR
from media_tracks_server.http import VendorClient, new_client
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_server.providers.datocms import DatoCMS


@pytest.fixture(autouse=True, scope="module")
def retries_without_waits() -> Iterator[None]:
    stamina.set_testing(True, attempts=4, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture
def limiter() -> NotedLimiter:
    return NotedLimiter()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with new_client() as client:
        yield client


@pytest.fixture
def wire() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
def datocms(limiter: NotedLimiter, client: httpx.AsyncClient) -> DatoCMS:
    return DatoCMS("datocms", TOKEN, base_url=DATOCMS_URL, limiter=limiter, client=client)


@pytest.fixture
def cloudflare(limiter: NotedLimiter, client: httpx.AsyncClient) -> CloudflareStream:
    return CloudflareStream(
        "cloudflare", TOKEN, ACCOUNT_ID, base_url=CLOUDFLARE_URL, limiter=limiter, client=client
    )


@pytest.fixture
def vendor(limiter: NotedLimiter, client: httpx.AsyncClient) -> VendorClient:
    return VendorClient(VENDOR, limiter, client)
