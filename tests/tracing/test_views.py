"""A child's record and a request for the child become descriptions that can be compared."""

from dataclasses import replace
from typing import cast

from handover.application.tracing_views import clues, persons
from handover.domain.record import Record, Value, record, schema
from handover.domain.searching import Clues
from handover.matching.person import Person
from tracing.permitted import CHILD, REQUEST


def child(**values: Value) -> Record:
    return record(schema("guardianship/1"), {**CHILD, **{k.replace("__", "."): v for k, v in values.items()}})


def request(**person: Value) -> Record:
    sought = cast("list[dict[str, Value]]", REQUEST["sought.persons"])[0]
    changed: Value = [{**sought, **person}]
    return record(schema("tracing/1"), {**REQUEST, "sought.persons": changed})


def test_a_childs_record_describes_the_child_with_its_parents() -> None:
    [(number, found)] = persons(child())
    assert number == 0
    assert found == Person(
        given_name="Yusuf",
        family_name="Haddad",
        mother_name="Mariam",
        sex="m",
        birth_date="2012-03-09",
        birth_place="Aleppo, Syria",
        nationality="SY",
        languages=("ar",),
    )


def test_a_request_describes_each_person_sought_and_the_inquirer_as_its_parent() -> None:
    [(_, found)] = persons(request())
    assert found == Person(
        given_name="يوسف",
        family_name="حداد",
        mother_name="مريم",
        sex="m",
        birth_date="2012",
        birth_place="Aleppo, Syria",
        nationality="SY",
        languages=("ar",),
    )


def test_names_in_several_scripts_stand_beside_one_another() -> None:
    two: Value = [
        {"script": "Grek", "order": "family_given", "full": "Χαντάντ Γιουσούφ"},
        {"script": "Latn", "order": "given_father_grandfather", "full": "Yusuf Ali", "father": "Ali"},
    ]
    [(_, found)] = persons(child(identity__names=two))
    assert (found.given_name, found.family_name, found.father_name) == ("Γιουσούφ Yusuf", "Χαντάντ", "Ali")


def test_an_estimated_date_is_a_year_and_an_age_counts_from_its_day() -> None:
    estimated: Value = {"date": "2012-03-09", "precision": "estimated"}
    age: Value = {"years": 14, "as_of": "2026-05-01"}
    [(_, found)] = persons(child(identity__birth_date=estimated, identity__age=age))
    assert (found.birth_date, found.age, found.registered_on) == ("2012", 14, "2026-05-01")


def test_who_was_found_is_not_sought_any_more() -> None:
    assert persons(child(family__tracing_status="reunified")) == ()
    assert persons(request(status="verified")) == ()
    closed = record(schema("tracing/1"), {**REQUEST, "actions.tracing_status": "closed"})
    assert persons(closed) == ()


def test_somebody_without_a_name_is_in_no_view() -> None:
    assert persons(record(schema("guardianship/1"), {"identity.sex": "male"})) == ()
    assert persons(record(schema("tracing/1"), {})) == ()


def test_a_record_says_in_which_countries_to_ask() -> None:
    assert clues(request(), 0) == Clues(
        last_known=frozenset({"sy", "gr"}), nationalities=frozenset({"sy"}), family=frozenset({"de"})
    )
    assert replace(clues(child(), 0), last_known=frozenset()) == Clues(nationalities=frozenset({"sy"}))
