"""Compound keys: few enough, saying enough, and shared by two descriptions of one person."""

import pytest
from hypothesis import given, settings

from handover.matching import keys
from handover.matching.person import Person
from handover.matching.view import TABLES, View
from matching.people import AT_THE_BORDER, IN_THE_CITY, SISTER, STRANGER, VIEWS, seen

SIZES = (1, 5_000, 60_000, 1_000_000)


def shared(one: Person, other: Person, size: int = 5_000) -> set[bytes]:
    """Return the keys that a question about *one* shares with the record of *other*."""
    asked = {key.text for key in keys.asked(seen(one), size=size)}
    return asked & {key.text for key in keys.indexed(seen(other), size=size)}


@settings(max_examples=60, deadline=None)
@given(VIEWS)
def test_any_description_has_at_most_64_keys_in_an_index_and_48_in_a_question(view: View) -> None:
    for size in SIZES:
        assert len(keys.indexed(view, size=size)) <= 64
        assert len(keys.asked(view, size=size)) <= 48


@settings(max_examples=60, deadline=None)
@given(VIEWS)
def test_every_key_says_as_much_as_the_answering_node_asks_for_and_the_most_telling_come_first(
    view: View,
) -> None:
    for size in SIZES:
        for made in (keys.indexed(view, size=size), keys.asked(view, size=size)):
            said = [key.bits for key in made]
            assert all(bits >= keys.floor(size) for bits in said)
            assert said == sorted(said, reverse=True)
            assert len({key.text for key in made}) == len(made)


@settings(max_examples=30, deadline=None)
@given(VIEWS)
def test_the_same_description_always_gives_the_same_keys(view: View) -> None:
    assert keys.asked(view) == keys.asked(view)


def test_every_key_holds_the_digest_of_the_tables() -> None:
    assert all(TABLES in key.text for key in keys.indexed(seen(AT_THE_BORDER)))


def test_one_child_in_two_scripts_shares_keys() -> None:
    assert shared(AT_THE_BORDER, IN_THE_CITY)


def test_a_stranger_shares_none() -> None:
    assert not shared(AT_THE_BORDER, STRANGER)


def test_brothers_and_sisters_share_a_key_of_their_parents() -> None:
    assert shared(AT_THE_BORDER, SISTER)


def test_names_written_in_one_another_s_boxes_share_a_key() -> None:
    one = Person(given_name="Yousef", family_name="Haddad", birth_date="2014")
    other = Person(given_name="Haddad", family_name="Yousef", birth_date="2014")
    assert shared(one, other)


def test_parents_may_be_missing_on_both_sides() -> None:
    one = Person(given_name="Shewit", birth_date="2012", birth_place="Keren", sex="f", nationality="ER")
    other = Person(given_name="Shewit", birth_date="2012", last_residence="Keren", sex="f", nationality="ER")
    assert shared(one, other)


@pytest.mark.parametrize("year", ["2012", "2013", "2014", "2015", "2016"])
def test_the_asker_looks_for_two_years_more_and_less_where_the_names_are_common(year: str) -> None:
    one = Person(given_name="Ali", family_name="Ali", mother_name="Ali", birth_date="2014", nationality="SY")
    other = Person(given_name="Ali", family_name="Ali", mother_name="Ali", birth_date=year, nationality="SY")
    assert shared(one, other, size=1)


def test_a_letter_mistaken_in_one_name_leaves_a_shared_key() -> None:
    one = Person(given_name="Bernhart", family_name="Kowaltschuk")
    other = Person(given_name="Bernhert", family_name="Kovalchut")
    assert shared(one, other, size=1)


def test_nothing_told_is_no_key() -> None:
    assert keys.asked(View()) == keys.indexed(View()) == ()


@pytest.mark.parametrize(
    ("records", "size"),
    [(0, 4096), (5_000, 4096), (8_192, 4096), (8_193, 16_384), (60_000, 65_536), (1_000_000, 1_048_576)],
)
def test_a_node_is_in_the_class_of_the_nearest_power_of_four(records: int, size: int) -> None:
    assert keys.size_class(records) == size
