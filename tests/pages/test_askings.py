"""Asking other authorities in the pages: the proposed route, a question that waits, everybody with a second officer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from cases import MARK
from handover.application.consents import STATEMENT
from handover.application.facts import OfficerRole
from handover.application.tracing_permissions import Permit
from handover.domain.ids import UUID7
from handover.domain.searching import AskingState, QuestionState
from handover.domain.traceable import TracingBasis
from pages.office import Browser, Offices, offices


class Scene:
    """A matter in Athens that may be traced, and tracing officers there."""

    def __init__(self, made: Offices) -> None:
        self.offices, self.node = made, made.north.node
        first = made.fed.officer(self.node, "one")
        self.matter = cases.begin(made.fed, self.node, first).id
        said = {**dict.fromkeys(STATEMENT, f"Said {MARK}"), "given_by": "guardian"}
        until = made.fed.clock.now + 90 * 86400
        permit = Permit(basis=TracingBasis.CONSENT, statement=said, until=until)
        self.node.tracing.permissions.record(self.matter, permit, actor=first)
        self.at = f"/office/matters/{self.matter}/tracing"
        self.browser = self.officer("tracing", OfficerRole.TRACING)

    def officer(self, name: str, *roles: OfficerRole) -> Browser:
        return self.offices.browser(self.offices.north, name, roles)

    def asked(self, **form: str) -> str:
        """Give the address of a new asking."""
        answer = self.browser.post(f"{self.at}/ask", {"person": "0", **form}, page=self.at)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"]).partition("?")[0]

    def state(self) -> AskingState:
        [kept] = self.node.tracing.askings.of_matter(self.matter, actor=self.browser.actor)
        return kept.state


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with offices(tmp_path) as made:
        yield Scene(made)


def test_those_who_may_be_asked_are_listed_with_why_and_without_a_value(scene: Scene) -> None:
    page = scene.browser.get(f"{scene.at}/ask")
    assert 'value="de/hamburg"' in page
    assert MARK not in page


def test_nobody_is_asked_where_nobody_was_chosen(scene: Scene) -> None:
    answer = scene.browser.post(f"{scene.at}/ask", {"person": "0"}, page=scene.at)
    assert answer.status_code == 422
    assert "Choose at least one authority." in answer.text


def test_a_question_waits_and_its_page_says_no_more_than_that(scene: Scene) -> None:
    at = scene.asked(nodes="de/hamburg")
    page = scene.browser.get(at)
    assert "Youth office Hamburg" in page
    assert "Being prepared" in page
    assert at in scene.browser.get(scene.at)
    assert MARK not in page


def test_the_same_is_not_asked_twice(scene: Scene) -> None:
    scene.asked(nodes="de/hamburg")
    again = scene.browser.post(f"{scene.at}/ask", {"person": "0", "nodes": "de/hamburg"}, page=scene.at)
    assert again.status_code == 422
    assert "within the last thirty days" in again.text


def test_everybody_is_asked_when_a_second_officer_agrees(scene: Scene) -> None:
    at = scene.asked(everybody="yes")
    assert scene.state() is AskingState.PROPOSED
    assert f'action="{at}/agree"' not in scene.browser.get(at)
    alone = scene.browser.post(f"{at}/agree", {}, page=at)
    assert alone.status_code == 422
    second = scene.officer("second", OfficerRole.LIAISON)
    assert f'action="{at}/agree"' in second.get(at)
    assert second.post(f"{at}/agree", {}, page=at).status_code == 303
    assert scene.state() is AskingState.OPEN


def test_an_officer_ends_a_search_with_its_reason(scene: Scene) -> None:
    at = scene.asked(nodes="de/hamburg")
    assert scene.browser.post(f"{at}/close", {}, page=at).status_code == 422
    assert scene.browser.post(f"{at}/close", {"reason": "expired"}, page=at).status_code == 422
    assert scene.browser.post(f"{at}/close", {"reason": "given-up"}, page=at).status_code == 303
    page = scene.browser.get(at)
    assert "Nobody looks for the person any more" in page
    assert "Ask again" in page
    [question] = scene.node.tracing.askings.questions(UUID7(at.rsplit("/", 1)[1]), actor=scene.browser.actor)
    assert question.state in (QuestionState.DROPPED, QuestionState.WITHDRAWING)


def test_a_caseworker_sees_the_state_and_asks_nobody(scene: Scene) -> None:
    at = scene.asked(nodes="de/hamburg")
    other = scene.officer("caseworker", OfficerRole.CASEWORKER)
    assert "Take the questions back" not in other.get(at)
    other.get(f"{scene.at}/ask", status=403)
    assert f'href="{scene.at}/ask"' not in other.get(scene.at)
