"""Follow-ups and the way back in the pages."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from handover.application.facts import OfficerRole
from handover.domain.continuity import FOLLOW_UP_FIELDS
from handover.web import examples
from pages.office import Browser, Offices, hidden, offices

DAY = 86400
TOLD = {
    "due": "7",
    "date-day": "5",
    "date-month": "12",
    "date-year": "2026",
    "state": "concerns",
    "text": "She misses her brother.",
}


@dataclass
class Two:
    """Two offices, the case handed over; `sent` and `got` are the round's addresses."""

    made: Offices
    sent: str
    got: str

    def north(self) -> Browser:
        return self.made.browser(self.made.north, "first")

    def south(self, name: str = "first", roles: tuple[OfficerRole, ...] | None = None) -> Browser:
        return self.made.browser(self.made.south, name, *(() if roles is None else (roles,)))

    def matter(self) -> str:
        found: Any = self.made.south.get(f"/handovers/{self.got.rpartition('/')[2]}")
        return str(found["matter"])

    def consent(self, fields: tuple[str, ...]) -> None:
        """Record at Hamburg a consent for Athens."""
        now = self.made.fed.clock.now
        ground = {
            **examples.NEW_GROUND,
            "recipients": [self.made.north.node.id],
            "fields": list(fields),
            "valid_from": now,
            "valid_until": now + 300 * DAY,
        }
        self.made.south.post(f"/matters/{self.matter()}/grounds", ground)


@pytest.fixture
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with offices(tmp_path_factory.mktemp("offices")) as made:
        sent, got = made.accepted()
        made.north.post(f"/handovers/{sent}/countersign")
        made.fed.settle()
        yield Two(made, f"/office/handovers/{sent}", f"/office/handovers/{got}")


