"""The calendar of erasures in the pages: seen by those who may stop it, held, lifted, and carried out by decision."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from cases import MARK
from handover.application.facts import OfficerRole
from handover.domain.ids import MatterId
from handover.domain.retention import DAY
from pages.office import Browser, Offices, offices

SUPERVISOR = (OfficerRole.SUPERVISOR,)
RESPONSIBLE = {"name": "Anna Muster", "organisation": "Jugendamt", "contact": ""}


class Scene:
    """Athens has handed a matter over to Hamburg; a supervisor of Athens looks at it."""

    def __init__(self, made: Offices) -> None:
        self.offices, fed = made, made.fed
        self.north, south = made.north.node, made.south.node
        first, second = fed.officer(self.north, "one"), fed.officer(self.north, "two")
        sent = cases.offer(fed, self.north, south.id, first, second)
        fed.settle()
        there = fed.officer(south, "there")
        with south.database.reading() as work:
            got = work.handovers.find(self.north.id, [sent.round])[sent.round]
        south.handovers.open(got.id, actor=there)
        south.handovers.accept(got.id, responsible=RESPONSIBLE, plan=f"Met by {MARK}.", actor=there)
        fed.settle()
        self.north.offers.countersign(sent.id, actor=first)
        fed.settle()
        self.sent, self.second = sent, second.officer
        self.at = f"/office/matters/{sent.matter}"
        self.browser = made.browser(made.north, "supervisor", SUPERVISOR)

    @property
    def due(self) -> int:
        [planned] = self.north.retention.calendar(actor=self.browser.actor)
        return planned.due

    def hold(self, **changes: str) -> dict[str, str]:
        day = dt.datetime.fromtimestamp(self.offices.fed.clock.now + 30 * DAY, dt.UTC)
        until = {"until-day": str(day.day), "until-month": str(day.month), "until-year": str(day.year)}
        reason = f"The order about {MARK}"
        return {"ground": "court-order", "reason": reason, **until, "second": self.second, **changes}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with offices(tmp_path) as made:
        yield Scene(made)


def said(scene: Scene) -> str:
    """Give the page of the handover; what officers wrote to one another is open to who has said why."""
    return scene.browser.get(f"/office/handovers/{scene.sent.id}")


def placed(scene: Scene) -> str:
    """Give the address of a hold that was placed in the pages."""
    assert scene.browser.post(f"{scene.at}/retention", scene.hold()).status_code == 303
    [kept] = scene.north.holds.of_matter(MatterId(scene.sent.matter), actor=scene.browser.actor)
    return f"{scene.at}/holds/{kept.id}"


def test_the_calendar_names_the_matter_its_date_and_the_hold_and_the_matter_leads_to_it(scene: Scene) -> None:
    assert f'href="{scene.at}/retention"' in scene.browser.get(scene.at)
    assert 'href="/office/retention"' in scene.browser.get("/office/work")
    page = scene.browser.get("/office/retention")
    assert "Copy of a matter that was handed over" in page
    assert "Held" not in page
    placed(scene)
    assert "Held" in scene.browser.get("/office/retention")


def test_a_caseworker_sees_no_way_to_it(scene: Scene) -> None:
    other = scene.offices.browser(scene.offices.north, "caseworker", (OfficerRole.CASEWORKER,))
    assert "/retention" not in other.get(scene.at) + other.get("/office/work")
    other.get(f"{scene.at}/retention", status=403)


def test_the_work_list_says_when_something_comes_up(scene: Scene) -> None:
    assert "within 30 days" not in scene.browser.get("/office/work")
    scene.offices.fed.clock.now = scene.due - 10 * DAY
    scene.north.retention.tick()
    scene.browser = again(scene)
    assert "1 erasure comes up within 30 days." in scene.browser.get("/office/work")


def again(scene: Scene) -> Browser:
    """Give the browser signed in anew: a session does not last for months."""
    return scene.offices.browser(scene.offices.north, "supervisor", SUPERVISOR)


def test_the_reason_of_a_hold_is_shown_to_who_has_said_why_and_not_in_lists(scene: Scene) -> None:
    hold = placed(scene)
    assert MARK not in scene.browser.get(f"{scene.at}/retention") + scene.browser.get("/office/retention")
    assert MARK not in scene.browser.get(hold)
    scene.browser.say_why(scene.sent.matter)
    assert MARK in scene.browser.get(hold)


def test_a_hold_stops_the_erasure_until_it_is_lifted(scene: Scene) -> None:
    hold = placed(scene)
    scene.browser.say_why(scene.sent.matter)
    assert MARK in said(scene)
    refused = scene.browser.post(f"{scene.at}/retention/erase", {"sure": "yes"}, page=f"{scene.at}/retention")
    assert refused.status_code == 422
    assert "A legal hold stops the erasure." in refused.text
    lifted = scene.browser.post(f"{hold}/lift", page=f"{scene.at}/retention")
    assert lifted.status_code == 303
    assert scene.browser.post(f"{hold}/lift", page=f"{scene.at}/retention").status_code == 409
    sure = {"sure": "yes"}
    done = scene.browser.post(f"{scene.at}/retention/erase", sure, page=f"{scene.at}/retention")
    assert done.status_code == 303
    page = scene.browser.get(f"{scene.at}/retention")
    assert "All values were destroyed on" in page
    assert "Place the hold" not in page
    for path in (scene.at, f"/office/handovers/{scene.sent.id}", "/office/retention"):
        assert MARK not in scene.browser.get(path)


def test_nothing_is_erased_without_a_confirmation(scene: Scene) -> None:
    answer = scene.browser.post(f"{scene.at}/retention/erase", page=f"{scene.at}/retention")
    assert answer.status_code == 422
    assert "Confirm that nothing of this is needed any more." in answer.text
    assert scene.due


def test_what_was_said_in_a_round_is_erased_by_itself(scene: Scene) -> None:
    where = f"{scene.at}/retention/rounds/{scene.sent.id}/erase"
    scene.browser.say_why(scene.sent.matter)
    assert MARK in said(scene)
    assert scene.browser.post(where, page=f"{scene.at}/retention").status_code == 303
    assert MARK not in said(scene)
    assert scene.browser.post(where, page=f"{scene.at}/retention").status_code == 404
    assert scene.due


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"ground": "because"}, "Choose why it must not be erased."),
        ({"reason": " "}, "Write what demands it."),
        ({"until-day": ""}, "This must be a real date"),
        ({"until-year": "2001"}, "The day must lie ahead."),
        ({"until-year": "2099"}, "The day must lie within two years."),
        ({"second": "nobody"}, "Choose the second officer."),
    ],
)
def test_a_hold_that_is_not_complete_is_not_placed_and_keeps_what_was_typed(
    scene: Scene, changes: dict[str, str], fault: str
) -> None:
    answer = scene.browser.post(f"{scene.at}/retention", scene.hold(**changes))
    assert answer.status_code == 422
    assert fault in answer.text
    assert "reason" in changes or f"The order about {MARK}" in answer.text
