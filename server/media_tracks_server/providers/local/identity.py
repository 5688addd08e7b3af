"""What a root really is, whatever it is called."""

import hashlib
import os

from media_tracks_server.providers.local.roots import Root


def fingerprint(root: Root) -> str:
    """A hash of the root's real path on this machine."""
    return hashlib.sha256(f"local\0{os.path.realpath(root.path)}".encode()).hexdigest()
