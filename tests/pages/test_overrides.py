"""Told without consent, in the pages: recorded by one officer with a second, reviewed by a third, words closed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from cases import MARK
from handover.application.facts import OfficerRole
from handover.domain.ids import MatterId
from pages.office import Offices, offices

LIAISON = (OfficerRole.LIAISON,)


class Scene:
    """A matter of Athens; three officers."""

    def __init__(self, made: Offices) -> None:
        self.offices, self.node = made, made.north.node
        self.matter: MatterId = cases.begin(made.fed, self.node, made.fed.officer(self.node, "one")).id
        self.second = made.fed.officer(self.node, "two").officer
        self.at = f"/office/matters/{self.matter}/overrides"
        self.first = made.browser(made.north, "first", LIAISON)

    def told(self) -> dict[str, str | list[str]]:
        return {
            "to": f"Clinic {MARK}",
            "reason": "medical-emergency",
            "fields": ["health"],
            "text": f"An operation of {MARK}.",
            "second": self.second,
        }

    def tell(self) -> str:
        done = self.first.post(f"{self.at}/tell", self.told(), page=self.at)
        assert done.status_code == 303, done.text
        [kept] = self.node.after.overrides.of_matter(self.matter, actor=self.first.actor)
        return f"{self.at}/{kept.id}"


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with offices(tmp_path) as made:
        yield Scene(made)


@pytest.mark.parametrize("name", ["to", "reason", "fields", "text", "second"])
def test_what_is_left_out_is_named_and_nothing_is_recorded(scene: Scene, name: str) -> None:
    sent = scene.told()
    sent[name] = [] if name == "fields" else ""
    shown = scene.first.post(f"{scene.at}/tell", sent, page=scene.at)
    assert shown.status_code == 422
    assert f'href="#{name}"' in shown.text or f"#{name}-" in shown.text
    assert scene.node.after.overrides.of_matter(scene.matter, actor=scene.first.actor) == []


def test_the_words_stand_behind_the_reason_of_access(scene: Scene) -> None:
    page = scene.tell()
    listed = scene.first.get(scene.at)
    assert "Medical emergency" in listed
    assert MARK not in listed
    assert MARK not in scene.first.get(page)


def test_a_third_officer_reviews_it_and_the_two_cannot(scene: Scene) -> None:
    page = scene.tell()
    review = {"text": "It was right.", "child": "yes"}
    refused = scene.first.post(f"{page}/review", review, page=scene.at)
    assert refused.status_code in (403, 422)
    third = scene.offices.browser(scene.offices.north, "third", LIAISON)
    assert page in third.get("/office/overrides")
    assert third.post(f"{page}/review", review, page=scene.at).status_code == 303
    assert page not in third.get("/office/overrides")


def test_a_caseworker_sees_it_and_records_nothing(scene: Scene) -> None:
    scene.tell()
    worker = scene.offices.browser(scene.offices.north, "worker", (OfficerRole.CASEWORKER,))
    assert "/tell" not in worker.get(scene.at)
    refused = worker.post(f"{scene.at}/tell", scene.told(), page="/office/account")
    assert refused.status_code == 403
