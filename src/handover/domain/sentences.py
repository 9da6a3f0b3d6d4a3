"""Sentences that a program makes and a page says in another language: the words stand apart from what they are about.

`sentence("Messages that wait: %(number)s.", number=3)` is English as text; pages look up the words in their catalogues
and write numbers, spans and times as the language does. A test finds every such sentence and asks for its translations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeAlias, Union

_SECOND: Final = (1, "s")
_UNITS: Final = ((86400, "d"), (3600, "h"), (60, "min"), _SECOND)


@dataclass(frozen=True)
class Span:
    """A length of time, in seconds."""

    seconds: int

    def __str__(self) -> str:
        """Give it in its largest fitting unit."""
        number, unit = self.parts()
        return f"{number} {unit}"

    def parts(self) -> tuple[int, str]:
        """Give number and unit (`d`, `h`, `min` or `s`): the largest unit of which there are two."""
        size = abs(self.seconds)
        length, unit = next((each for each in _UNITS if size >= 2 * each[0]), _SECOND)
        return size // length, unit


@dataclass(frozen=True)
class Days:
    """How many days ahead something lies, behind where it is negative."""

    number: int

    def __str__(self) -> str:
        """Give it as adverb."""
        return f"{-self.number} days ago" if self.number < 0 else f"in {self.number} days"


@dataclass(frozen=True)
class Moment:
    """A point in time, in seconds since 1970."""

    at: int

    def __str__(self) -> str:
        """Give it in UTC, as RFC 3339 writes it."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Field:
    """A field of a record or a part of one: the key of its label, and its path for who reads no label."""

    key: str
    path: str

    def __str__(self) -> str:
        """Give the path."""
        return self.path


@dataclass(frozen=True)
class Names:
    """Names, each as it has to be written."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        """Give them with commas between."""
        return ", ".join(self.names)


Part: TypeAlias = Union[str, int, Span, Days, Moment, Field, Names, "Sentence"]


@dataclass(frozen=True)
class Sentence:
    """A text with named places, and what stands in them; a plain `str` is a name or command, written as it is."""

    text: str
    about: Mapping[str, Part] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        """Give the sentence in English."""
        return self.text % self.about if self.about else self.text

    def of(self, **about: Part) -> "Sentence":
        """Give the sentence with these places filled as well."""
        return Sentence(self.text, {**self.about, **about})


def sentence(text: str, /, **about: Part) -> Sentence:
    """Give a sentence; *text* stands in the code as it is, so that its translations can be asked for."""
    return Sentence(text, about)
