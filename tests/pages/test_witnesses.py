"""Auditors see who vouches for whose log, and take out the proof that a log contradicts itself."""

from collections.abc import Iterator

import pytest

from handover.application.facts import OfficerRole
from handover.application.verifier import verify
from handover.application.verifier_report import Severity, Verdict
from handover.protocol import entry as entries
from handover.protocol import strict
from handover.protocol.entry import EntryKind
from lying import lie
from pages.office import Browser, Offices, offices
from two_nodes.test_witness import grow, head
from two_nodes.test_witnesses import Lines

PATH = "/office/audit/witnesses"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    with offices(tmp_path_factory.mktemp("witnesses")) as made:
        yield made


def auditor(stage: Offices) -> Browser:
    return stage.browser(stage.north, "audits", (OfficerRole.AUDITOR,))


def test_who_vouches_for_whom_is_shown_and_the_proof_goes_out_as_a_file(stage: Offices) -> None:
    browser, north, south = auditor(stage), stage.north.node, stage.south.node
    page = browser.get(PATH)
    assert [each in page for each in ("Nobody yet.", "None yet.", "None is known here.")] == [True] * 3
    grow(north)
    assert north.cosigning(Lines(stage.fed.wire.nodes), 2).ask() > 0
    lie(south, north, stage.fed.clock.now)
    page = browser.get(PATH)
    size = head(north).size
    assert f"{size} of {size} entries are vouched for." in page
    assert f"{south.id}/log" in page
    assert "The log of another node contradicts itself." in page
    [found] = north.log_proofs.all(actor=stage.fed.officer(north, "a"))
    answer = browser.client.post(f"{PATH}/{found.id}/evidence", data={"csrf": browser.token(PATH)})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{found.id}.handover"'
    report = verify([answer.content], root=north.pinned_root)
    assert report.verdict is Verdict.VALID
    [said] = [each.text for each in report.findings if each.severity is Severity.PROVED]
    assert f"({south.id}) signed two different logs" in said
    with north.database.reading() as work:
        logged = [entries.decode(document) for _, document in work.log.entries("")]
    assert (logged[-1].kind, logged[-1].object) == (EntryKind.EXPORTED, strict.digest(answer.content))


def test_it_is_for_auditors(stage: Offices) -> None:
    assert PATH in auditor(stage).get("/office/audit")
    stage.browser(stage.north, "works", (OfficerRole.CASEWORKER,)).get(PATH, status=403)
