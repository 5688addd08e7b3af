"""The errors of fetching a user's URL: what the URL is, or what its host fails at.

Only the URL without its query is shown, since a query may hold a signature.
"""

import ssl

import httpx

from media_tracks_server.http import plain, redact
from media_tracks_tools.errors import (
    CallerError,
    MediaTracksError,
    NotFound,
    RateLimited,
    SetupError,
    Unavailable,
    Unreachable,
    Unreadable,
)

_AGAIN = "Try again in a minute."
_OPENS = "Give a URL that opens in a private browser window, or save the file first."
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LATER = (408, 425)


def shown(url: httpx.URL) -> str:
    """The URL as it may be shown to anybody."""
    return plain(redact(str(url)))


def megabytes(size: int) -> str:
    """A size in the words of a limit."""
    return f"{size / 1_000_000:g} MB"


def bad_url(why: str) -> CallerError:
    """The error of what can't be fetched, whoever is asked; it quotes nothing."""
    return CallerError(
        f"The URL {why}.",
        next_step="Give an address that begins with https:// or http://, as a browser shows it.",
        code="bad_url",
    )


def private(url: httpx.URL) -> CallerError:
    """The error of a host on somebody's own network; its address is not told."""
    return CallerError(
        f"{plain(url.host)} is not on the public internet, so nothing is fetched from it.",
        next_step="Give a public URL. Whoever runs this server can allow private ones with "
        "MEDIA_TRACKS_ALLOW_PRIVATE_URLS.",
        code="private_address",
    )


def too_large(url: httpx.URL, limit: int) -> CallerError:
    """The error of a body beyond the limit, announced or arrived."""
    return CallerError(
        f"What is at {shown(url)} is larger than {megabytes(limit)}.",
        next_step="Name a smaller file.",
        code="too_large",
    )


def too_many_redirects(url: httpx.URL) -> CallerError:
    """The error of a URL that leads on and on."""
    return CallerError(
        f"{shown(url)} redirects too often.", next_step=_OPENS, code="too_many_redirects"
    )


def for_status(url: httpx.URL, status: int) -> MediaTracksError:
    """The error of an answer without the file."""
    if status in (404, 410):
        return NotFound(
            f"There is nothing at {shown(url)} (HTTP {status}).", next_step="Check the URL."
        )
    if status == 429:
        return RateLimited(f"{plain(url.host)} wants fewer requests (HTTP 429).", next_step=_AGAIN)
    if 400 <= status < 500 and status not in _LATER:
        return CallerError(
            f"{plain(url.host)} does not give {shown(url)} to everybody (HTTP {status}).",
            next_step=_OPENS,
            code="url_refused",
        )
    return Unavailable(
        f"{plain(url.host)} has no usable answer for {shown(url)} (HTTP {status}).",
        next_step=_AGAIN,
    )


def no_such_host(url: httpx.URL) -> Unreachable:
    """The error of a name without an address."""
    return Unreachable(
        f"No address was found for {plain(url.host)}.",
        next_step="Check the URL and the network, then try again.",
    )


def no_answer(url: httpx.URL, cut: Exception) -> MediaTracksError:
    """The error of a request that got no answer, or not all of it."""
    host, what = plain(url.host), type(cut).__name__
    if _by_certificate(cut):
        return Unreachable(
            f"The certificate of {host} is not valid for it.",
            next_step="Check the URL; if it is right, its host has to mend that.",
        )
    if isinstance(cut, _NOT_SENT):
        return Unreachable(
            f"{host} can't be reached ({what}).",
            next_step="Check the URL and the network, then try again.",
        )
    return Unavailable(f"{host} stopped in the middle of its answer ({what}).", next_step=_AGAIN)


def too_slow(url: httpx.URL, seconds: float) -> Unavailable:
    """The error of a body that would take longer than we wait."""
    return Unavailable(
        f"{shown(url)} did not arrive within {seconds:g} s.",
        next_step="Try again, or save the file first and name that.",
    )


def unreadable(url: httpx.URL) -> Unreadable:
    """The error of a body that its content encoding does not describe."""
    return Unreadable(
        f"{plain(url.host)} sent {shown(url)} in an encoding that can't be undone.",
        next_step="Try again; if that does not help, save the file first and name that.",
    )


def unwritable(error: OSError) -> SetupError:
    """The error of a disk that does not take what arrives."""
    return SetupError(
        f"What was being fetched can't be written to this server's disk: {error.strerror}.",
        next_step="Make room there, or mend the folder's rights, then try again.",
        code="not_writable",
    )


def _by_certificate(cut: Exception) -> bool:
    cause: BaseException | None = cut
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
