"""Sealed evidence: of one size, without text, and compared level by level."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handover.domain.errors import MalformedError
from handover.matching import evidence, levels, tokens
from handover.matching.levels import LEVELS, Levels
from handover.matching.person import Person
from handover.matching.view import View, view
from matching.people import AT_THE_BORDER, IN_THE_CITY, SALT, SISTER, TAG, VIEWS, seen


def named(found: Levels) -> dict[str, str]:
    """Return the level of each field by its name."""
    return {field: LEVELS[field][level] for field, level in zip(LEVELS, found.each, strict=True)}


def told(one: Person, other: Person) -> dict[str, str]:
    """Return how far the evidence of *one* agrees with the record of *other*."""
    return named(evidence.compare(evidence.pack(view(one), salt=SALT, tag=TAG), SALT, view(other)))


@settings(max_examples=60, deadline=None)
@given(VIEWS)
def test_any_evidence_has_240_bytes_and_begins_with_the_tag(one: View) -> None:
    data = evidence.pack(one, salt=SALT, tag=TAG)
    assert len(data) == evidence.SIZE == 240
    assert evidence.tag_of(data) == TAG


@settings(max_examples=40, deadline=None)
@given(VIEWS, VIEWS)
def test_two_descriptions_agree_alike_whichever_is_compared_with_which(one: View, other: View) -> None:
    there = evidence.compare(evidence.pack(one, salt=SALT, tag=TAG), SALT, other)
    back = evidence.compare(evidence.pack(other, salt=SALT, tag=TAG), SALT, one)
    assert named(there) == named(back)


@settings(max_examples=40, deadline=None)
@given(VIEWS, VIEWS)
def test_hashed_and_plain_parts_are_compared_alike(one: View, other: View) -> None:
    hashed = evidence.compare(evidence.pack(one, salt=SALT, tag=TAG), SALT, other)
    plain = levels.compared(
        tokens.of(one, tokens.plain),
        other,
        tokens.of(other, tokens.plain),
        make=tokens.plain,
        near=lambda own, theirs: tokens.near(own, str(theirs)),
    )
    assert hashed == plain


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=240, max_size=240), VIEWS)
def test_bytes_of_anybody_s_making_are_compared_and_never_fail(data: bytes, view: View) -> None:
    found = evidence.compare(data, SALT, view)
    assert all(0 <= level < len(LEVELS[field]) for field, level in zip(LEVELS, found.each, strict=True))


@pytest.mark.parametrize("size", [0, 239, 241])
def test_another_size_is_refused(size: int) -> None:
    with pytest.raises(MalformedError):
        evidence.compare(bytes(size), SALT, View())


def test_a_tag_of_another_size_is_refused() -> None:
    with pytest.raises(MalformedError):
        evidence.pack(View(), salt=SALT, tag=b"short")


def test_under_another_salt_nothing_is_seen() -> None:
    data = evidence.pack(seen(AT_THE_BORDER), salt=bytes(16), tag=TAG)
    found = named(evidence.compare(data, SALT, seen(AT_THE_BORDER)))
    assert set(found.values()) <= {"missing", "different"}


def test_under_another_salt_every_slot_is_another_one() -> None:
    one = evidence.pack(seen(AT_THE_BORDER), salt=bytes(16), tag=TAG)
    other = evidence.pack(seen(AT_THE_BORDER), salt=SALT, tag=TAG)
    assert not {one[at : at + 4] for at in range(8, 240, 4)} & {other[at : at + 4] for at in range(8, 240, 4)}


def test_one_child_in_two_scripts_agrees_in_the_fields_that_both_tell() -> None:
    found = told(AT_THE_BORDER, IN_THE_CITY)
    assert found["given"] in {"same", "same in another reading"}
    assert found["paternal"] == "two"
    assert found["year"] == "1 apart"
    assert (found["sex"], found["nationality"], found["parted"]) == ("same", "same", "1 month apart")
    assert found["place"] == "missing"


def test_a_sister_agrees_in_her_parents_and_differs_in_her_name() -> None:
    found = told(AT_THE_BORDER, SISTER)
    assert (found["given"], found["sex"], found["paternal"]) == ("different", "different", "two")
    assert found["mother"] in {"same", "same in another reading"}


def test_missing_is_not_different() -> None:
    found = told(AT_THE_BORDER, Person())
    assert set(found.values()) == {"missing"}


def test_names_in_one_another_s_boxes_are_seen_as_such() -> None:
    one = Person(given_name="Yousef", family_name="Haddad")
    other = Person(given_name="Haddad", family_name="Nasser")
    assert told(one, other)["given"] == "in another box"


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("2014", "2014", "same"),
        ("2014", "2015", "1 apart"),
        ("2014", "2012", "2 apart"),
        ("2014", "2018", "3 or 4 apart"),
        ("2014", "2008", "different"),
        ("2014", "", "missing"),
    ],
)
def test_years_are_told_apart_by_their_distance(one: str, other: str, level: str) -> None:
    assert told(Person(birth_date=one), Person(birth_date=other))["year"] == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("2014-05-07", "2013-05-07", "same"),
        ("2014-05-07", "2014-05", "month same"),
        ("2014-05-07", "2014-05-09", "month same, day different"),
        ("2014-05-07", "2014-07-05", "changed about"),
        ("2014-05-07", "2014-06-07", "day same"),
        ("2014-05-07", "2014-06-09", "different"),
        ("2014-05-07", "2014-06", "different"),
        ("2014-05-07", "2014", "missing"),
    ],
)
def test_days_are_told_apart_by_what_of_them_agrees(one: str, other: str, level: str) -> None:
    assert told(Person(birth_date=one), Person(birth_date=other))["day"] == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("2025-03", "2025-03", "same month"),
        ("2025-01", "2024-12", "1 month apart"),
        ("2025-03", "2025-09", "same year"),
        ("2025", "2025-09", "same year"),
        ("2025-03", "2024-09", "1 year apart"),
        ("2025-03", "2020-03", "different"),
        ("2025-03", "", "missing"),
    ],
)
def test_months_of_separation_are_told_apart_by_their_distance(one: str, other: str, level: str) -> None:
    assert told(Person(separated_on=one), Person(separated_on=other))["parted"] == level


def home(*levels: str) -> View:
    """Return a view with one home, of these levels."""
    from handover.matching.places import Place

    return View(homes=(Place(country=levels[0], region=levels[1], locality=levels[2]),))


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (("SY", "r", "l"), ("SY", "r", "l"), "same locality"),
        (("SY", "r", "l"), ("SY", "r", ""), "same region"),
        (("SY", "r", "l"), ("SY", "r", "m"), "region same, locality different"),
        (("SY", "r", "l"), ("SY", "", ""), "same country"),
        (("SY", "r", "l"), ("SY", "s", ""), "country same, region different"),
        (("SY", "r", "l"), ("UA", "s", "m"), "different"),
        (("SY", "", ""), ("", "", "m"), "missing"),
    ],
)
def test_places_are_told_apart_by_their_depth(
    one: tuple[str, ...], other: tuple[str, ...], level: str
) -> None:
    data = evidence.pack(home(*one), salt=SALT, tag=TAG)
    assert named(evidence.compare(data, SALT, home(*other)))["place"] == level


def test_birth_place_and_stay_may_change_about() -> None:
    one = home("SY", "r", "l")
    both = dataclasses.replace(one, homes=(*home("UA", "s", "m").homes, *one.homes))
    turned = dataclasses.replace(both, homes=both.homes[::-1])
    found = named(evidence.compare(evidence.pack(both, salt=SALT, tag=TAG), SALT, turned))
    assert (found["place"], found["other place"]) == ("same locality", "same locality")


@settings(max_examples=200, deadline=None)
@given(st.text("ABai", max_size=5), st.text("ABai", max_size=5))
def test_near_is_being_listed_as_a_neighbour(one: str, other: str) -> None:
    assert tokens.near(one, other) == (one != other and one in set(tokens.neighbours(other)))


def test_skeletons_are_written_with_the_letters_that_neighbours_are_made_of() -> None:
    names = "Wolfgang Dzhokhar Paqizah Ximena Vuk Çağla Zewdie Қожа Бъчваров Χρήστος رضوان ዘውዲቱ ঋত্বিক Jeroen"
    views = [view(Person(given_name=name)) for name in names.split(" ")]
    used = {
        letter
        for each in views
        for forms in each.given
        for form in forms
        if form[0] != "="
        for letter in form
    }
    assert used <= set(tokens.ALPHABET)
