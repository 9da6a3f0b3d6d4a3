"""A line of a file becomes a person, a person a view, whatever is in it."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.errors import MalformedError
from handover.matching import names, tables
from handover.matching.person import LONGEST, Person, read
from handover.matching.view import MOST_NAMES, TABLES, View, view


def line(**members: object) -> bytes:
    """Return a record as it stands in a file."""
    return json.dumps(members, ensure_ascii=False).encode()


def test_a_record_is_read_with_its_members() -> None:
    person = read(line(id="a1", given_name="يوسف", age=7, languages=["ar", "en"], sex=None, extra=[1]))
    assert person == Person(id="a1", given_name="يوسف", age=7, languages=("ar", "en"))


def test_a_number_may_name_a_record() -> None:
    assert read(line(id=17)).id == "17"


@pytest.mark.parametrize("age", [None, "", -1, 151, 10**30])
def test_an_age_that_cannot_be_is_missing(age: object) -> None:
    assert read(line(age=age)).age is None


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"null", b'"x"', b"{", b"\xff", b'{"id":[]}', b'{"given_name":1}', b'{"age":"x"}', b'{"age":true}',
     b'{"languages":"ar"}', b'{"languages":[1]}', b'{"sex":true}', b"[" * 100_000, b" " * (LONGEST + 1)],
)  # fmt: skip
def test_what_is_no_record_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read(data)


def test_a_refusal_says_nothing_of_the_record() -> None:
    with pytest.raises(MalformedError) as refusal:
        read(b'{"given_name":["Yusuf"]}')
    assert "Yusuf" not in str(refusal.value)


def test_roles_are_bags_and_empty_fields_are_missing() -> None:
    seen = view(
        Person(given_name="Yusuf", father_name="أحمد", family_name="N/A", other_names="-", mother_name=" ")
    )
    assert seen.given[0][0] == "=yusuf"
    assert seen.paternal == names.read("أحمد")
    assert seen.mother == ()


def test_the_name_is_the_same_in_whichever_box_of_the_fathers_side_it_stands() -> None:
    one = view(Person(family_name="Karimi", father_name="Hasan"))
    other = view(Person(family_name="Hasan", other_names="کریمی"))
    assert {form for part in one.paternal for form in part} & set(other.paternal[1])
    assert one.paternal[1] == other.paternal[0]


def test_two_given_names_meet_the_same_two_written_as_one() -> None:
    apart, joined = view(Person(given_name="Nur Jahan")), view(Person(given_name="Nurjahan"))
    assert {form for part in apart.given for form in part} & set(joined.given[0])


def test_an_empty_description_is_an_empty_view() -> None:
    assert view(Person()) == View()


def test_small_fields_are_codes_or_missing() -> None:
    seen = view(
        Person(
            sex="x", nationality="Syrie", languages=("AR", "en-GB", "x", "1234", "ar"), separated_on="2024-13"
        )
    )
    assert (seen.sex, seen.nationality, seen.languages) == ("", "SY", ("ar", "en"))
    assert seen.separated == (2024, 0)
    assert view(Person(separated_on="2024-05", sex="f")).separated == (2024, 5)


def test_the_calendar_is_that_of_the_country() -> None:
    assert view(Person(birth_date="2006", nationality="ET")).years == (2006, 2014, 2013)
    assert view(Person(birth_date="2006", nationality="SO", languages=("so",))).years == (2006,)
    assert view(Person(birth_date="1389", nationality="AF")).years[0] == 2010


def test_places_are_read_with_what_else_is_told() -> None:
    (place,) = view(Person(birth_place="Labé", nationality="GN")).homes
    assert place.country == "GN"
    first, _ = view(Person(birth_place="Tripoli", last_residence="Saida, Lebanon")).homes
    assert first.country == "LB"


texts = st.text(max_size=60)
persons = st.builds(
    Person, given_name=texts, family_name=texts, other_names=texts, father_name=texts, mother_name=texts,
    sex=st.sampled_from(["", "m", "f", "?"]), birth_date=texts, age=st.none() | st.integers(0, 150),
    registered_on=texts,
    birth_place=texts, last_residence=texts, nationality=texts, languages=st.lists(texts, max_size=3).map(tuple),
    separated_on=texts,
)  # fmt: skip


@given(persons)
def test_any_description_has_a_view(person: Person) -> None:
    seen = view(person)
    assert view(person) == seen
    assert max(len(seen.given), len(seen.paternal), len(seen.mother)) <= MOST_NAMES
    assert len(seen.homes) <= 2


@given(
    st.binary(max_size=200)
    | st.text(max_size=100).map(lambda text: json.dumps({"given_name": text}).encode())
)
def test_any_bytes_are_a_person_or_refused(data: bytes) -> None:
    with contextlib.suppress(MalformedError):
        assert isinstance(view(read(data)), View)


def test_the_digest_is_over_every_table() -> None:
    assert tables.digest() == TABLES
    assert len(TABLES) == 32
    assert {path.name for path in tables.folder().iterdir() if path.name.endswith(".tsv")} == set(
        tables.FILES
    )
