"""Turns single values of Primero into values of a record, or says why that cannot be done. It never guesses.

A code is mapped where its meaning is known: it is one of Primero's default forms, or the deployment's own
profile says what it means. Every other code stays behind, with that reason.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from handover.domain.composing import composed
from handover.domain.countries import COUNTRIES
from handover.domain.schema import Value
from handover.domain.sentences import Sentence, sentence
from handover.domain.shapes import CodeList

Codes: TypeAlias = Mapping[str, str]
Convert: TypeAlias = Callable[[object, Codes], Value]

_DAY: Final = re.compile(r"([0-9]{4})[-/]([0-9]{2})[-/]([0-9]{2})(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?")

_NO_CODE: Final = sentence("must be the text of a code")
_OWN_CODE: Final = sentence("a code of this deployment; its profile has to say what it means")
_NUMBER: Final = sentence("a number stands where text belongs; zeros or a plus sign in front may be lost")
_STAGE: Final = sentence("it says at which stage the concern was found, not on which day")


class Fate(StrEnum):
    """What became of one value of the document."""

    MAPPED = "mapped"
    CLAIM = "claim"
    UNMAPPED = "unmapped"
    REFUSED = "refused"
    EMPTY = "empty"


class LossError(Exception):
    """A value does not come across; caught where the report is written."""

    def __init__(self, fate: Fate, reason: Sentence) -> None:
        super().__init__(str(reason))
        self.fate = fate
        self.reason = reason


def refused(reason: Sentence) -> LossError:
    """Give the loss of a value that breaks a rule."""
    return LossError(Fate.REFUSED, reason)


def unmapped(reason: Sentence) -> LossError:
    """Give the loss of a value for which there is no place."""
    return LossError(Fate.UNMAPPED, reason)


def is_empty(value: object) -> bool:
    """Tell whether *value* says nothing: null, an empty list or object, or text without a letter."""
    return value is None or value == [] or value == {} or (isinstance(value, str) and not value.strip())


def text(value: object, codes: Codes) -> Value:
    """Give the same words in form NFC, trimmed, with plain line feeds."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise refused(_NUMBER)
    if not isinstance(value, str):
        raise refused(sentence("must be text"))
    words = codes.get(value, value).replace("\r\n", "\n").replace("\t", " ")
    return composed(words).strip(" \u00a0\n")


def code_of(codes_known: CodeList, **renamed: str) -> Convert:
    """Give the conversion into a code of the list; `renamed` maps what Primero spells in another way."""

    def convert(value: object, codes: Codes) -> Value:
        if not isinstance(value, str):
            raise refused(_NO_CODE)
        known = codes.get(value) or renamed.get(value) or value
        if known not in codes_known.codes:
            raise unmapped(_OWN_CODE)
        return known

    return convert


def profile_only(value: object, codes: Codes) -> Value:
    """Give what the deployment's profile says *value* means; Primero's default list has placeholders only."""
    if not isinstance(value, str):
        raise refused(_NO_CODE)
    if value not in codes:
        raise unmapped(_OWN_CODE)
    return codes[value]


def country(value: object, codes: Codes) -> Value:
    """Give the ISO 3166-1 code for a country of Primero's default list."""
    if not isinstance(value, str):
        raise refused(_NO_CODE)
    known = codes.get(value) or _COUNTRIES.get(value)
    if known is None:
        raise unmapped(_OWN_CODE)
    return known


def flag(value: object, _: Codes) -> Value:
    """Give true or false, which Primero also writes as text."""
    answer = {"true": True, "false": False}.get(value) if isinstance(value, str) else value
    if not isinstance(answer, bool):
        raise refused(sentence("must be true or false"))
    return answer


