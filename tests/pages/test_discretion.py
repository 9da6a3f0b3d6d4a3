"""Reasons of access, and where nothing personal may be: addresses, headers, log lines, errors, what is kept at rest."""

import io
import logging
import sys
import threading
from collections.abc import Iterator

import httpx2
import pytest
import structlog

import cases
from cases import MARK
from handover.application.facts import OfficerRole
from handover.domain.ids import MatterId
from handover.web import journal
from pages.fields import Sheet, once
from pages.office import Browser, Offices

WHY = "Why do you open this record?"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Give what a node writes to its log, set up as in a running one."""
    text = io.StringIO()
    monkeypatch.setattr(sys, "stderr", text)
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)  # both are put back
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    structlog.reset_defaults()
    journal.set_up()
    yield text
    logging.captureWarnings(capture=False)
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def matter(shared: Offices) -> MatterId:
    fed, node = shared.fed, shared.north.node
    return cases.begin(fed, node, fed.officer(node, "begins")).id


def test_the_reason_is_asked_once_for_each_matter_and_day(shared: Offices, matter: MatterId) -> None:
    browser = shared.browser(shared.north, "reads")
    path = f"/office/matters/{matter}/record"
    asked = browser.get(path)
    assert WHY in asked
    assert MARK not in asked
    browser.say_why(matter)
    assert MARK in browser.get(path)
    other = shared.browser(shared.north, "reads")  # another browser of the same officer
    assert MARK in other.get(path)
    shared.fed.clock.pass_(86400)
    assert WHY in shared.browser(shared.north, "reads").get(path)


def test_one_officers_reason_is_not_anothers_nor_one_matters_anothers(
    shared: Offices, matter: MatterId
) -> None:
    browser, second = shared.browser(shared.north, "reads"), shared.browser(shared.north, "reads too")
    browser.say_why(matter)
    assert WHY in second.get(f"/office/matters/{matter}/record")
    fed, node = shared.fed, shared.north.node
    other = cases.begin(fed, node, fed.officer(node, "begins")).id
    assert WHY in browser.get(f"/office/matters/{other}/record")


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("record/health", {"version": "1", "more": "health.conditions"}),
        ("record/health", {"version": "1"}),
        ("record/health", {"version": "1", "health.urgent_needs": "x" * 5000}),
    ],
)
def test_no_form_shows_a_value_before_the_reason_was_said(
    shared: Offices, matter: MatterId, path: str, sent: dict[str, str]
) -> None:
    browser = shared.browser(shared.north, "tries")
    answer = browser.post(f"/office/matters/{matter}/{path}", sent, page="/office/account")
    assert answer.status_code == 403
    assert WHY in answer.text
    assert MARK not in answer.text


def test_the_auditor_sees_who_read_when_and_why_and_no_value(shared: Offices, matter: MatterId) -> None:
    browser = shared.browser(shared.north, "Eleni Reads")
    page = f"/office/matters/{matter}/record"
    sent = {"reason": "complaint", "text": "asked by the ombudsperson", "to": page}
    assert browser.post(f"/office/matters/{matter}/reason", sent, page=page).headers["location"] == page
    auditor = shared.browser(shared.north, "audits", (OfficerRole.AUDITOR,))
    text = auditor.get(f"/office/audit/matters/{matter}")
    assert "Eleni Reads" in text
    assert "For a complaint" in text
    assert "asked by the ombudsperson" in text
    assert MARK not in text


def test_a_second_reason_of_the_day_changes_nothing(shared: Offices, matter: MatterId) -> None:
    browser = shared.browser(shared.north, "reads twice")
    page = f"/office/matters/{matter}/record"
    token = browser.token(page)
    for reason in ("complaint", "urgent"):
        data = {"csrf": token, "reason": reason, "to": page}
        browser.client.post(f"/office/matters/{matter}/reason", data=data)
    auditor = shared.browser(shared.north, "audits", (OfficerRole.AUDITOR,))
    found = shared.north.node.reception.readings.of_matter(matter, actor=auditor.actor)
    assert [each.reason.value for each in found] == ["complaint"]


def story(shared: Offices, answers: list[httpx2.Response]) -> None:
    """Hand a case over through pages, with marked names in all that is typed; keep each answer."""
    north, second, south = (
        shared.browser(shared.north, f"north {MARK}"), shared.browser(shared.north, f"second {MARK}"),
        shared.browser(shared.south, f"south {MARK}"),
    )  # fmt: skip

    def send(
        browser: Browser, path: str, sent: dict[str, str | list[str]], page: str = ""
    ) -> httpx2.Response:
        answers.append(browser.post(path, sent, page=page or path))
        assert answers[-1].status_code in (200, 303), answers[-1].text
        return answers[-1]

    new = send(north, "/office/matters/new", {"kind": "guardianship", "reference": "R-77"})
    at = new.headers["location"].partition("?")[0]
    matter = MatterId(at.rpartition("/")[2])
    send(north, "/office/matters", {"reference": "R-77"})
    north.say_why(matter)
    fed, node = shared.fed, shared.north.node
    filled = cases.begin(fed, node, fed.officer(node, "begins")).id
    north.say_why(filled)
    for section in ("identity", "health", "best_interests", "child_view", "status"):
        typed = Sheet(north.get(f"/office/matters/{filled}/record/{section}")).sent
        own = Sheet(north.get(f"{at}/record/{section}")).sent
        sent = once({**typed, "version": own["version"]})
        del sent["csrf"]
        send(north, f"{at}/record/{section}", {**sent})
    ground = cases.consent(
        fed, node, node.cases.matter(matter, actor=north.actor), to="de/hamburg", actor=north.actor
    )
    day = {"deadline-day": "1", "deadline-month": "1", "deadline-year": "2999"}
    offer = f"{at}/offer"
    late = north.post(
        offer, {"ground": ground.id, "to": "de/hamburg", "fields": list(ground.ground.fields), **day}
    )
    answers.append(late)
    sent_id = node.offers.prepare(
        matter, to=shared.south.node.id, fields=ground.ground.fields, ground=ground.id, actor=north.actor
    )
    round_ = f"/office/handovers/{sent_id.id}"
    send(second, f"{round_}/release", {})
    fed.settle()
    with shared.south.node.database.reading() as work:
        found = work.handovers.find(node.id, [sent_id.round])[sent_id.round]
    got = f"/office/handovers/{found.id}"
    south.say_why(found.matter)
    send(south, f"{got}/open", {})
    send(south, f"{got}/question", {"question": f"Where is {MARK}?"}, got)
    fed.settle()
    send(north, f"{round_}/answer", {"answer": f"{MARK} is here."}, round_)
    names: dict[str, str | list[str]] = dict.fromkeys(("name", "organisation", "contact", "plan"), MARK)
    answers.append(south.post(f"{got}/accept", {**names, "plan": ""}, page=got))
    send(south, f"{got}/accept", names, got)
    fed.settle()
    send(north, f"{round_}/countersign", {})
    fed.settle()
    answers.append(south.post(f"{got}/decline", {"code": "other", "reason": MARK}, page=got))
    answers += [
        north.client.get(f"/office/matters/{MARK}"), north.client.get(f"/office/{MARK}?{MARK}={MARK}"),
        north.client.get(f"/office/matters?before={MARK}"),
        north.client.post(f"/office/matters/{MARK}/record", data={MARK: MARK}),
        north.client.post("/office/sign-in/password", data={"login": MARK, "password": MARK, "code": MARK}),
    ]  # fmt: skip


def test_a_marked_name_is_in_no_address_header_log_line_or_file(alone: Offices, log: io.StringIO) -> None:
    answers: list[httpx2.Response] = []
    story(alone, answers)
    for answer in answers:
        assert MARK not in str(answer.headers), answer.request.url.path
        assert answer.headers["cache-control"] == "no-store"
    for answer in answers:
        if (
            answer.headers["content-type"].startswith("text/html")
            if "content-type" in answer.headers
            else False
        ):
            page = Sheet(answer.text)
            kept = [
                each
                for each in (*page.links, *page.ids)
                if MARK in each and MARK not in str(answer.request.url)
            ]
            assert not kept
    assert MARK not in log.getvalue()
    assert '"route": "/office/handovers/{handover}/accept"' in log.getvalue()
    assert '"dropped"' not in log.getvalue()
    for office in (alone.north, alone.south):
        for path in office.node.settings.data.rglob("*"):
            assert not path.is_file() or MARK.encode() not in path.read_bytes(), path.name


def test_the_title_of_a_page_and_of_the_browsers_history_names_no_child(
    shared: Offices, matter: MatterId
) -> None:
    browser = shared.browser(shared.north, "reads titles")
    browser.say_why(matter)
    for path in (f"/office/matters/{matter}", f"/office/matters/{matter}/record", "/office/work"):
        assert MARK not in browser.get(path).partition("<title>")[2].partition("</title>")[0]
