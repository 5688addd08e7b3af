"""Where a track's text or sound may come from: a file under a local root, or a public URL."""

import os
import re
from pathlib import Path

import anyio.to_thread

from media_tracks_server.fetching import Fetcher, text_in
from media_tracks_server.fetching.faults import megabytes
from media_tracks_server.providers.local.roots import Root, is_utf8, resolve_within
from media_tracks_tools.errors import CallerError, NotFound, SetupError

MAX_TEXT_BYTES = 5_000_000
_URL = re.compile(r"\s*[a-zA-Z][a-zA-Z0-9+.-]*://")
_SHOWN = 120


class Sources:
    """The sources of every tool of this server; see `media_tracks_tools.services.Sources`."""

    def __init__(self, roots: tuple[Root, ...], fetcher: Fetcher) -> None:
        self._roots = roots
        self._fetcher = fetcher

    def file(self, named: str) -> Path:
        """The real path of a file under a local root. Blocking.

        Raises NotFound outside and where none is, CallerError for a folder, and SetupError
        where no root is configured.
        """
        if not self._roots:
            raise SetupError(
                "No folder is configured, so no file of this machine can be used.",
                code="no_local_root",
                next_step="Set MEDIA_TRACKS_LOCAL_ROOTS to the folder that holds it.",
            )
        if not is_utf8(named):
            raise CallerError(
                "The name of the file holds a character that is no text.",
                next_step="Give its path as it is in the configured folder.",
            )
        try:
            return resolve_within(self._roots, named)
        except NotFound:
            if _is_folder(self._roots, named):
                raise CallerError(
                    f"{_shown(named)} is a folder.", next_step="Name a file in it."
                ) from None
            raise

    async def text(self, named: str) -> str:
        """The text of a file under a local root, or at a public http(s) URL; at most 5 MB.

        Raises CallerError, SetupError as `file` does, or VendorError where the URL's host fails.
        """
        if _URL.match(named):
            return await self._fetcher.fetch_text(named, MAX_TEXT_BYTES)
        return await anyio.to_thread.run_sync(self._text_of_file, named)

    def _text_of_file(self, named: str) -> str:
        path = self.file(named)
        try:
            with path.open("rb") as file:
                data = file.read(MAX_TEXT_BYTES + 1)
        except OSError as error:
            raise CallerError(
                f"{_shown(named)} can't be read: {error.strerror}.",
                code="file_unreadable",
                next_step="Check that it is there and may be read, then ask again.",
            ) from None
        if len(data) > MAX_TEXT_BYTES:
            raise CallerError(
                f"{_shown(named)} is larger than {megabytes(MAX_TEXT_BYTES)}.",
                code="too_large",
                next_step="Name the file with the subtitles alone.",
            )
        return text_in(data, _shown(named))


def _is_folder(roots: tuple[Root, ...], named: str) -> bool:
    """Whether a root holds such a folder; of folders outside nothing is told.

    (`Path.is_dir` raises for a name that is too long.)
    """
    if "\0" in named:
        return False
    name, _, rest = named.partition("/")
    places = [(root, path) for root in roots for path in (named, rest if root.name == name else "")]
    for root, path in places:
        real = Path(os.path.realpath(root.path / path))
        inside = path and real.is_relative_to(os.path.realpath(root.path))
        if inside and os.path.isdir(real):  # noqa: PTH112
            return True
    return False


def _shown(named: str) -> str:
    return repr(named if len(named) <= _SHOWN else named[:_SHOWN] + "…")
