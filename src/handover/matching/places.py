"""Free text about a place to a country, a region and a locality, as far as they are told and known.

The gazetteer holds sounds, not names: what a name of the place, in any script, is read as. A place is found by the
consonants of the text; among several the vowels decide, then the country that is told, then the population.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from handover.domain.countries import COUNTRIES
from handover.matching import hearing, names, sounds, tables
from handover.matching.text import LONGEST, Word, words

_PARTS: Final = re.compile("[,;:/()\\[\\]|\u060c\u061b\u1363\u2022\n\u2013\u2014]+|\\s-\\s")
MOST_PARTS: Final = 6
SHORT: Final = 4
LONG: Final = 5
MOST_TOGETHER: Final = 4  # words of one name


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place by its levels: what is not told is empty. A locality that is in no table is `~` and its skeletons."""

    country: str = ""
    region: str = ""
    locality: str = ""


NOWHERE: Final = Place()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Found:
    """A place of the gazetteer; its size is ten times the logarithm of its people."""

    place: Place
    size: int
    sounds: tuple[str, ...]


def country(text: str) -> str:
    """Return the code of a country that *text* is or names."""
    code = text.strip().upper()
    if code in COUNTRIES.codes:
        return code
    return _countries().get(_folded(words(text)), "")


@lru_cache(maxsize=16384)
def country_in(text: str) -> str:
    """Return the country that *text* names as one of its parts."""
    named = (_countries().get(_folded(words(part)), "") for part in _PARTS.split(text[:LONGEST])[:MOST_PARTS])
    return next(filter(None, named), "")


@lru_cache(maxsize=16384)
def read(text: str, *, hints: tuple[str, ...] = ()) -> Place:
    """Return the place that *text* names; *hints* are countries that are told elsewhere of the same person."""
    segments = [words(part) for part in _PARTS.split(text[:LONGEST])[:MOST_PARTS]]
    told = Place()
    left: list[tuple[Word, ...]] = []
    for segment in segments:
        code = _countries().get(_folded(segment), "")
        if code and not told.country:
            told = Place(country=code)
        elif segment:
            left.append(segment)
    return _narrowed(left, told, hints)


def forget() -> None:
    """Let go of the texts that were kept to be quick."""
    read.cache_clear()
    country_in.cache_clear()
    _far.cache_clear()


def _narrowed(segments: Sequence[tuple[Word, ...]], told: Place, hints: tuple[str, ...]) -> Place:
    """Return the finest place that the *segments* name inside of what is *told* already."""
    best, unknown = told, ""
    for segment in segments:
        near = tuple(filter(None, (best.country, *hints)))
        found, rest = _search(segment, near, strict=bool(best.country))
        if found is not None and _inside(found, best):
            best = _finer(found, best)
        elif rest and not unknown:
            unknown = rest
    if unknown and not best.locality:
        return Place(country=best.country, region=best.region, locality="~" + unknown)
    return best


def _inside(found: Place, told: Place) -> bool:
    return not told.country or not found.country or found.country == told.country


def _finer(one: Place, other: Place) -> Place:
    return one if one.locality or not other.locality else other


def _search(segment: tuple[Word, ...], near: tuple[str, ...], *, strict: bool) -> tuple[Place | None, str]:
    """Return the place named in *segment*, and else the skeletons of its words that are no marks of a kind."""
    marks = _marks()
    regional = any(word in marks["region"] for _, word in segment)
    kept = [word for word in segment if word[1] not in marks["region"] and word[1] not in marks["passed"]]
    for length in range(min(MOST_TOGETHER, len(kept)), 0, -1):
        for start in range(len(kept) - length + 1):
            chosen = tuple(kept[start : start + length])
            code = _countries().get(_folded(chosen), "")
            if code:
                rest = (*kept[:start], *kept[start + length :])
                return _within(rest, code, near) if rest else (Place(country=code), "")
            found = _best(chosen, near, strict=strict, regional=regional)
            if found is not None:
                return found, ""
    return None, _skeletons(kept or list(segment))


def _skeletons(kept: list[Word]) -> str:
    """Return what stands for words that are in no table: a short word is a code and stays itself."""
    return " ".join(word[1] if _brief(word) else (*sounds.skeletons(*word), word[1])[0] for word in kept)


