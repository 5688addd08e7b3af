"""Where a running sandbox can be reached."""

from dataclasses import dataclass

import httpx

from media_tracks_server.sandbox.faults import parse_fault
from media_tracks_server.sandbox.log import FAULTS_PATH, LOG_PATH, LogEntry, entries_from


@dataclass(frozen=True)
class DatoCmsInfo:
    """What an account of the sandbox's DatoCMS needs to be configured."""

    base_url: str
    token: str
    read_only_token: str
    """Of a role that may only read uploads."""
    mux_base_url: str
    """Before `/{playback_id}/text/{track_id}.vtt`, in the place of https://stream.mux.com."""
    upload_id: str
    silent_id: str
    non_video_upload_id: str


@dataclass(frozen=True)
class CloudflareInfo:
    """What an account of the sandbox's Cloudflare needs; base_url ends in /client/v4."""

    base_url: str
    token: str
    read_only_token: str
    """Has Stream Read and not Stream Write."""
    account_id: str
    video_uid: str
    silent_id: str


@dataclass(frozen=True)
class SandboxInfo:
    """The addresses of a running sandbox; a vendor that was not started is None."""

    datocms: DatoCmsInfo | None
    cloudflare: CloudflareInfo | None
    log_url: str

    def log(self) -> tuple[LogEntry, ...]:
        """Ask the sandbox, over HTTP, for every request and effect so far."""
        return entries_from(httpx.get(self.log_url, trust_env=False).content)

    def arm(self, *faults: str) -> None:
        """Let a running sandbox, over HTTP, play more faults; each is NAME[@any][:P].

        Raises SetupError for a fault that does not exist.
        """
        for fault in faults:
            parse_fault(fault)
        url = self.log_url.removesuffix(LOG_PATH) + FAULTS_PATH
        httpx.post(url, json={"faults": faults}, trust_env=False).raise_for_status()
