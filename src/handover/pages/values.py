"""Values of records as plain data to show: labels and codes in the reader's language, all else as it was written.

Templates put every `Piece` that is not in the reader's language into a `<bdi>`; nothing here is markup.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Literal, TypeAlias

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

from handover.domain.schema import Absent, Schema, Value
from handover.domain.shapes import Code, Date, Flag, Group, ListOf, Number, PartialDate, Pattern, Shape
from handover.pages.labels import label
from handover.pages.languages import locale
from handover.pages.names import language_name


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Words of one language; line feeds in them part paragraphs.

    `lang` is None for the reader's language, a tag such as ``und-Arab`` where the script is known, and empty
    where nothing is. `direction` is None for the reader's language.
    """

    text: str
    lang: str | None = None
    direction: Literal["auto", "ltr"] | None = None


@dataclass(frozen=True, kw_only=True)
class Words:
    """One value in one or more pieces; `absent` says that it is only the reason why there is none."""

    kind: ClassVar[str] = "words"
    pieces: tuple[Piece, ...]
    absent: bool = False


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Parts that are told together, each with its label."""

    kind: ClassVar[str] = "rows"
    rows: tuple["Row", ...]


@dataclass(frozen=True, kw_only=True)
class Items:
    """Several values, in the order of the one who wrote them."""

    kind: ClassVar[str] = "items"
    items: tuple["Shown", ...]


Shown: TypeAlias = Words | Rows | Items


@dataclass(frozen=True, kw_only=True)
class Row:
    """One value with its label; `path` names a field of the schema or a part of a group."""

    path: str
    label: str
    value: Shown


@dataclass(frozen=True, kw_only=True)
class Part:
    """A section of a record with those of its fields that are shown."""

    name: str
    label: str
    rows: tuple[Row, ...]


_NAMES: Final = frozenset({"name", "other_name"})
_ORDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "family_given": ("family", "given", "middle", "father", "grandfather"),
    "given_father_family": ("given", "middle", "father", "grandfather", "family"),
    "given_father_grandfather": ("given", "middle", "father", "grandfather", "family"),
}
_USUAL: Final = ("given", "middle", "family", "father", "grandfather")
_UNDETERMINED: Final = "Zyyy"


def parts(schema: Schema, values: Mapping[str, Value], language: str) -> tuple[Part, ...]:
    """Give every section of which *values*, some or all of a record, hold a field."""
    found = []
    for section in schema.sections:
        rows = tuple(
            Row(
                path=field.path,
                label=label(f"{schema.name}/{field.path}", language),
                value=shown(values[field.path], field.shape, language),
            )
            for field in section.fields
            if field.path in values
        )
        if rows:
            found.append(
                Part(name=section.name, label=label(f"{schema.name}/{section.name}", language), rows=rows)
            )
    return tuple(found)


def shown(value: Value, shape: Shape, language: str, lang: str = "") -> Shown:
    """Give a checked *value* of *shape* for a reader of *language*; *lang* is the tag of free text in it."""
    match shape, value:
        case _, Absent():
            return Words(pieces=(Piece(text=label(f"absent/{value}", language)),), absent=True)
        case ListOf(item=item), list(items):
            return Items(items=tuple(shown(each, item, language, lang) for each in items))
        case Group(), dict(stated):
            return _group(stated, shape, language)
        case PartialDate(), {"date": str(written), "precision": str(precision)}:
            return Words(pieces=tuple(_partial(written, precision, language)))
        case _:
            return Words(pieces=(_piece(value, shape, language, lang),))


def _group(stated: Mapping[str, Value], group: Group, language: str) -> Rows:
    members = {member.name: member for member in group.members}
    order, lang = list(members), ""
    if group.name in _NAMES:
        order, lang = _name_order(stated, order), _tag(stated)
    return Rows(
        rows=tuple(
            Row(
                path=name,
                label=label(f"part/{group.name}/{name}", language),
                value=shown(stated[name], members[name].shape, language, lang),
            )
            for name in order
            if name in stated
        )
    )


def _name_order(stated: Mapping[str, Value], members: list[str]) -> list[str]:
    """Give the whole name first, then its parts as that name orders them, then what is said about it."""
    parts = _ORDERS.get(str(stated["order"]), _USUAL)
    about = [name for name in members if name not in {"full", "script", "order", *parts}]
    return ["full", *about, *parts, "script", "order"]


def _tag(stated: Mapping[str, Value]) -> str:
    return "" if stated["script"] == _UNDETERMINED else f"und-{stated['script']}"


def _piece(value: Value, shape: Shape, language: str, lang: str) -> Piece:
    match shape, value:
        case Code(codes=codes), str(code):
            return Piece(text=label(f"code/{codes.name}/{code}", language))
        case Pattern(name="language"), str(tag):
            return Piece(text=language_name(tag, language))
        case Pattern(), str(text):  # telephone, e-mail, digest: read from left to right everywhere
            return Piece(text=text, lang="", direction="ltr")
        case Date(), str(written):
            return Piece(text=_day(written, language))
        case Flag(), bool(answer):
            return Piece(text=label("flag/yes" if answer else "flag/no", language))
        case Number(), int(number):
            return Piece(text=format_decimal(number, locale=locale(language)))
        case _:
            return Piece(text=str(value), lang=lang, direction="auto")


def _day(written: str, language: str) -> str:
    return format_date(date.fromisoformat(written), format="long", locale=locale(language))


def _partial(written: str, precision: str, language: str) -> Iterator[Piece]:
    """Give the date as exactly as it is written, and say of an estimate that it is one."""
    match len(written):
        case 10:
            text = _day(written, language)
        case 7:
            first = date.fromisoformat(f"{written}-01")
            text = format_skeleton("yMMMM", first, locale=locale(language))
        case _:
            text = format_skeleton("y", date(int(written), 1, 1), locale=locale(language))
    yield Piece(text=text)
    if precision == "estimated":
        words = label("precision/estimated", language)
        yield Piece(text=f"({words[:1].lower()}{words[1:]})")
