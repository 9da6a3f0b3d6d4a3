"""The fields of a record as inputs of a form: made of the shapes of the schema, whatever they are (typed.py: back).

A field is a tree: groups hold parts, lists hold rows and one more that is empty. Names of inputs are the field's path
and the steps within it, joined by hyphens: ``identity.names-0-given``. What is left empty is not stated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from handover.domain.schema import Absent, Field, Schema, Value
from handover.domain.shapes import (
    Code,
    Date,
    Flag,
    Group,
    ListOf,
    Number,
    PartialDate,
    Pattern,
    Shape,
    Text,
)
from handover.pages.forms import Form

FEW: Final = 45  # codes that are shown as boxes to tick
_ATTACHED: Final = frozenset({"attachment", "document"})  # made by sending a file, never typed


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input, or a group or list of inputs. `label` is a key of the record's labels, or empty in a list.

    `kind` is text, lines, pattern, number, code, codes, date, partial, flag, group, list or attachment. `value` is what
    is shown in it: a text, or texts by part for dates and codes.
    """

    kind: str
    name: str
    label: str = ""
    value: object = ""
    options: Sequence[tuple[str, str]] = ()
    parts: Sequence["Input"] = ()
    hint: str = ""
    required: bool = False
    longest: int = 0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One field of the record: its input, and whether it is marked as not applicable; left empty, it is not known."""

    field: Field
    input: Input
    not_applicable: bool


def asked(of: Schema, section: str, values: dict[str, Value], form: Form, *, more: str = "") -> list[Asked]:
    """Give the fields of a section. What was typed counts before what is kept; *more* names a list that gets a row."""
    found = []
    for each in of.fields:
        if each.section == section:
            value = values.get(each.path, Absent.UNKNOWN)
            plain = None if isinstance(value, Absent) else value
            made = _Maker(form, more).input(each.shape, each.path, f"{of.name}/{each.path}", plain)
            marked = form.value(f"{each.path}--is") if form.sent else value
            found.append(Asked(field=each, input=made, not_applicable=marked == Absent.NOT_APPLICABLE))
    return found


def is_attached(shape: Shape) -> bool:
    """Tell whether values of this shape are made by sending a file."""
    inner = shape.item if isinstance(shape, ListOf) else shape
    return isinstance(inner, Group) and inner.name in _ATTACHED


@dataclass
class _Maker:
    """Makes inputs; `form` has what was typed, if it was sent before."""

    form: Form
    more: str = ""

    def input(self, shape: Shape, name: str, label: str, value: object, *, required: bool = False) -> Input:
        """Give the input of *shape* that shows *value* (None: nothing)."""
        match shape:
            case ListOf(item=Code() as item) if len(item.codes.codes) <= FEW:
                chosen = self.form.values(name) if self.form.sent else cast("list[str]", value or [])
                return Input(kind="codes", name=name, label=label, value=list(chosen), options=_options(item))
            case ListOf():
                return self._list(shape, name, label, value)
            case Group() if is_attached(shape):
                return Input(kind="attachment", name=name, label=label, value=value or "")
            case Group():
                return self._group(shape, name, label, value)
            case Date():
                value = self._day(name, str(value or ""))
                return Input(kind="date", name=name, label=label, value=value, required=required)
            case PartialDate():
                value = self._partial(name, value)
                return Input(kind="partial", name=name, label=label, value=value, required=required)
            case _:
                return self._single(shape, name, label, value, required=required)

    def _single(self, shape: Shape, name: str, label: str, value: object, *, required: bool) -> Input:
        said = (
            {True: "yes", False: "no", None: ""}.get(cast(bool, value), str(value))
            if value is not None
            else ""
        )
        common = {"name": name, "label": label, "value": self.form.value(name, said), "required": required}
        match shape:
            case Code():
                return Input(kind="code", options=_options(shape), **common)  # type: ignore[arg-type]
            case Flag():
                return Input(kind="flag", **common)  # type: ignore[arg-type]
            case Number():
                return Input(kind="number", **common)  # type: ignore[arg-type]
            case Pattern(name=kind, rule=rule):
                return Input(kind="pattern", hint=rule, options=((kind, ""),), **common)  # type: ignore[arg-type]
            case Text(paragraphs=paragraphs, longest=longest):
                kind = "lines" if paragraphs else "text"
                return Input(kind=kind, longest=longest, **common)  # type: ignore[arg-type]
        raise TypeError(type(shape).__name__)

    def _group(self, shape: Group, name: str, label: str, value: object) -> Input:
        known = cast("dict[str, object]", value or {})
        parts = [
            self.input(
                each.shape,
                f"{name}-{each.name}",
                f"part/{shape.name}/{each.name}",
                known.get(each.name),
                required=each.required,
            )
            for each in shape.members
        ]
        return Input(kind="group", name=name, label=label, parts=parts)

    def _list(self, shape: ListOf, name: str, label: str, value: object) -> Input:
        known = cast("list[object]", value or [])
        rows = max(len(known), rows_sent(self.form, name))
        shown = min(shape.longest, max(rows, 1) + (self.more == name))
        items = [
            self.input(shape.item, f"{name}-{place}", "", known[place] if place < len(known) else None)
            for place in range(shown)
        ]
        return Input(kind="list", name=name, label=label, parts=items, longest=shape.longest)

    def _day(self, name: str, value: str) -> dict[str, str]:
        year, month, day = [*value.split("-"), "", "", ""][:3]
        known = {"year": year, "month": month, "day": day}
        return {part: self.form.value(f"{name}-{part}", text) for part, text in known.items()}

    def _partial(self, name: str, value: object) -> dict[str, str]:
        known = cast("dict[str, str]", value or {})
        found = self._day(name, known.get("date", ""))
        estimated = "yes" if known.get("precision") == "estimated" else ""
        typed = self.form.value(f"{name}-estimated") if self.form.sent else estimated
        return {**found, "estimated": typed}


def rows_sent(form: Form, name: str) -> int:
    """Give how many rows of a list were sent."""
    start = f"{name}-"
    places = [each[len(start) :].partition("-")[0] for each in form.sent if each.startswith(start)]
    return max(
        (int(each) + 1 for each in places if each.isascii() and each.isdigit() and len(each) < 4), default=0
    )


def _options(shape: Code) -> list[tuple[str, str]]:
    return [(code, f"code/{shape.codes.name}/{code}") for code in shape.codes.codes]
