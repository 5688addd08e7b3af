"""Cloudflare Stream: captions and additional audio tracks."""

from media_tracks_server.providers.cloudflare.provider import CloudflareStream

__all__ = ["CloudflareStream"]
