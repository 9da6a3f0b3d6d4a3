"""What a record of one kind is made of: schema, sections, fields, and the categories that a consent can name.

The schemas themselves are in guardianship.py and tracing.py; record.py holds what one child's record is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final, TypeAlias, Union

from handover.domain.errors import MalformedError
from handover.domain.shapes import Shape, ShapeError


class MalformedRecordError(MalformedError):
    """A record breaks its schema; the detail names field and rule, never the value."""

    name = "malformed-record"
    title = "The record does not fit its schema."
    advice = "Correct the field that the detail names; docs/spec/schemas.md has the rules."


class MatterKind(StrEnum):
    """What a matter is about; both kinds share one lifecycle."""

    GUARDIANSHIP = "guardianship"
    TRACING = "tracing"


class Absent(StrEnum):
    """Why a field has no value; on the wire ``{"absent": "unknown"}``. What is withheld is not absent."""

    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"


Value: TypeAlias = Union[bool, int, str, "list[Value]", "dict[str, Value]", Absent]


class Category(StrEnum):
    """What a consent can name instead of single fields, in the words of those who are asked."""

    IDENTITY = "identity"
    IDENTIFIERS = "identifiers"
    IMAGE = "image"
    STATUS = "status"
    GUARDIANSHIP = "guardianship"
    CARE = "care"
    WHEREABOUTS = "whereabouts"
    FAMILY = "family"
    PROTECTION = "protection"
    BEST_INTERESTS = "best-interests"
    CHILD_VIEW = "child-view"
    HEALTH = "health"
    EDUCATION = "education"
    LEGAL = "legal"
    PLAN = "plan"
    TRACING = "tracing"
    DOCUMENTS = "documents"


CATEGORIES: Final[Mapping[Category, str]] = {
    Category.IDENTITY: "Who the child is: names, birth date, sex, nationality, languages",
    Category.IDENTIFIERS: "Numbers by which authorities and organisations know the child",
    Category.IMAGE: "Photographs",
    Category.STATUS: "Whether the child is alone, since when and why",
    Category.GUARDIANSHIP: "Who acts for the child in law",
    Category.CARE: "Who looks after the child",
    Category.WHEREABOUTS: "Addresses, places and travel",
    Category.FAMILY: "The child's family",
    Category.PROTECTION: "Dangers to the child and what is done against them",
    Category.BEST_INTERESTS: "What was found to be best for the child, and why",
    Category.CHILD_VIEW: "What the child said and wants",
    Category.HEALTH: "Health and disability",
    Category.EDUCATION: "School and work",
    Category.LEGAL: "Proceedings and legal representation",
    Category.PLAN: "Needs, services and follow-up",
    Category.TRACING: "The search for family: separation, last news, steps taken",
    Category.DOCUMENTS: "Documents in the file",
}


@dataclass(frozen=True, kw_only=True)
class Field:
    """A part of a record, disclosed whole or not at all; `path` is ``section.name``, `label` English."""

    path: str
    label: str
    category: Category
    shape: Shape

    @cached_property
    def section(self) -> str:
        """The part of the path before the dot."""
        return self.path.partition(".")[0]

    @cached_property
    def name(self) -> str:
        """The part of the path after the dot."""
        return self.path.partition(".")[2]


@dataclass(frozen=True, kw_only=True)
class Section:
    """Fields that belong together, with an English label."""

    name: str
    label: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The fixed shape of all records of one kind; its order of fields is part of the protocol."""

    name: str
    kind: MatterKind
    sections: tuple[Section, ...]

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Every field, in the schema's order."""
        return tuple(field for section in self.sections for field in section.fields)

    @cached_property
    def all_paths(self) -> tuple[str, ...]:
        """The path of every field, in the schema's order."""
        return tuple(field.path for field in self.fields)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {field.path: place for place, field in enumerate(self.fields)}

    @cached_property
    def _bits(self) -> dict[str, int]:
        top = (len(self.fields) + 7) // 8 * 8 - 1
        return {path: 1 << (top - place) for path, place in self._places.items()}

    @cached_property
    def _shapes(self) -> dict[str, Shape]:
        return {field.path: field.shape for field in self.fields}

    def field(self, path: str) -> Field:
        """Give the field of that path.

        Raises:
            MalformedRecordError: the schema names no such field.
        """
        place = self._places.get(path)
        if place is None:
            raise _no_such_field(self.name)
        return self.fields[place]

    def in_order(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Give *paths* once each, in the schema's order.

        Raises:
            MalformedRecordError: the schema names no such field.
        """
        places = self._places
        try:
            wanted = sorted({places[path] for path in paths})
        except KeyError:
            raise _no_such_field(self.name) from None
        return tuple(self.fields[place].path for place in wanted)

    def resolve(self, names: Iterable[str]) -> tuple[str, ...]:
        """Give the paths that *names* (categories or paths) stand for, in the schema's order.

        Raises:
            MalformedRecordError: a name is neither a category of this schema nor a path.
        """
        paths: list[str] = []
        for name in names:
            of_category = [field.path for field in self.fields if field.category == name]
            paths.extend(of_category or [name])
        return self.in_order(paths)

    def bitmap(self, paths: Iterable[str]) -> bytes:
        """Give one bit per field, most significant bit first, set for each of *paths*; spare bits are zero.

        Raises:
            MalformedRecordError: the schema names no such field.
        """
        bits, found = self._bits, 0
        try:
            for path in paths:
                found |= bits[path]
        except KeyError:
            raise _no_such_field(self.name) from None
        return found.to_bytes((len(self.fields) + 7) // 8, "big")

    def paths(self, bitmap: bytes) -> tuple[str, ...]:
        """Give the paths that *bitmap* sets, in the schema's order.

        Raises:
            MalformedRecordError: wrong length, or a spare bit is set.
        """
        fields = self.fields
        if len(bitmap) != (len(fields) + 7) // 8:
            raise MalformedRecordError(
                "the field bitmap has not the length that %(name)s needs", name=self.name
            )
        bits = int.from_bytes(bitmap, "big")
        spare = len(bitmap) * 8 - len(fields)
        if bits & ((1 << spare) - 1):
            raise MalformedRecordError("a spare bit of the field bitmap is set")
        return tuple([path for path, bit in self._bits.items() if bits & bit])

    def check(self, values: Mapping[str, Value]) -> None:
        """Do nothing if each of *values* (some or all fields, by path) fits its field.

        Raises:
            MalformedRecordError: naming field and rule, never the value.
        """
        shapes = self._shapes
        path = ""
        try:
            for path, value in values.items():
                if path not in shapes:
                    raise _no_such_field(self.name)
                if type(value) is not Absent:
                    shapes[path].check(value)
        except ShapeError as fault:
            raise MalformedRecordError(
                "%(path)s%(place)s: %(rule)s", path=path, place=fault.place, rule=fault.rule
            ) from None


def _no_such_field(schema: str) -> MalformedRecordError:
    # Without the name: whoever mistakes a value for a name must not read it in a log.
    return MalformedRecordError("%(schema)s has no field of that name", schema=schema)
