"""The one secret of this server, and the values it signs.

Servers that share jobs have to share it, or a value that one of them names is nothing to the
next: a setting, else a file in the data folder that only this user can read.
"""

import base64
import hashlib
import hmac
import logging
import os
import secrets
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path

from media_tracks_server.settings import Settings

_NAME = "secret"
_BYTES = 32
_LONGEST = 4096
_SHOWN_BYTES = 15
_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH | stat.S_IXGRP | stat.S_IXOTH
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_FLAGS = os.O_RDONLY if sys.platform == "win32" else os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_PURPOSE = b"media-tracks confirm\0"

_log = logging.getLogger(__name__)


class _Unfit(Exception):
    """The file is not one to trust; the words say why."""


def secret_of(settings: Settings) -> bytes:
    """The secret of a server with these settings; the data folder is the job database's."""
    given = settings.secret.get_secret_value() if settings.secret is not None else None
    return server_secret(given, settings.database_path.parent)


def server_secret(settings_secret: str | None, folder: Path) -> bytes:
    """The secret: the setting's, else that of the file `secret` in `folder`, made when missing.

    Where that file can't be had or trusted, one for this process alone, with a warning.
    """
    if settings_secret:
        return settings_secret.encode("utf-8", "surrogatepass")
    path = folder / _NAME
    try:
        return _kept(path)
    except (OSError, _Unfit) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        _log.warning(
            "the secret %s can't be used (%s), so one is made up for this process: a confirm "
            "value holds until it ends and in no other server; mend or remove that file, or set "
            "MEDIA_TRACKS_SECRET",
            path,
            why,
        )
        return secrets.token_bytes(_BYTES)


@dataclass(frozen=True)
class Signer:
    """Makes the values by which a client shows that its user was asked.

    `refuses`: nothing is to be deleted or replaced here, whoever agrees.
    """

    secret: bytes = field(repr=False)
    refuses: bool

    def value(self, *parts: str) -> str:
        """120 bits of an HMAC-SHA256 over the parts: 24 lower-case letters and digits.

        Each part goes in with its length, so that no two lists of parts read the same.
        """
        mac = hmac.new(self.secret, _PURPOSE, hashlib.sha256)
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")
            mac.update(len(data).to_bytes(8, "big"))
            mac.update(data)
        return base64.b32encode(mac.digest()[:_SHOWN_BYTES]).decode().lower()


def _kept(path: Path) -> bytes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return _read(path)
    except FileNotFoundError:
        _make(path)
        return _read(path)


def _make(path: Path) -> None:
    """Put a whole secret there at once, unless another process was first.

    A hard link, unlike a rename, fails where the name is taken: so all end with the same one.
    """
    made = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        with open(made, "xb", opener=_private) as file:
            file.write(secrets.token_urlsafe(_BYTES).encode())
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(made)
        except FileExistsError:
            _log.debug("another process has just made the secret")
    finally:
        made.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _read(path: Path) -> bytes:
    """The secret of a file that is this user's alone. Raises OSError and _Unfit."""
    if path.is_symlink():
        raise _Unfit("it is a symbolic link")
    handle = os.open(path, _FLAGS)
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise _Unfit("it is no ordinary file")
        if sys.platform != "win32":
            _keep_private(handle, found, path)
        secret = os.read(handle, _LONGEST).strip()
    finally:
        os.close(handle)
    if len(secret) < _BYTES:
        raise _Unfit(f"it holds less than {_BYTES} bytes")
    return secret


def _keep_private(handle: int, found: os.stat_result, path: Path) -> None:
    """Others may have put in what they know, or may only have looked: that is mended."""
    if found.st_uid != os.geteuid():
        raise _Unfit("it belongs to another user")
    if found.st_mode & _OTHERS_WRITE:
        raise _Unfit("others may write it")
    if found.st_mode & _OTHERS_READ:
        os.fchmod(handle, 0o600)
        _log.warning("others could read the secret %s until now; remove it to have a new one", path)
