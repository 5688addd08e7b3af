"""The shared HTTP client of the vendor adapters: one status table, no secrets in words."""

from media_tracks_server.http.client import VendorClient, new_client
from media_tracks_server.http.limits import Bucket, Limiter
from media_tracks_server.http.vendor import Answer, Ask, Vendor, VendorSays, fingerprint
from media_tracks_server.http.words import plain, redact

__all__ = [
    "Answer",
    "Ask",
    "Bucket",
    "Limiter",
    "Vendor",
    "VendorClient",
    "VendorSays",
    "fingerprint",
    "new_client",
    "plain",
    "redact",
]
