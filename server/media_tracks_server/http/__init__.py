"""The shared HTTP client of the vendor adapters: one status table, no secrets in words."""

from media_tracks_server.http.client import VendorClient, new_client
from media_tracks_server.http.files import Files, checked_file, is_url, no_files, unreadable
from media_tracks_server.http.limits import Bucket, Limiter
from media_tracks_server.http.vendor import (
    Answer,
    Ask,
    Known,
    Places,
    Vendor,
    VendorSays,
    fingerprint,
)
from media_tracks_server.http.wire import Id, Seconds, When, Wire, segment
from media_tracks_server.http.words import plain, redact, web_address

__all__ = [
    "Answer",
    "Ask",
    "Bucket",
    "Files",
    "Id",
    "Known",
    "Limiter",
    "Places",
    "Seconds",
    "Vendor",
    "VendorClient",
    "VendorSays",
    "When",
    "Wire",
    "checked_file",
    "fingerprint",
    "is_url",
    "new_client",
    "no_files",
    "plain",
    "redact",
    "segment",
    "unreadable",
    "web_address",
]
