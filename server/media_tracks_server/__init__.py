"""The server: everything that supplies what `media_tracks_tools` asks for."""
