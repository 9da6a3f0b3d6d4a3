"""Tracing in a matter's pages: permission, withdrawal, protection and excluded askers, each by those who may."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from cases import MARK
from handover.application.facts import OfficerRole
from handover.application.tracing_permissions import Standing
from handover.domain.traceable import TracingBasis
from handover.pages import languages
from pages.office import Browser, Offices, offices

CONSENT = {
    "basis": "consent",
    "until-day": "1",
    "until-month": "12",
    "until-year": "2027",
    "given_by": "guardian",
    "relation": f"The guardian {MARK}",
    "capacity": "by order of a court",
    "explained_by": "the caseworker",
    "language": "Arabic",
    "interpreter": "present",
    "expressed": "in writing",
    "child_assent": "agrees",
    "text": f"Look for my family {MARK}.",
}


class Scene:
    """A matter in Athens with its record, and officers there."""

    def __init__(self, made: Offices) -> None:
        self.offices, self.node = made, made.north.node
        first = made.fed.officer(self.node, "one")
        self.matter = cases.begin(made.fed, self.node, first).id
        self.at = f"/office/matters/{self.matter}/tracing"
        self.browser = self.officer("tracing", OfficerRole.TRACING)
        self.browser.say_why(self.matter)

    def officer(self, name: str, *roles: OfficerRole) -> Browser:
        return self.offices.browser(self.offices.north, name, roles)

    def sent(self, what: str, form: dict[str, str], *, page: str = "") -> str:
        answer = self.browser.post(f"{self.at}/{what}", form, page=page or self.at)
        assert answer.status_code == 303, answer.text
        return self.browser.get(answer.headers["location"])

    def permitted(self, **changes: str) -> str:
        until = self.offices.fed.clock.now + 90 * 86400
        day = languages.day_of(until)
        dated = {f"until-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
        return self.sent("permit", {**CONSENT, **dated, **changes}, page=f"{self.at}/permit")

    def permission(self) -> str:
        page = self.browser.get(self.at)
        [found] = {part.split('"')[0] for part in page.split(f'href="{self.at}/permissions/')[1:]}
        return f"{self.at}/permissions/{found}"

    @property
    def standing(self) -> Standing:
        return self.node.tracing.permissions.standing(self.matter, actor=self.browser.actor)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with offices(tmp_path) as made:
        yield Scene(made)


def test_without_a_permission_the_page_says_that_nobody_is_asked(scene: Scene) -> None:
    page = scene.browser.get(scene.at)
    assert "No permission is in force" in page
    assert f'href="{scene.at}/ask"' not in page


def test_a_consent_is_recorded_with_its_words_on_a_page_of_their_own(scene: Scene) -> None:
    page = scene.permitted()
    assert "In force" in page
    assert MARK not in page
    opened = scene.browser.get(scene.permission())
    assert f"Look for my family {MARK}." in opened
    assert "Arabic" in opened


def test_what_is_missing_is_said_at_its_field_and_nothing_is_recorded(scene: Scene) -> None:
    at = f"{scene.at}/permit"
    answer = scene.browser.post(
        at, {**CONSENT, "text": "", "given_by": "neighbour", "until-day": "31", "until-month": "2"}
    )
    assert answer.status_code == 422
    for name in ("text", "given_by", "until"):
        assert f'href="#{name}"' in answer.text
    assert scene.standing.permission is None


def test_a_decision_needs_its_reason_and_a_second_officer(scene: Scene) -> None:
    second = scene.officer("second", OfficerRole.LIAISON)
    alone = {"basis": "best-interests", "reason": "Too young to be asked.", "second": ""}
    at = f"{scene.at}/permit"
    assert scene.browser.post(at, {**CONSENT, **alone}).status_code == 422
    scene.permitted(**{**alone, "second": second.officer})
    assert scene.standing.permission is not None
    kept = scene.standing.permission.permission
    assert (kept.basis, kept.second_officer) == (TracingBasis.BEST_INTERESTS, second.officer)
    assert "Too young to be asked." in scene.browser.get(scene.permission())


def test_a_withdrawal_ends_it(scene: Scene) -> None:
    scene.permitted()
    at = scene.permission()
    answer = scene.browser.post(f"{at}/withdraw", {}, page=at)
    assert answer.status_code == 303
    page = scene.browser.get(scene.at)
    assert "Withdrawn" in page
    assert "No permission is in force" in page
    assert scene.browser.post(f"{at}/withdraw", {}, page=scene.at).status_code == 422


def test_a_protected_person_is_shown_as_such_and_why_is_read_apart(scene: Scene) -> None:
    scene.permitted()
    form = {"protection": "family-threat", "protect-text": f"An uncle {MARK}."}
    page = scene.sent("protect", form)
    assert "This record is protected" in page
    assert MARK not in page
    assert f'href="{scene.at}/ask"' not in page
    why = scene.browser.get(f"{scene.at}/protection")
    assert f"An uncle {MARK}." in why
    assert "A threat inside the family" in why


def test_protection_ends_by_two_officers(scene: Scene) -> None:
    scene.sent("protect", {"protection": "other", "protect-text": "A danger."})
    wrong = scene.browser.post(
        f"{scene.at}/lift", {"lift-text": "It is over.", "lift-second": ""}, page=scene.at
    )
    assert wrong.status_code == 422
    second = scene.officer("second", OfficerRole.LIAISON)
    page = scene.sent("lift", {"lift-text": "It is over.", "lift-second": second.officer})
    assert "The record is not protected." in page


def test_authorities_and_countries_are_excluded_by_name(scene: Scene) -> None:
    page = scene.sent("exclude", {"excluded": "de"})
    assert "Every authority of this country: Germany" in page
    assert scene.standing.excluded == ("de",)
    scene.sent("exclude", {})
    assert not scene.standing.excluded


def test_the_words_are_shown_to_whoever_has_said_why(scene: Scene) -> None:
    scene.permitted()
    scene.sent("protect", {"protection": "other", "protect-text": f"A danger {MARK}."})
    other = scene.officer("caseworker", OfficerRole.CASEWORKER)
    for at in (scene.permission(), f"{scene.at}/protection"):
        page = other.get(at)
        assert MARK not in page
        assert "Why do you open this record" in page
    assert "End the protection" not in other.get(scene.at)
