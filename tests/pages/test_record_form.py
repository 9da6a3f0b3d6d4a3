"""The record in forms: what is kept comes out as it went in, faults name their field, and nobody overwrites another."""

import json
from pathlib import Path

import pytest

from handover.application import documents
from handover.domain.record import (
    MatterKind,
    Schema,
    Value,
    from_wire,
    record,
    schema,
)
from handover.pages.inputs import is_attached
from pages.fields import Sheet, once
from pages.office import Browser, Offices

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
NAMES = ("guardianship/1", "tracing/1")
HEALTH = "/record/health"


def example(name: str) -> tuple[Schema, dict[str, Value]]:
    """Give the published record of a schema, all of it."""
    of = schema(name)
    text = (EXAMPLES / f"{name.replace('/', '-')}.valid.json").read_text(encoding="utf-8")
    return of, {
        f"{section}.{field}": from_wire(value)
        for section, fields in json.loads(text).items()
        for field, value in fields.items()
    }


def begun(browser: Browser, of: Schema, values: dict[str, Value] | None = None) -> str:
    """Give the address of a new matter, its record written."""
    actor, cases = browser.actor, browser.node.cases
    matter = cases.begin(MatterKind(of.kind), reference="F-1", actor=actor).id
    if values is not None:
        cases.write(matter, of, values, source="typed", actor=actor)
    browser.say_why(matter)
    return f"/office/matters/{matter}"


def kept(browser: Browser, at: str) -> tuple[int, dict[str, Value]]:
    """Give version and values of the record."""
    with browser.node.database.reading() as work:
        found = work.records.latest(at.rpartition("/")[2])  # type: ignore[arg-type]
    return found.version, dict(documents.record_of(found).values)


@pytest.fixture(scope="module")
def browser(shared: Offices) -> Browser:
    return shared.browser(shared.north, "writes")


@pytest.mark.parametrize("name", NAMES)
def test_a_record_comes_out_of_its_forms_as_it_went_in(browser: Browser, name: str) -> None:
    of, values = example(name)
    at = begun(browser, of, values)
    for section in of.sections:
        page = Sheet(browser.get(f"{at}/record/{section.name}"))
        answer = browser.client.post(
            f"{at}/record/{section.name}", data=once(page.sent), follow_redirects=False
        )
        assert answer.status_code == 303, (section.name, Sheet(answer.text).faults)
        assert kept(browser, at)[1] == record(of, values).values, section.name


@pytest.mark.parametrize("name", NAMES)
def test_a_record_can_be_typed_in_whole(browser: Browser, name: str) -> None:
    of, values = example(name)
    full, empty = begun(browser, of, values), begun(browser, of)
    for section in of.sections:
        typed = Sheet(browser.get(f"{full}/record/{section.name}")).sent
        own = Sheet(browser.get(f"{empty}/record/{section.name}")).sent
        sent = once({**typed, "version": own["version"], "csrf": own["csrf"]})
        path = f"{empty}/record/{section.name}"
        answer = browser.client.post(path, data=sent, follow_redirects=False)
        assert answer.status_code == 303, (section.name, Sheet(answer.text).faults)
    typed_in = {
        each.path: value
        for each in of.fields
        if not is_attached(each.shape)
        if (value := values.get(each.path)) is not None
    }
    assert kept(browser, empty)[1] == record(of, typed_in).values


def test_a_list_gets_a_row_and_keeps_what_was_typed(browser: Browser) -> None:
    of, values = example("guardianship/1")
    at = begun(browser, of, values)
    path = f"{at}/record/identity"
    page = Sheet(browser.get(path))
    rows = [name for name in page.sent if name.startswith("identity.names-") and name.endswith("-full")]
    sent = {**once(page.sent), "identity.names-0-full": ["Typed Anew"], "more": ["identity.names"]}
    again = Sheet(browser.client.post(path, data=sent).text)
    more = [name for name in again.sent if name.startswith("identity.names-") and name.endswith("-full")]
    assert len(more) == len(rows) + 1
    assert again.sent["identity.names-0-full"] == ["Typed Anew"]
    assert kept(browser, at)[0] == 1


@pytest.mark.parametrize("more", ["identity", "identity.names-9999", "x", "<b>", "health.conditions"])
def test_a_row_for_what_is_no_list_changes_nothing(browser: Browser, more: str) -> None:
    at = begun(browser, *example("guardianship/1"))
    path = f"{at}/record/identity"
    before = Sheet(browser.get(path))
    answer = browser.client.post(path, data={**once(before.sent), "more": [more]})
    after = Sheet(answer.text)
    assert answer.status_code == 200
    assert after.sent.keys() == before.sent.keys()


def test_a_row_number_beyond_all_bounds_makes_no_page_of_all_rows(browser: Browser) -> None:
    at = begun(browser, *example("guardianship/1"))
    path = f"{at}/record/identity"
    page = Sheet(browser.get(path))
    sent = {**once(page.sent), "identity.names-998-full": ["x"], "identity.names-99999-full": ["y"]}
    answer = browser.client.post(path, data=sent)
    assert answer.status_code == 422
    assert len(answer.content) < 3_000_000


