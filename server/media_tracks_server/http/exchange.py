"""One request and as much of its answer as came, whoever it was sent to."""

from dataclasses import dataclass, field

import httpx

MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_PORT = 65535


@dataclass
class Arrived:
    """What has come back so far; `whole` once the body has ended."""

    status: int | None = None
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    body: bytearray = field(default_factory=bytearray)
    whole: bool = False


async def exchange(client: httpx.AsyncClient, request: httpx.Request, arrived: Arrived) -> None:
    """Send once, follow no redirect, and note in `arrived` what comes, at most MAX_BODY_BYTES."""
    response = await client.send(request, stream=True, follow_redirects=False)
    try:
        arrived.status, arrived.headers = response.status_code, response.headers
        async for chunk in response.aiter_bytes():
            arrived.body += chunk
            if len(arrived.body) > MAX_BODY_BYTES:
                return
        arrived.whole = True
    finally:
        await response.aclose()
