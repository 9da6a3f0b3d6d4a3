"""Corrections as officers send them, see them beside their own record, and take them over."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases import GUARDIANSHIP
from handover.domain.record import Value, schema
from pages.office import offices
from pages.test_received import Scene, text

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
