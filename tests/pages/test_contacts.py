"""Candidates and contacts in the pages: what is decided, asked, answered and judged, and what nobody sees."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cases import MARK
from handover.application.facts import OfficerRole
from handover.domain.handover import State
from handover.domain.searching import CandidateState
from pages.office import Browser, Offices, offices
from tracing.meeting import met
from tracing.rig import joined

VERDICT = {"verdict": "confirmed", "why": "details-agree", "verdict-text": "He was heard."}


class Scene:
    """Hamburg asks for a child that is registered in Athens; a tracing officer sits at each side."""

    def __init__(self, made: Offices) -> None:
        self.offices = made
        self.met = met(joined(made.fed, [made.south.node, made.north.node]))
        self.holds = self.officer("north", self.met.child.id)
        self.asks = self.officer("south", self.met.request.id)
        self.candidate = f"/office/tracing/candidates/{self.met.candidate().id}"

    def officer(self, office: str, matter: str) -> Browser:
        browser = self.offices.browser(getattr(self.offices, office), "tracing", (OfficerRole.TRACING,))
        browser.say_why(matter)
        return browser

    def released(self) -> tuple[str, str]:
        """Release the candidate; give the contact's address at the one who asked, and at the holder."""
        self.holds.post(f"{self.candidate}/release", {}, page=self.candidate)
        self.met.settle()
        nodes = (self.met.asker, self.met.holder)
        here, there = (f"/office/contacts/{self.met.contact(node).id}" for node in nodes)
        return here, there


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with offices(tmp_path) as made:
        yield Scene(made)


def test_a_candidate_is_shown_with_a_band_in_words_and_parts_of_the_own_record(scene: Scene) -> None:
    listed = scene.holds.get("/office/tracing")
    assert scene.candidate in listed
    assert "Strong" in listed
    page = scene.holds.get(scene.candidate)
    assert "nearly always the same person" in page
    assert "The year of birth" in page
    assert "Youth office Hamburg" in page
    assert "Mariam" not in page


def test_what_agreed_is_shown_to_whoever_has_said_why(scene: Scene) -> None:
    other = scene.offices.browser(scene.offices.north, "liaison", (OfficerRole.LIAISON,))
    page = other.get(scene.candidate)
    assert "Why do you open this record" in page
    assert "The year of birth" not in page


def test_a_caseworker_sees_no_candidate(scene: Scene) -> None:
    other = scene.offices.browser(scene.offices.north, "caseworker", (OfficerRole.CASEWORKER,))
    other.get("/office/tracing", status=403)
    other.get(scene.candidate, status=403)
    assert "/office/tracing/candidates/" not in other.get(f"/office/matters/{scene.met.child.id}/tracing")


def test_a_candidate_that_is_not_the_person_is_never_shown_again(scene: Scene) -> None:
    at = f"{scene.candidate}/reject"
    assert scene.holds.post(at, {}, page=scene.candidate).status_code == 422
    assert scene.holds.post(at, {"reason": "other-person"}, page=scene.candidate).status_code == 303
    assert scene.candidate not in scene.holds.get("/office/tracing")
    assert scene.met.candidate().state is CandidateState.REJECTED
    again = scene.holds.post(f"{scene.candidate}/release", {}, page="/office/account")
    assert again.status_code == 422


def test_a_released_candidate_begins_a_contact_at_both_sides(scene: Scene) -> None:
    here, there = scene.released()
    page = scene.asks.get(here)
    assert "Contact with" in page
    assert "Child protection Athens" in page
    assert "You know nothing of the person yet." in page
    assert MARK not in page
    assert here in scene.asks.get("/office/tracing")
    assert "It knows that, and nothing about the person." in scene.holds.get(there)


def test_without_a_consent_the_page_leads_to_its_form_filled_in(scene: Scene) -> None:
    here, _ = scene.released()
    way = f"/office/matters/{scene.met.request.id}/consent?contact={here.rpartition('/')[2]}"
    assert way in scene.asks.get(here)
    form = scene.asks.get(way)
    assert 'value="family-tracing" checked' in form
    assert 'value="gr/athens" checked' in form


