"""`python -m media_tracks_server` is the command `media-tracks`."""

from media_tracks_server.cli import main

main()
