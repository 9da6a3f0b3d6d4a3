"""The case code: letters on a person's letter by which a public page knows a case, without look-alikes.

Sixteen letters of 31 say 79 bits; the last is a check letter, which finds each wrong letter and each two that changed
places.
"""

from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0, O, 1, I, L
SECRET: Final = 16
LENGTH: Final = SECRET + 1
_GROUP: Final = 4


def with_check(letters: str) -> str:
    """Give the code of sixteen letters: they, and the check letter behind them."""
    return letters + _check(letters)


def normal(text: str) -> str | None:
    """Give the code that was typed, in its one spelling, or None if some letter must be wrong."""
    letters = "".join(text.split()).replace("-", "").upper()
    if len(letters) != LENGTH or not set(letters) <= set(ALPHABET):
        return None
    return letters if _check(letters[:SECRET]) == letters[SECRET] else None


def spelled(code: str) -> str:
    """Give a code as people read it: in groups of four, the last of five."""
    ends = [*range(0, SECRET, _GROUP)]
    return "-".join(code[at : at + _GROUP if at != ends[-1] else LENGTH] for at in ends)


def _check(letters: str) -> str:
    """The number of letters is prime, so each place has a weight of its own that is no divisor of it."""
    total = sum(place * ALPHABET.index(letter) for place, letter in enumerate(letters, start=2))
    return ALPHABET[total % len(ALPHABET)]
