"""What the name of a place is heard as, with its vowels, and how far two such hearings lie apart."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from handover.matching.sounds import CONFUSED, MOST, read, table


def heard(script: str, word: str) -> tuple[str, ...]:
    """Return what *word* is heard as, with vowels (`?` where they are not written), likeliest first, at most four."""
    found = [sounds for sounds, _ in read(script, word)]
    if table(script).abjad:
        found = [_GAP.sub("?", sounds) for sounds in found]
    return tuple(dict.fromkeys(found))[:MOST]


MOST_APART: Final = 2  # what is known of a name without its vowels
_GAP: Final = re.compile("(?<=[A-Z])-?(?=[A-Z])")
_RUN: Final = re.compile("[^A-Z]+|(?<=[A-Z])(?=[A-Z])|^(?=[A-Z])|(?<=[A-Z])$")


@lru_cache(maxsize=65536)
def consonants(sounds: str) -> str:
    """Return the consonants of *sounds* as a key of places: without its vowels, an A where it begins with one."""
    letters = "".join(sound for sound in sounds if sound.isupper()).translate(CONFUSED)
    start = "A" if sounds and not sounds[0].isupper() else ""
    return start + letters


def forget() -> None:
    """Let go of what was kept to be quick."""
    consonants.cache_clear()
    _vowels.cache_clear()


_NEAR: Final = {"a": "ae", "e": "aei", "i": "ei", "o": "ou", "u": "ou"}


def apart(one: str, others: Iterable[str], *, key: str) -> int:
    """Return in how many places the vowels of *one* differ from those of the nearest of *others* with that *key*."""
    mine = _vowels(one)
    found = MOST_APART
    for other in others:
        if consonants(other) != key:
            continue
        theirs = _vowels(other)
        if len(theirs) == len(mine):
            found = min(found, _differing(mine, theirs))
    return found


@lru_cache(maxsize=65536)
def _vowels(sounds: str) -> tuple[str, ...]:
    return tuple(_RUN.findall(sounds.replace("-", "")))


def _differing(mine: tuple[str, ...], theirs: tuple[str, ...]) -> int:
    return sum(not _alike(one, other) for one, other in zip(mine, theirs, strict=True))


def _alike(one: str, other: str) -> bool:
    if "?" in one or "?" in other or one == other:
        return True
    return bool(one and other) and (other[0] in _NEAR.get(one[0], "") or other[-1] in _NEAR.get(one[-1], ""))
