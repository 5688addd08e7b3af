"""Words of vendors and of users' files made fit to be shown: bounded, and on one line.

They are data. Whoever reads an answer must be able to tell them from our own words, so they get
no line ends, no control or formatting characters (ANSI codes, reversed text), and no end.
"""

import re

from pydantic import JsonValue

from media_tracks_tools.models import Model

LONGEST_NAME = 120
LONGEST_LINE = 4000
"""A sentence of ours that names twenty tracks stays below it."""
LONGEST_CAPTIONS = 50_000
"""A page of cues is half as long; only a single cue that no viewer could read is cut."""
_LONGEST_FIELD = 300
_JOINERS = "\u200c\u200d"
"""Persian, Hindi and emoji are not the same without them."""
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\U000e0000-\U000e007f]")
"""Controls, and tags: letters that nobody sees and a model reads."""
_NAMES = frozenset({"title", "name", "label", "language"})
_EXACT = frozenset({"video", "track_id", "job_id", "path", "page_url", "next_cursor"})
"""Handles are passed back as they are; in text they are quoted by `repr`."""
_PAGE = "text"
_SAVED = "saved_text"
"""What nobody else has any more: whole."""


def flat(text: str) -> str:
    """The text with a space for each character that is not printable, and joins no letters."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter in _JOINERS else " " for letter in text)


def line(text: str, longest: int = LONGEST_LINE) -> str:
    """One line, bounded; what is cut off shows as `…`."""
    shown = flat(text[: longest + 1])
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def quoted(text: str, longest: int = LONGEST_NAME) -> str:
    """Somebody else's words on one line, bounded and in quotes that they can't close."""
    words = " ".join(flat(text[: longest * 8]).split())
    return "“" + line(words, longest).replace("“", "'").replace("”", "'") + "”"


def caption_page(text: str) -> str:
    """The captions of one answer: `captions`, bounded."""
    shown = captions(text[: LONGEST_CAPTIONS + 1])
    return shown if len(shown) <= LONGEST_CAPTIONS else f"{shown[: LONGEST_CAPTIONS - 1]}…"


def captions(text: str) -> str:
    """Text of many lines with `�` for control characters and unseen letters.

    Those that order letters stay: Arabic and Hebrew captions need them.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", lines)


def typed(model: Model) -> dict[str, JsonValue]:
    """The typed result as JSON without nulls, its words bounded and flattened."""
    fields: dict[str, JsonValue] = model.model_dump(mode="json", exclude_none=True)
    return {key: _fit(value, key) for key, value in fields.items()}


def _fit(value: JsonValue, key: str) -> JsonValue:
    match value:
        case dict():
            return {name: _fit(inner, name) for name, inner in value.items()}
        case list():
            return [_fit(inner, key) for inner in value]
        case str() if key == _PAGE:
            return caption_page(value)
        case str() if key == _SAVED:
            return captions(value)
        case str() if key not in _EXACT:
            return line(value, _LONGEST_FIELD if key in _NAMES else LONGEST_LINE)
        case _:
            return value