def whole(value: object, _: Codes) -> Value:
    """Give a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise refused(sentence("must be a whole number"))
    return value


def day(value: object, _: Codes) -> Value:
    """Give the day of a date, or of a date with a time, which is left out."""
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise refused(sentence("must be a date YYYY-MM-DD"))
    return "-".join(found.groups())


def exact_day(value: object, codes: Codes) -> Value:
    """Give a date with the precision of a day."""
    return {"date": day(value, codes), "precision": "day"}


def name(value: object, codes: Codes) -> Value:
    """Give a list of one name, in the script of its letters; the order of its parts is not known."""
    words = text(value, codes)
    return [{"script": script_of(str(words)), "order": "unknown", "full": words}]


def other_name(kind: str) -> Convert:
    """Give the conversion into one other name of that kind."""

    def convert(value: object, codes: Codes) -> Value:
        words = text(value, codes)
        return {"kind": kind, "script": script_of(str(words)), "order": "unknown", "full": words}

    return convert


def identifier(kind: str, issuer: Value | None = None) -> Convert:
    """Give the conversion into one number of that kind, perhaps with who issued it."""

    def convert(value: object, codes: Codes) -> Value:
        row: dict[str, Value] = {"kind": kind, "value": text(value, codes)}
        return row if issuer is None else row | {"issuer": issuer}

    return convert


def years(value: object, codes: Codes) -> Value:
    """Give an age in years."""
    return {"years": whole(value, codes)}


def day_of_concern(value: object, codes: Codes) -> Value:
    """Give the day on which a concern was found; Primero's default form asks for a stage instead."""
    if isinstance(value, str) and value in _STAGES:
        raise unmapped(_STAGE)
    return day(value, codes)


_STAGES: Final = frozenset(
    ["follow_up_after_reunification", "follow_up_in_care", "registration", "reunification", "verification"]
)


def script_of(words: str) -> str:
    """Give the ISO 15924 code of the one script of all letters of *words*; ``Zyyy`` if there is none."""
    found = {_script(letter) for letter in words if letter.isalpha()}
    return found.pop() if len(found) == 1 else "Zyyy"


def _script(letter: str) -> str:
    return _SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0], "Zyyy")


_SCRIPTS: Final[Mapping[str, str]] = {
    "ARABIC": "Arab",
    "ARMENIAN": "Armn",
    "BENGALI": "Beng",
    "CJK": "Hani",
    "CYRILLIC": "Cyrl",
    "DEVANAGARI": "Deva",
    "ETHIOPIC": "Ethi",
    "GEORGIAN": "Geor",
    "GREEK": "Grek",
    "GUJARATI": "Gujr",
    "GURMUKHI": "Guru",
    "HANGUL": "Hang",
    "HANIFI": "Rohg",
    "HEBREW": "Hebr",
    "HIRAGANA": "Jpan",
    "KATAKANA": "Jpan",
    "KHMER": "Khmr",
    "LAO": "Laoo",
    "LATIN": "Latn",
    "MONGOLIAN": "Mong",
    "MYANMAR": "Mymr",
    "NKO": "Nkoo",
    "SINHALA": "Sinh",
    "SYRIAC": "Syrc",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "THAANA": "Thaa",
    "THAI": "Thai",
    "TIBETAN": "Tibt",
    "TIFINAGH": "Tfng",
}

# Where Primero's identifier is not simply the English name of codes and countries, put into lower case.
_OTHERWISE: Final[Mapping[str, str]] = {
    "brunei": "BN",
    "congo": "CG",
    "cote_divoire": "CI",
    "czech_republic": "CZ",
    "drc": "CD",
    "guinea_bissau": "GW",
    "laos": "LA",
    "macedonia": "MK",
    "micronesia": "FM",
    "north_korea": "KP",
    "sao_tome_and_principe": "ST",
    "south_korea": "KR",
    "st_kitts_and_nevis": "KN",
    "st_lucia": "LC",
    "st_vincent_and_the_grenadines": "VC",
    "swaziland": "SZ",
    "turkey": "TR",
    "uk": "GB",
    "usa": "US",
    "vatican": "VA",
    "vietnam": "VN",
}
_PLAIN: Final = re.compile("[a-z]+(?:_[a-z]+)*")


def _countries() -> dict[str, str]:
    plain = {
        label.lower().replace("-", "_").replace(" ", "_"): code for code, label in COUNTRIES.codes.items()
    }
    return {word: code for word, code in plain.items() if _PLAIN.fullmatch(word)} | dict(_OTHERWISE)


_COUNTRIES: Final[Mapping[str, str]] = _countries()
