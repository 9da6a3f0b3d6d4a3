"""Every shape accepts what its rule says, refuses the rest, and never repeats a value."""

import contextlib
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.shapes import (
    Code,
    CodeList,
    Date,
    Flag,
    Group,
    ListOf,
    Member,
    Number,
    PartialDate,
    Pattern,
    Shape,
    ShapeError,
    Text,
)

LINE = Text(longest=20)
COLOUR = Code(codes=CodeList(name="colour", codes={"red": "Red", "blue": "Blue"}))
TAG = Pattern(name="tag", pattern="[a-z]{2}", rule="must be two letters")
PLACE = Group(
    name="place",
    members=(
        Member(name="town", shape=LINE, label="Town", required=True),
        Member(name="colours", shape=ListOf(item=COLOUR, longest=2, distinct=True), label="Colours"),
        Member(name="since", shape=PartialDate(), label="Since"),
    ),
)
ACCEPTED: list[tuple[Shape, object]] = [
    (LINE, "Ελένη"),
    (LINE, "ذبیح‌الله"),  # with a zero width non-joiner, which Persian needs
    (LINE, "a" * 20),
    (Text(paragraphs=True), "first\nsecond"),
    (COLOUR, "red"),
    (TAG, "ti"),
    (Date(), "2024-02-29"),
    (Date(), "1900-01-01"),
    (PartialDate(), {"date": "2011-04-30", "precision": "day"}),
    (PartialDate(), {"date": "2011-04", "precision": "month"}),
    (PartialDate(), {"date": "2011", "precision": "year"}),
    (PartialDate(), {"date": "2011", "precision": "estimated"}),
    (PartialDate(), {"date": "2011-04", "precision": "estimated"}),
    (PartialDate(), {"date": "2011-04-01", "precision": "estimated"}),
    (Flag(), False),
    (Number(lowest=1, highest=3), 3),
    (ListOf(item=LINE, longest=2), ["a", "a"]),
    (PLACE, {"town": "Athens", "colours": ["red", "blue"]}),
]
REFUSED: list[tuple[Shape, object, str]] = [
    (LINE, "", "must not be empty"),
    (LINE, 7, "must be text"),
    (LINE, None, "must be text"),
    (LINE, "a" * 21, "at most 20"),
    (LINE, "a\nb", "control characters"),
    (LINE, "a\x00b", "control characters"),
    (LINE, "a\x7fb", "control characters"),
    (LINE, "a\x85b", "control characters"),
    (LINE, "a\u2028b", "control characters"),
    (LINE, "a\u202eb", "control characters"),
    (LINE, "a\u2066b", "control characters"),
    (LINE, "a\ufeffb", "control characters"),
    (LINE, "a\ud800b", "control characters"),
    (Text(paragraphs=True), "a\tb", "control characters"),
    (Text(paragraphs=True), "a\r\nb", "control characters"),
    (Text(paragraphs=True), "a\n", "begin or end"),
    (LINE, " a", "begin or end"),
    (LINE, "a\u00a0", "begin or end"),
    (LINE, unicodedata.normalize("NFD", "Zürich"), "NFC"),
    (COLOUR, "green", "list colour"),
    (COLOUR, ["red"], "list colour"),
    (TAG, "ti\n", "two letters"),
    (TAG, 12, "two letters"),
    (Date(), "2011-4-1", "YYYY-MM-DD"),
    (Date(), "20110401", "YYYY-MM-DD"),
    (Date(), "2011-W13-5", "YYYY-MM-DD"),
    (Date(), "2011-04-31", "day that exists"),
    (Date(), "2011-02-29", "day that exists"),
    (Date(), "1899-12-31", "YYYY-MM-DD"),
    (Date(), "٢٠١١-٠٤-٠١", "YYYY-MM-DD"),
    (Date(), 20110401, "YYYY-MM-DD"),
    (PartialDate(), "2011", "exactly date and precision"),
    (PartialDate(), {"date": "2011"}, "exactly date and precision"),
    (PartialDate(), {"date": "2011", "precision": "year", "zone": "Z"}, "exactly date and precision"),
    (PartialDate(), {"date": "2011", "precision": "decade"}, "day, month, year or estimated"),
    (PartialDate(), {"date": "2011", "precision": ["year"]}, "day, month, year or estimated"),
    (PartialDate(), {"date": "2011-04-01", "precision": "month"}, "as its precision says"),
    (PartialDate(), {"date": 2011, "precision": "year"}, "as its precision says"),
    (PartialDate(), {"date": "2011-13", "precision": "month"}, "YYYY-MM"),
    (PartialDate(), {"date": "0211", "precision": "year"}, "YYYY"),
    (PartialDate(), {"date": "2011-04-31", "precision": "day"}, "day that exists"),
    (Flag(), 1, "true or false"),
    (Flag(), "true", "true or false"),
    (Number(), True, "whole number"),
    (Number(), 1.0, "whole number"),
    (Number(lowest=1), 0, "whole number from 1"),
    (Number(highest=9), 10, "to 9"),
    (ListOf(item=LINE), {"0": "a"}, "must be a list"),
    (ListOf(item=LINE), (), "must be a list"),
    (ListOf(item=LINE), [], "1 to 32"),
    (ListOf(item=LINE, longest=1), ["a", "b"], "1 to 1"),
    (ListOf(item=LINE, distinct=True), ["a", "a"], "twice"),
    (PLACE, [], "must be a group"),
    (PLACE, {}, "must be a group"),
    (PLACE, {"colours": ["red"]}, "is missing"),
    (PLACE, {"town": "Athens", "street": "x"}, "does not name"),
]


