"""Papers of the office: what stands on each, who gets it, and that the square code holds a digest alone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from adapters.test_printing import SHIPPED, fonts_of, needs_poppler, text_of
from handover.application.facts import OfficerRole
from handover.application.paper import Table, Text
from handover.application.verifier_report import (
    Finding,
    Line,
    MatterReport,
    Report,
    Rule,
    Severity,
    Verdict,
)
from handover.domain.ids import HandoverId, NodeId
from handover.domain.sentences import sentence
from handover.pages import sheets, verdict_paper
from handover.pages.sheets import Sheet
from handover.pages.verdict_paper import MOST_FOUND, MOST_LINES
from handover.protocol import strict
from handover.web import examples
from pages.office import Browser, Offices, offices

PDF = "application/pdf"
CHOSEN = {
    "step": "explain",
    "basis": "consent",
    "recipients": "de/hamburg",
    "purposes": "child-protection",
    "until-day": "1",
    "until-month": "2",
    "until-year": "2100",
    "onward": "none",
    "categories": "health",
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    with offices(tmp_path_factory.mktemp("papers")) as found:
        yield found


@pytest.fixture(scope="module")
def browser(own: Offices) -> Browser:
    return own.browser(own.north, "first")


@pytest.fixture(scope="module")
def rounds(own: Offices) -> tuple[str, str]:
    """A round whose deed was given and taken up."""
    sent, got = own.accepted()
    own.north.post(f"/handovers/{sent}/countersign", by="first")
    own.fed.settle()
    return sent, got


def pdf_at(browser: Browser, path: str, *, status: int = 200) -> bytes:
    answer = browser.client.get(path, follow_redirects=False)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PDF
    assert re.fullmatch(r'attachment; filename="[a-z]+\.pdf"', answer.headers["content-disposition"])
    assert answer.content.startswith(b"%PDF-")
    return answer.content


def state_reason(browser: Browser, matter: str) -> None:
    browser.post(
        f"/office/matters/{matter}/reason",
        {"reason": "case-work", "text": "", "to": "/office/work"},
        page="/office/account",
    )


def plain(pdf: bytes) -> str:
    return " ".join(text_of(pdf).split())


@needs_poppler
def test_the_explanation_is_in_the_language_of_the_child_and_says_what_was_chosen(
    own: Offices, browser: Browser
) -> None:
    matter = own.matter()
    page = f"/office/matters/{matter}/consent"
    texts = {}
    for language in ("en", "ar", "uk"):
        answer = browser.post(f"{page}/explanation.pdf", {**CHOSEN, "explain-in": language}, page=page)
        assert answer.headers["content-type"] == PDF
        assert fonts_of(answer.content) <= SHIPPED
        texts[language] = plain(answer.content)
    assert "We ask you for your permission." in texts["en"]
    assert "They must not tell it to others." in texts["en"]
    assert "Youth office Hamburg" in texts["en"]
    assert re.search("[\u0600-\u06ff]{3}", texts["ar"])
    assert re.search("[\u0400-\u04ff]{3}", texts["uk"])


@needs_poppler
def test_a_receipt_says_who_when_and_where_in_the_log(
    own: Offices, browser: Browser, rounds: tuple[str, str]
) -> None:
    text = plain(pdf_at(browser, f"/office/handovers/{rounds[0]}/receipt.pdf"))
    with own.north.node.database.reading() as work:
        found = next(each for each in work.handovers.page(after="", limit=100) if each.id == rounds[0])
        assert found.offer is not None
        kept = work.envelopes.receipts([found.offer])[found.offer]
    origin, size, root = kept.checkpoint.decode().split("\n")[:3]
    for word in ("gr/athens", "de/hamburg", origin, size, root, str(kept.index), found.offer):
        assert word in text
    assert "ATH-2026-0417" in text


@needs_poppler
def test_both_sides_print_the_same_receipt(own: Offices, browser: Browser, rounds: tuple[str, str]) -> None:
    other = own.browser(own.south, "reads")
    ours = plain(pdf_at(browser, f"/office/handovers/{rounds[0]}/receipt.pdf"))
    theirs = plain(pdf_at(other, f"/office/handovers/{rounds[1]}/receipt.pdf"))
    for each in re.findall(r"[A-Za-z0-9_-]{43}|de/hamburg/log", ours):
        assert each in theirs


def test_what_has_no_receipt_yet_has_none_to_print(own: Offices, browser: Browser) -> None:
    sent = own.prepared()["id"]
    assert browser.client.get(f"/office/handovers/{sent}/receipt.pdf").status_code == 404
    assert browser.client.get(f"/office/handovers/{sent}/deed.pdf").status_code == 404
    assert "receipt.pdf" not in browser.get(f"/office/handovers/{sent}")


def matter_of(browser: Browser, round_: str) -> str:
    found = browser.node.worklist.look(HandoverId(round_), actor=browser.actor)
    return str(found.matter.id)


def test_a_deed_is_printed_for_whoever_has_said_why_for_it_names_the_guardian(
    own: Offices, rounds: tuple[str, str]
) -> None:
    other = own.browser(own.north, "has not said why")
    assert "why do you open this record" in other.get(f"/office/handovers/{rounds[0]}/deed.pdf").lower()


@needs_poppler
def test_a_deed_names_both_sides_what_was_given_and_who_is_responsible(
    browser: Browser, rounds: tuple[str, str]
) -> None:
    page = browser.get(f"/office/handovers/{rounds[0]}")
    assert f"/office/handovers/{rounds[0]}/deed.pdf" in page
    browser.say_why(matter_of(browser, rounds[0]))
    text = plain(pdf_at(browser, f"/office/handovers/{rounds[0]}/deed.pdf"))
    named_so = (
        "Child protection Athens (gr/athens) gives the responsibility for a child to Youth office Hamburg"
    )
    assert f"{named_so} (de/hamburg)." in text
    named = examples.ACCEPT["responsible"]
    assert isinstance(named, dict)
    assert str(named["name"]) in text
    assert "Taken up on" in text
    assert "not confirmed yet" not in text


@needs_poppler
def test_a_consent_is_printed_with_its_statement_once_the_reason_was_said(
    own: Offices, browser: Browser
) -> None:
    matter = own.matter()
    ground = own.ground(matter)["id"]
    path = f"/office/matters/{matter}/grounds/{ground}/consent.pdf"
    assert f'name="to" value="{path}"' in browser.get(path)
    state_reason(browser, matter)
    text = plain(pdf_at(browser, path))
    statement = examples.NEW_GROUND["statement"]
    assert isinstance(statement, dict)
    assert str(statement["capacity"]) in text
    assert "de/hamburg" in text


def test_the_ground_of_another_matter_is_not_printed(own: Offices, browser: Browser) -> None:
    matter, other = own.matter(), own.matter()
    ground = own.ground(other)["id"]
    state_reason(browser, matter)
    answer = browser.client.get(f"/office/matters/{matter}/grounds/{ground}/consent.pdf")
    assert answer.status_code == 404


@needs_poppler
def test_the_verdict_on_this_nodes_own_evidence_is_printed(
    own: Offices, browser: Browser, rounds: tuple[str, str]
) -> None:
    matter = own.north.get(f"/handovers/{rounds[0]}")["matter"]
    text = plain(pdf_at(browser, f"/office/audit/matters/{matter}/verdict.pdf"))
    assert "Verdict: " in text
    assert "Chain of responsibility" in text
    assert "gr/athens" in text
    assert cases.MARK not in text


def test_who_may_not_audit_gets_no_verdict(own: Offices, rounds: tuple[str, str]) -> None:
    matter = own.north.get(f"/handovers/{rounds[0]}")["matter"]
    works = own.browser(own.north, "works", (OfficerRole.CASEWORKER,))
    works.get(f"/office/audit/matters/{matter}/verdict.pdf", status=403)


def test_an_operator_prints_nothing_of_a_case(own: Offices, rounds: tuple[str, str]) -> None:
    operator = own.browser(own.north, "operates", (OfficerRole.OPERATOR,))
    for name in ("receipt", "deed"):
        operator.get(f"/office/handovers/{rounds[0]}/{name}.pdf", status=403)


def test_the_square_code_holds_a_digest_and_nothing_of_a_person() -> None:
    digest = strict.digest(b"an offer")
    code = Sheet(language="en", node="gr/athens", now=0).code(digest)
    assert code.content == f"handover:sha-256:{digest}"


def test_every_square_code_is_made_of_a_digest() -> None:
    pages = Path(sheets.__file__).parent
    made = [
        path.name
        for path in pages.glob("*.py")
        if re.search(r"paper import .*\bCode\b", path.read_text("utf-8"))
    ]
    assert made == ["sheets.py"]


@pytest.mark.parametrize("language", ["fr", "es", "el", "uk", "ar"])
def test_papers_are_made_in_every_language(
    own: Offices, browser: Browser, rounds: tuple[str, str], language: str
) -> None:
    state_reason(browser, own.north.get(f"/handovers/{rounds[0]}")["matter"])
    pdf = pdf_at(browser, f"/office/handovers/{rounds[0]}/deed.pdf?language={language}")
    assert f"({language})".encode() in pdf or f"/Lang({language}".encode() in pdf
    browser.get("/office/help?language=en")


def test_a_verdict_of_any_size_is_a_paper_that_a_person_can_read() -> None:
    node = NodeId("gr/athens")
    line = Line(
        at=1, anchor=node, who=node, name="x", what="offer", sentence=sentence("offers"), responsible=node
    )
    note = Finding(rule=Rule.AS_OF, place="here", severity=Severity.NOTE, sentence=sentence("noticed"))
    matter = MatterReport(
        matter="m",
        kind="guardianship",
        exporters=(node,),
        names={},
        responsible=node,
        chain=(),
        timeline=(line,) * 5000,
    )
    report = Report(
        verdict=Verdict.VALID, root=None, matters=(matter, matter), findings=(note,) * 1000, counts={}
    )
    found = verdict_paper.of(report, Sheet(language="en", node=node, now=0)).parts
    rows = [len(part.rows) for part in found if isinstance(part, Table)]
    assert rows == [MOST_FOUND, MOST_LINES]
    said = [part.run.text for part in found if isinstance(part, Text)]
    assert sum("goes on; the report as JSON has all of it." in each for each in said) == 3