def test_what_is_not_applicable_is_kept_as_such_and_shown_as_such(browser: Browser) -> None:
    of, _ = example("guardianship/1")
    at = begun(browser, of)
    sent = {"health.urgent_needs--is": "not-applicable", "version": "0"}
    assert browser.post(at + HEALTH, sent).status_code == 303
    assert kept(browser, at)[1]["health.urgent_needs"] == "not-applicable"
    assert Sheet(browser.get(at + HEALTH)).sent["health.urgent_needs--is"] == ["not-applicable"]


def test_what_is_written_and_marked_as_not_applicable_is_a_fault_of_the_field(browser: Browser) -> None:
    at = begun(browser, example("guardianship/1")[0])
    sent = {"health.urgent_needs--is": "not-applicable", "health.urgent_needs": "asthma", "version": "0"}
    answer = browser.post(at + HEALTH, sent)
    page = Sheet(answer.text)
    assert answer.status_code == 422
    assert page.faults == ["#health.urgent_needs"]
    assert "health.urgent_needs" in page.ids
    assert page.sent["health.urgent_needs"] == ["asthma"]
    assert page.sent["health.urgent_needs--is"] == ["not-applicable"]


WRONG = {
    "identity.birth_date-year": "20xx",
    "identity.birth_date-month": "13",
    "identity.birth_date-day": "99",
    "identity.sex": "both",
    "identity.names-0-script": "Klingon",
    "identity.names-0-full": "x\u202ey",
    "identity.nationalities-0": "Utopia",
    "identity.languages-0": "not a language",
    "identity.identifiers-0-value": "x" * 5000,
}


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_names_its_field_and_nothing_typed_is_lost(browser: Browser, name: str) -> None:
    of, values = example("guardianship/1")
    at = begun(browser, of, values)
    path = f"{at}/record/identity"
    page = Sheet(browser.get(path))
    sent = {**once(page.sent), name: [WRONG[name]]}
    answer = browser.client.post(path, data=sent)
    again = Sheet(answer.text)
    assert answer.status_code == 422, name
    assert again.faults, name
    assert all(link[1:] in again.ids for link in again.faults), again.faults
    if name not in (
        "identity.sex",
        "identity.names-0-script",
        "identity.nationalities-0",
    ):  # a choice that is none is shown as no choice
        assert once(again.sent).keys() >= sent.keys()
        assert {key: values for key, values in again.sent.items() if key in sent and key != "csrf"} == {
            key: values for key, values in sent.items() if key != "csrf"
        }
    assert kept(browser, at) == (1, record(of, values).values)


def test_of_two_officers_who_save_at_once_the_second_is_told_and_loses_nothing(
    shared: Offices, browser: Browser
) -> None:
    of, values = example("guardianship/1")
    at = begun(browser, of, values)
    other = shared.browser(shared.north, "also writes")
    other.say_why(at.rpartition("/")[2])
    mine, theirs = Sheet(browser.get(at + HEALTH)), Sheet(other.get(at + HEALTH))
    first = {**once(mine.sent), "health.urgent_needs": ["first"]}
    second = {**once(theirs.sent), "health.urgent_needs": ["second"]}
    assert browser.client.post(at + HEALTH, data=first, follow_redirects=False).status_code == 303
    answer = other.client.post(at + HEALTH, data=second)
    assert answer.status_code == 422
    assert "Another officer has changed the record since you opened it." in answer.text
    told = Sheet(answer.text)
    assert told.faults == ["#health.urgent_needs"]
    assert told.sent["health.urgent_needs"] == ["second"]
    assert kept(browser, at)[1]["health.urgent_needs"] == "first"
    assert other.client.post(at + HEALTH, data=once(told.sent), follow_redirects=False).status_code == 303
    assert kept(browser, at)[1]["health.urgent_needs"] == "second"  # knowingly


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 5000, "9" * 9, "\u0663", "1.0"])
def test_a_version_that_is_none_writes_over_nothing(browser: Browser, version: str) -> None:
    at = begun(browser, *example("guardianship/1"))
    page = Sheet(browser.get(at + HEALTH))
    sent = {**once(page.sent), "version": [version], "health.urgent_needs": ["over"]}
    assert browser.client.post(at + HEALTH, data=sent, follow_redirects=False).status_code == 422
    assert kept(browser, at)[0] == 1


def test_a_fault_in_a_list_is_shown_at_the_row_where_it_was_typed(browser: Browser) -> None:
    at = begun(browser, example("guardianship/1")[0])
    sent = {"version": "0", "identity.languages-0": "", "identity.languages-1": "no language"}
    page = Sheet(browser.post(f"{at}/record/identity", sent).text)
    assert page.faults == ["#identity.languages-1"]
    assert "identity.languages-1" in page.ids


def test_a_tick_that_was_taken_away_does_not_come_back(browser: Browser) -> None:
    of, values = example("guardianship/1")
    born: dict[str, Value] = {"date": "2012-03", "precision": "estimated"}
    at = begun(browser, of, {**values, "identity.birth_date": born})
    page = Sheet(browser.get(f"{at}/record/identity"))
    assert page.sent["identity.birth_date-estimated"] == ["yes"]
    sent = {**once(page.sent), "identity.birth_date-month": ["13"]}
    del sent["identity.birth_date-estimated"]
    again = Sheet(browser.client.post(f"{at}/record/identity", data=sent).text)
    assert "identity.birth_date-estimated" not in again.sent