def test_a_childs_office_speaks_in_the_fields_of_a_request(scene: Scene) -> None:
    _, there = scene.released()
    id_ = there.rpartition("/")[2]
    at = f"/office/matters/{scene.met.child.id}/consent"
    step = {"step": "whom", "contact": id_, "basis": "consent", "recipients": "de/hamburg", "onward": "none"}
    step |= {"purposes": "family-tracing", "until-day": "1", "until-month": "6", "until-year": "2027"}
    page = scene.holds.post(at, step, page=f"{at}?contact={id_}").text
    assert 'value="child_identity.names"' in page
    assert 'value="identity.names"' not in page


def test_a_question_and_an_answer_are_sent_with_what_they_tell_of(scene: Scene) -> None:
    here, there = scene.released()
    for node in (scene.met.asker, scene.met.holder):
        scene.met.ground(node)
    nothing = scene.asks.post(f"{here}/question", {"question": "Which street?"}, page=here)
    assert nothing.status_code == 422
    assert "Choose what the question tells of." in nothing.text
    form = {"question": "Which street?", "question-fields": "separation.circumstances"}
    assert scene.asks.post(f"{here}/question", form, page=here).status_code == 303
    scene.met.settle()
    page = scene.holds.get(there)
    assert "Which street?" in page
    assert "nothing about the person" not in page
    answer = {"answer": "The street of the bakers.", "answer-fields": "separation.circumstances"}
    assert scene.holds.post(f"{there}/answer", answer, page=there).status_code == 303
    scene.met.settle()
    assert "The street of the bakers." in scene.asks.get(here)


def test_what_was_said_is_shown_to_whoever_has_said_why(scene: Scene) -> None:
    here, _ = scene.released()
    scene.met.ground(scene.met.asker)
    scene.met.ask(scene.met.asker, f"Who is {MARK}?")
    other = scene.offices.browser(scene.offices.south, "liaison", (OfficerRole.LIAISON,))
    page = other.get(here)
    assert MARK not in page
    assert "There is a text. Say first why you read it." in page
    assert "Why do you open this record" in other.get(f"{here}/texts")


def test_the_way_on_opens_when_both_offices_have_verified_the_link(scene: Scene) -> None:
    here, there = scene.released()
    onward = f"/office/matters/{scene.met.child.id}/offer?reunite={there.rpartition('/')[2]}"
    assert scene.holds.post(f"{there}/verdict", {}, page=there).status_code == 422
    assert scene.holds.post(f"{there}/verdict", VERDICT, page=there).status_code == 303
    assert onward not in scene.holds.get(there)
    assert "Both offices have verified the family link." not in scene.holds.get(onward)
    assert scene.asks.post(f"{here}/verdict", VERDICT, page=here).status_code == 303
    scene.met.settle()
    page = scene.holds.get(there)
    assert onward in page
    assert "Both offices have verified the family link." in scene.holds.get(onward)


def test_a_contact_is_closed_and_nothing_more_can_be_said(scene: Scene) -> None:
    here, there = scene.released()
    assert scene.asks.post(f"{here}/close", {}, page=here).status_code == 422
    form = {"reason": "undecided", "end-text": ""}
    assert scene.asks.post(f"{here}/close", form, page=here).status_code == 303
    scene.met.settle()
    assert scene.met.contact(scene.met.holder).state is State.OVER
    for browser, at in ((scene.asks, here), (scene.holds, there)):
        page = browser.get(at)
        assert "The contact is closed." in page
        assert f'action="{at}/verdict"' not in page
    late = scene.holds.post(f"{there}/verdict", VERDICT, page="/office/account")
    assert late.status_code == 422


def test_a_contact_of_another_course_is_not_there(scene: Scene) -> None:
    scene.holds.get(f"/office/contacts/{scene.met.child.id}", status=404)
