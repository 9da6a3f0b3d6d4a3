"""Raw text to words of one script each: compatibility forms, marks, controls and signs of other scripts removed."""

import re
import unicodedata
from functools import cache
from typing import Final

LONGEST: Final = 400  # characters of a field that are read; more is no name
MOST_WORDS: Final = 16
LONGEST_WORD: Final = 40

Word = tuple[str, str]  # script, folded letters

_KEPT: Final = {"Mn", "Mc"}
_INSIDE: Final = re.compile("[\u0027\u0060\u00b4\u02b0-\u02ff\u2018\u2019\u201b\u2032\u0640]")
_HUMP: Final = re.compile("(?<=[A-Za-z][a-z][a-z])(?=[A-Z][a-z])")  # two names written as AbdAllah
_PLAIN: Final = re.compile("[a-z]+")
# blocks: (first, last, script); what is in none of them separates words
_BLOCKS: Final = (
    (0x0061, 0x007A, "latin"),
    (0x00DF, 0x024F, "latin"),
    (0x0250, 0x02AF, "latin"),
    (0x1E00, 0x1EFF, "latin"),
    (0x0370, 0x03FF, "greek"),
    (0x1F00, 0x1FFF, "greek"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0531, 0x058F, "armenian"),
    (0x0591, 0x05F4, "hebrew"),
    (0x0620, 0x06FF, "arabic"),
    (0x0750, 0x077F, "arabic"),
    (0x08A0, 0x08FF, "arabic"),
    (0x0900, 0x097F, "devanagari"),
    (0x0980, 0x09FF, "bengali"),
    (0x10A0, 0x10FF, "georgian"),
    (0x1200, 0x139F, "ethiopic"),
)
_WITH_MARKS: Final = {"devanagari", "bengali"}  # whose vowels are marks


@cache
def script(letter: str) -> str:
    """Return the script of *letter*, or nothing."""
    if not letter.isalpha() and unicodedata.category(letter) not in _KEPT:
        return ""
    code = ord(letter)
    return next((name for first, last, name in _BLOCKS if first <= code <= last), "")


def words(text: str, *, most: int = MOST_WORDS) -> tuple[Word, ...]:
    """Return at *most* so many words of *text*, each with its script: folded, without marks that only some set."""
    begin = _HUMP.sub(" ", text[: most * LONGEST // MOST_WORDS])
    if begin.isascii():
        plain = _PLAIN.findall(_INSIDE.sub("", begin.lower()))
        return tuple(("latin", word[:LONGEST_WORD]) for word in plain[:most])
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", begin).casefold())
    found: list[Word] = []
    word, of = "", ""
    for letter in _INSIDE.sub("", "".join(map(_visible, folded))) + " ":
        now = of if unicodedata.combining(letter) and of else script(letter)
        if now != of and word:
            found.append((of, _unmarked(word, of)[:LONGEST_WORD]))
            word = ""
        of = now
        word += letter if now else ""
    return tuple(found[:most])


@cache
def _visible(letter: str) -> str:
    return "" if unicodedata.category(letter) == "Cf" else letter


def _unmarked(word: str, of: str) -> str:
    if of in _WITH_MARKS:
        return word
    if of == "latin":
        word = word.translate(_LATIN)
    # of Arabic and Cyrillic letters a mark that makes another letter stays
    parts = unicodedata.normalize("NFD" if of in {"latin", "greek"} else "NFC", word)
    bare = "".join(part for part in parts if not unicodedata.category(part).startswith("M"))
    return bare.replace("\u03c2", "\u03c3") if of == "greek" else bare


# what a mark says about the sound; every other mark of a Latin letter is dropped
_LATIN: Final = str.maketrans(
    {
        "š": "sh", "ş": "sh", "ș": "sh", "ś": "sh", "ŝ": "sh", "č": "ch", "ć": "ch", "ĉ": "ch",
        "ž": "zh", "ż": "zh", "ź": "zh", "ġ": "gh", "ḫ": "kh", "ẖ": "kh", "ḵ": "kh", "ǧ": "j", "ĝ": "j",
        "ł": "\u0142", "ı": "i", "ø": "o", "œ": "oe", "æ": "ae", "å": "a", "ß": "ss", "ð": "dh", "þ": "th",
        "đ": "d", "ə": "e", "ŋ": "ng", "ħ": "h", "ɖ": "d", "ɛ": "e", "ɔ": "o", "ɓ": "b", "ɗ": "d",
        "ç": "\u00e7", "ğ": "\u011f",
    }
)  # fmt: skip
