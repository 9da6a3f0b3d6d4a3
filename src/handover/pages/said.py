"""Sentences of the program in the language of a page: words from the catalogue, numbers and times as it writes them.

Names and commands stay as they are, each in its own direction; words of the protocol are said in plain words.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from babel.dates import format_timedelta
from babel.numbers import format_decimal
from babel.units import format_unit
from markupsafe import Markup, escape

from handover.domain.consent import Purpose
from handover.domain.handover import Act, State
from handover.domain.sentences import Days, Field, Moment, Names, Part, Sentence, Span
from handover.pages import labels, languages, words
from handover.protocol.act_members import REASONS
from handover.protocol.entry import EntryKind
from handover.protocol.evidence import Word

_UNITS: Final = {"d": "day", "h": "hour", "min": "minute", "s": "second"}
_WORDS: Final[Mapping[type[StrEnum], Mapping[Any, str]]] = {
    Act: words.ACTS,
    State: words.STATES,
    EntryKind: words.ENTRIES,
    Purpose: words.PURPOSES,
    Word: words.PARTS,
}
_REASONS: Final = tuple({type(each) for reasons in REASONS.values() for each in reasons})
_NEVER: Final = 10**9  # so large a threshold that no unit above days is chosen


def said(found: Sentence, language: str) -> Markup:
    """Give *found* in a language, as HTML."""
    text = escape(languages.catalogue(language).gettext(found.text))
    about = {name: _part(each, language) for name, each in found.about.items()}
    return text % about if about else text


def plain(found: Sentence, language: str) -> str:
    """Give *found* in a language for where no markup can stand: what is in its places is set apart by characters."""
    text = languages.catalogue(language).gettext(found.text)
    about = {name: _plain(each, language) for name, each in found.about.items()}
    return text % about if about else text


def english(found: Sentence) -> str:
    """Give *found* in English for a terminal, with nothing around what is in its places."""
    return plain(found, languages.SOURCE).translate({ord(each): None for each in _isolated("")})


def word(value: StrEnum, language: str) -> str:
    """Give a word of the protocol in plain words; in English it stands for itself, unless it is a reason."""
    if isinstance(value, _REASONS):
        return languages.catalogue(language).gettext(words.REASONS[value.value])
    table = _WORDS.get(type(value), {})
    if language == languages.SOURCE or value not in table:
        return value.value
    return languages.catalogue(language).gettext(table[value])


def _plain(part: Part, language: str) -> str:
    match part:
        case Sentence():
            return plain(part, language)
        case Names():
            return languages.comma(language).join(_isolated(each) for each in part.names)
        case Field():
            return _isolated(labels.label(part.key, language))
        case StrEnum():
            return word(part, language)
        case str():
            return _isolated(part)
        case _:
            return _figure(part, language)


def _isolated(text: str) -> str:
    return f"\u2068{text}\u2069"


def _part(part: Part, language: str) -> Markup:
    match part:
        case Sentence():
            return said(part, language)
        case Names():
            return escape(languages.comma(language)).join(_fixed(each) for each in part.names)
        case Field():
            return Markup("<bdi>{}</bdi>").format(labels.label(part.key, language))
        case StrEnum():
            return escape(word(part, language))
        case str():
            return _fixed(part)
        case _:
            return escape(_figure(part, language))


def _figure(part: int | Span | Days | Moment, language: str) -> str:
    locale = languages.locale(language)
    match part:
        case Span():
            number, unit = part.parts()
            return format_unit(number, f"duration-{_UNITS[unit]}", locale=locale)
        case Days():
            days = 86400 * part.number
            return format_timedelta(days, "day", threshold=_NEVER, add_direction=True, locale=locale)
        case Moment():
            return languages.time(part.at, language)
        case _:
            return format_decimal(part, locale=locale)


def _fixed(name: str) -> Markup:
    return Markup('<bdi dir="ltr" class="office-fixed">{}</bdi>').format(name)
