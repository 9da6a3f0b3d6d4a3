"""The parts of a description that are compared, each as a token: plain, or hashed under a question's salt. Pure.

The same comparison runs on both. Hashed, it is the content of sealed evidence (`evidence`); plain, it lets one who
holds both descriptions compare them at once.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from handover.matching.view import View

Token = Hashable
Names = tuple[tuple[Token, ...], ...]
Make = Callable[[str, str], Token]  # the kind of part, and its text

GIVEN, PATERNAL, MOTHER, FORMS, YEARS, HOMES, LANGUAGES = 3, 5, 2, 4, 4, 2, 2  # most that is told of each
ALPHABET: Final = "ABFHJKLMNRSTXYaiu"  # what skeletons are written with
SHORTEST: Final = 3  # a shorter skeleton is one letter away from too many


@dataclass(frozen=True, slots=True)
class Tokens:
    """What of one description is compared: an absent part is None or has no token."""

    given: Names
    paternal: Names
    mother: Names
    years: tuple[Token, ...]
    month: Token | None
    day: Token | None
    sex: Token | None
    nationality: Token | None
    homes: tuple[tuple[Token | None, Token | None, Token | None], ...]
    languages: tuple[Token, ...]
    parted_year: Token | None
    parted_month: Token | None


def plain(kind: str, text: str) -> Token:
    """Make a token that is the text itself; kinds never meet in one slot."""
    del kind
    return text


def hashed(salt: bytes) -> Callable[[str, str], bytes]:
    """Return what makes the tokens of one question: 4 bytes that nobody without its *salt* can make."""

    begun = hashlib.blake2b(digest_size=4, key=salt)

    def make(kind: str, text: str) -> bytes:
        made = begun.copy()
        made.update(f"{kind}\x1f{text}".encode())
        return made.digest()

    return make


def of(view: View, make: Make) -> Tokens:
    """Return the tokens of *view* that fit into evidence."""

    def names(bag: Sequence[Sequence[str]], most: int) -> Names:
        return tuple(tuple(make("name", form) for form in forms[:FORMS]) for forms in bag[:most])

    def told(kind: str, text: str | int | None) -> Token | None:
        return None if text in {"", None} else make(kind, str(text))

    parted = view.separated
    return Tokens(
        given=names(view.given, GIVEN),
        paternal=names(view.paternal, PATERNAL),
        mother=names(view.mother, MOTHER),
        years=tuple(make("year", str(year)) for year in view.years[:YEARS]),
        month=told("month", view.month),
        day=told("day", view.day),
        sex=told("sex", view.sex),
        nationality=told("country", view.nationality),
        homes=tuple(
            (told("country", home.country), told("region", home.region), told("locality", home.locality))
            for home in view.homes[:HOMES]
        ),
        languages=tuple(make("language", language) for language in view.languages[:LANGUAGES]),
        parted_year=told("parted year", parted[0]) if parted else None,
        parted_month=told("parted month", parted[0] * 12 + parted[1] - 1) if parted and parted[1] else None,
    )


def neighbours(skeleton: str) -> Iterable[str]:
    """Give every text that is one letter away from *skeleton*: dropped, added, changed, or two changed about.

    A short skeleton has none and is none, nor has a name that the tables know (those begin with an equals sign).
    """
    if len(skeleton) < SHORTEST or skeleton[0] == "=":
        return
    for place in range(len(skeleton) + 1):
        before, after = skeleton[:place], skeleton[place:]
        for letter in ALPHABET:
            yield before + letter + after
        if after:
            if len(skeleton) > SHORTEST:
                yield before + after[1:]
            for letter in ALPHABET:
                yield before + letter + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]


def near(one: str, other: str) -> bool:
    """Tell whether *other* has *one* among its neighbours, without listing them; the same text is none."""
    size, length = len(one), len(other)
    least = min(size, length)
    if one == other or not -2 < size - length < 2 or least < SHORTEST or other[0] == "=":
        return False
    start = 0
    while start < least and one[start] == other[start]:
        start += 1
    if size < length:
        return one[start:] == other[start + 1 :]
    if size > length:
        return one[start + 1 :] == other[start:]
    if one[start + 1 :] == other[start + 1 :]:
        return True
    return one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]
