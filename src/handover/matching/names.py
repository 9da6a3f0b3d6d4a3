"""The words of a name to the skeletons of its parts: titles, articles and placeholders go, compounds are joined."""

from functools import lru_cache
from itertools import pairwise
from typing import Final

from handover.matching import sounds, tables
from handover.matching.text import Word, words

LARGEST: Final = 1000  # variants of one name in the table
MOST_PARTS: Final = 5
_SERVANT: Final = "ABT"
_LONG: Final = 6
_TELLING: Final = (3, 4)  # consonants of a first reading, of a second, that tell a name from others
_SUN: Final = ("shsh", "chch", "szsz", "scsc", *(2 * letter for letter in "trsznld"))

Forms = tuple[str, ...]


@lru_cache(maxsize=1)
def lists() -> dict[str, frozenset[str]]:
    """Return the lists of words that are no names, or are half of one."""
    found: dict[str, set[str]] = {}
    for kind, members in tables.rows("words.tsv"):
        found.setdefault(kind, set()).update(word for _, word in words(members, most=LARGEST))
    return {kind: frozenset(members) for kind, members in found.items()}


@lru_cache(maxsize=1)
def _classes() -> tuple[tuple[str, tuple[Word, ...]], ...]:
    """Return the classes of known equivalents: the form that stands for each, and its members."""
    return tuple((f"={name}", words(members, most=LARGEST)) for name, members in tables.rows("equals.tsv"))


@lru_cache(maxsize=1)
def _equals() -> dict[str, Forms]:
    """Return for each known variant the classes that it is in."""
    found: dict[str, dict[str, None]] = {}
    for stands, members in _classes():
        for _, member in members:
            found.setdefault(member, {})[stands] = None
    return {member: tuple(stands) for member, stands in found.items()}


@lru_cache(maxsize=1)
def _sounding() -> dict[str, str]:
    """Return the class of every skeleton that is long enough and is a variant's first in one class alone."""
    found: dict[str, set[str]] = {}
    for stands, members in _classes():
        for member in members:
            for form in _telling(sounds.skeletons(*member)):
                found.setdefault(form, set()).add(stands)
    return {form: stands.pop() for form, stands in found.items() if len(stands) == 1}


def _telling(forms: Forms) -> list[str]:
    """Return those of the first readings that are long enough to tell one name from others."""
    return [
        form for form, least in zip(forms, _TELLING, strict=False) if sum(map(str.isupper, form)) >= least
    ]


@lru_cache(maxsize=16384)
def read(text: str, *, joined: bool = False) -> tuple[Forms, ...]:
    """Return the skeletons of each part of the name in *text*; nothing where it holds no name.

    Two parts are read as one, too, where *joined*: many write them so.
    """
    kept = _kept(words(text))
    found = dict.fromkeys(forms for word in kept if (forms := _forms(word)))
    pair = kept[1:] if len(kept) == 3 and _prophet(kept[0]) else kept
    if joined and len(pair) == 2 and pair[0][0] == pair[1][0]:
        found.update(dict.fromkeys(_together(pair)))
    return tuple(found)


def forget() -> None:
    """Let go of the names that were kept to be quick."""
    read.cache_clear()
    _forms.cache_clear()
    sounds.skeletons.cache_clear()


def _prophet(word: Word) -> bool:
    """Tell whether *word* is the name that many put before their own."""
    return "=muhammad" in _equals().get(word[1], ())


def _together(kept: list[Word]) -> list[Forms]:
    (script, one), (_, other) = kept
    forms = sounds.skeletons(script, one + other)
    return [forms] if forms else []


def _kept(found: tuple[Word, ...]) -> list[Word]:
    """Return the words that are names, compounds joined to one word."""
    known = lists()
    if "".join(word for _, word in found) in known["placeholder"]:
        return []
    named = [word for word in found if word[1] not in known["placeholder"]]
    named = [word for word in named if word[1] not in known["title"]] or named
    kept: list[Word] = []
    open_ = False  # the last word is the first half of a compound
    for script, word in named:
        if word in known["article"]:
            continue
        half = word if open_ or (kept and word in known["last"]) else ""
        if half and kept[-1][0] == script:
            if script == "latin" and not open_ and half[-1] in "ne":
                half = "din"  # however its article is written
            kept[-1] = (script, kept[-1][1] + bare(half, script, always=True))
        else:
            kept.append((script, bare(word, script)))
        open_ = word in known["first"] or (word in known["before-saint"] and _saint_follows(named, word))
    return (kept or named)[:MOST_PARTS]


