"""Counts the steps that a backtracking matcher takes, as `re` does: growth is seen in a number, not on a clock."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from re import _constants as c
from re import _parser as parser
from typing import Any, Final

MOST: Final = 60_000  # steps; what needs more for so short a text grows beyond all bounds
SIZES: Final = (60, 120)
_WORDS: Final = re.compile(r"\w")
_CATEGORIES: Final[dict[Any, Callable[[str], bool]]] = {
    c.CATEGORY_DIGIT: str.isdecimal,
    c.CATEGORY_NOT_DIGIT: lambda letter: not letter.isdecimal(),
    c.CATEGORY_SPACE: str.isspace,
    c.CATEGORY_NOT_SPACE: lambda letter: not letter.isspace(),
    c.CATEGORY_WORD: lambda letter: _WORDS.match(letter) is not None,
    c.CATEGORY_NOT_WORD: lambda letter: _WORDS.match(letter) is None,
}
_SAMPLES: Final = {
    c.CATEGORY_DIGIT: "0",
    c.CATEGORY_SPACE: " ",
    c.CATEGORY_WORD: "a",
    c.CATEGORY_NOT_SPACE: "a",
}
_REPEATS: Final = (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT)

Node = tuple[Any, Any]
Goes = Callable[[int], bool]


class TooManyStepsError(Exception):
    """The matcher did not come to an end within its steps."""


@dataclass
class Matcher:
    """Matches one text, and counts."""

    text: str
    flags: int = 0
    steps: int = 0
    groups: dict[int, tuple[int, int]] = field(default_factory=dict)

    def match(self, nodes: Sequence[Node], at: int, then: Goes) -> bool:
        """Tell whether *nodes* match from *at* so that *then* agrees, one way after the other."""
        if not nodes:
            return then(at)
        (kind, what), rest = nodes[0], nodes[1:]
        self.steps += 1
        if self.steps > MOST:
            raise TooManyStepsError
        if kind in _REPEATS:
            return self._repeat(kind, what, at, lambda end: self.match(rest, end, then))
        if kind is c.SUBPATTERN:
            return self._group(what, at, lambda end: self.match(rest, end, then))
        if kind is c.BRANCH:
            return any(self.match(list(one), at, lambda end: self.match(rest, end, then)) for one in what[1])
        if kind in (c.ASSERT, c.ASSERT_NOT):
            return self._look(kind, what, at) and self.match(rest, at, then)
        if kind is c.ATOMIC_GROUP:
            end = self._first(list(what), at)
            return end is not None and self.match(rest, end, then)
        if kind is c.GROUPREF:
            start, end = self.groups.get(what, (0, 0))
            same = self.text.startswith(self.text[start:end], at)
            return same and self.match(rest, at + end - start, then)
        if kind is c.AT:
            return self._at(what, at) and self.match(rest, at, then)
        return at < len(self.text) and fits((kind, what), self.text[at]) and self.match(rest, at + 1, then)

    def _repeat(self, kind: Any, what: Any, at: int, then: Goes) -> bool:
        least, most, body = what[0], what[1], list(what[2])
        ends = [at]
        if len(body) == 1 and body[0][0] in (
            c.LITERAL,
            c.NOT_LITERAL,
            c.ANY,
            c.IN,
        ):  # as `re` does it: in a loop
            while len(ends) <= most and ends[-1] < len(self.text) and fits(body[0], self.text[ends[-1]]):
                self.steps += 1
                ends.append(ends[-1] + 1)
            ways = ends[least:] if kind is c.MIN_REPEAT else ends[least:][::-1]
            return any(then(end) for end in (ways[:1] if kind is c.POSSESSIVE_REPEAT else ways))
        return self._round(kind, (least, most, body), 0, at, then)

    def _round(self, kind: Any, what: tuple[int, int, list[Node]], count: int, at: int, then: Goes) -> bool:
        least, most, body = what
        if kind is c.MIN_REPEAT and count >= least and then(at):
            return True

        def again(end: int) -> bool:
            return (end > at or count < least) and self._round(kind, what, count + 1, end, then)

        if count < most and self.match(body, at, again):
            return True
        return kind is not c.MIN_REPEAT and count >= least and then(at)

    def _group(self, what: Any, at: int, then: Goes) -> bool:
        number, body = what[0], list(what[3])

        def close(end: int) -> bool:
            before = self.groups.get(number)
            if number is not None:
                self.groups[number] = (at, end)
            if then(end):
                return True
            if number is not None and before is not None:
                self.groups[number] = before
            return False

        return self.match(body, at, close)

    def _look(self, kind: Any, what: Any, at: int) -> bool:
        way, body = what
        if way < 0:
            width = body.getwidth()[0]
            found = at >= width and self._first(list(body), at - width) is not None
        else:
            found = self._first(list(body), at) is not None
        return found is (kind is c.ASSERT)

    def _first(self, nodes: list[Node], at: int) -> int | None:
        ends: list[int] = []

        def keep(end: int) -> bool:
            ends.append(end)
            return True

        return ends[0] if self.match(nodes, at, keep) else None

    def _at(self, what: Any, at: int) -> bool:
        if what in (c.AT_BEGINNING, c.AT_BEGINNING_STRING):
            begins = at == 0
            return begins or (
                what is c.AT_BEGINNING and bool(self.flags & re.M) and self.text[at - 1] == "\n"
            )
        ends = at == len(self.text) or (what is c.AT_END and self.text[at:] == "\n")
        return ends or (what is c.AT_END and bool(self.flags & re.M) and self.text[at] == "\n")


def fits(node: Node, letter: str) -> bool:
    """Tell whether one letter is one that the node takes."""
    kind, what = node
    if kind is c.LITERAL:
        return bool(ord(letter) == what)
    if kind is c.NOT_LITERAL:
        return bool(ord(letter) != what)
    if kind is c.ANY:
        return letter != "\n"
    negated = what[0][0] is c.NEGATE
    found = False
    for each, value in what[negated:]:
        if each is c.LITERAL:
            found |= ord(letter) == value
        elif each is c.RANGE:
            found |= value[0] <= ord(letter) <= value[1]
        else:
            found |= _CATEGORIES[value](letter)
    return found is not negated


@cache
def tree(pattern: "re.Pattern[str] | re.Pattern[bytes]") -> list[Node]:
    """Give what `re` makes of a pattern; bytes are read as the letters of the same numbers."""
    return list(
        parser.parse(
            pattern.pattern, pattern.flags & ~re.U if isinstance(pattern.pattern, bytes) else pattern.flags
        )
    )


def steps(pattern: "re.Pattern[str] | re.Pattern[bytes]", text: str, *, search: bool) -> int:
    """Give the steps of matching the whole text, or of finding all places in it."""
    made = Matcher(text, pattern.flags)
    nodes = tree(pattern)
    if not search:
        made.match(nodes, 0, lambda end: end == len(text))
        return made.steps
    at = 0
    while at <= len(text):
        ends: list[int] = []
        found = made.match(nodes, at, lambda end, ends=ends: ends.append(end) is None)  # type: ignore[misc]
        at = max(ends[0], at + 1) if found else at + 1
    return made.steps


def example(nodes: Sequence[Node]) -> str:
    """Give a short text that the nodes take."""
    made = ""
    for kind, what in nodes:
        if kind in _REPEATS:
            made += example(list(what[2])) * what[0]
        elif kind is c.SUBPATTERN:
            made += example(list(what[3]))
        elif kind is c.BRANCH:
            made += example(list(what[1][0]))
        elif kind is c.ATOMIC_GROUP:
            made += example(list(what))
        elif kind in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN):
            made += next((each for each in _letters((kind, what)) if fits((kind, what), each)), "a")
    return made


def _letters(node: Node) -> list[str]:
    kind, what = node
    if kind is c.LITERAL:
        return [chr(what)]
    found = []
    for each, value in what if kind is c.IN else ():
        if each is c.LITERAL:
            found.append(chr(value))
        elif each is c.RANGE:
            found += [chr(value[0]), chr(value[1])]
        elif each is c.CATEGORY:
            found.append(_SAMPLES.get(value, "-"))
    return [*found, *"a0 -.!/\n"]


def attacks(pattern: "re.Pattern[str] | re.Pattern[bytes]") -> Iterator[Callable[[int], str]]:
    """Give texts that grow: up to each repetition, then its body again and again, then what fits nowhere."""
    nodes = tree(pattern)
    for before, body in repeats(nodes, ""):
        for pump in pumps(body, nodes):
            for after in ("\0", "!", "", example(nodes)):
                yield lambda size, before=before, pump=pump, after=after: before + pump * size + after  # type: ignore[misc]


def repeats(nodes: Sequence[Node], before: str) -> Iterator[tuple[str, list[Node]]]:
    """Give each repetition of a pattern with a text that leads to it."""
    for place, (kind, what) in enumerate(nodes):
        here = before + example(nodes[:place])
        if kind in _REPEATS:
            if what[1] > 8:
                yield here, list(what[2])
            yield from repeats(list(what[2]), here)
        elif kind is c.SUBPATTERN:
            yield from repeats(list(what[3]), here)
        elif kind is c.BRANCH:
            for one in what[1]:
                yield from repeats(list(one), here)
        elif kind in (c.ASSERT, c.ASSERT_NOT):
            yield from repeats(list(what[1]), here)


def pumps(body: list[Node], nodes: Sequence[Node]) -> set[str]:
    """Give what is repeated: the body's example, and every letter of the pattern that the body takes."""
    found = {example(body)}
    for letter in {each for node in leaves(nodes) for each in _letters(node)}:
        if Matcher(letter).match(body, 0, lambda end: end == 1):
            found.add(letter)
    return found - {""}


def leaves(nodes: Sequence[Node]) -> Iterator[Node]:
    """Give what takes single letters."""
    for kind, what in nodes:
        if kind in _REPEATS:
            yield from leaves(list(what[2]))
        elif kind is c.SUBPATTERN:
            yield from leaves(list(what[3]))
        elif kind is c.BRANCH:
            for one in what[1]:
                yield from leaves(list(one))
        elif kind in (c.LITERAL, c.IN):
            yield kind, what


def growth(pattern: "re.Pattern[str] | re.Pattern[bytes]", *, search: bool) -> tuple[float, str]:
    """Give by how much the steps grow at worst when a text is twice as long, and that text in short."""
    worst, where = 0.0, ""
    for text in attacks(pattern):
        short, long = (text(size) for size in SIZES)
        try:
            grown = steps(pattern, long, search=search) / max(steps(pattern, short, search=search), 1)
        except (TooManyStepsError, RecursionError):
            return float("inf"), short
        if grown > worst:
            worst, where = grown, short
    return worst, where
