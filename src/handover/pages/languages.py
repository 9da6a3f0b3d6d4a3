"""The languages of the pages: texts by gettext, dates and directions by the Unicode CLDR (Babel)."""

import datetime as dt
import gettext as standard
import io
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Final

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE: Final = "en"
LANGUAGES: Final = ("en", "fr", "es", "el", "uk", "ar")
OWN_NAMES: Final = {
    "en": "English",
    "fr": "Français",
    "es": "Español",
    "el": "Ελληνικά",
    "uk": "Українська",
    "ar": "العربية",
}


@cache
def catalogue(language: str) -> standard.NullTranslations:
    """Give the texts of *language*; English is what stands in templates and code."""
    if language == SOURCE:
        return standard.NullTranslations()
    source = resources.files("handover.pages") / "locale" / f"{language}.po"
    with source.open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return standard.GNUTranslations(compiled)


def direction(language: str) -> str:
    """Give `ltr` or `rtl`."""
    return str(locale(language).text_direction)


def chosen(wanted: Sequence[str | None]) -> str:
    """Give the first of *wanted* that is a language of the pages, English where none is."""
    return next((each for each in wanted if each in LANGUAGES), SOURCE)


def accepted(header: str) -> str | None:
    """Give the language that a browser likes best, of those that there are (RFC 9110, section 12.5.4)."""
    ranked = []
    for place, part in enumerate(header[:200].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        name = tag.partition("-")[0].lower()
        if name in LANGUAGES:
            ranked.append((-_weight(weight), place, name))
    return min(ranked)[2] if ranked else None


def date(at: int, language: str) -> str:
    """Give the day of a time, in words."""
    return format_date(dt.datetime.fromtimestamp(at, dt.UTC), format="long", locale=locale(language))


def day_of(at: int) -> dt.date:
    """Give the day of a time, in UTC."""
    return dt.datetime.fromtimestamp(at, dt.UTC).date()


def end_of(day: dt.date) -> int:
    """Give the last second of a day, in UTC."""
    return int(dt.datetime.combine(day, dt.time(23, 59, 59), dt.UTC).timestamp())


def time(at: int, language: str) -> str:
    """Give day and minute of a time in UTC, which is said."""
    found = dt.datetime.fromtimestamp(at, dt.UTC)
    return f"{format_date(found, format='long', locale=locale(language))} {found:%H:%M} UTC"


def iso(at: int) -> str:
    """Give a time as machines read it (RFC 3339)."""
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def distance(seconds: int, language: str) -> str:
    """Give how far ahead (positive) or behind (negative) something lies, in words."""
    return format_timedelta(seconds, add_direction=True, locale=locale(language))


def comma(language: str) -> str:
    """Give what stands between the members of a list."""
    return "\u060c " if language == "ar" else ", "


def colon(language: str) -> str:
    """Give what stands between a name and what it names."""
    return "\u202f: " if language == "fr" else ": "


def semicolon(language: str) -> str:
    """Give what stands between two statements."""
    return {"ar": "\u061b ", "el": "\u00b7 ", "fr": "\u202f; "}.get(language, "; ")


@cache
def locale(language: str) -> Locale:
    """Give what the CLDR knows of *language*."""
    return Locale("en", "GB") if language == SOURCE else Locale.parse(language)


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
