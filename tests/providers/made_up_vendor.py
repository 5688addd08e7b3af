"""A vendor that is none of ours, for the tests of the shared client."""

from pydantic import BaseModel

from doubles import TOKEN
from media_tracks_server.http import (
    Ask,
    Bucket,
    Vendor,
    VendorSays,
)

URL = "https://vendor.test/v1/thing"


ASK = Ask("counting the things", "There is no thing 7")


class Thing(BaseModel):
    """A body of the wanted shape."""

    count: int


def says_nothing(status: int, body: bytes) -> VendorSays:
    """A vendor whose error bodies mean nothing to us."""
    assert status >= 400
    assert isinstance(body, bytes)
    return VendorSays()


def says_its_body(status: int, body: bytes) -> VendorSays:
    """A vendor whose error body is its message."""
    assert status >= 400
    return VendorSays(code="TOO_BAD", message=body.decode())


VENDOR = Vendor(
    name="Vendor",
    base_url="https://vendor.test/v1/",
    bucket=Bucket("key", interval_seconds=0.5, burst=4),
    settings="VENDOR_TOKEN",
    base_url_setting="VENDOR_BASE_URL",
    read_error=says_nothing,
    headers={"Authorization": f"Bearer {TOKEN}"},
    secrets=(TOKEN,),
)