def plain(page: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def test_the_round_shows_the_days_and_leads_to_telling(two: Two) -> None:
    for browser, at, way in (
        (two.south(), two.got, "Tell how the child is, and see what was told"),
        (two.north(), two.sent, "See what was told"),
    ):
        page = browser.get(at)
        assert [int(each) for each in re.findall(r'<th scope="row"[^>]*>(\d+)</th>', page)] == [7, 30, 90]
        assert way in page
        assert f'href="{at}/follow-ups"' in page


def test_without_a_ground_the_page_leads_to_recording_one_for_this_authority_and_field(two: Two) -> None:
    browser = two.south()
    page = browser.get(f"{two.got}/follow-ups")
    assert 'name="state"' not in page
    round_ = two.got.rpartition("/")[2]
    form = browser.get(f"/office/matters/{two.matter()}/consent?follow={round_}")
    assert re.search(r'value="gr/athens"[^>]*checked', form)
    assert hidden(form)["fields"] == list(FOLLOW_UP_FIELDS)
    assert hidden(form)["follow"] == [round_]
    last = datetime.fromtimestamp(two.made.fed.clock.now + 120 * DAY, UTC)
    assert re.search(rf'name="until-month"[^>]*value="{last.month}"', form)
    answer = browser.post(f"{two.got}/follow-ups/tell", TOLD, page=two.got)
    assert answer.status_code == 422
    assert "Ask for consent" in answer.text


def test_what_is_told_in_the_pages_is_read_in_those_of_the_other_office_for_a_reason(two: Two) -> None:
    two.consent(FOLLOW_UP_FIELDS)
    answer = two.south().post(f"{two.got}/follow-ups/tell", TOLD, page=two.got)
    assert answer.headers["location"] == f"{two.got}/follow-ups?said=follow-up-told"
    assert "on its way to the other authority" in two.south().get(f"{two.got}/follow-ups")
    two.made.fed.settle()
    reader = two.north()
    assert "She misses" not in reader.get(f"{two.sent}/follow-ups")
    gate = reader.get(f"{two.sent}/follow-ups/read")
    assert "why do you open this record" in gate.lower()
    matter = two.made.north.get(f"/handovers/{two.sent.rpartition('/')[2]}")["matter"]
    reader.say_why(matter)
    read = plain(reader.get(f"{two.sent}/follow-ups/read"))
    assert "There are concerns" in read
    assert "She misses her brother." in read
    round_ = reader.get(two.sent)
    assert "She misses" not in round_
    assert "Told" in plain(round_)


def test_faults_keep_what_was_typed(two: Two) -> None:
    two.consent(FOLLOW_UP_FIELDS)
    answer = two.south().post(f"{two.got}/follow-ups/tell", {**TOLD, "state": ""}, page=two.got)
    assert answer.status_code == 422
    assert "Choose how the child is." in answer.text
    assert "She misses her brother." in answer.text
    answer = two.south().post(f"{two.got}/follow-ups/tell", {**TOLD, "due": "8"}, page=two.got)
    assert "The acceptance promised no follow-up for that day." in answer.text


def test_the_work_list_shows_what_is_due_and_what_is_late(two: Two) -> None:
    assert "follow-ups" not in two.north().get("/office/work")
    assert "Planned" in plain(two.south().get("/office/work"))
    two.made.fed.clock.pass_(11 * DAY)
    for browser, at in ((two.made.browser(two.made.north, "late"), two.sent), (two.south("late"), two.got)):
        page = browser.get("/office/work")
        assert f'href="{at}/follow-ups"' in page
        assert "Overdue" in plain(page)


@pytest.mark.parametrize(
    ("typed", "days"), [("14, 60", [14, 60]), ("5 ،٩", [5, 9]), ("", []), ("60,14", [14, 60])]
)
def test_the_days_are_agreed_with_the_acceptance(two: Two, typed: str, days: list[int]) -> None:
    sent, got = two.made.offered()
    two.made.south.post(f"/handovers/{got}/open")
    at, browser = f"/office/handovers/{got}", two.south()
    assert 'value="7, 30, 90"' in browser.get(at)
    said = {"name": "A", "organisation": "B", "contact": "C", "plan": "D", "follow_ups": typed}
    assert browser.post(f"{at}/accept", said, page=at).status_code == 303
    two.made.fed.settle()
    two.made.north.post(f"/handovers/{sent}/countersign")
    two.made.fed.settle()
    plan = two.made.south.get(f"/handovers/{got}/follow-ups")
    assert [each["day"] for each in plan["dates"]] == days


@pytest.mark.parametrize("typed", ["7, 7", "0", "4000", "soon", "-1", " ".join(map(str, range(1, 14)))])
def test_days_that_are_none_are_refused_and_kept(two: Two, typed: str) -> None:
    _, got = two.made.offered()
    two.made.south.post(f"/handovers/{got}/open")
    at = f"/office/handovers/{got}"
    said = {"name": "A", "organisation": "B", "contact": "C", "plan": "D", "follow_ups": typed}
    answer = two.south().post(f"{at}/accept", said, page=at)
    assert answer.status_code == 422
    assert "Write whole numbers of days" in answer.text
    assert f'value="{typed}"' in answer.text


def test_a_child_that_has_not_come_is_offered_back_with_what_came(two: Two) -> None:
    browser, round_ = two.south(), two.got.rpartition("/")[2]
    assert "Hand the case back" not in browser.get(two.got)
    two.made.south.post(f"/handovers/{round_}/non-arrival", examples.ARRIVED)
    two.made.fed.settle()
    assert "Hand the case back to \u2068Child protection Athens\u2069" in plain(browser.get(two.got))
    assert 'href="/office/authorities?place=de/hamburg"' in two.north().get(two.sent)
    at = f"/office/matters/{two.matter()}/offer"
    page = browser.get(f"{at}?back={round_}")
    assert f'href="/office/matters/{two.matter()}/consent?back={round_}"' in page, plain(page)
    with two.made.south.node.database.reading() as work:
        [fields] = [each.fields for each in work.handovers.page(after="", limit=9) if each.id == round_]
    form = browser.get(f"/office/matters/{two.matter()}/consent?back={round_}")
    assert hidden(form)["fields"] == list(fields)
    two.consent(fields)
    page = browser.get(f"{at}?back={round_}")
    assert re.search(r'name="to"[^>]*value="gr/athens"[^>]*checked', page)
    assert re.findall(r'name="fields" value="([^"]+)" checked', page) == list(fields)
    carried = hidden(page)
    sent = {"ground": carried["ground"], "back": carried["back"], "to": "gr/athens", "fields": list(fields)}
    until = datetime.fromtimestamp(two.made.fed.clock.now + 5 * DAY, UTC)
    sent |= {
        "deadline-day": str(until.day),
        "deadline-month": str(until.month),
        "deadline-year": str(until.year),
    }
    prepared = browser.post(at, sent, page=f"{at}?back={round_}")
    assert prepared.headers["location"].endswith("?said=prepared")


def test_a_child_that_has_not_come_stands_in_both_work_lists_until_it_has_arrived(two: Two) -> None:
    round_ = two.got.rpartition("/")[2]
    assert two.sent not in two.north().get("/office/work")
    two.made.south.post(f"/handovers/{round_}/non-arrival", examples.ARRIVED)
    two.made.fed.settle()
    listed, shown = plain(two.north().get("/office/work")), plain(two.north().get(two.sent))
    assert f'href="{two.sent}"' in two.north().get("/office/work")
    for page in (listed, shown):
        assert "this office Telephone the other authority" in page
    assert "Nothing waits for this office." not in listed
    assert "reports that the child has not arrived. Telephone it now." in shown
    assert "Nothing is left to do" not in shown
    assert "has reported that the child has not come" in plain(two.south().get(two.got))
    two.made.south.post(f"/handovers/{round_}/arrival", examples.ARRIVED)
    two.made.fed.settle()
    assert two.sent not in two.north().get("/office/work")
    assert "Nothing is left to do" in plain(two.north().get(two.sent))


def test_a_round_of_another_matter_fills_in_nothing(two: Two) -> None:
    other = two.made.south.post("/matters", examples.NEW_MATTER)["id"]
    round_ = two.got.rpartition("/")[2]
    for page in (f"consent?follow={round_}", f"offer?back={round_}", "offer?back=x"):
        two.south().get(f"/office/matters/{other}/{page}", status=404)


def test_whoever_does_not_decide_sees_the_days_and_no_form(two: Two) -> None:
    two.consent(FOLLOW_UP_FIELDS)
    browser = two.south("case", (OfficerRole.CASEWORKER,))
    page = browser.get(f"{two.got}/follow-ups")
    assert "Day after the take-up" in page
    assert 'name="state"' not in page
