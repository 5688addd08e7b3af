"""Words of others made fit to be shown: one line, bounded, without secrets."""

import re

_CREDENTIAL = re.compile(r"(?i)\b(bearer|basic)\s+[^\s,;'\"]+")
_URL = re.compile(r"(?i)(https?://)(?:[^/\s@]+@)?([^\s?#]+)(?:[?#]\S*)?")


def plain(text: str, limit: int = 200) -> str:
    """The text on one line, without control or formatting characters, at most `limit` long."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: limit * 8])
    cleaned = " ".join(shown.split())
    return cleaned if len(cleaned) <= limit else f"{cleaned[: limit - 1]}…"


def web_address(url: str | None) -> str | None:
    """A page's address on one line; None for what is no http(s) URL."""
    return plain(url, 2000) if url and url.startswith(("https://", "http://")) else None


def redact(text: str, secrets: tuple[str, ...] = ()) -> str:
    """The text without the given secrets, credentials, and what follows the path of a URL."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "[redacted]")
    return _URL.sub(r"\1\2", _CREDENTIAL.sub(r"\1 [redacted]", text))
