"""How one sandbox behaves, and where it can be reached."""

import time
from dataclasses import dataclass

import httpx

from media_tracks_server.sandbox.clock import Clock
from media_tracks_server.sandbox.log import LogEntry, entries_from


@dataclass(frozen=True)
class SandboxSettings:
    """What both vendors' servers share; a later switch becomes a field here."""

    job_seconds: float = 3.0
    clock: Clock = time.monotonic


@dataclass(frozen=True)
class DatoCmsInfo:
    """What an account of the sandbox's DatoCMS needs to be configured."""

    base_url: str
    token: str
    upload_id: str
    non_video_upload_id: str


@dataclass(frozen=True)
class CloudflareInfo:
    """What an account of the sandbox's Cloudflare needs; base_url ends in /client/v4."""

    base_url: str
    token: str
    account_id: str
    video_uid: str


@dataclass(frozen=True)
class SandboxInfo:
    """The addresses of a running sandbox; a vendor that was not started is None."""

    datocms: DatoCmsInfo | None
    cloudflare: CloudflareInfo | None
    log_url: str

    def log(self) -> tuple[LogEntry, ...]:
        """Ask the sandbox, over HTTP, for every request and effect so far."""
        return entries_from(httpx.get(self.log_url, trust_env=False).content)
