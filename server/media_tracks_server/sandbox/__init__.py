"""The vendors' wire on loopback, written from their documentation."""

from media_tracks_server.sandbox.clock import ManualClock
from media_tracks_server.sandbox.faults import Fault
from media_tracks_server.sandbox.info import CloudflareInfo, DatoCmsInfo, SandboxInfo
from media_tracks_server.sandbox.log import Effect, LogEntry
from media_tracks_server.sandbox.serve import run, running

__all__ = [
    "CloudflareInfo",
    "DatoCmsInfo",
    "Effect",
    "Fault",
    "LogEntry",
    "ManualClock",
    "SandboxInfo",
    "run",
    "running",
]
