"""The page on which two officers resolve a handover whose receiver is gone for good."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from handover.application.facts import Handover, OfficerRole
from handover.application.sessions import STEP_UP
from handover.application.verifier import verify
from handover.application.verifier_report import Verdict
from handover.domain.handover import Act, State
from pages.office import Offices, offices
from stories import told
from two_nodes import rotation
from two_nodes.stage import Stage


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Offices]:
    with offices(tmp_path) as found:
        yield found


def relieving(made: Offices) -> Handover:
    fed, north, south = made.fed, made.north.node, made.south.node
    stage = Stage(fed, north, south)
    sent = cases.offer(fed, north, south.id, fed.officer(north, "one"), fed.officer(north, "two"))
    fed.settle()
    stage.accept(sent)
    fed.settle()
    fed.wire.down.add(south.id)
    north.offers.countersign(sent.id, actor=fed.officer(north, "one"))
    fed.settle()
    return sent


def test_one_officer_proposes_and_a_second_one_resolves(made: Offices) -> None:
    sent = relieving(made)
    at = f"/office/handovers/{sent.id}"
    page = f"{at}/resolution"
    first = made.browser(made.north, "first", (OfficerRole.LIAISON,))
    second = made.browser(made.north, "second", (OfficerRole.SUPERVISOR,))
    assert page in first.get(at)
    shown = first.get(page)
    assert "the take-up is waited for until" in shown
    assert "Propose to resolve" not in shown
    rotation.suspend(made.fed, made.south.node)
    assert "Its node and its data are destroyed" in first.get(page)
    missing = first.post(f"{page}/propose", {}, page=page)
    assert missing.status_code == 422
    assert "Choose a reason." in missing.text
    assert first.post(f"{page}/propose", {"reason": "destroyed"}, page=page).status_code == 303
    own = first.get(page)
    assert "Withdraw the proposal" in own
    assert "Resolve this handover" not in own
    alone = first.post(f"{page}/confirm", {}, page=page)
    assert alone.status_code == 422
    assert made.north.node.worklist.get(sent.id, actor=first.actor).handover.state is State.RELIEVING
    other = second.get(page)
    assert "Resolve this handover" in other
    assert "Refuse the proposal" in other
    assert "Proposed by <bdi>first</bdi>" in other
    done = second.post(f"{page}/confirm", {}, page=page)
    assert (done.status_code, done.headers["location"].partition("?")[0]) == (303, at)
    after = second.get(at)
    assert "Two officers resolved it without the other authority" in after
    assert page in after
    told = second.get(page)
    assert "Confirmed (<bdi>second</bdi>, " in told
    assert "Proposed by <bdi>first</bdi>" in told
    assert "This office is responsible." in told


def test_the_passkey_of_the_second_officer_signs_for_it_and_the_evidence_shows_it(made: Offices) -> None:
    sent = relieving(made)
    page = f"/office/handovers/{sent.id}/resolution"
    first = made.browser(made.north, "first", passkey=True)
    second = made.browser(made.north, "second", passkey=True)
    rotation.suspend(made.fed, made.south.node)
    made.fed.clock.pass_(STEP_UP + 1)
    tired = first.post(f"{page}/propose", {"reason": "destroyed"}, page=page)
    assert tired.status_code == 401
    assert "Confirm that it is you" in tired.text
    first = made.browser(made.north, "first", passkey=True)
    assert first.post(f"{page}/propose", {"reason": "destroyed"}, page=page).status_code == 303
    alone = first.post(f"{page}/confirm", {}, page=page)
    assert alone.status_code == 422
    asked = second.post(f"{page}/confirm", {}, page=page)
    assert (asked.status_code, "Nothing is done yet" in asked.text) == (200, True)
    assert made.north.node.worklist.get(sent.id, actor=first.actor).handover.state is State.RELIEVING
    assert second.confirm(asked, f"{page}/confirm").status_code == 303
    [void] = Stage(made.fed, made.north.node, made.south.node).said(made.north.node, sent, Act.VOID)
    assert void.by is not None
    assert void.by.auth == "passkey"
    auditor = made.fed.officer(made.north.node, "auditor")
    shown = made.north.node.evidence.export(sent.matter, actor=auditor)
    report = verify([shown], root=made.fed.repository.pinned())
    assert report.verdict is Verdict.VALID, told(report)
    texts = [line.text for line in report.matters[0].timeline if line.what == "void"]
    assert texts[0].endswith(f"; confirmed by officer {void.by.released} with a passkey, checked")


def test_a_proposal_that_was_refused_stays_told(made: Offices) -> None:
    sent = relieving(made)
    page = f"/office/handovers/{sent.id}/resolution"
    first = made.browser(made.north, "first", (OfficerRole.LIAISON,))
    second = made.browser(made.north, "second", (OfficerRole.LIAISON,))
    rotation.suspend(made.fed, made.south.node)
    first.post(f"{page}/propose", {"reason": "ceased"}, page=page)
    assert second.post(f"{page}/drop", {}, page=page).status_code == 303
    shown = first.get(page)
    assert "The authority does not exist any more – Refused by a second officer" in shown
    assert "Propose to resolve this handover" in shown
    reading = made.browser(made.north, "reading", (OfficerRole.CASEWORKER,))
    assert "Propose to resolve this handover" not in reading.get(page)


def test_the_receiver_has_no_such_page(made: Offices) -> None:
    sent = relieving(made)
    with made.south.node.database.reading() as work:
        got = work.handovers.find(made.north.node.id, [sent.round])[sent.round]
    there = made.browser(made.south, "there", (OfficerRole.LIAISON,))
    there.get(f"/office/handovers/{got.id}/resolution", status=409)
