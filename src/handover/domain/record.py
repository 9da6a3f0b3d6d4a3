"""One record: a value, or the reason why there is none, for every field of its schema.

A field is never left out: whoever looks from outside cannot tell which fields are filled.
"""

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Self

from handover.domain.errors import MalformedError, RefusedError
from handover.domain.guardianship import GUARDIANSHIP
from handover.domain.schema import (
    Absent,
    Category,
    Field,
    MalformedRecordError,
    MatterKind,
    Schema,
    Section,
    Value,
)
from handover.domain.tracing import TRACING

__all__ = [
    "LONGEST_VALUES",
    "SCHEMAS",
    "Absent",
    "BestInterestsMissingError",
    "Category",
    "ChildViewMissingError",
    "Field",
    "MalformedRecordError",
    "MatterKind",
    "NonRefoulementMissingError",
    "NonRefoulementRiskError",
    "Record",
    "Schema",
    "Section",
    "UnknownSchemaError",
    "Value",
    "from_wire",
    "gaps",
    "record",
    "require_offerable",
    "schema",
    "to_wire",
]

LONGEST_VALUES: Final = 40_000  # bytes of JSON; signed and hidden field by field they stay below 64 KiB
_REASONS: Final[Mapping[str, Absent]] = {reason.value: reason for reason in Absent}
SCHEMAS: Final[Mapping[str, Schema]] = MappingProxyType({each.name: each for each in (GUARDIANSHIP, TRACING)})


class UnknownSchemaError(MalformedError):
    """The record's schema is not known here."""

    name = "unknown-schema"
    title = "This node does not know the record's schema."
    advice = "Use a schema that the receiving node's entry in the registry names."


class BestInterestsMissingError(RefusedError):
    """A guardianship offer carries a best interests assessment or determination."""

    name = "best-interests-missing"
    title = "The best interests assessment or determination is missing."
    advice = "Record its kind, date, body, outcome and reasons before the case is offered."


class ChildViewMissingError(RefusedError):
    """A guardianship offer carries the child's own view, or why it could not be heard."""

    name = "child-view-missing"
    title = "The child's own view is missing."
    advice = "Hear the child and record what it wants, or record why it could not be heard."


class NonRefoulementMissingError(RefusedError):
    """A guardianship offer carries the answer to the non-refoulement question."""

    name = "non-refoulement-missing"
    title = "The answer to the non-refoulement question is missing."
    advice = "Record whether the move would expose the child to a risk of irreparable harm."


class NonRefoulementRiskError(RefusedError):
    """The record itself says that the move would expose the child to a risk of irreparable harm."""

    name = "non-refoulement-risk"
    title = "The record says that the move would put the child at risk of irreparable harm."
    advice = "Do not move the child. Reassess; an answer that names safeguards can be offered."


def schema(name: str) -> Schema:
    """Give the schema of that name, for example ``guardianship/1``.

    Raises:
        UnknownSchemaError: there is none.
    """
    found = SCHEMAS.get(name)
    if found is None:
        raise UnknownSchemaError
    return found


@dataclass(frozen=True, kw_only=True)
class Record:
    """A checked record; `values` has every path of the schema, in the schema's order."""

    schema: Schema
    values: Mapping[str, Value]

    def __post_init__(self) -> None:
        paths = self.schema.all_paths
        if self.values.keys() != set(paths):
            raise MalformedRecordError(
                "a record has exactly the fields of %(schema)s", schema=self.schema.name
            )
        self.schema.check(self.values)
        object.__setattr__(self, "values", MappingProxyType({path: self.values[path] for path in paths}))

    @classmethod
    def kept(cls, of: Schema, values: Mapping[str, Value]) -> Self:
        """Give a record again whose *values* were checked when they were kept; what they leave out is unknown."""
        record = object.__new__(cls)
        whole = {path: values.get(path, Absent.UNKNOWN) for path in of.all_paths}
        object.__setattr__(record, "schema", of)
        object.__setattr__(record, "values", MappingProxyType(whole))
        return record

    def stated(self, path: str) -> bool:
        """Tell whether the field of that path has a value."""
        return type(self.values[path]) is not Absent

    def gaps(self, disclosed: Container[str] | None = None) -> tuple[type[RefusedError], ...]:
        """Give every reason why this record, or the *disclosed* part of it, cannot be offered yet."""
        values = self.values
        if disclosed is not None:
            values = {path: value for path, value in values.items() if path in disclosed}
        return gaps(self.schema, values)

    def require_offerable(self, disclosed: Container[str] | None = None) -> None:
        """Do nothing if this record, or the *disclosed* part of it, holds what every offer must carry.

        Raises:
            RefusedError: as `require_offerable` below.
        """
        for gap in self.gaps(disclosed):
            raise gap


def gaps(of: Schema, values: Mapping[str, Value]) -> tuple[type[RefusedError], ...]:
    """Give every reason why *values*, some or all of a record, cannot be offered; a tracing record has none."""
    if of.kind is not MatterKind.GUARDIANSHIP:
        return ()
    stated = {path for path, value in values.items() if type(value) is not Absent}
    found: list[type[RefusedError]] = []
    if not stated.issuperset(f"best_interests.{name}" for name in _DETERMINATION):
        found.append(BestInterestsMissingError)
    heard = "child_view.heard" in stated and "child_view.wishes" in stated
    if not heard and "child_view.not_heard" not in stated:
        found.append(ChildViewMissingError)
    answer = values.get("best_interests.non_refoulement")
    if not isinstance(answer, dict):
        found.append(NonRefoulementMissingError)
    elif answer["answer"] == "risk_found":
        found.append(NonRefoulementRiskError)
    return tuple(found)


def require_offerable(of: Schema, values: Mapping[str, Value]) -> None:
    """Do nothing if *values* hold what every guardianship offer must carry; other kinds always pass.

    Raises:
        BestInterestsMissingError: no complete best interests assessment or determination.
        ChildViewMissingError: neither the child's view nor why it could not be heard.
        NonRefoulementMissingError: the question has no answer.
        NonRefoulementRiskError: the answer is that the move would endanger the child.
    """
    for gap in gaps(of, values):
        raise gap


_DETERMINATION: Final = ("kind", "date", "body", "outcome", "reasons")


def record(of: Schema, values: Mapping[str, Value]) -> Record:
    """Give the record with *values*; every field that they leave out is unknown.

    Raises:
        MalformedRecordError: naming field and rule, never the value.
    """
    paths = of.all_paths
    if not values.keys() <= set(paths):
        raise MalformedRecordError("%(schema)s has no field of that name", schema=of.name)
    whole = Record(schema=of, values={path: values.get(path, Absent.UNKNOWN) for path in paths})
    if len(json.dumps(dict(values), ensure_ascii=False, separators=(",", ":")).encode()) > LONGEST_VALUES:
        raise MalformedRecordError(
            "all values together must have at most %(limit)s bytes", limit=LONGEST_VALUES
        )
    return whole


def to_wire(value: Value) -> Value:
    """Give *value* as it stands in JSON: a reason for absence becomes ``{"absent": ...}``."""
    return {"absent": str(value)} if isinstance(value, Absent) else value


def from_wire(value: Value) -> Value:
    """Give what `to_wire` was given.

    Raises:
        MalformedRecordError: an absence of an unknown kind.
    """
    if isinstance(value, dict) and "absent" in value:
        word = value["absent"]
        reason = _REASONS.get(word) if isinstance(word, str) else None
        if len(value) != 1 or reason is None:
            raise MalformedRecordError("an absent value says unknown or not-applicable, and nothing else")
        return reason
    return value
