"""Names of countries, scripts and languages in the reader's language."""

from functools import lru_cache
from typing import Final

from babel.core import get_global

from handover.pages.labels import label, standing
from handover.pages.languages import OWN_NAMES, SOURCE, comma, locale

_ALIASES: Final = get_global("language_aliases")
_REMEMBERED: Final = 2048  # tags come from other nodes, so their number has a bound


def country(code: str, language: str) -> str:
    """Give the name of a country of the schemas' list.

    Raises:
        KeyError: the list has no such code.
    """
    return label(f"code/country/{code}", language)


def script(code: str, language: str) -> str:
    """Give the name of a script of the schemas' list.

    Raises:
        KeyError: the list has no such code.
    """
    return label(f"code/script/{code}", language)


@lru_cache(maxsize=_REMEMBERED)
def language_name(tag: str, language: str) -> str:
    """Give the name of the language that has *tag*, with script and country where the tag says them.

    What the CLDR cannot name in *language* it names in English; what it cannot name at all is shown as its tag.
    """
    main, _, rest = tag.partition("-")
    main = _ALIASES.get(main, main)
    details = rest.split("-") if rest else []
    name = None
    for size in range(len(details), -1, -1):
        name = _known("_".join([main, *details[:size]]), language)
        if name:
            details = details[size:]
            break
    if not name:
        return tag
    more = comma(language).join(_detail(each, language) for each in details)
    return standing(f"{name} ({more})" if more else name)


def _known(name: str, language: str) -> str | None:
    return locale(language).languages.get(name) or locale(SOURCE).languages.get(name)


def _detail(code: str, language: str) -> str:
    known = locale(language)
    return str((known.scripts if len(code) == 4 else known.territories).get(code, code))


@lru_cache(maxsize=16)
def language_tags(language: str) -> list[tuple[str, str]]:
    """Give the languages that the CLDR names with a plain tag, by name."""
    known = locale(language).languages
    return sorted(
        ((tag, standing(name)) for tag, name in known.items() if 2 <= len(tag) <= 3), key=lambda each: each[1]
    )


def language_tag(text: str, language: str) -> str:
    """Give the tag of a language that is named in *language*; what is no such name stays as it was written."""
    return _tags(language).get(text.strip().casefold(), text)


@lru_cache(maxsize=16)
def _tags(language: str) -> dict[str, str]:
    named = {name.casefold(): tag for tag, name in reversed(language_tags(language))}
    return {**named, **{language_name(tag, language).casefold(): tag for tag in OWN_NAMES}}
