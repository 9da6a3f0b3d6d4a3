"""Every form with faults: 422, a summary whose links lead somewhere, and everything that was typed there again."""

import time
from dataclasses import dataclass

import pytest

from application.door import PHRASE
from federation import START
from pages.fields import Sheet
from pages.office import Browser, Fields, Offices

TYPED = 'Ελένη "<b>&amp;</b>" يوسف'


@dataclass(frozen=True)
class Case:
    """A form with faults: its page, where it is sent, what is typed into it, and the fields that are at fault."""

    page: str
    path: str
    sent: Fields
    faults: tuple[str, ...]
    at: str = "north"
    shown: tuple[str, ...] = ()

    @property
    def kept(self) -> tuple[str, ...]:
        return self.shown or tuple(self.sent)


UNTIL = time.gmtime(START + 300 * 86400)
CONSENT = {
    "basis": "consent", "recipients": "de/hamburg", "purposes": "child-protection", "until-day": "1",
    "until-month": str(UNTIL.tm_mon), "until-year": str(UNTIL.tm_year), "onward": "none",
}  # fmt: skip
WHAT = {**CONSENT, "categories": "identity"}
CASES = {
    "finding a matter": Case("/matters", "/matters", {"reference": "x" * 101}, ("reference",)),
    "a new matter": Case("/matters/new", "/matters/new", {"reference": TYPED}, ("kind",)),
    "a new matter without number": Case(
        "/matters/new", "/matters/new", {"kind": "tracing", "reference": " "}, ("reference",), shown=("kind",)
    ),
    "the reason": Case(
        "/matters/{fresh}/record", "/matters/{fresh}/reason", {"reason": "other", "text": ""}, ("text",)
    ),
    "no reason": Case("/matters/{fresh}/record", "/matters/{fresh}/reason", {"text": TYPED}, ("reason",)),
    "to whom": Case(
        "/matters/{matter}/consent", "/matters/{matter}/consent",
        {**CONSENT, "step": "whom", "recipients": "", "until-day": "31", "until-month": "2"},
        ("recipients", "until"), shown=("basis", "purposes", "until-day", "until-month", "until-year", "onward"),
    ),
    "a legal basis": Case(
        "/matters/{matter}/consent", "/matters/{matter}/consent",
        {**CONSENT, "step": "whom", "basis": "court-order"}, ("second", "review"), shown=tuple(CONSENT)[1:],
    ),
    "what exactly": Case(
        "/matters/{matter}/consent", "/matters/{matter}/consent", {**CONSENT, "step": "what"}, ("categories",),
    ),
    "who gave it": Case(
        "/matters/{matter}/consent", "/matters/{matter}/consent",
        {**WHAT, "step": "given", "capacity": TYPED, "text": TYPED},
        ("given_by", "language", "relation", "explained_by", "interpreter", "expressed", "child_assent"),
    ),
    "an offer": Case(
        "/matters/{matter}/offer", "/matters/{matter}/offer",
        {"ground": "{ground}", "to": "", "deadline-day": "32", "deadline-month": "1", "deadline-year": "2999"},
        ("to", "fields", "deadline"), shown=("deadline-day", "deadline-month", "deadline-year"),
    ),
    "accepting": Case(
        "/handovers/{got}", "/handovers/{got}/accept",
        {"name": TYPED, "organisation": TYPED, "contact": ""}, ("contact", "plan"), at="south",
    ),
    "declining": Case("/handovers/{got}", "/handovers/{got}/decline", {"reason": TYPED}, ("code",), at="south"),
    "a question": Case(
        "/handovers/{sent}", "/handovers/{sent}/question", {"question": " "}, ("question",), shown=("csrf",)
    ),
    "a question that is too long": Case(
        "/handovers/{sent}", "/handovers/{sent}/question", {"question": "x" * 4001}, ("question",)
    ),
    "arrival": Case(
        "/handovers/{taken}", "/handovers/{taken}/arrival", {"day-day": "30", "day-month": "2", "day-year": "2026",
        "note": TYPED}, ("day",), at="south",
    ),
    "non-arrival": Case(
        "/handovers/{taken}", "/handovers/{taken}/non-arrival", {"known": TYPED}, ("missing-since",), at="south"
    ),
    "the account": Case("/account", "/account", {"language": "el", "email": TYPED}, ("email",)),
    "a password": Case(
        "/account/password", "/account/password", {"login": "eleni.k", "password": "short", "again": "other"},
        ("again",), shown=("login",),
    ),
    "codes": Case("/account/codes", "/account/codes", {"code": "000000"}, ("code",)),
    "an officer": Case("/operate/staff", "/operate/staff", {"name": TYPED}, ("roles",)),
    "an officer until a day that is none": Case(
        "/operate/staff", "/operate/staff",
        {"name": TYPED, "roles": "auditor", "until-day": "31", "until-month": "4", "until-year": "2999"}, ("until",),
    ),
    "an officer's roles": Case(
        "/operate/staff/{officer}", "/operate/staff/{officer}",
        {"act": "roles", "until-day": "31", "until-month": "4", "until-year": "2999"}, ("roles", "until"),
        shown=("until-day", "until-month", "until-year"),
    ),
    "finding in the log": Case("/audit", "/audit", {"reference": ""}, ("reference",)),
}  # fmt: skip


