"""Status → error, in this one place; and the errors of requests that got no answer."""

import re
from collections.abc import Mapping

import httpx

from media_tracks_server.http.limits import wait_after
from media_tracks_server.http.vendor import Ask, Vendor
from media_tracks_server.http.words import plain, redact
from media_tracks_tools.errors import (
    CallerError,
    CredentialRefused,
    MediaTracksError,
    NotFound,
    PermissionMissing,
    RateLimited,
    Refused,
    SetupError,
    Unavailable,
    Unreachable,
)

_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_WRONG_ADDRESS = (httpx.UnsupportedProtocol, httpx.InvalidURL)
_BY_STATUS: Mapping[int, type[MediaTracksError]] = {
    401: CredentialRefused,
    403: PermissionMissing,
    404: NotFound,
    408: Unavailable,
    425: Unavailable,
    429: RateLimited,
    499: Unavailable,
}
_FIND = "Find the video again with find_videos."
_AGAIN = "Try again in a minute."


def meaning(status: int) -> type[MediaTracksError]:
    """What a status that is no success means, unless the vendor's own code says more."""
    if status >= 500:
        return Unavailable
    return _BY_STATUS.get(status, Refused if status >= 400 else SetupError)


def error_for(
    vendor: Vendor, status: int, headers: Mapping[str, str], body: bytes, ask: Ask
) -> MediaTracksError:
    """The error of an answer that is no success, with the vendor's words as a quotation."""
    if status < 400:
        return wrong_address(vendor, f"answers with a redirect or nothing (HTTP {status})")
    says = vendor.read_error(status, body)
    kind = says.means or meaning(status)
    missing = ask.missing if status == 404 else None
    message = (missing or _sentence(kind, vendor, ask)).rstrip(".")
    words = plain(redact((says.message or "")[:4000], vendor.secrets))
    code = says.code if says.code and _CODE.fullmatch(says.code) else None
    return kind(
        f"{message} (HTTP {status}{f', {code}' if code else ''})."
        + (f" {vendor.name} says: “{words}”" if words else ""),
        next_step=says.next_step or _next_step(kind, vendor),
        code=code if kind is Refused else None,
        retry_after_seconds=wait_after(headers, vendor.bucket) if kind is RateLimited else None,
    )


def credential_unsendable(vendor: Vendor) -> CredentialRefused:
    """The error of a token that no HTTP header can carry: empty, or with spaces or line ends."""
    return CredentialRefused(
        f"The {vendor.name} token is empty or has characters that no token has.",
        next_step=_next_step(CredentialRefused, vendor),
    )


def no_answer(vendor: Vendor, cut: Exception, ask: Ask) -> MediaTracksError:
    """The error of a request that got no status: certainly not sent, or nobody knows."""
    what = type(cut).__name__
    if isinstance(cut, _NOT_SENT):
        return Unreachable(
            f"{vendor.name} can't be reached for {ask.doing} ({what}); nothing was sent.",
            next_step=f"Check the network and {vendor.base_url_setting}, then try again.",
        )
    if isinstance(cut, _WRONG_ADDRESS):
        return wrong_address(vendor, "is no http(s) address")
    return Unavailable(f"{vendor.name} gave no answer to {ask.doing} ({what}).", next_step=_AGAIN)


def cut_short(vendor: Vendor, ask: Ask) -> Unavailable:
    """The error of a read whose answer began and never ended."""
    return Unavailable(
        f"The answer of {vendor.name} to {ask.doing} was cut short or is too large.",
        next_step=_AGAIN,
    )


def wrong_address(vendor: Vendor, why: str) -> SetupError:
    """The error of an address at which there is no such API."""
    return SetupError(
        f"The address of {vendor.name} {why}.", next_step=f"Check {vendor.base_url_setting}."
    )


def refused_elsewhere(host: str, status: int, ask: Ask) -> MediaTracksError:
    """The error of a host that is not the vendor's API: its no says nothing of our credential."""
    kind = meaning(status)
    if issubclass(kind, (Unavailable, RateLimited)):
        return kind(f"{host} failed at {ask.doing} (HTTP {status}).", next_step=_AGAIN)
    return Refused(
        f"{host} refused {ask.doing} (HTTP {status}).", next_step="Ask again from the start."
    )


def no_answer_elsewhere(host: str, cut: Exception, ask: Ask) -> MediaTracksError:
    """The error of such a host that gave no status: certainly not sent, or nobody knows."""
    what = type(cut).__name__
    if isinstance(cut, _NOT_SENT):
        return Unreachable(
            f"{host} can't be reached for {ask.doing} ({what}); nothing was sent.",
            next_step="Check the network, and that no firewall blocks that host; then try again.",
        )
    return Unavailable(f"{host} gave no answer to {ask.doing} ({what}).", next_step=_AGAIN)


def cut_short_elsewhere(host: str, ask: Ask) -> Unavailable:
    """The error of a read from such a host whose answer began and never ended."""
    return Unavailable(
        f"The answer of {host} to {ask.doing} was cut short or is too large.", next_step=_AGAIN
    )


def wrong_address_elsewhere() -> Refused:
    """The error of an address that is not safe to send anything to."""
    return Refused(
        "The address to send to, or read from, is no https:// address.",
        code="unsafe_address",
        next_step="Ask the administrator where that address comes from.",
    )


def _sentence(kind: type[MediaTracksError], vendor: Vendor, ask: Ask) -> str:
    sentences: tuple[tuple[type[MediaTracksError], str], ...] = (
        (CredentialRefused, f"{vendor.name} does not accept the token"),
        (PermissionMissing, f"The {vendor.name} token may not be used for {ask.doing}"),
        (SetupError, f"The {vendor.name} account is not set up for {ask.doing}"),
        (NotFound, f"{vendor.name} does not have what was needed for {ask.doing}"),
        (RateLimited, f"{vendor.name} wants fewer requests, or later ones, for {ask.doing}"),
        (Unavailable, f"{vendor.name} failed at {ask.doing}"),
    )
    found = (sentence for known, sentence in sentences if issubclass(kind, known))
    return next(found, f"{vendor.name} refused {ask.doing}")


def _next_step(kind: type[MediaTracksError], vendor: Vendor) -> str | None:
    if issubclass(kind, SetupError):
        return f"Put a valid token with the needed permissions into {vendor.settings}."
    if issubclass(kind, NotFound):
        return _FIND
    if issubclass(kind, (Unavailable, RateLimited)):
        return _AGAIN
    return (
        None if issubclass(kind, CallerError) else "Change what its words point at, then ask again."
    )
