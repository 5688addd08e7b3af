"""Telling those who watch `job://`, `tracks://` and `subtitles://` resources that they changed."""

from media_tracks_server.watching.announcer import Announcer
from media_tracks_server.watching.asking import ListenGate, serve_subscribe

__all__ = ["Announcer", "ListenGate", "serve_subscribe"]
