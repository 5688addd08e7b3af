"""The languages that the vendors' pages name, as their own speakers call them."""

import re

_OWN_NAMES = {
    "bg": "Български",
    "ca": "Català",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "es": "Español",
    "fi": "Suomi",
    "fr": "Français",
    "hr": "Hrvatski",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "nl": "Nederlands",
    "no": "Norsk",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "sk": "Slovenčina",
    "sv": "Svenska",
    "tr": "Türkçe",
    "uk": "Українська",
}

SPOKEN_ON_MUX = frozenset(_OWN_NAMES) - {"ja", "ko"}
"""Mux's generate-subtitles list, which DatoCMS rests on (inferred)."""

SPOKEN_ON_CLOUDFLARE = frozenset(
    ("cs", "nl", "en", "fr", "de", "it", "ja", "ko", "pl", "pt", "ru", "es")
)
"""Cloudflare's page "Add captions", section "Generate a caption"."""

LANGUAGE_TAG = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
"""The form of a BCP 47 tag; whether anyone speaks it is another question."""

_TAG = re.compile(LANGUAGE_TAG)


def is_language_tag(text: str) -> bool:
    """Tell whether the text has the form of a BCP 47 tag."""
    return _TAG.fullmatch(text) is not None


def primary_language(tag: str) -> str:
    """The first part of a tag: `en` of `en-GB`."""
    return tag.split("-", 1)[0].lower()


def own_name(tag: str) -> str:
    """The language as its speakers write it, with the region where the tag has one."""
    language, _, region = tag.partition("-")
    name = _OWN_NAMES.get(language.lower(), tag)
    return f"{name} ({region})" if region and name != tag else name
