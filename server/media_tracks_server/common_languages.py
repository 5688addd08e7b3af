"""The languages that are offered while somebody types one, the most used in video first.

The order follows nothing finer than that; any other tag can be typed in full.
"""

from functools import cache

from media_tracks_tools import languages
from media_tracks_tools.errors import CallerError

_IN_ORDER = """
en es fr de it pt-BR pt nl pl ja ko zh-Hans zh-Hant zh ar hi ru uk tr id vi th sv da nb fi cs sk hu
ro bg el he fa hr sr sl lt lv et ca eu gl ga cy is sq mk bs bn ur ta te ml kn mr gu pa ne si my km
lo ms fil sw am af zu xh ha yo ig so ka hy az kk uz mn es-419 es-MX en-US en-GB en-AU en-IN fr-CA
fr-CH de-AT de-CH it-CH nl-BE pt-PT zh-CN zh-TW zh-HK yue
"""
TAGS = tuple(_IN_ORDER.split())


def starting_with(typed: str) -> tuple[str, ...]:
    """The tags that begin so, or whose own or English name has a word that does. Blocking.

    A tag that is typed in full comes first, in its standard form.
    """
    wanted = typed.strip().casefold().replace("_", "-")
    by_tag = [tag for tag in TAGS if tag.casefold().startswith(wanted)]
    by_name = [tag for tag in TAGS if any(word.startswith(wanted) for word in _words(tag))]
    return tuple(dict.fromkeys([*_itself(wanted), *by_tag, *by_name]))


def _itself(wanted: str) -> tuple[str, ...]:
    if not wanted:
        return ()
    try:
        return (languages.standard(wanted),)
    except CallerError:
        return ()


@cache
def _words(tag: str) -> frozenset[str]:
    import langcodes

    language = langcodes.get(tag)
    names = f"{language.autonym()} {language.display_name()}".casefold()
    whole = {language.autonym().casefold(), language.display_name().casefold()}
    return frozenset({*whole, *names.replace("(", " ").replace(")", " ").split()})