def _saint_follows(named: list[Word], word: str) -> bool:
    follows = next((other for (_, one), (_, other) in pairwise(named) if one == word), "")
    return follows in lists()["saint"]


def bare(word: str, script: str, *, always: bool = False) -> str:
    """Return *word* without an article written together with it, where behind the first half of a compound."""
    if always and script == "arabic" and word.startswith("ال") and len(word) > 4:
        return word[2:]
    if always and script == "latin" and word[:2] in {"al", "el", "ul"} and len(word) > 4:
        return word[2:]
    return word


@lru_cache(maxsize=65536)
def _forms(word: Word) -> Forms:
    """Return the skeletons of *word*: of the classes that it is in, its own, those of its other readings."""
    script, letters = word
    found = dict.fromkeys(_equals().get(letters, ()))
    own = sounds.skeletons(script, letters)
    alike = [_sounding()[form] for form in _telling(own) if form in _sounding()][:1]
    other = [
        form for more in _others(letters, script) for form in _first(more, script) if form not in own[:1]
    ]
    if script == "arabic" and other:  # an article is likelier than none
        found.update(dict.fromkeys((*other[:2], *own[:2])))
    else:
        rest = dict.fromkeys((*alike, *other[:2]))
        kept = max(1, sounds.MOST - len(found) - sum(form not in found for form in rest))
        found.update(dict.fromkeys((*_servant(own)[:kept], *rest, *own)))
    return tuple(found)[: sounds.MOST]


def _first(letters: str, script: str) -> Forms:
    return (*_equals().get(letters, ()), *sounds.skeletons(script, letters)[:2])


def _others(letters: str, script: str) -> list[str]:
    """Return what else *letters* may be: the father's name in a patronymic, a name behind an article."""
    father = _father(letters)
    found = [father] if father != letters else []
    glued = next((one for one in lists()["glued"] if letters.startswith(one)), "")
    if glued and len(letters) > len(glued) + 2:
        found.append(letters[len(glued) :])
    if script == "latin" and letters[:2] in {"al", "el"} and len(letters) >= _LONG:
        found.append(letters[2:])
    if (
        script == "arabic"
        and letters.startswith("ال")
        and len(letters) > 4
        and letters not in lists()["whole"]
    ):
        found.append(letters[2:])
    return found


def _servant(forms: Forms) -> Forms:
    """Return *forms* with the article gone that stands behind Abd in one word."""
    found: dict[str, None] = {}
    for form in forms:
        if form.startswith(_SERVANT + "L") and len(form) > len(_SERVANT) + 2:
            found[_SERVANT + form[len(_SERVANT) + 1 :]] = None
        found[form] = None
    first = next(iter(found), "")
    if first.startswith(_SERVANT) and len(first) > len(_SERVANT) + 1:
        found = dict.fromkeys((first, first[len(_SERVANT) :], *found))  # many leave the servant out
    return tuple(found)


@lru_cache(maxsize=1)
def _endings() -> tuple[tuple[str, str], ...]:
    found = []
    for ending, instead in tables.rows("endings.tsv"):
        found.append((ending, "" if instead == "0" else instead))
    return tuple(sorted(found, key=lambda row: -len(row[0])))


@lru_cache(maxsize=1)
def _any_ending() -> tuple[str, ...]:
    return tuple(ending for ending, _ in _endings())


def _father(word: str) -> str:
    """Return *word* without the ending that makes a patronymic of it."""
    if not word.endswith(_any_ending()):
        return word
    for ending, instead in _endings():
        if word.endswith(ending) and len(word) >= len(ending) + 2:
            return word[: len(word) - len(ending)] + instead
    return word
