"""The errors a user can meet, by who can mend them.

    MediaTracksError
    ├── CallerError             yours: another argument mends it
    │   ├── NotFound            no such account, video, track, job
    │   ├── NotSupported        this account or file can't do that
    │   └── Conflict            something else is there, or another request is open
    ├── SetupError              your setup: a credential, a setting, a file system
    │   ├── CredentialRefused   the vendor does not take the token
    │   ├── PermissionMissing   the token is good but may not do this
    │   ├── ModelMissing        no speech model where the setting points
    │   └── DatabaseUnusable    the job database is locked, corrupt or too new
    ├── VendorError             the vendor's
    │   ├── Refused             a definite no (4xx)
    │   ├── RateLimited         too many requests; says when to come back
    │   ├── Unreachable         certainly not sent: no name, no connection
    │   ├── Unavailable         sent, or maybe; no usable answer (timeout, cut, 5xx)
    │   └── Unreadable          accepted (2xx) with a body that can't be read
    └── InternalError           ours: a bug
        └── WorkerDied          a process of ours ended without a word

Adapters raise these, nothing between catches them, one boundary turns them into an answer.
For a request that writes, a `CallerError`, a `SetupError`, `Refused`, `RateLimited` and
`Unreachable` mean that nothing happened at the vendor; `Unavailable` means nobody knows;
`Unreadable` means that it did.
"""

from enum import StrEnum
from typing import ClassVar


class Side(StrEnum):
    """Whose turn it is to mend an error."""

    YOURS = "yours"
    YOUR_SETUP = "your setup"
    VENDOR = "the vendor"
    OURS = "media-tracks"


class MediaTracksError(Exception):
    """Something went wrong and it is known what, whose side it is on and what to do.

    `code` is a stable snake_case word, `message` a sentence without any credential,
    `next_step` the next thing to do, `retry_after_seconds` the wait where one is known.
    """

    side: ClassVar[Side] = Side.OURS
    default_code: ClassVar[str] = "internal_error"

    def __init__(
        self,
        message: str,
        *,
        next_step: str | None = None,
        code: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.code = code or self.default_code
        self.retry_after_seconds = retry_after_seconds


class CallerError(MediaTracksError):
    """The call can't be done as asked; another argument mends it."""

    side = Side.YOURS
    default_code = "bad_request"


def bad_cursor(tool: str) -> CallerError:
    """The error of a cursor that is not one of this tool's."""
    return CallerError(
        f"This cursor is not one of {tool}.",
        code="bad_cursor",
        next_step="Pass next_cursor exactly as it came, or leave it out to start anew.",
    )


class NotFound(CallerError):
    """No such account, video, track or job, or none that this caller may see."""

    default_code = "not_found"


class NotSupported(CallerError):
    """This account, file or vendor has no way to do that."""

    default_code = "not_supported"


class Conflict(CallerError):
    """What is asked collides with what exists or with another open request."""

    default_code = "conflict"


class SetupError(MediaTracksError):
    """The person who installed the server has to change something."""

    side = Side.YOUR_SETUP
    default_code = "setup"


class CredentialRefused(SetupError):
    """The vendor does not accept the token."""

    default_code = "credential_refused"


class PermissionMissing(SetupError):
    """The token is good, but may not do this."""

    default_code = "permission_missing"


class ModelMissing(SetupError):
    """There is no speech model where the setting points."""

    default_code = "speech_model_missing"


class DatabaseUnusable(SetupError):
    """The job database is locked, corrupt, too new, or on a file system that can't hold it."""

    default_code = "database_unusable"


class VendorError(MediaTracksError):
    """The vendor failed or said no."""

    side = Side.VENDOR
    default_code = "vendor_error"


class Refused(VendorError):
    """A definite no (4xx): nothing happened. `code` is the vendor's own where it has one."""

    default_code = "refused"


class RateLimited(VendorError):
    """Too many requests; `retry_after_seconds` says when to come back. Nothing happened."""

    default_code = "rate_limited"


class Unreachable(VendorError):
    """The request was certainly not sent: no name, no connection, no TLS."""

    default_code = "unreachable"


class Unavailable(VendorError):
    """No usable answer (timeout, cut connection, 408, 5xx): for a write, nobody knows."""

    default_code = "unavailable"


class Unreadable(VendorError):
    """The vendor accepted (2xx) but its answer can't be read: a write has happened."""

    default_code = "unreadable_answer"


class InternalError(MediaTracksError):
    """A bug of media-tracks."""


class WorkerDied(InternalError):
    """A process of ours ended, or fell silent, without saying why."""

    default_code = "worker_died"
