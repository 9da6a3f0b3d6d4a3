"""Corrections as officers send them, see them beside their own record, and take them over."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cases import GUARDIANSHIP
from continuing import Case
from handover.domain.handover import Act
from handover.domain.record import Value, schema
from handover.web.app import create_app
from pages.office import offices
from pages.test_received import Scene, text
from web.stage import WebWire

OF = schema("guardianship/1")
NEW: Value = {"date": "2013-03", "precision": "month"}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with offices(tmp_path) as made:
        found = Scene(made)
        made.fed.clock.pass_(60)
        values: dict[str, Value] = {**GUARDIANSHIP, "identity.birth_date": NEW, "identity.sex": "female"}
        actor = made.fed.officer(found.north, "one")
        found.north.cases.write(found.sent.matter, OF, values, source="typed", actor=actor)
        yield found


def send(scene: Scene, **changes: str) -> int:
    at = f"/office/matters/{scene.sent.matter}/corrections"
    sent = {"to": scene.sent.id, "text": "The year was wrong.", **changes}
    status = scene.athens.post(f"{at}/send", sent, page=at).status_code
    scene.fed.settle()
    return status


def at_hamburg(scene: Scene) -> str:
    scene.hamburg.say_why(scene.got.matter)
    page = scene.hamburg.get(f"/office/matters/{scene.got.matter}/corrections")
    found = re.search(r'href="(/office/matters/[\w-]+/corrections/[\w-]{43})"', page)
    assert found
    return found[1]


def test_an_officer_sees_who_holds_the_earlier_version_and_what_changed(scene: Scene) -> None:
    page = text(scene.athens.get(f"/office/matters/{scene.sent.matter}/corrections"))
    assert "Youth office Hamburg" in page
    assert "Birth date" in page or "Date of birth" in page
    assert page.count("de/hamburg") == 2  # in the list, and where it is chosen
    assert send(scene) == 303
    page = text(scene.athens.get(f"/office/matters/{scene.sent.matter}/corrections"))
    assert "Nothing" in page


@pytest.mark.parametrize("changes", [{"to": ""}, {"to": "x"}, {"text": " "}])
def test_a_correction_has_a_recipient_and_words(scene: Scene, changes: dict[str, str]) -> None:
    assert send(scene, **changes) == 422


def test_both_versions_stand_side_by_side_and_the_chosen_field_is_taken_over(scene: Scene) -> None:
    send(scene)
    assert "1 correction of another authority" in text(scene.hamburg.get("/office/demands"))
    at = at_hamburg(scene)
    page = text(scene.hamburg.get(at))
    assert "March 2012" in page
    assert "March 2013" in page
    assert "The year was wrong." in page
    answer = scene.hamburg.post(f"{at}/take", {"fields": "identity.birth_date"}, page=at)
    assert answer.status_code == 303, answer.text
    _, record = scene.south.cases.read(scene.got.matter, actor=scene.hamburg.actor)
    assert record.values["identity.birth_date"] == NEW
    assert record.values["identity.sex"] == "male"
    assert "1 correction" not in text(scene.hamburg.get("/office/demands"))


def test_whoever_chooses_nothing_is_told_so_and_may_dismiss_it(scene: Scene) -> None:
    send(scene)
    at = at_hamburg(scene)
    answer = scene.hamburg.post(f"{at}/take", page=at)
    assert answer.status_code == 422
    assert "Choose at least one field" in html.unescape(answer.text)
    assert scene.hamburg.post(f"{at}/dismiss", page=at).status_code == 303
    page = text(scene.hamburg.get(f"/office/matters/{scene.got.matter}/corrections"))
    assert "Dismissed" in page


def test_a_correction_is_closed_to_whoever_has_not_said_why(scene: Scene) -> None:
    send(scene)
    at = at_hamburg(scene)
    other = scene.made.browser(scene.made.south, "new")
    page = other.get(at)
    assert "why do you open this record" in page.lower()
    assert "2013" not in page


def test_who_may_not_be_told_keeps_it_from_nobody_and_the_page_says_what_became_of_each(scene: Scene) -> None:
    """Hamburg has handed on to Rome: it may tell Rome, and has no consent to tell Athens."""
    rome = scene.fed.add("it/rome", names={"en": "Office of Rome"})
    assert isinstance(scene.fed.wire, WebWire)
    scene.fed.wire.clients[rome.id] = TestClient(create_app(rome))
    case = Case(scene.fed, [scene.south], {scene.south.id: scene.got.matter})
    case.hand_over(rome)
    scene.fed.clock.pass_(60)
    values: dict[str, Value] = {**GUARDIANSHIP, "identity.birth_date": NEW}
    scene.south.cases.write(
        scene.got.matter, OF, values, source="typed", actor=scene.fed.officer(scene.south, "there")
    )
    at = f"/office/matters/{scene.got.matter}/corrections"
    onward = case.round(scene.south, rome).id
    chosen = {"to": [scene.got.id, onward], "text": "The year was wrong."}
    answer = scene.hamburg.post(f"{at}/send", chosen, page=at)
    page = text(answer.text)
    assert answer.status_code == 200, page
    assert re.search("Office of Rome[^.]* Sent. It is not sent again.", page)
    assert "Not sent. " in page
    with scene.south.database.reading() as work:
        said = [each.act for each in work.envelopes.of_handover(onward)]
    assert said.count(Act.CORRECTION) == 1
    again = scene.hamburg.post(f"{at}/send", chosen, page="/office/account")
    assert again.status_code == 422
    with scene.south.database.reading() as work:
        assert [each.act for each in work.envelopes.of_handover(onward)] == said
