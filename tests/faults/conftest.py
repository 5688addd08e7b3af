"""One sandbox a vendor for all tests of a process; each test has a video of its own."""

from collections.abc import Iterator

import pytest

from fault_site import Site, site


@pytest.fixture(scope="session")
def datocms() -> Iterator[Site]:
    """DatoCMS."""
    with site("datocms") as one:
        yield one


@pytest.fixture(scope="session")
def cloudflare() -> Iterator[Site]:
    """Cloudflare Stream, whose labels are unique."""
    with site("cloudflare") as one:
        yield one
