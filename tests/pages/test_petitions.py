"""Requests of persons in the pages: written down, confirmed, answered, printed; and the page that is open to all."""

import re

import pytest
from starlette.testclient import TestClient

from handover.application.facts import OfficerRole
from handover.domain import case_code
from handover.domain.ids import HandoverId, MatterId
from pages.office import Browser, Offices, token

NOBODYS = case_code.spelled(case_code.with_check("23456789ABCDEFGH"))
ASKED = {"kind": "complaint", "text": "Nobody asked me.", "contact": "a friend", "spoken": "ar"}


@pytest.fixture
def officer(shared: Offices) -> Browser:
    return shared.browser(shared.north, "petitions")


@pytest.fixture
def matter(shared: Offices, officer: Browser) -> str:
    """Give a matter that was handed over, at the office that has it now."""
    sent = HandoverId(shared.accepted()[0])
    shared.north.node.offers.countersign(sent, actor=officer.actor)
    shared.fed.settle()
    with shared.north.node.database.reading() as work:
        return str(work.handovers.get(sent).matter)


def filed(officer: Browser, matter: str, **changes: str) -> str:
    page = f"/office/matters/{matter}/requests"
    answer = officer.post(f"{page}/new", {**ASKED, **changes}, page=page)
    assert answer.status_code == 303, answer.text
    officer.say_why(matter)
    return answer.headers["location"].partition("?")[0]


def public(shared: Offices) -> TestClient:
    address = shared.north.node.settings.address
    return TestClient(shared.north.client.app, base_url=address, raise_server_exceptions=False)


def leave(client: TestClient, **sent: str) -> tuple[int, str]:
    data = {"csrf": token(client.get("/request").text), **ASKED, **sent}
    answer = client.post("/request", data=data)
    return answer.status_code, answer.text


def waiting(officer: Browser, page: str) -> int:
    """Give how many requests a page says wait."""
    found = re.search(r"(\d+) requests? of (?:a person|persons) waits? for this office", officer.get(page))
    return int(found[1]) if found else 0


def test_a_request_that_waits_is_told_where_an_officer_looks(officer: Browser, matter: str) -> None:
    pages = ("/office/work", "/office/demands")
    before = [waiting(officer, each) for each in pages]
    page = filed(officer, matter)
    assert [waiting(officer, each) for each in pages] == [each + 1 for each in before]
    officer.post(f"{page}/answer", {"outcome": "upheld", "text": "We are sorry."}, page=page)
    assert [waiting(officer, each) for each in pages] == before


def test_a_complaint_is_written_down_and_answered(shared: Offices, officer: Browser, matter: str) -> None:
    page = filed(officer, matter)
    assert "Nobody asked me." in officer.get(page)
    assert page in officer.get("/office/requests")
    sent = {"outcome": "upheld", "text": "We are sorry."}
    assert officer.post(f"{page}/answer", sent, page=page).status_code == 303
    shown = officer.get(page)
    assert "We are sorry." in shown
    assert "The complaint is justified" in shown
    paper = officer.client.get(f"{page}/answer.pdf")
    assert paper.content.startswith(b"%PDF")


def test_a_question_is_answered_once_it_is_confirmed(shared: Offices, officer: Browser, matter: str) -> None:
    page = filed(officer, matter, kind="access", text="")
    assert "Until then nothing leaves this office." in officer.get(page)
    assert officer.post(f"{page}/confirm", page=page).status_code == 303
    shared.fed.settle()
    shown = officer.get(page)
    assert shared.south.node.id in shown
    assert "This office has answered" in shown
    again = officer.post(f"{page}/confirm", page="/office/account")
    assert again.status_code == 422


def test_whoever_is_somebody_else_is_turned_away(officer: Browser, matter: str) -> None:
    page = filed(officer, matter, kind="access")
    assert officer.post(f"{page}/turn-away", page=page).status_code == 303
    assert "Turned away" in officer.get(page)


def test_what_is_missing_is_said_and_what_was_typed_stays(officer: Browser, matter: str) -> None:
    page = f"/office/matters/{matter}/requests"
    answer = officer.post(f"{page}/new", {"contact": "a friend", "kind": "complaint"}, page=page)
    assert answer.status_code == 422
    assert "Write what happened." in answer.text
    assert "a friend" in answer.text
    one = filed(officer, matter)
    empty = officer.post(f"{one}/answer", {}, page=one)
    assert empty.status_code == 422
    assert "Choose what became of it." in empty.text


def test_an_answer_that_is_late_leads_to_an_authority_that_may_audit(
    shared: Offices, officer: Browser, matter: str
) -> None:
    page = filed(officer, matter)
    with shared.north.node.database.begin() as work:
        found = work.petitions.waiting(200)[-1]
        work.petitions.change(found, type(found)(**{**vars(found), "due": 1}))
    shown = officer.get(page)
    assert "To the supervisory authority" in shown
    paper = officer.client.get(f"{page}/supervision.pdf")
    assert paper.content.startswith(b"%PDF")


def test_the_letter_is_printed_with_a_code_that_the_page_does_not_show(officer: Browser, matter: str) -> None:
    page = f"/office/matters/{matter}/requests"
    paper = officer.post(f"{page}/letter.pdf", {"letter": "ar"}, page=page)
    assert paper.content.startswith(b"%PDF")
    assert "The newest is of" in officer.get(page)
    assert officer.post(f"{page}/letter.pdf", {"letter": "xx"}, page=page).status_code == 422


def test_the_open_page_answers_alike_whether_the_code_is_one_or_not(
    shared: Offices, officer: Browser, matter: str
) -> None:
    code = shared.north.node.after.petitions.new_code(MatterId(matter), actor=officer.actor)
    right, wrong = (leave(public(shared), code=each) for each in (code, NOBODYS))
    assert right[0] == wrong[0] == 200
    assert re.sub(r'value="[^"]*"', "", right[1]) == re.sub(r'value="[^"]*"', "", wrong[1])
    shared.fed.settle()
    page = officer.get(f"/office/matters/{matter}/requests")
    assert page.count("A complaint</a>") == 1


@pytest.mark.parametrize("language", ["en", "fr", "es", "el", "uk", "ar"])
def test_the_open_page_speaks_six_languages_and_needs_no_script(shared: Offices, language: str) -> None:
    answer = public(shared).get(f"/request?language={language}")
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "hidden" not in re.sub(r'type="hidden"|visually-hidden', "", answer.text.partition("<form")[2])


def test_the_open_page_says_which_letter_cannot_be_right_and_keeps_what_was_typed(shared: Offices) -> None:
    status, text = leave(public(shared), code="ABCD")
    assert status == 422
    assert "This is no case code" in text
    assert "Nobody asked me." in text


def test_a_form_of_another_site_is_not_taken(shared: Offices) -> None:
    client = public(shared)
    sent = {"csrf": token(client.get("/request").text), **ASKED, "code": NOBODYS}
    answer = client.post("/request", data=sent, headers={"origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert client.post("/request", data={**sent, "csrf": "x"}).status_code == 403


def test_who_may_not_read_cases_sees_no_request(shared: Offices) -> None:
    auditor = shared.browser(shared.north, "petition-auditor", (OfficerRole.AUDITOR,))
    auditor.get("/office/requests", status=403)
