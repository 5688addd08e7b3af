"""Which URLs may be fetched at all, whether a user or a redirect names them."""

import httpx

from media_tracks_server.fetching import faults

_MAX_PORT = 65535


def checked(url: str) -> httpx.URL:
    """The URL taken apart. Raises CallerError where it is none of http(s), or holds a login."""
    try:
        address = httpx.URL(url.strip())
        host = address.host
    except (httpx.InvalidURL, ValueError):  # the second for what is no IDNA, and no UTF-8
        raise faults.bad_url("is not one that can be read") from None
    if address.scheme not in ("http", "https"):
        raise faults.bad_url("is neither https:// nor http://")
    if not host or (address.port or 0) > _MAX_PORT:
        raise faults.bad_url("has no host, or a port that there is not")
    if address.userinfo:
        raise faults.bad_url("holds a user name or password, which is never sent")
    return address


def redirected(response: httpx.Response) -> httpx.URL:
    """Where a redirect leads, held to the same rules. Raises Unavailable where it leads nowhere."""
    location = response.headers.get("Location")
    if not location:
        raise faults.for_status(response.url, response.status_code)
    try:
        return checked(str(response.url.join(location)))
    except (httpx.InvalidURL, ValueError):
        raise faults.bad_url("redirects to one that can't be read") from None
