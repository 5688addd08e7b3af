"""Fetching what a user's URL names, from public addresses only, bounded in size and time."""

from media_tracks_server.fetching.fetcher import Fetched, Fetcher, Report, Times
from media_tracks_server.fetching.text import text_in

__all__ = ["Fetched", "Fetcher", "Report", "Times", "text_in"]
