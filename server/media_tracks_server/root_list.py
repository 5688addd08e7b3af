"""`MEDIA_TRACKS_LOCAL_ROOTS`: folders separated as in PATH, each optionally `name=folder`."""

import os
import re
from collections.abc import Iterator

_NAME = re.compile(r"[a-z0-9-]{1,32}")


def split_roots(text: str) -> Iterator[tuple[str | None, str]]:
    """Each folder and its name, if it has one.

    An `=` behind what is no account name belongs to the path.
    """
    for part in text.split(os.pathsep):
        name, equals, folder = part.strip().partition("=")
        if equals and _NAME.fullmatch(name.strip().lower()):
            yield name.strip().lower(), folder.strip()
        elif part.strip():
            yield None, part.strip()