@pytest.fixture(scope="module")
def places(shared: Offices) -> dict[str, str]:
    sent, got = shared.offered()
    accepted, taken = shared.accepted()
    shared.north.post(f"/handovers/{accepted}/countersign")
    shared.fed.settle()
    matter = shared.matter()
    ground = shared.ground(matter)["id"]
    officer = shared.north.node.officers.all()[0].id
    browser = shared.browser(shared.north, "types")
    visitor = shared.north.node.sessions.find(browser.cookie)
    shared.north.node.reception.accounts.set_password(visitor, "types.here", PHRASE)  # before codes
    return {
        "matter": matter, "fresh": shared.matter(), "ground": ground, "sent": sent, "got": got,
        "taken": taken, "officer": officer,
    }  # fmt: skip


def ready(shared: Offices, case: Case, places: dict[str, str]) -> Browser:
    browser = shared.browser(getattr(shared, case.at), "types")
    if case.at == "south" and browser.node.handovers:
        with browser.node.database.reading() as work:
            round_ = work.handovers.get(places["got"])  # type: ignore[arg-type]
        if round_.opened_at is None:
            browser.say_why(round_.matter)
            browser.post(f"/office/handovers/{round_.id}/open")
    return browser


@pytest.mark.parametrize("name", CASES)
def test_a_form_with_faults_comes_back_with_all_that_was_typed(
    shared: Offices, places: dict[str, str], name: str
) -> None:
    case = CASES[name]
    browser = ready(shared, case, places)
    path, page = (f"/office{each}".format(**places) for each in (case.path, case.page))
    sent = {key: value.format(**places) if "{" in value else value for key, value in case.sent.items()}  # type: ignore[union-attr]
    answer = browser.post(path, sent, page=page)
    told = Sheet(answer.text)
    assert answer.status_code == 422, told.faults
    assert sorted(told.faults) == sorted(f"#{each}" for each in case.faults)
    assert {each[1:] for each in told.faults} <= set(told.ids)
    assert len(told.ids) == len(set(told.ids)), [each for each in told.ids if told.ids.count(each) > 1]
    for key in case.kept:
        assert key == "csrf" or sent[key] in told.sent[key], key
    assert "govuk-error-summary" in answer.text


STEPS = ("zzz", "", "whom", "what", "explain", "given", "check", "\N{WHITE SMILING FACE}")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("to", ["", "whom", "check", "zzz"])
def test_a_step_that_is_none_is_the_first_and_none_can_be_left_out(
    shared: Offices, places: dict[str, str], step: str, to: str
) -> None:
    browser = shared.browser(shared.north, "types")
    path = f"/office/matters/{places['matter']}/consent"
    before = len(shared.north.node.consents.of_matter(places["matter"], actor=browser.actor))  # type: ignore[arg-type]
    answer = browser.post(path, {"step": step, "to": to})
    assert answer.status_code in (200, 422)
    assert len(shared.north.node.consents.of_matter(places["matter"], actor=browser.actor)) == before  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"recipients": ["de/hamburg", "xx/nobody"]}, {"recipients": ["de/hamburg", "not a node"]},
        {"purposes": ["child-protection", "sale"]}, {"basis": "whim"}, {"onward": "all"},
        {"basis": "court-order", "second": "x", "review-day": "1", "review-month": "1", "review-year": "2998"},
        {"categories": ["sold"]}, {"given_by": "nobody"}, {"until-year": "99999"}, {"until-year": "0"},
        {"until-year": "2999"}, {"until-year": "9999", "until-month": "12", "until-day": "31"}, {"until-year": "2020"},
    ],
)  # fmt: skip
def test_what_the_steps_do_not_offer_cannot_be_recorded(
    shared: Offices, places: dict[str, str], change: dict[str, str | list[str]]
) -> None:
    browser = shared.browser(shared.north, "types")
    path = f"/office/matters/{places['matter']}/consent"
    told = ("capacity", "relation", "explained_by", "interpreter", "expressed", "child_assent", "text")
    whole = {**WHAT, "step": "check", "given_by": "child", "language": "ar", **dict.fromkeys(told, "x")}
    answer = browser.post(path, {**whole, **change})
    assert answer.status_code == 422
    page = Sheet(answer.text)
    assert page.faults
    assert {each[1:] for each in page.faults} <= set(page.ids)


def test_what_the_steps_offer_is_recorded(shared: Offices, places: dict[str, str]) -> None:
    browser = shared.browser(shared.north, "types")
    path = f"/office/matters/{places['fresh']}/consent"
    told = ("capacity", "relation", "explained_by", "interpreter", "expressed", "child_assent", "text")
    whole = {**WHAT, "step": "check", "given_by": "child", "language": "ar", **dict.fromkeys(told, "x")}
    answer = browser.post(path, whole)
    assert answer.status_code == 303, answer.text.partition("error-summary__body")[2][:400]
    assert answer.headers["location"].endswith("?said=consent-recorded")