def _brief(word: Word) -> bool:
    return word[0] == "latin" and len(word[1]) < SHORT


def _within(rest: tuple[Word, ...], code: str, near: tuple[str, ...]) -> tuple[Place, str]:
    """Return what the *rest* of the words name in the country *code*."""
    found, unknown = _search(rest, (code, *near), strict=True)
    if found is not None and found.country == code:
        return found, ""
    return Place(country=code, locality="~" + unknown if unknown else ""), ""


def _best(chosen: tuple[Word, ...], near: tuple[str, ...], *, strict: bool, regional: bool) -> Place | None:
    """Return the likeliest place of that name, a region where the text says *regional*."""
    best: tuple[float, Place] | None = None
    brief = all(_brief(word) for word in chosen)  # a code, unless a place of that name is near
    for step, sound in enumerate(heard(chosen)):
        key = hearing.consonants(sound)
        for found, without in _gazetteer().get(key, ()):
            if best is not None and 2 * min(step, 2) - found.size / 14 >= best[0]:
                break  # the most populous come first: nobody after this one can be nearer
            code = found.place.country
            if (strict and code != near[0]) or ((brief or len(key) < 2) and code not in near):
                continue
            differs = min(step, 2) + without
            cost = 2 * differs - found.size / 14 + _far(code, near) + (bool(found.place.locality) == regional)
            if best is not None and cost >= best[0]:
                continue
            apart = 0 if without else hearing.apart(sound, found.sounds, key=key)
            cost += 2 * apart + (sound not in found.sounds)
            if differs + apart <= (3 if code in near else 2) and (best is None or cost < best[0]):
                best = (cost, found.place)
    return None if best is None else best[1]


@lru_cache(maxsize=65536)
def _far(code: str, near: tuple[str, ...]) -> float:
    """Return what speaks against a place in the country *code*: not told, and no country that children come from."""
    if code in near:
        return near.index(code) / 4
    return 3.0 if code in origins() else 4.5


def heard(chosen: tuple[Word, ...]) -> tuple[str, ...]:
    """Return what the joined words may be read as, likeliest first."""
    scripts = {script for script, _ in chosen}
    if len(scripts) != 1:
        return ()
    articles = names.lists()["article"]
    kept = [word for _, word in chosen if word not in articles] or [word for _, word in chosen]
    script = scripts.pop()
    joined = "".join(names.bare(word, script, always=script == "arabic") for word in kept)
    found = hearing.heard(script, joined)
    if script == "latin" and joined[:2] in {"al", "el"} and len(joined) >= LONG:
        return (*found[:2], *hearing.heard(script, joined[2:])[:2])  # an Arabic article, perhaps
    return found


def _folded(segment: tuple[Word, ...]) -> str:
    return " ".join(word for _, word in segment)


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, *variants in tables.rows("countries.tsv"):
        for name in variants:
            found.setdefault(_folded(words(name)), code)
    return found


@lru_cache(maxsize=1)
def _marks() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for kind, members in tables.rows("marks.tsv"):
        named = members.split() if kind == "origin" else [word for _, word in words(members, most=1000)]
        found.setdefault(kind, set()).update(named)
    return {kind: frozenset(members) for kind, members in found.items()}


@lru_cache(maxsize=1)
def origins() -> frozenset[str]:
    """Return the countries from which and through which children come."""
    return _marks()["origin"]


@lru_cache(maxsize=1)
def _gazetteer() -> dict[str, list[tuple[Found, int]]]:
    """Return the places by the consonants of their names, and at a cost without the H that many ears miss."""
    found: dict[str, list[tuple[Found, int]]] = {}
    for name in tables.PLACES:
        for code, region, number, size, keys in tables.rows(name):
            heard = tuple(keys.split())
            place = Place(country=code, region=f"{code}.{region}" if region else "", locality=number)
            one = Found(place=place, size=int(size), sounds=heard)
            whole = dict.fromkeys(map(hearing.consonants, heard))
            missed = {_without_h(key): 1 for key in whole if "H" in key}
            for key, cost in {**missed, **dict.fromkeys(whole, 0)}.items():
                found.setdefault(key, []).append((one, cost))
    return found


def _without_h(key: str) -> str:
    return ("A" if key.startswith("H") else "") + key.replace("H", "")
