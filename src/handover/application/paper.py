"""A paper before it is printed: its language and its parts in their order. All of it is text, and none is markup."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

_DIRECTED: Final = {"L": "ltr", "R": "rtl", "AL": "rtl"}
_ISOLATING: Final = frozenset({"LRI", "RLI", "FSI"})


@dataclass(frozen=True, kw_only=True)
class Run:
    """Some text that stands for itself; `fixed`: a digest, a number or a node's name, which is never turned round."""

    text: str
    fixed: bool = False

    @property
    def direction(self) -> str:
        """The direction of its first letter that has one (Unicode Standard Annex 9, rules P2 and P3), or nothing.

        What is isolated does not count: a sentence that begins with a foreign name has a direction of its own.
        """
        depth = 0
        for letter in self.text:
            kind = unicodedata.bidirectional(letter)
            if kind in _ISOLATING:
                depth += 1
            elif kind == "PDI":
                depth = max(0, depth - 1)
            elif kind in _DIRECTED and not depth:
                return _DIRECTED[kind]
        return ""


@dataclass(frozen=True, kw_only=True)
class Text:
    """A paragraph; a `lead` is large."""

    run: Run
    lead: bool = False


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The name of what follows."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Points:
    """A list."""

    items: Sequence[Run]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Terms with their values; `head` names the two columns, for those who hear it read."""

    head: tuple[str, str]
    rows: Sequence[tuple[str, Sequence[Run]]]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of cells under a head; `widths` are shares of the page."""

    head: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[Sequence[Run]]]


@dataclass(frozen=True, kw_only=True)
class Code:
    """A square code that a telephone reads, and what it says; `alternative` is for those who cannot see it."""

    content: str
    alternative: str
    runs: Sequence[Run]


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Lines to write on."""

    labels: Sequence[str]


Part: TypeAlias = Text | Heading | Points | Facts | Table | Code | Lines


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What is to be printed. `author` is a node, `foot` stands on every page; `large`: for a child to read.

    `missing` is said at the end where the fonts lack a letter: its number stands in its place.
    """

    language: str
    direction: str
    title: str
    author: str
    foot: str
    parts: Sequence[Part]
    missing: str
    large: bool = False
