"""Who received what, and what is to be answered: as an officer sees it and acts on it."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from cases import MARK
from handover.application.facts import OfficerRole
from handover.domain.handover import Act
from handover.domain.ids import MatterId
from pages.office import Browser, Offices, offices

RESPONSIBLE = {"name": "Anna Muster", "organisation": "Youth office", "contact": "+49"}
KEEP = {
    "reason": "statutory-duty",
    "text": "Section 12 of the youth law.",
    "until-day": "1",
    "until-month": "3",
}


class Scene:
    """A case that Athens has handed over to Hamburg."""

    def __init__(self, made: Offices) -> None:
        self.made, self.fed = made, made.fed
        self.north, self.south = made.north.node, made.south.node
        first, second = self.fed.officer(self.north, "one"), self.fed.officer(self.north, "two")
        there = self.fed.officer(self.south, "there")
        begun = cases.begin(self.fed, self.north, first)
        sent = cases.offer(self.fed, self.north, self.south.id, first, second, matter=begun)
        self.fed.settle()
        with self.south.database.reading() as work:
            got = work.handovers.find(self.north.id, [sent.round])[sent.round]
        self.south.handovers.open(got.id, actor=there)
        self.south.handovers.accept(got.id, responsible=RESPONSIBLE, plan="Met.", actor=there)
        self.fed.settle()
        self.north.offers.countersign(sent.id, actor=first)
        self.fed.settle()
        self.sent, self.got = sent, got
        self.ground = self.north.consents.of_matter(sent.matter, actor=first)[0].id
        self.athens = made.browser(made.north, "reader", (OfficerRole.LIAISON,))
        self.hamburg = made.browser(made.south, "reader", (OfficerRole.LIAISON,))

    def withdraw(self, **sent: str) -> None:
        at = f"/office/matters/{self.sent.matter}/grounds/{self.ground}"
        answer = self.athens.post(f"{at}/withdraw", {"scope": "ground", **sent}, page=at)
        assert answer.status_code == 303
        self.fed.settle()

    def demand(self, browser: Browser) -> str:
        found = re.search(r'href="(/office/demands/[\w-]{43})"', browser.get("/office/demands"))
        assert found
        return found[1]

    def at_athens(self, until: str = "2027") -> dict[str, str]:
        return {**KEEP, "until-year": until}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with offices(tmp_path) as made:
        yield Scene(made)


def text(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)))


def test_the_register_says_who_told_whom_what_and_when_and_no_value(scene: Scene) -> None:
    for browser, matter, said in (
        (scene.athens, scene.sent.matter, "was told by this office"),
        (scene.hamburg, scene.got.matter, "told this office"),
    ):
        page = text(browser.get(f"/office/matters/{matter}/received"))
        assert said in page
        assert "Protection of the child" in page
        assert "Names" in page
        assert MARK not in page
    assert "Youth office Hamburg" in text(scene.athens.get(f"/office/matters/{scene.sent.matter}/received"))


def test_a_withdrawal_asks_how_far_it_goes_and_takes_the_persons_words(scene: Scene) -> None:
    scene.withdraw(words="I changed my mind.")
    page = text(scene.athens.get(f"/office/matters/{scene.sent.matter}/received"))
    assert "Answer due by" in page
    at = scene.demand(scene.hamburg)
    scene.hamburg.say_why(scene.got.matter)
    assert "I changed my mind." in text(scene.hamburg.get(at))


def test_the_words_of_the_person_are_closed_to_whoever_has_not_said_why(scene: Scene) -> None:
    scene.withdraw(words=f"I, {MARK}, changed my mind.")
    at = scene.demand(scene.hamburg)
    assert MARK not in scene.hamburg.get(at)
    assert MARK not in scene.hamburg.get("/office/demands")
    assert "why do you open this record" in scene.hamburg.get(f"{at}/words").lower()


def test_a_withdrawal_without_a_choice_changes_nothing(scene: Scene) -> None:
    at = f"/office/matters/{scene.sent.matter}/grounds/{scene.ground}"
    answer = scene.athens.post(f"{at}/withdraw", {"words": "kept words"}, page=at)
    assert answer.status_code == 422
    assert "Choose how far" in answer.text
    assert "kept words" in answer.text
    [ground] = scene.north.consents.of_matter(scene.sent.matter, actor=scene.athens.actor)
    assert ground.ground.withdrawn_at is None


def test_the_work_list_counts_what_waits_for_an_answer_until_it_is_given(scene: Scene) -> None:
    scene.withdraw()
    assert "1 demand of another authority" in text(scene.hamburg.get("/office/work"))
    at = scene.demand(scene.hamburg)
    answer = scene.hamburg.post(f"{at}/keep", scene.at_athens(), page=at)
    assert answer.status_code == 303, answer.text
    assert "1 demand of another authority" not in text(scene.hamburg.get("/office/work"))
    scene.fed.settle()
    page = text(scene.athens.get(f"/office/matters/{scene.sent.matter}/received"))
    assert "Held until" in page
    line = text(scene.athens.get(f"/office/handovers/{scene.sent.id}"))
    assert "A law demands that it is kept" in line
    assert "Held until" in line


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"reason": ""}, "Choose why it must be kept."),
        ({"text": " "}, "Name the law or the order, and say what it demands."),
        ({"until-year": "2020"}, "The day must lie ahead."),
        ({"until-year": "2031"}, "The day must lie within two years."),
        ({"until-day": ""}, "This must be a real date"),
    ],
)
def test_an_answer_that_lacks_something_says_what(scene: Scene, changes: dict[str, str], fault: str) -> None:
    scene.withdraw()
    at = scene.demand(scene.hamburg)
    answer = scene.hamburg.post(f"{at}/keep", {**scene.at_athens(), **changes}, page=at)
    assert answer.status_code == 422
    assert fault in html.unescape(answer.text)


def test_whoever_is_responsible_is_not_offered_to_erase(scene: Scene) -> None:
    scene.withdraw()
    at = scene.demand(scene.hamburg)
    page = scene.hamburg.get(at)
    assert f"{at}/erase" not in page
    assert "This authority is responsible for the child" in text(page)
    answer = scene.hamburg.post(f"{at}/erase", page=f"{at}/erase")
    assert answer.status_code == 422
    assert "This office is responsible for the matter" in html.unescape(answer.text)


def test_who_is_not_responsible_is_asked_once_more_and_then_it_is_gone(scene: Scene) -> None:
    [known] = scene.south.after.holders.register(scene.got.matter, actor=scene.hamburg.actor)
    at = f"/office/matters/{scene.got.matter}/received/{known.shown.envelope}/withdraw"
    scene.hamburg.get(at)
    assert scene.hamburg.post(at, {"scope": "matter"}).status_code == 303
    scene.fed.settle()
    asked = scene.demand(scene.athens)
    assert f"{asked}/erase" in scene.athens.get(asked)
    assert "cannot be brought back" in text(scene.athens.get(f"{asked}/erase"))
    assert scene.athens.post(f"{asked}/erase").status_code == 303
    assert "No demand waits" in text(scene.athens.get("/office/demands"))
    scene.fed.settle()
    [theirs] = [
        each
        for each in scene.south.after.holders.demands(MatterId(scene.got.matter), actor=scene.hamburg.actor)
        if not each.demand.incoming
    ]
    assert theirs.demand.answered is Act.ERASED


def test_what_is_late_is_marked_at_both(scene: Scene) -> None:
    scene.withdraw()
    scene.fed.clock.pass_(31 * 86400)
    for office, browser in ((scene.made.north, "late"), (scene.made.south, "late")):
        page = scene.made.browser(office, browser, (OfficerRole.LIAISON,)).get("/office/demands")
        assert "Overdue" in page


def test_what_belongs_to_another_matter_is_not_withdrawn_under_this_one(scene: Scene) -> None:
    [known] = scene.north.after.holders.register(scene.sent.matter, actor=scene.athens.actor)
    other = cases.begin(scene.fed, scene.north, scene.fed.officer(scene.north, "one"))
    path = f"/office/matters/{other.id}/received/{known.shown.envelope}/withdraw"
    scene.athens.get(path, status=404)
    answer = scene.athens.post(path, {"scope": "ground"}, page=f"/office/matters/{other.id}/consent")
    assert answer.status_code == 404
