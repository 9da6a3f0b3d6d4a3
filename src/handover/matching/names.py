"""The words of a name to the skeletons of its parts: titles, articles and placeholders go, compounds are joined."""

from functools import lru_cache
from typing import Final

from handover.matching import sounds, tables
from handover.matching.text import words

LARGEST: Final = 1000  # variants of one name in the table

Forms = tuple[str, ...]
Word = tuple[str, str]


@lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for kind, members in tables.rows("words.tsv"):
        found.setdefault(kind, set()).update(word for _, word in words(members, most=LARGEST))
    return {kind: frozenset(members) for kind, members in found.items()}


@lru_cache(maxsize=1)
def _equals() -> dict[str, str]:
    """Return the name that stands for each known variant."""
    found: dict[str, str] = {}
    for row in tables.rows("equals.tsv"):
        members = [word for _, word in words(row[-1], most=LARGEST)]
        for member in members:
            found.setdefault(member, members[0])
    return found


def read(text: str) -> tuple[Forms, ...]:
    """Return the skeletons of each part of the name in *text*; nothing where it holds no name."""
    kept = _joined(list(words(text)))
    return tuple(dict.fromkeys(forms for word in kept if (forms := _forms(word))))


def _joined(found: list[Word]) -> list[Word]:
    lists = _lists()
    bare = "".join(word for _, word in found)
    if bare in lists["placeholder"]:
        return []
    kept: list[Word] = []
    for script, word in found:
        if word in lists["placeholder"] or word in lists["title"]:
            continue
        if kept and kept[-1][1] in lists["first"] and kept[-1][0] == script:
            if word not in lists["article"]:
                kept[-1] = (script, kept[-1][1] + word)
        elif word not in lists["article"]:
            kept.append((script, _bare(word, script, lists)))
    return kept


def _bare(word: str, script: str, lists: dict[str, frozenset[str]]) -> str:
    """Return *word* without an article written together with it."""
    if script == "arabic" and word.startswith("ال") and len(word) > 4 and word not in lists["whole"]:
        return word[2:]
    return word


@lru_cache(maxsize=65536)
def _forms(word: Word) -> Forms:
    script, letters = word
    stands = _equals().get(letters)
    if stands is not None:
        return sounds.skeletons("latin", stands)
    return sounds.skeletons(script, letters)
