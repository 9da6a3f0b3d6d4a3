"""Decisions for a child in the pages: recorded, told, asked for and answered by those who may."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from cases import MARK
from handover.application.facts import OfficerRole
from pages.office import Browser, Offices, offices

RESPONSIBLE = {"name": "Anna Muster", "organisation": "Jugendamt", "contact": ""}
DECISION = {
    "kind": "placement",
    "date-day": "1",
    "date-month": "10",
    "date-year": "2026",
    "authority": "Youth office",
    "reference": "12/2026",
    "outcome": f"With an aunt {MARK}.",
    "reasons": "",
}


class Scene:
    """Athens has handed a case over to Hamburg; a liaison officer sits at each side."""

    def __init__(self, made: Offices) -> None:
        self.offices, fed = made, made.fed
        self.fed, self.north, self.south = fed, made.north.node, made.south.node
        first, second = fed.officer(self.north, "one"), fed.officer(self.north, "two")
        sent = cases.offer(fed, self.north, self.south.id, first, second)
        fed.settle()
        there = fed.officer(self.south, "there")
        with self.south.database.reading() as work:
            got = work.handovers.find(self.north.id, [sent.round])[sent.round]
        self.south.handovers.open(got.id, actor=there)
        self.south.handovers.accept(got.id, responsible=RESPONSIBLE, plan="Met.", actor=there)
        fed.settle()
        self.north.offers.countersign(sent.id, actor=first)
        fed.settle()
        self.sent, self.got, self.there = sent, got, there
        self.here_at, self.there_at = (f"/office/matters/{each.matter}/decisions" for each in (sent, got))
        self.here, self.away = self.liaison("north", sent.matter), self.liaison("south", got.matter)

    def liaison(self, office: str, matter: str) -> Browser:
        browser = self.offices.browser(getattr(self.offices, office), "liaison", (OfficerRole.LIAISON,))
        browser.say_why(matter)
        return browser

    def allow(self) -> None:
        matter = self.south.cases.matter(self.got.matter, actor=self.there)
        cases.consent(self.fed, self.south, matter, to=self.north.id, actor=self.there)

    def ask(self) -> None:
        form = {"ask-of": self.sent.id, "kinds": "placement", "ask-text": "For the next plan."}
        self.here.post(f"{self.here_at}/ask", form, page=self.here_at)
        self.fed.settle()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with offices(tmp_path) as made:
        yield Scene(made)


def line(browser: Browser, at: str) -> str:
    """Give the address of the only line of the register."""
    [found] = {part.split('"')[0] for part in browser.get(at).split(f'href="{at}/lines/')[1:]}
    return f"{at}/lines/{found}"


def question(browser: Browser, at: str) -> str:
    [found] = {part.split('"')[0] for part in browser.get(at).split(f'href="{at}/questions/')[1:]}
    return f"{at}/questions/{found}"


def test_a_decision_is_recorded_and_its_words_are_on_its_own_page_alone(scene: Scene) -> None:
    wrong = scene.away.post(
        f"{scene.there_at}/record", {**DECISION, "outcome": "", "date-day": "32"}, page=scene.there_at
    )
    assert wrong.status_code == 422
    assert "Youth office" in wrong.text
    assert scene.away.post(f"{scene.there_at}/record", DECISION, page=scene.there_at).status_code in (
        200,
        303,
    )
    page = scene.away.get(scene.there_at)
    assert "Placement" in page
    assert MARK not in page
    opened = scene.away.get(line(scene.away, scene.there_at))
    assert f"With an aunt {MARK}." in opened
    assert "1 October 2026" in opened


def test_what_is_told_is_read_at_the_other_side_with_its_source(scene: Scene) -> None:
    scene.away.post(f"{scene.there_at}/record", DECISION, page=scene.there_at)
    told = line(scene.away, scene.there_at).rsplit("/", 1)[1]
    form = {"tell-to": scene.got.id, "told": told, "tell-text": ""}
    refused = scene.away.post(f"{scene.there_at}/tell", form, page=scene.there_at)
    assert refused.status_code == 422
    assert "consent" in refused.text
    scene.allow()
    scene.away.post(f"{scene.there_at}/tell", form, page=scene.there_at)
    scene.fed.settle()
    assert f"With an aunt {MARK}." in scene.here.get(line(scene.here, scene.here_at))
    assert scene.south.id in scene.here.get(scene.here_at)


def test_a_question_is_put_before_an_officer_who_sees_what_is_covered(scene: Scene) -> None:
    scene.away.post(f"{scene.there_at}/record", DECISION, page=scene.there_at)
    scene.ask()
    at = question(scene.away, scene.there_at)
    page = scene.away.get(at)
    assert "For the next plan." in page
    assert "No consent covers it now." in page
    empty = scene.away.post(f"{at}/answer", {"text": ""}, page=at)
    assert empty.status_code == 422
    scene.away.post(f"{at}/answer", {"text": "There is no consent."}, page=at)
    scene.fed.settle()
    assert "There is no consent." in scene.here.get(question(scene.here, scene.here_at))
    again = scene.away.post(f"{at}/answer", {"text": "Again."}, page=scene.there_at)
    assert again.status_code == 422


def test_a_question_that_a_consent_covers_needs_nobody(scene: Scene) -> None:
    scene.away.post(f"{scene.there_at}/record", DECISION, page=scene.there_at)
    scene.allow()
    scene.ask()
    assert f"With an aunt {MARK}." in scene.here.get(line(scene.here, scene.here_at))


def test_the_words_are_shown_to_whoever_has_said_why(scene: Scene) -> None:
    scene.away.post(f"{scene.there_at}/record", DECISION, page=scene.there_at)
    scene.ask()
    caseworker = scene.offices.browser(scene.offices.south, "caseworker", (OfficerRole.CASEWORKER,))
    for at in (line(caseworker, scene.there_at), question(caseworker, scene.there_at)):
        page = caseworker.get(at)
        assert MARK not in page
        assert "For the next plan." not in page
        assert "Why do you open this record" in page
    assert "Ask another authority" not in caseworker.get(scene.there_at)
