"""Bytes that somebody named, as text."""

import codecs

from media_tracks_tools.errors import CallerError

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def text_in(data: bytes, shown: str) -> str:
    """UTF-8, or UTF-16 with its byte order mark, without that mark.

    `shown` begins the sentence of the error. Raises CallerError where it is empty or no text.
    """
    if not data:
        raise CallerError(
            f"{shown} is empty (0 bytes).",
            next_step="Name a file with text in it.",
            code="empty_file",
        )
    try:
        text = data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        raise _not_text(shown) from None
    if "\0" in text:
        raise _not_text(shown)
    return text


def _not_text(shown: str) -> CallerError:
    return CallerError(
        f"{shown} is no text in UTF-8.",
        next_step="Save it as UTF-8 (most editors offer that), or name another file.",
        code="not_text",
    )
