"""What was typed into the inputs of a record, as values; what does not fit is a fault of its field."""

from collections.abc import Iterator, Sequence
from typing import cast

from handover.domain.composing import composed
from handover.domain.schema import Absent, Field, Schema, Value
from handover.domain.shapes import (
    Code,
    Date,
    Flag,
    Group,
    ListOf,
    Member,
    Number,
    PartialDate,
    Shape,
    ShapeError,
)
from handover.pages.forms import Form
from handover.pages.inputs import FEW, is_attached, rows_sent
from handover.pages.labels import label
from handover.pages.languages import colon


def read(of: Schema, section: str, form: Form, language: str) -> dict[str, Value]:
    """Give the values of a section as they were sent; what does not fit is a fault of its field."""
    values: dict[str, Value] = {}
    for each in of.fields:
        if each.section != section or is_attached(each.shape):
            continue
        value = _value(each.shape, each.path, form)
        marked = form.value(f"{each.path}--is") == Absent.NOT_APPLICABLE
        if value is None:
            values[each.path] = Absent.NOT_APPLICABLE if marked else Absent.UNKNOWN
        elif marked:
            form.fail(each.path, "Something is written here, and it is marked as not applicable.")
        else:
            values[each.path] = value
            _check(each, value, form, of, language)
    return values


def _check(of: Field, value: Value, form: Form, schema: Schema, language: str) -> None:
    try:
        of.shape.check(value)
    except ShapeError as fault:
        steps = fault.place.replace("[", ".").replace("]", "").split(".")[1:]
        name, key = _place(of.shape, steps, of.path, form)
        key = key or f"{schema.name}/{of.path}"
        form.faults.setdefault(name, f"{label(key, language)}{colon(language)}{form.translate(fault.rule)}")


def _place(shape: Shape, steps: Sequence[str], name: str, form: Form) -> tuple[str, str]:
    """Give name and label's key of the innermost input that *steps* lead to; no key where they lead to no part."""
    key = ""
    for step in steps:
        match shape:
            case ListOf(item=Code() as item) if len(item.codes.codes) <= FEW:
                break
            case ListOf() as rows:
                shape, name = rows.item, f"{name}-{_written(rows, name, form)[int(step)]}"
            case Group():
                member = next(each for each in shape.members if each.name == step)
                key, name, shape = f"part/{shape.name}/{step}", f"{name}-{step}", member.shape
            case _:
                break  # the parts of a date stand side by side
    return name, key


def _written(shape: ListOf, name: str, form: Form) -> list[int]:
    """Give the rows of a list in which something stands: empty ones do not count."""
    rows = range(rows_sent(form, name))
    return [place for place in rows if _value(shape.item, f"{name}-{place}", form) is not None]


def _value(shape: Shape, name: str, form: Form) -> Value | None:
    match shape:
        case ListOf(item=Code() as item) if len(item.codes.codes) <= FEW:
            return cast(Value, [code for code in item.codes.codes if code in form.values(name)]) or None
        case ListOf():
            rows = (_value(shape.item, f"{name}-{place}", form) for place in range(rows_sent(form, name)))
            return [row for row in rows if row is not None] or None
        case Group():
            return _group(shape.members, name, form)
        case Date():
            return _day(name, form) or None
        case PartialDate():
            return _partial(name, form)
        case _:
            return _plain(shape, composed(form.text(name)))


def _plain(shape: Shape, text: str) -> Value | None:
    match shape:
        case Flag():
            return {"yes": True, "no": False}.get(text)
        case Number():
            return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text or None
        case _:
            return text or None


def _group(members: Sequence[Member], name: str, form: Form) -> Value | None:
    found = {each.name: _value(each.shape, f"{name}-{each.name}", form) for each in members}
    stated: dict[str, Value] = {part: value for part, value in found.items() if value is not None}
    return stated or None


def _day(name: str, form: Form) -> str:
    """Give the parts that were written, as a date is spelled; what is no number makes a spelling that is refused."""
    year, month, day = (form.value(f"{name}-{part}").strip() for part in ("year", "month", "day"))
    parts = [year, month.zfill(2) if month else "", day.zfill(2) if day else ""]
    while parts and not parts[-1]:
        parts.pop()
    return "-".join(parts)


def _partial(name: str, form: Form) -> Value | None:
    written = _day(name, form)
    if not written:
        return None
    precision = {4: "year", 7: "month"}.get(len(written), "day")
    return {"date": written, "precision": "estimated" if form.value(f"{name}-estimated") else precision}


def rules(of: Schema) -> Iterator[str]:
    """Give every text that a fault of a field can have, for translation."""
    for each in of.fields:
        yield from _rules(each.shape)


def _rules(shape: Shape) -> Iterator[str]:
    for value in (
        None,
        "",
        "\0",
        " x ",
        "x" * 5000,
        [],
        ["x"] * 99,
        {},
        {"date": "", "precision": "day"},
        -1,
    ):
        try:
            shape.check(value)
        except ShapeError as fault:
            yield fault.rule
    if isinstance(shape, ListOf):
        yield from _rules(shape.item)
        yield "must not hold one value twice"
    if isinstance(shape, Group):
        yield "is missing"
        for member in shape.members:
            yield from _rules(member.shape)
    if isinstance(shape, Date | PartialDate):
        yield from ("must be a day that exists", "must be YYYY-MM-DD, YYYY-MM or YYYY")
