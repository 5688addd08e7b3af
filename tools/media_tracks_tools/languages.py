"""BCP 47 language tags: checked, standardised, compared, named. `langcodes` loads on first use."""

from media_tracks_tools.errors import CallerError

AUTO = "auto"

_TAKES = "Give a BCP 47 tag such as 'en', 'it' or 'pt-BR'."


def standard(tag: str) -> str:
    """The tag in its standard form (`IT_it` → `it-IT`, `ita` → `it`).

    A language's name (`Italian`, `Italiano`) is taken for its tag. Raises CallerError for what is
    neither, and for private or placeholder ones
    (`x-…`, `und`, `mul`, `zxx`), which BCP 47 allows but no player can show.
    """
    import langcodes

    shown = tag[:40]
    if len(tag) > 35 or not langcodes.tag_is_valid(tag.replace("_", "-")):
        if (named := _named(tag)) is not None:
            return named
        raise CallerError(
            f"{shown!r} is not a language tag.", code="bad_language", next_step=_TAKES
        )
    found = langcodes.standardize_tag(tag)
    if primary(found) in {"x", "und", "mul", "mis", "zxx"}:
        raise CallerError(
            f"{shown!r} names no particular language.", code="bad_language", next_step=_TAKES
        )
    return found


def _named(name: str) -> str | None:
    """The tag of a language that is given by its name, in English or in its own words."""
    import langcodes

    try:
        return langcodes.find(name.strip()[:40]).to_tag()
    except LookupError:
        return None


def primary(tag: str) -> str:
    """The primary subtag: `pt` of `pt-BR`."""
    return tag.replace("_", "-").partition("-")[0].casefold()


def autonym(tag: str) -> str:
    """The language's own name, capitalised for a label: `Italiano`, `Português (Brasil)`."""
    import langcodes

    name = langcodes.get(tag).autonym()
    return name[:1].upper() + name[1:]


def spoken(language: str, name: str | None) -> tuple[str, str]:
    """The standard tag, or `auto`, and the name of a track in a language that is spoken."""
    if language.strip().lower() == AUTO:
        return AUTO, (name or "").strip() or "Auto"
    return written(language, name)


def written(language: str, name: str | None) -> tuple[str, str]:
    """The standard tag and the name of a track in a language, by default the language's own."""
    tag = standard(language)
    return tag, (name or "").strip() or autonym(tag)


def same(one: str | None, other: str | None) -> bool:
    """Whether two tags are equal but for case and separator."""
    return one is not None and other is not None and _folded(one) == _folded(other)


def covers(there: str, wanted: str) -> bool:
    """Whether a track in `there` serves who wants `wanted`: `pt-BR` serves `pt`, not `pt-PT`."""
    return same(there, wanted) or same(primary(there), wanted)


def _folded(tag: str) -> str:
    return tag.replace("_", "-").casefold()
