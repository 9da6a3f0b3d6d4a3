"""What an import is made of: rules of the mapping, the profile of a deployment, findings of the report."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handover.adapters.primero_values import Codes, Convert, Fate
from handover.domain.schema import Schema, Value
from handover.domain.sentences import Sentence
from handover.domain.shapes import Group, Shape


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What one deployment says about itself: its own field names, and what its codes mean, by field name."""

    fields: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Codes] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What became of the value at `place` (JSON pointer): its path in the record, or why it was lost."""

    place: str
    fate: Fate
    path: str | None = None
    reason: Sentence | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Where a field of Primero goes (a path, or a part of a row) and how; `many` is for lists of values."""

    to: str
    convert: Convert
    many: bool = False


Rules = Mapping[str, Rule]


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where values are put: the record itself, or one row of a list."""

    into: dict[str, Value]
    shape: Schema | Group
    prefix: str = ""

    def steps(self, to: str) -> list[str]:
        """Give the keys that lead to *to*."""
        if isinstance(self.shape, Group):
            return to.split(".")
        section, name, *rest = to.split(".")
        return [f"{section}.{name}", *rest]

    def shape_of(self, steps: list[str]) -> Shape:
        """Give the shape that the schema has for the value there."""
        shape = (
            self.shape.field(steps[0]).shape
            if isinstance(self.shape, Schema)
            else _member(self.shape, steps[0])
        )
        for step in steps[1:]:
            shape = _member(shape, step)
        return shape


def _member(shape: Shape, name: str) -> Shape:
    if not isinstance(shape, Group):
        raise TypeError(f"{name} is no part of {type(shape).__name__}")
    return next(member.shape for member in shape.members if member.name == name)
