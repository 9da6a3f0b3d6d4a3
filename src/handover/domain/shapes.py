"""The shapes that the values of a record can have, each with its check. An error never repeats the value.

What is accepted has one spelling: text is in Unicode form NFC, trimmed and never empty; a date is
``YYYY-MM-DD``; what is not stated is left out of its group. The rules are in docs/spec/schemas.md.
"""

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import ClassVar, Final

# C0 and C1 controls, line and paragraph separators, marks that turn the reading direction, byte order mark.
CONTROLS: Final = r"\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
PARAGRAPH_CONTROLS: Final = CONTROLS.replace(
    r"\u0000-\u001f", r"\u0000-\u0009\u000b-\u001f"
)  # admits line feeds
_NOT_LINE: Final = re.compile(f"[{CONTROLS}\ud800-\udfff]")
_NOT_PARAGRAPHS: Final = re.compile(f"[{PARAGRAPH_CONTROLS}\ud800-\udfff]")
_EDGES: Final = " \u00a0\n"
_DATE: Final = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_MONTH: Final = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_LONGEST_INTEGER: Final = 2**53 - 1


class ShapeError(Exception):
    """One value breaks one rule; `place` is built on the way out, so that a good value costs no string."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.place = ""

    def within(self, step: str) -> "ShapeError":
        """Give the fault as seen from one level further out."""
        self.place = step + self.place
        return self


class Shape(ABC):
    """What one value may look like."""

    @abstractmethod
    def check(self, value: object) -> None:
        """Do nothing if *value* has this shape.

        Raises:
            ShapeError: with the rule that is broken.
        """


@dataclass(frozen=True, kw_only=True)
class Text(Shape):
    """Words of a person, at most `longest` characters; `paragraphs` admits line feeds."""

    longest: int = 200
    paragraphs: bool = False

    def check(self, value: object) -> None:
        """Do nothing if *value* is text of this shape.

        Raises:
            ShapeError: with the rule that is broken.
        """
        if type(value) is not str:
            raise ShapeError("must be text")
        if not value:
            raise ShapeError("must not be empty; what is not known is said with `absent`")
        if len(value) > self.longest:
            raise ShapeError(f"must have at most {self.longest} characters")
        # Printable text holds none of these; the slower look is for line feeds and invisible joiners.
        if not value.isprintable() and (_NOT_PARAGRAPHS if self.paragraphs else _NOT_LINE).search(value):
            raise ShapeError("must not hold control characters")
        if value[0] in _EDGES or value[-1] in _EDGES:
            raise ShapeError("must not begin or end with a space")
        if not value.isascii() and not unicodedata.is_normalized("NFC", value):
            raise ShapeError("must be in Unicode form NFC")


@dataclass(frozen=True, kw_only=True)
class Pattern(Shape):
    """Text of one strict spelling, such as a language tag; `rule` says it in words."""

    name: str
    pattern: str
    rule: str

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def check(self, value: object) -> None:
        """Do nothing if *value* matches as a whole.

        Raises:
            ShapeError: with the rule that is broken.
        """
        if type(value) is not str or self._compiled.fullmatch(value) is None:
            raise ShapeError(self.rule)


@dataclass(frozen=True, kw_only=True)
class CodeList:
    """A closed list of codes with their English labels, under a stable name."""

    name: str
    codes: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Code(Shape):
    """One code of a closed list."""

    codes: CodeList

    def check(self, value: object) -> None:
        """Do nothing if *value* is a code of the list.

        Raises:
            ShapeError: with the rule that is broken.
        """
        if type(value) is not str or value not in self.codes.codes:
            raise ShapeError(f"must be a code of the list {self.codes.name}")


@dataclass(frozen=True, kw_only=True)
class Date(Shape):
    """A day of the Gregorian calendar from 1900 to 2099, ``YYYY-MM-DD``."""

    def check(self, value: object) -> None:
        """Do nothing if *value* is a day that exists.

        Raises:
            ShapeError: with the rule that is broken.
        """
        if type(value) is not str or _DATE.fullmatch(value) is None:
            raise ShapeError("must be a date YYYY-MM-DD")
        if value[8:] > "28":
            try:
                date.fromisoformat(value)
            except ValueError:
                raise ShapeError("must be a day that exists") from None


_DAY: Final = Date()


@dataclass(frozen=True, kw_only=True)
class PartialDate(Shape):
    """A date with its precision: ``{"date": "2011-03", "precision": "month"}``.

    An estimate is written as precisely as it was made: as a day, a month or a year.
    """

    SPELLINGS: ClassVar[Mapping[str, tuple[int, ...]]] = {
        "day": (10,),
        "month": (7,),
        "year": (4,),
        "estimated": (4, 7, 10),
    }

    def check(self, value: object) -> None:
        """Do nothing if *value* is a date spelled as its precision says.

        Raises:
            ShapeError: with the rule that is broken.
        """
        if type(value) is not dict or value.keys() != {"date", "precision"}:
            raise ShapeError("must hold exactly date and precision")
        written, precision = value["date"], value["precision"]
        if type(precision) is not str or precision not in self.SPELLINGS:
            raise ShapeError("must be day, month, year or estimated").within(".precision")
        if type(written) is not str or len(written) not in self.SPELLINGS[precision]:
            raise ShapeError("must be written as its precision says").within(".date")
        if len(written) == 10:
            try:
                _DAY.check(written)
            except ShapeError as error:
                raise error.within(".date") from None
        elif (_MONTH if len(written) == 7 else _YEAR).fullmatch(written) is None:
            raise ShapeError("must be YYYY-MM-DD, YYYY-MM or YYYY").within(".date")


@dataclass(frozen=True, kw_only=True)
class Flag(Shape):
    """Yes or no."""

    def check(self, value: object) -> None:
        """Do nothing if *value* is true or false.

        Raises:
            ShapeError: with the rule that is broken.
        """
        if type(value) is not bool:
            raise ShapeError("must be true or false")


@dataclass(frozen=True, kw_only=True)
class Number(Shape):
    """A whole number from `lowest` to `highest`."""

    lowest: int = 0
    highest: int = _LONGEST_INTEGER

    def check(self, value: object) -> None:
        """Do nothing if *value* is a whole number in the range.

        Raises:
            ShapeError: with the rule that is broken.
        """
        if type(value) is not int or not self.lowest <= value <= self.highest:
            raise ShapeError(f"must be a whole number from {self.lowest} to {self.highest}")


@dataclass(frozen=True, kw_only=True)
class ListOf(Shape):
    """One to `longest` values of one shape, in order; `distinct` refuses a value that comes twice."""

    item: Shape
    longest: int = 32
    distinct: bool = False

    def check(self, value: object) -> None:
        """Do nothing if *value* is such a list.

        Raises:
            ShapeError: with the rule that is broken and the index.
        """
        if type(value) is not list:
            raise ShapeError("must be a list")
        if not 1 <= len(value) <= self.longest:
            raise ShapeError(f"must have 1 to {self.longest} items")
        check = self.item.check
        index = 0
        try:
            for index, item in enumerate(value):  # noqa: B007 (the index is read where a fault passes)
                check(item)
        except ShapeError as fault:
            raise fault.within(f"[{index}]") from None
        if self.distinct and len(set(value)) != len(value):
            raise ShapeError("must not hold one value twice")


@dataclass(frozen=True, kw_only=True)
class Member:
    """One named part of a group, with its English label."""

    name: str
    shape: Shape
    label: str
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Group(Shape):
    """Named parts that are told together; what is not stated is left out, and at least one part is stated."""

    name: str
    members: tuple[Member, ...]

    @cached_property
    def _shapes(self) -> dict[str, Shape]:
        return {member.name: member.shape for member in self.members}

    @cached_property
    def _required(self) -> tuple[str, ...]:
        return tuple(member.name for member in self.members if member.required)

    def check(self, value: object) -> None:
        """Do nothing if *value* is such a group.

        Raises:
            ShapeError: with the rule that is broken and the part.
        """
        if type(value) is not dict or not value:
            raise ShapeError("must be a group with at least one part")
        for name in self._required:
            if name not in value:
                raise ShapeError("is missing").within(f".{name}")
        shapes = self._shapes
        name = ""
        try:
            for name, part in value.items():
                if name not in shapes:
                    name = ""
                    raise ShapeError("has a part that the schema does not name")
                shapes[name].check(part)
        except ShapeError as fault:
            raise fault.within(f".{name}" if name else "") from None
