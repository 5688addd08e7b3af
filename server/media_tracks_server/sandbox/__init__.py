"""The vendors' wire on loopback, written from their documentation."""

from media_tracks_server.sandbox.clock import ManualClock
from media_tracks_server.sandbox.log import Effect, LogEntry
from media_tracks_server.sandbox.serve import run, running
from media_tracks_server.sandbox.settings import CloudflareInfo, DatoCmsInfo, SandboxInfo

__all__ = [
    "CloudflareInfo",
    "DatoCmsInfo",
    "Effect",
    "LogEntry",
    "ManualClock",
    "SandboxInfo",
    "run",
    "running",
]
