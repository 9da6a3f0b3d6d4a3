"""Records are shown in the reader's language, and what a person wrote as that person wrote it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from handover.domain.groups import (
    ATTACHMENT,
    DATE,
    EMAIL,
    FLAG,
    LANGUAGE,
    NAMES,
    OTHER_NAMES,
    PARTIAL_DATE,
    PLACE,
    WORDS,
)  # fmt: skip
from handover.domain.labels import english
from handover.domain.record import SCHEMAS, Absent, Record, Value, from_wire, record, schema
from handover.domain.shapes import Number, Shape
from handover.pages.labels import texts
from handover.pages.languages import LANGUAGES
from handover.pages.values import Items, Piece, Row, Rows, Shown, Words, parts, shown

EXAMPLES = Path(__file__).resolve().parents[2] / "schemas" / "examples"
EVERY = [(name, language) for name in SCHEMAS for language in LANGUAGES]


def example(name: str) -> Record:
    """Give the published record of a schema in which every field is stated."""
    plain = json.loads((EXAMPLES / f"{name.replace('/', '-')}.valid.json").read_text(encoding="utf-8"))
    values = {
        f"{section}.{field}": from_wire(value)
        for section, fields in plain.items()
        for field, value in fields.items()
    }
    return record(schema(name), values)


def pieces(value: Shown) -> Iterator[Piece]:
    match value:
        case Words():
            yield from value.pieces
        case Items():
            for item in value.items:
                yield from pieces(item)
        case Rows():
            for row in value.rows:
                yield from pieces(row.value)


def rows(value: Shown) -> Iterator[Row]:
    match value:
        case Items():
            for item in value.items:
                yield from rows(item)
        case Rows():
            for row in value.rows:
                yield row
                yield from rows(row.value)
        case Words():
            return


def only(value: Value, shape: Shape, language: str = "en") -> tuple[str, ...]:
    return tuple(piece.text for piece in pieces(shown(value, shape, language)))


def labels_of(value: Shown) -> list[str]:
    return [row.path for row in rows(value)]


def leaves(value: Value) -> int:
    match value:
        case list():
            return sum(leaves(each) for each in value)
        case dict():
            return 1 if "precision" in value else sum(leaves(each) for each in value.values())
        case _:
            return 1


def written(value: Value, shape: Shape) -> Iterator[str]:
    """Give every text that stands for itself: neither a code nor a date nor the tag of a language."""
    for piece in pieces(shown(value, shape, "en")):
        if piece.lang is not None:
            yield piece.text


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_every_field_of_a_record_is_shown_under_its_label(name: str, language: str) -> None:
    found = example(name)
    for section, part in zip(found.schema.sections, parts(found.schema, found.values, language), strict=True):
        assert part.label == texts(language)[f"{name}/{section.name}"]
        assert [row.path for row in part.rows] == [field.path for field in section.fields]
        assert [row.label for row in part.rows] == [
            texts(language)[f"{name}/{field.path}"] for field in section.fields
        ]


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_nothing_of_a_record_is_left_out(name: str, language: str) -> None:
    found = example(name)
    for part in parts(found.schema, found.values, language):
        for row in part.rows:
            shown_pieces = [piece for piece in pieces(row.value) if not piece.text.startswith("(")]
            assert len(shown_pieces) == leaves(found.values[row.path]), row.path


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_what_a_person_wrote_is_the_same_in_every_language_and_never_in_the_readers(
    name: str, language: str
) -> None:
    found = example(name)
    for field in found.schema.fields:
        value = found.values[field.path]
        foreign = [piece for piece in pieces(shown(value, field.shape, language)) if piece.lang is not None]
        assert [piece.text for piece in foreign] == list(written(value, field.shape))
        assert all(piece.direction in {"auto", "ltr"} for piece in foreign)


@pytest.mark.parametrize(("name", "language"), [each for each in EVERY if each[1] in {"el", "uk", "ar"}])
def test_the_rest_is_in_the_letters_of_the_reader(name: str, language: str) -> None:
    found = example(name)
    latin = {"PDF", "JPEG", "PNG", "UNHCR"}
    for part in parts(found.schema, found.values, language):
        for row in part.rows:
            for piece in pieces(row.value):
                if piece.lang is None:
                    words = "".join(each if each.isalpha() else " " for each in piece.text).split()
                    assert not [word for word in words if word.isascii() and word not in latin], piece


def test_fields_that_were_withheld_are_not_shown() -> None:
    found = example("guardianship/1")
    some = {path: found.values[path] for path in ("identity.sex", "health.urgent_needs")}
    assert [[row.path for row in part.rows] for part in parts(found.schema, some, "fr")] == [
        ["identity.sex"],
        ["health.urgent_needs"],
    ]


@pytest.mark.parametrize("reason", Absent)
def test_a_value_that_is_absent_says_why(reason: Absent) -> None:
    value = shown(reason, WORDS, "el")
    assert isinstance(value, Words)
    assert value.absent
    assert [piece.text for piece in value.pieces] == [texts("el")[f"absent/{reason}"]]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("given_family", ["full", "given", "family", "father", "grandfather"]),
        ("family_given", ["full", "family", "given", "father", "grandfather"]),
        ("given_father_family", ["full", "given", "father", "grandfather", "family"]),
        ("given_father_grandfather", ["full", "given", "father", "grandfather", "family"]),
        ("unknown", ["full", "given", "family", "father", "grandfather"]),
    ],
)
def test_the_parts_of_a_name_stand_in_the_order_of_that_name(order: str, expected: list[str]) -> None:
    names: Value = {
        "family": "D",
        "grandfather": "C",
        "father": "B",
        "given": "A",
        "full": "A",
        "script": "Latn",
        "order": order,
    }
    assert labels_of(shown([names], NAMES, "en")) == [*expected, "script", "order"]


def test_the_kind_of_another_name_follows_the_name() -> None:
    name: Value = {"kind": "nickname", "full": "سمّور", "script": "Arab", "order": "single_name"}
    value = shown([name], OTHER_NAMES, "fr")
    assert labels_of(value) == ["full", "kind", "script", "order"]
    assert [piece.text for piece in pieces(value)] == ["سمّور", "Surnom", "Arabe", "Un seul nom"]


@pytest.mark.parametrize(("script", "lang"), [("Arab", "und-Arab"), ("Latn", "und-Latn"), ("Zyyy", "")])
def test_a_name_says_its_script_and_has_its_own_direction(script: str, lang: str) -> None:
    name: Value = {"full": "N", "script": script, "order": "single_name"}
    first, *others = pieces(shown([name], NAMES, "ar"))
    assert (first.lang, first.direction) == (lang, "auto")
    assert {(each.lang, each.direction) for each in others} == {(None, None)}


@pytest.mark.parametrize(
    ("written", "precision", "language", "expected"),
    [
        ("2011-04-07", "day", "en", ("7 April 2011",)),
        ("2011-04-07", "day", "fr", ("7 avril 2011",)),
        ("2011-04", "month", "el", ("Απρίλιος 2011",)),
        ("2011-04", "month", "es", ("abril de 2011",)),
        ("2011", "year", "ar", ("2011",)),
        ("2011", "estimated", "ar", ("2011", "(تقديري)")),
        ("2011-04", "estimated", "fr", ("avril 2011", "(estimée)")),
        ("2011-04-07", "estimated", "en", ("7 April 2011", "(estimated)")),
    ],
)
def test_a_date_is_as_exact_as_it_was_written(
    written: str, precision: str, language: str, expected: tuple[str, ...]
) -> None:
    assert only({"date": written, "precision": precision}, PARTIAL_DATE, language) == expected


def test_days_answers_numbers_and_languages_are_told_in_words() -> None:
    assert only("2026-02-01", DATE, "uk") == ("1 лютого 2026\u202fр.",)
    assert [only(each, FLAG, "es") for each in (True, False)] == [("Sí",), ("No",)]
    assert only(51200, Number(), "es") == ("51.200",)
    assert only("prs", LANGUAGE, "ar") == ("الدارية",)


def test_an_address_for_mail_or_telephone_reads_from_left_to_right() -> None:
    (piece,) = pieces(shown("a@b.example", EMAIL, "ar"))
    assert piece == Piece(text="a@b.example", lang="", direction="ltr")


def test_the_parts_of_a_place_stand_in_the_order_of_the_schema() -> None:
    place: Value = {"locality": "Athens", "permanent": False, "country": "GR"}
    assert labels_of(shown(place, PLACE, "en")) == ["country", "locality", "permanent"]
    assert only(place, PLACE, "uk") == ("Греція", "Athens", "Ні")


def test_a_file_is_shown_by_kind_size_and_digest() -> None:
    found = example("tracing/1").values["child_identity.photo"]
    assert labels_of(shown(found, ATTACHMENT, "fr")) == ["media_type", "size", "digest"]


def test_paragraphs_and_markup_stay_as_they_were_written() -> None:
    (piece,) = pieces(shown("one\n\n<b>two</b> & three", WORDS, "fr"))
    assert piece == Piece(text="one\n\n<b>two</b> & three", lang="", direction="auto")


def test_an_english_reader_sees_the_labels_of_the_published_schema() -> None:
    found = example("tracing/1")
    seen = [row.label for part in parts(found.schema, found.values, "en") for row in part.rows]
    assert seen == [english()[f"tracing/1/{path}"] for path in found.schema.all_paths]
