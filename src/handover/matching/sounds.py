"""A word to its skeletons: letters are read by the table of their script, the likeliest readings first.

A reading writes consonants in capitals, vowels small, `-` where a consonant was dropped, `?` where a script writes no
vowel, `+` where the next consonant is joined to this one. A skeleton keeps the consonants; a short one keeps the vowel
behind its first consonant, too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from handover.matching import tables

_NAMED: Final = "arabic armenian bengali cyrillic devanagari ethiopic georgian greek hebrew latin"
SCRIPTS: Final = tuple(_NAMED.split())
MOST: Final = 4
_BEAM: Final = 12
_SHORT: Final = 2

Reading = tuple[str, int]


Condition = tuple[bool, frozenset[str]]  # whether a neighbour is, or is not, one of these; "" is the edge


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Letters, between what they stand, and what they may be read as: (sounds, cost)."""

    letters: str
    before: Condition | None
    after: Condition | None
    readings: tuple[Reading, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """How the letters of a script are read, by one or two of them; an abjad never joins two equal consonants."""

    rules: dict[str, tuple[Rule, ...]]
    abjad: bool


@cache
def table(script: str) -> Table:
    """Return the table of *script*."""
    sets: dict[str, str] = {}
    found: dict[str, list[Rule]] = {}
    abjad = False
    if script not in SCRIPTS:
        return Table(rules={}, abjad=False)
    for row in _syllables() if script == "ethiopic" else tables.rows(f"{script}.tsv"):
        if row[0] == "set":
            sets[row[1]] = row[2]
        elif row[0] == "abjad":
            abjad = True
        else:
            letters, before, after, readings = row
            rule = Rule(
                letters=letters,
                before=_condition(sets.get(before, before)),
                after=_condition(sets.get(after, after)),
                readings=_folded(readings.split()),
            )
            found.setdefault(letters[:2], []).append(rule)
    ordered = {
        first: tuple(sorted(rules, key=lambda rule: -len(rule.letters))) for first, rules in found.items()
    }
    return Table(rules=ordered, abjad=abjad)


_ORDERS: Final = "euiae?oa"  # the vowels of a row of Ethiopic letters, in the order of the block


def _syllables() -> list[list[str]]:
    """Return a row for each Ethiopic letter, from the table of first forms."""
    found = []
    for base, _, _, readings in tables.rows("ethiopic.tsv"):
        for step, vowel in enumerate(_ORDERS):
            letter = chr(ord(base) + step)
            if readings == "-":
                found.append([letter, "", "", "a" if step == 0 else vowel])
                continue
            if readings == "Y":
                found.append([letter, "!$", "", "i" if vowel == "?" else "i" + vowel])
            pairs = (part.partition(":") for part in readings.split())
            found.append([letter, "", "", " ".join(f"{one}{vowel}:{cost or 0}" for one, _, cost in pairs)])
    return found


def _reading(text: str) -> Reading:
    sounds, _, cost = text.partition(":")
    return ("" if sounds == "0" else sounds, int(cost or 0))


def _folded(texts: Iterable[str]) -> tuple[Reading, ...]:
    """Return the readings with sounds that ears confuse made one, each at its least cost."""
    found: dict[str, int] = {}
    for sounds, cost in map(_reading, texts):
        folded = sounds.translate(CONFUSED)
        found[folded] = min(found.get(folded, 99), cost)
    return tuple(found.items())


# b, p and v; t and d; k and g; s and z
CONFUSED: Final = str.maketrans("DGZW", "TKSB")


def _condition(text: str) -> Condition | None:
    """Return what *text* asks of a neighbour: to be one of its letters, after `!` to be none; `$` is the edge."""
    if not text:
        return None
    wanted = text[0] != "!"
    return wanted, frozenset("" if letter == "$" else letter for letter in text[not wanted :])


def _rule(rules: tuple[Rule, ...], word: str, at: int) -> Rule | None:
    """Return the first of *rules* that applies *at* this letter."""
    before = word[at - 1 : at]
    for rule in rules:
        if rule.before is not None and (before in rule.before[1]) is not rule.before[0]:
            continue
        length = len(rule.letters)
        if length > 2 and not word.startswith(rule.letters, at):
            continue
        if rule.after is None:
            return rule
        end = at + length
        if (word[end : end + 1] in rule.after[1]) is rule.after[0]:
            return rule
    return None


def read(script: str, word: str) -> list[tuple[str, int]]:
    """Return what *word* may be read as, likeliest first."""
    known = table(script)
    beam: dict[str, int] = {"": 0}
    at = 0
    while at < len(word):
        pair = known.rules.get(word[at : at + 2])
        rule = _rule(pair, word, at) if pair else None
        if rule is None:
            rule = _rule(known.rules.get(word[at], ()), word, at)
        if rule is None:
            at += 1
            continue
        at += len(rule.letters)
        beam = _on(beam, rule.readings, joining=not known.abjad)
    return sorted(beam.items(), key=lambda item: item[1])


@lru_cache(maxsize=65536)
def skeletons(script: str, word: str) -> tuple[str, ...]:
    """Return the skeletons of *word*, likeliest first, at most four."""
    abjad = table(script).abjad
    found: dict[str, int] = {}
    for heard, cost in read(script, word):
        for form, extra in _finish(heard, abjad=abjad):
            found[form] = min(found.get(form, 999), cost + extra)
    ranked = sorted(found, key=lambda form: found[form])
    return tuple(form for form in ranked if form)[:MOST]


_PLAIN: Final = frozenset("aeiou?")


def _on(beam: dict[str, int], readings: tuple[Reading, ...], *, joining: bool) -> dict[str, int]:
    if len(readings) == 1 and (sound := readings[0][0]) in _PLAIN:
        return {before.removesuffix("+") + sound: cost for before, cost in beam.items()}
    grown: dict[str, int] = {}
    for before, cost in beam.items():
        sounds = before.removesuffix("+")
        joined = joining or sounds is not before
        for more, extra in readings:
            doubled = joined and sounds and more and sounds[-1] == more[0] and more[0].isupper()
            whole = sounds + (more[1:] if doubled else more)
            if cost + extra < grown.get(whole, 999):
                grown[whole] = cost + extra
    if len(grown) <= _BEAM:
        return grown
    return dict(sorted(grown.items(), key=lambda item: item[1])[:_BEAM])


_VOWELS: Final = {"a": "a", "e": "a", "i": "a", "o": "u", "u": "u", "?": "au"}


def _finish(sounds: str, *, abjad: bool) -> list[Reading]:
    """Return the skeletons of one reading."""
    letters = "".join(sound for sound in sounds if sound.isupper())
    start = "A" if sounds[:1] and not sounds[0].isupper() and sounds[0] != "-" else ""
    if sounds.startswith("-"):
        start = "A"
    letters = letters.replace("NB", "MB")
    whole = start + letters
    if len(whole) > _SHORT:
        return [(whole, 0)]
    return [
        (whole[:1] + vowel + whole[1:], 2 * cost) for cost, vowel in enumerate(_vowel(sounds, abjad=abjad))
    ]


def _vowel(sounds: str, *, abjad: bool) -> str | tuple[str, ...]:
    """Return the classes that the vowel behind the first consonant may have, likeliest first."""
    first = next((at for at, sound in enumerate(sounds) if sound.isupper()), -1)
    run = ""
    for sound in sounds[first + 1 :]:
        if sound.isupper():
            break
        run += sound if sound in _VOWELS else ""
    last = not any(sound.isupper() for sound in sounds[first + 1 :])
    if run in {"", "?"}:
        return ("",) if last or not (abjad or run) else _VOWELS["?"]
    if "?" in run:
        return _VOWELS["?"]
    if run[0] in "ae" and set(run[1:]) & set("iuo"):
        return "a" if "i" in run[1:] else "u"
    return tuple(dict.fromkeys(_VOWELS[vowel] for vowel in run[:2]))
