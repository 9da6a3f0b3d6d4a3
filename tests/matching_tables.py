"""The parts of the chapters on matching and views that are made from the code."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from handover.matching import keys, levels, rarity, scoring, text, view

_SHOWN: Final = {
    "g": "given name",
    "p": "paternal name",
    "q": "two names",
    "m": "mother's name",
    "y": "year of birth",
    "z": "year of birth, wider",
    "d": "day and month of birth",
    "l": "locality",
    "r": "region",
    "c": "country",
    "s": "sex",
    "t": "month of separation",
    "v": "given name without one letter",
    "w": "paternal name without one letter",
}
_KINDS: Final = {"y": "year", "z": "year", "d": "day", "l": "locality", "r": "region", "c": "country"} | {
    "s": "sex",
    "t": "parted",
}
_NAMED: Final = 6  # readings of a part for which the code names no other number


def parts() -> str:
    """Give the letters of the parts of keys: what they are, how many are looked at, what they say."""
    rows = [
        (
            f"`{letter}`",
            shown,
            str(keys._WIDEST.get(letter, _NAMED)),
            "" if letter not in _KINDS else str(rarity.BITS[_KINDS[letter]]),
            "yes" if letter in keys._CULTURAL else "",
        )
        for letter, shown in _SHOWN.items()
    ]
    return _table(("letter", "part", "looked at", "bits", "goes together"), rows)


def families() -> str:
    """Give the families in the order in which they are joined: parts, letters in a key's text, shares, cost."""
    head = ("family", "letters in the text", "share", "highest", "less bits")
    return _table(head, _families("", keys._STEPS))


def _families(before: str, steps: Iterable[keys._Step]) -> Iterator[Sequence[str]]:
    for step in steps:
        here = before + step.part
        if here in keys.FAMILIES:
            best = max(share for family, share in keys.FAMILIES.items() if family.startswith(here))
            yield f"`{here}`", f"`{step.code.decode()}`", str(step.share), str(best), str(step.cost)
        yield from _families(here, step.on)


def fields() -> str:
    """Give the levels of each field, by their numbers."""
    rows = [
        (field, "; ".join(f"{number} {level}" for number, level in enumerate(known)))
        for field, known in levels.LEVELS.items()
    ]
    return _table(("field", "levels"), rows)


def together() -> str:
    """Give the pairs of fields whose levels have a weight together."""
    names = scoring.FIELDS
    return "".join(f"- {names[one]}, {names[other]}\n" for one, other in scoring.TOGETHER)


def blocks() -> str:
    """Give the blocks of each script."""
    found: dict[str, list[str]] = {}
    for first, last, script in text._BLOCKS:
        found.setdefault(script, []).append(f"{first:04X}–{last:04X}")
    return _table(("script", "code points"), ((script, ", ".join(each)) for script, each in found.items()))


def marks() -> str:
    """Give what Latin letters become, by what they become."""
    found: dict[str, list[str]] = {}
    for letter, instead in text._LATIN.items():
        found.setdefault(str(instead), []).append(chr(letter))
    rows = [
        (" ".join(f"`{each}`" for each in letters), f"`{instead}`")
        for instead, letters in found.items()
        if letters != [instead]
    ]
    return _table(("letters", "become"), rows)


def calendars() -> str:
    """Give the countries and languages whose dates are read in another calendar."""
    rows = [(name, " ".join(f"`{each}`" for each in sorted(users))) for name, users in view.CALENDARS]
    return _table(("calendar", "countries and languages"), rows)


def spoken() -> str:
    """Give the countries of the languages that are spoken in few."""
    return "".join(
        f"- `{language}`: {' '.join(f'`{each}`' for each in lands)}\n"
        for language, lands in view.SPOKEN.items()
    )


MATCHING_PARTS: Final[dict[str, Callable[[], str]]] = {
    "key-parts": parts,
    "key-families": families,
    "match-levels": fields,
    "match-pairs": together,
    "word-blocks": blocks,
    "latin-marks": marks,
    "birth-calendars": calendars,
    "spoken-lands": spoken,
}


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
