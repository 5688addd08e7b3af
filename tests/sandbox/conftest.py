"""A sandbox on a clock that stands still, and the clients that speak to it."""

from collections.abc import Iterator

import httpx
import pytest
from cloudflare import Cloudflare

from media_tracks_server.sandbox import ManualClock, SandboxInfo, running
from subjects import Subject, opened


@pytest.fixture
def clock() -> ManualClock:
    """The sandbox's time; jobs take ten of its seconds."""
    return ManualClock()


@pytest.fixture
def sandbox(clock: ManualClock) -> Iterator[SandboxInfo]:
    """Both vendors, fresh for each test."""
    with running("all", job_seconds=10, clock=clock) as info:
        yield info


@pytest.fixture
def datocms(sandbox: SandboxInfo) -> Iterator[httpx.Client]:
    """A plain client with the headers that DatoCMS's documentation asks for."""
    assert sandbox.datocms
    headers = {
        "Authorization": f"Bearer {sandbox.datocms.token}",
        "Accept": "application/json",
        "X-Api-Version": "3",
    }
    with httpx.Client(
        base_url=sandbox.datocms.base_url, headers=headers, trust_env=False
    ) as client:
        yield client


@pytest.fixture
def cloudflare(sandbox: SandboxInfo) -> Iterator[Cloudflare]:
    """The official SDK, which would repeat a 409 on its own account if it were let."""
    assert sandbox.cloudflare
    with Cloudflare(
        api_token=sandbox.cloudflare.token, base_url=sandbox.cloudflare.base_url, max_retries=0
    ) as client:
        yield client


@pytest.fixture
def stream(sandbox: SandboxInfo) -> Iterator[httpx.Client]:
    """A plain client at /accounts/:account_id, for what the SDK cannot send or hides."""
    assert sandbox.cloudflare
    account = f"{sandbox.cloudflare.base_url}/accounts/{sandbox.cloudflare.account_id}"
    headers = {"Authorization": f"Bearer {sandbox.cloudflare.token}"}
    with httpx.Client(base_url=account, headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture(params=["datocms", "cloudflare"])
def vendor(request: pytest.FixtureRequest) -> str:
    """Each vendor in turn."""
    return str(request.param)


@pytest.fixture
def subject(vendor: str, clock: ManualClock) -> Iterator[Subject]:
    """Each vendor alone, without a fault so far."""
    with running(vendor, job_seconds=10, clock=clock) as info, opened(info) as one:
        yield one
