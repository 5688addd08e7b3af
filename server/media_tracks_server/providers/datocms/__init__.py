"""DatoCMS: upload tracks over the Content Management API."""

from media_tracks_server.providers.datocms.provider import DatoCMS

__all__ = ["DatoCMS"]
