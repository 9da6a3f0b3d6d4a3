"""What officers, guardians and children read for each section, field, part, code and category, in English.

English is taken from the definitions themselves. Every other language has the same keys; its texts stand where
records are shown. Keys are ``guardianship/1/identity`` (section), ``guardianship/1/identity.sex`` (field),
``part/place/country``, ``code/sex/female``, ``category/health``, ``absent/unknown``, ``flag/yes`` and
``precision/estimated``.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from handover.domain.record import SCHEMAS
from handover.domain.schema import CATEGORIES, Absent, Schema
from handover.domain.shapes import Code, Group, ListOf, Shape

ABSENCES: Final[Mapping[Absent, str]] = {
    Absent.UNKNOWN: "Not known",
    Absent.NOT_APPLICABLE: "Does not apply",
}


FLAGS: Final[Mapping[str, str]] = {"yes": "Yes", "no": "No"}
PRECISIONS: Final[Mapping[str, str]] = {
    "day": "Exact to the day",
    "month": "Exact to the month",
    "year": "Exact to the year",
    "estimated": "Estimated",
}


@cache
def english() -> Mapping[str, str]:
    """Give every key with its English label."""
    labels: dict[str, str] = {f"category/{category}": words for category, words in CATEGORIES.items()}
    labels.update((f"absent/{reason}", words) for reason, words in ABSENCES.items())
    labels.update((f"flag/{answer}", words) for answer, words in FLAGS.items())
    labels.update((f"precision/{precision}", words) for precision, words in PRECISIONS.items())
    for schema in SCHEMAS.values():
        for section in schema.sections:
            labels[f"{schema.name}/{section.name}"] = section.label
            for field in section.fields:
                labels[f"{schema.name}/{field.path}"] = field.label
                labels.update(_of_shape(field.shape))
    return MappingProxyType(labels)


def on_the_way(of: Schema, path: str) -> tuple[str, ...]:
    """Give the keys of what *path* leads through: the field, then each part; places in lists have no label.

    Raises:
        MalformedRecordError: the schema names no such field.
    """
    section, name, *rest = steps(path)
    field = of.field(f"{section}.{name}")
    return (f"{of.name}/{field.path}", *parts(field.shape, rest))


def parts(shape: Shape, way: Iterable[str]) -> Iterator[str]:
    """Give the key of each part of *shape* that the steps lead through."""
    for step in way:
        if isinstance(shape, ListOf):
            shape = shape.item
        elif isinstance(shape, Group):
            member = next(each for each in shape.members if each.name == step)
            yield f"part/{shape.name}/{step}"
            shape = member.shape


def steps(path: str) -> list[str]:
    """Give the steps of a path such as ``family.members[0].names``."""
    return [each for each in path.replace("[", ".").replace("]", "").split(".") if each]


def _of_shape(shape: Shape) -> Iterator[tuple[str, str]]:
    match shape:
        case ListOf():
            yield from _of_shape(shape.item)
        case Group():
            for member in shape.members:
                yield f"part/{shape.name}/{member.name}", member.label
                yield from _of_shape(member.shape)
        case Code():
            for code, words in shape.codes.codes.items():
                yield f"code/{shape.codes.name}/{code}", words
        case _:
            return
