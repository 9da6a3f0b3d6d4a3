"""Referrals in the pages: one office asks for something, the other reads, answers and says that it is done."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from cases import MARK
from continuing import Case, begun
from handover.application.facts import OfficerRole
from handover.domain.courses import Course
from handover.domain.handover import State
from handover.node import Node
from pages.office import Browser, Offices, offices

ROLES = (OfficerRole.LIAISON, OfficerRole.CASEWORKER)
WANTED = {
    "task": "health",
    "wanted": f"Which clinic takes {MARK}?",
    "fields": "health.urgent_needs",
    "deadline-day": "20",
    "deadline-month": "12",
    "deadline-year": "2026",
}


class Scene:
    """Athens is responsible; two liaison officers sit there and one at Hamburg."""

    def __init__(self, made: Offices) -> None:
        self.offices, self.fed = made, made.fed
        self.north, self.south = made.north.node, made.south.node
        self.case: Case = begun(made.fed, self.north)
        self.matter = self.case.matter(self.north)
        found = self.north.cases.matter(self.matter, actor=self.case.officer(self.north))
        self.ground = cases.consent(
            made.fed, self.north, found, to=self.south.id, actor=self.case.officer(self.north)
        )
        self.here = self.browser("north", "here")
        self.second = self.browser("north", "second one")
        self.there = self.browser("south", "there")
        self.here.say_why(self.matter)

    def browser(self, office: str, name: str) -> Browser:
        return self.offices.browser(getattr(self.offices, office), name, ROLES)

    def prepare(self, **changes: str) -> str:
        """Let the first officer prepare a referral; give the address of its page."""
        at = f"/office/matters/{self.matter}/refer"
        form = {"ground": self.ground.id, "to": self.south.id, **WANTED, **changes}
        answer = self.here.post(at, form, page=at)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"]).partition("?")[0]

    def refer(self) -> tuple[str, str]:
        """Give the addresses of a referral at both offices."""
        at = self.prepare()
        assert self.second.post(f"{at}/release", {}, page=at).status_code == 303
        self.fed.settle()
        with self.south.database.reading() as work:
            got = work.handovers.page(after="", limit=10, course=Course.REFERRAL)[-1]
        self.there.say_why(got.matter)
        return at, f"/office/referrals/{got.id}"

    def state(self, node: Node) -> State:
        with node.database.reading() as work:
            return work.handovers.page(after="", limit=10, course=Course.REFERRAL)[-1].state


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with offices(tmp_path) as found:
        yield Scene(found)


def test_a_referral_goes_from_the_matter_to_its_end(scene: Scene) -> None:
    matter = scene.here.get(f"/office/matters/{scene.matter}")
    assert f"/office/matters/{scene.matter}/refer" in matter
    at, there = scene.refer()
    assert "Referred" in scene.here.get(at)
    assert there.rpartition("/")[2] in scene.there.get("/office/work")
    page = scene.there.get(there)
    assert MARK not in page
    assert MARK in scene.there.get(f"{there}/task")
    assert MARK in scene.there.get(f"{there}/read")
    answered = scene.there.post(f"{there}/answer", {"answer": "The clinic at the harbour."}, page=there)
    assert answered.status_code == 303
    done = scene.there.post(f"{there}/finish", {"reason": "done", "result": "Seen."}, page=there)
    assert done.status_code == 303
    scene.fed.settle()
    assert (scene.state(scene.north), scene.state(scene.south)) == (State.OVER, State.ENDED)
    page = scene.here.get(at)
    assert "The clinic at the harbour." in page
    assert "What was asked for is done" in page
    scene.there.get(f"{there}/read", status=409)


def test_four_eyes_are_asked_for_in_words(scene: Scene) -> None:
    at = scene.prepare()
    assert "a second officer has to" in scene.here.get(at)
    assert "Release the referral" in scene.second.get(at)
    refused = scene.here.post(f"{at}/release", {}, page=at)
    assert refused.status_code == 422
    assert scene.state(scene.north) is State.PREPARED


def test_what_is_left_out_is_asked_for_and_what_was_typed_stays(scene: Scene) -> None:
    at = f"/office/matters/{scene.matter}/refer"
    form = {"ground": scene.ground.id, "to": scene.south.id, **WANTED, "wanted": "", "task": "nothing"}
    answer = scene.here.post(at, form, page=at)
    assert answer.status_code == 422
    assert "Say what you ask for." in answer.text
    assert "Choose what it is about." in answer.text
    assert 'value="health.urgent_needs" checked' in answer.text


def test_it_is_ended_early_and_referred_again(scene: Scene) -> None:
    at, there = scene.refer()
    assert scene.here.post(f"{at}/end", {"why": ""}, page=at).status_code == 422
    assert scene.here.post(f"{at}/end", {"why": "Found one."}, page=at).status_code == 303
    scene.fed.settle()
    assert "It was ended early" in scene.there.get(there)
    until = {"until-day": "10", "until-month": "12", "until-year": "2026"}
    again = scene.here.post(f"{at}/again", until, page=at)
    assert again.status_code == 303
    assert scene.state(scene.north) is State.PREPARED


def test_a_question_is_asked_and_answered_under_a_ground(scene: Scene) -> None:
    at, there = scene.refer()
    assert scene.there.post(f"{there}/question", {"question": "Since when?"}, page=there).status_code == 303
    scene.fed.settle()
    page = scene.here.get(at)
    assert "Answer the newest question" in page
    told = {"answer": "Since birth.", "answer-fields": "health.conditions"}
    assert scene.here.post(f"{at}/answer", told, page=at).status_code == 303
    scene.fed.settle()
    with scene.south.database.reading() as work:
        got = work.handovers.page(after="", limit=10, course=Course.REFERRAL)[-1]
        shown = [each.fields for each in work.disclosures.of_matter(got.matter)]
    assert ("health.conditions",) in shown


def test_a_handover_address_of_a_referral_leads_to_its_page(scene: Scene) -> None:
    at, _ = scene.refer()
    moved = scene.here.client.get(at.replace("referrals", "handovers"), follow_redirects=False)
    assert (moved.status_code, moved.headers["location"].partition("?")[0]) == (303, at)


def test_an_auditor_sees_that_it_was_no_handover(scene: Scene) -> None:
    scene.refer()
    for office, matter in (("north", scene.matter), ("south", None)):
        node: Node = getattr(scene, office)
        with node.database.reading() as work:
            (found,) = work.handovers.page(after="", limit=10, course=Course.REFERRAL)
        browser = scene.offices.browser(getattr(scene.offices, office), "audits", (OfficerRole.AUDITOR,))
        page = browser.get(f"/office/audit/matters/{matter or found.matter}")
        assert ("Referral to" if matter else "Referral from") in page
        assert "We take over" not in page
        assert "We hand over" not in page
        assert ("released by" in page.partition("What was signed")[0]) is (matter is not None)
