"""Which tools an account can't serve when its credential may not read, or not write."""

from media_tracks_server.selection import TOOLS
from media_tracks_tools import jobs, videos

_OF_VIDEOS = [spec for spec in TOOLS if spec not in jobs.TOOLS]

CHANGING = tuple(spec.name for spec in _OF_VIDEOS if not spec.read_only)
EVERY = tuple(spec.name for spec in _OF_VIDEOS if spec.handler is not videos.list_accounts)
"""All that need the account itself; list_accounts goes on and says what is wrong with it."""
