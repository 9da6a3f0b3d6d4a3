"""The tables of docs/spec/schemas.md, made from the record schemas."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from handover.domain.labels import ABSENCES
from handover.domain.record import SCHEMAS, Schema
from handover.domain.schema import CATEGORIES
from handover.domain.shapes import Code, CodeList, Flag, Group, ListOf, Number, Pattern, Shape
from handover.protocol.schema import definition_name


def fields_table(schema: Schema) -> str:
    """Give every field with its bit, category, shape and English label."""
    lines = ["| bit | field | category | value | label |", "| ---: | --- | --- | --- | --- |"]
    for bit, field in enumerate(schema.fields):
        lines.append(f"| {bit} | `{field.path}` | {field.category} | {words(field.shape)} | {field.label} |")
    return "\n".join(lines) + "\n"


def words(shape: Shape) -> str:
    """Give a shape in words."""
    match shape:
        case ListOf():
            return f"list of 1 to {shape.longest}{' different' if shape.distinct else ''} {words(shape.item)}"
        case Number():
            return f"whole number {shape.lowest} to {shape.highest}"
        case Flag():
            return "true or false"
        case Group():
            return f"[`{definition_name(shape)}`](#{definition_name(shape)})"
        case _:
            return f"`{definition_name(shape)}`"


def every_shape() -> Iterator[Shape]:
    """Give every shape that the schemas use, inner ones after outer ones."""
    for schema in SCHEMAS.values():
        for field in schema.fields:
            yield from _inside(field.shape)


def _inside(shape: Shape) -> Iterator[Shape]:
    yield shape
    if isinstance(shape, ListOf):
        yield from _inside(shape.item)
    elif isinstance(shape, Group):
        for member in shape.members:
            yield from _inside(member.shape)


def groups() -> str:
    """Give every group with its parts."""
    found = {definition_name(shape): shape for shape in every_shape() if isinstance(shape, Group)}
    parts: list[str] = []
    for name, group in sorted(found.items()):
        parts += [f"### {name}", "", "| part | must be stated | value | label |", "| --- | --- | --- | --- |"]
        for member in group.members:
            must = "yes" if member.required else "–"
            parts.append(f"| `{member.name}` | {must} | {words(member.shape)} | {member.label} |")
        parts.append("")
    return "\n".join(parts)


def patterns() -> str:
    """Give every pattern with its rule."""
    found = {shape.name: shape for shape in every_shape() if isinstance(shape, Pattern)}
    lines = ["| value | rule | regular expression |", "| --- | --- | --- |"]
    lines += [
        f"| `{name}` | {shape.rule} | `{shape.pattern.replace('|', chr(92) + '|')}` |"
        for name, shape in sorted(found.items())
    ]
    return "\n".join(lines) + "\n"


def code_lists() -> str:
    """Give every code list but that of countries."""
    lines = ["| list | codes |", "| --- | --- |"]
    for name, codes in sorted(every_code_list().items()):
        if name != "country":
            lines.append(f"| `code-{name}` | {', '.join(f'`{code}`' for code in codes.codes)} |")
    return "\n".join(lines) + "\n"


def every_code_list() -> dict[str, CodeList]:
    """Give every code list by name."""
    return {shape.codes.name: shape.codes for shape in every_shape() if isinstance(shape, Code)}


def categories() -> str:
    """Give every category with its words and the number of fields in each schema."""
    names = list(SCHEMAS)
    lines = [f"| category | in words | {' | '.join(names)} |", f"| --- | --- |{' ---: |' * len(names)}"]
    for category, said in CATEGORIES.items():
        counts = [sum(field.category is category for field in each.fields) for each in SCHEMAS.values()]
        lines.append(f"| `{category}` | {said} | {' | '.join(map(str, counts))} |")
    return "\n".join(lines) + "\n"


def absences() -> str:
    """Give the reasons for which a field has no value."""
    return "".join(f'- `{{"absent": "{reason}"}}`: {said}\n' for reason, said in ABSENCES.items())


RECORD_PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "guardianship-fields": lambda: fields_table(SCHEMAS["guardianship/1"]),
    "tracing-fields": lambda: fields_table(SCHEMAS["tracing/1"]),
    "record-groups": groups,
    "record-patterns": patterns,
    "record-codes": code_lists,
    "record-categories": categories,
    "record-absences": absences,
}