@pytest.mark.parametrize(("shape", "value"), ACCEPTED)
def test_a_value_of_the_shape_is_accepted(shape: Shape, value: object) -> None:
    shape.check(value)


@pytest.mark.parametrize(("shape", "value", "rule"), REFUSED)
def test_any_other_value_is_refused_with_the_rule(shape: Shape, value: object, rule: str) -> None:
    with pytest.raises(ShapeError) as caught:
        shape.check(value)
    assert rule in caught.value.rule


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"town": "Athens", "colours": ["red", "green"]}, ".colours[1]"),
        ({"town": "Athens", "colours": "red"}, ".colours"),
        ({"colours": ["red"]}, ".town"),
        ({"town": "Athens", "Samir": "secret"}, ""),
        ({"town": "Athens", "since": {"date": "2011", "precision": "month"}}, ".since.date"),
        ({"town": "Athens", "since": {"date": "2011-02-30", "precision": "day"}}, ".since.date"),
    ],
)
def test_the_place_of_the_fault_is_named(value: object, place: str) -> None:
    with pytest.raises(ShapeError) as caught:
        PLACE.check(value)
    assert caught.value.place == place
    assert "Samir" not in caught.value.rule


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists))
def test_any_value_is_accepted_or_refused_and_nothing_else(value: object) -> None:
    for shape in (LINE, TAG, COLOUR, Date(), PartialDate(), Flag(), Number(), ListOf(item=LINE), PLACE):
        with contextlib.suppress(ShapeError):
            shape.check(value)


@pytest.mark.parametrize(
    "shape", [LINE, TAG, COLOUR, Date(), PartialDate(), Flag(), Number(), ListOf(item=LINE), PLACE]
)
def test_no_rule_repeats_the_value(shape: Shape) -> None:
    secret = "Samir Haddad, Odos 12\x00"
    for value in (
        secret,
        [secret],
        {secret: secret},
        {"town": secret},
        {"date": secret, "precision": secret},
    ):
        with pytest.raises(ShapeError) as caught:
            shape.check(value)
        assert "Samir" not in caught.value.rule + caught.value.place


@given(st.text())
def test_accepted_text_has_one_spelling_and_survives_json(value: str) -> None:
    try:
        Text(paragraphs=True).check(value)
    except ShapeError:
        return
    assert value == unicodedata.normalize("NFC", value).strip(" \u00a0\n")
    assert json.loads(json.dumps(value).encode()) == value
    assert not any(ord(letter) < 32 and letter != "\n" for letter in value)
