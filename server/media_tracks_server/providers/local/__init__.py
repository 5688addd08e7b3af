"""Video files on this machine."""
