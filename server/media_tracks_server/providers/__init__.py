"""Adapters: one a vendor, and one for files on this machine."""
