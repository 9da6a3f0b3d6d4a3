"""Referrals between real nodes: the auditor's page says of their evidence what the program says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import cases
from browser import auditor
from continuing import Case
from federation import Federation, federation
from handover.application.verifier_report import Report
from handover.domain.courses import EndReason
from handover.node import Node
from referring import at, case_of, referred
from two_nodes.test_referral_crossing import _hold


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    found = context.new_page()
    found.goto(auditor.ADDRESS)
    yield found
    context.close()


@pytest.fixture
def fed(tmp_path: Path) -> Iterator[tuple[Federation, list[Node]]]:
    with federation(tmp_path, "gr/athens", "de/hamburg", "fr/lyon") as found:
        yield found


def agreed(page: Page, case: Case, *nodes: Node) -> Report:
    """Give the report on the evidence of some nodes, once program and page have said the same."""
    files = [each.evidence.export(case.matter(each), actor=case.officer(each)) for each in nodes]
    return auditor.agreed(page, files, nodes[0].pinned_root)


def test_answered_under_a_ground_and_done(page: Page, fed: tuple[Federation, list[Node]]) -> None:
    north, south, _ = fed[1]
    case = case_of(fed[0], north)
    referred(case, south)
    got, officer = at(case, south, north), case.officer(south)
    cases.consent(fed[0], south, south.cases.matter(got.matter, actor=officer), to=north.id, actor=officer)
    south.after.referrals.open(got.id, actor=officer)
    south.after.referrals.answer(got.id, text="Asthma.", fields=("health.conditions",), actor=officer)
    fed[0].settle()
    assert agreed(page, case, north, south).verdict == "incomplete"
    south.after.referrals.finish(got.id, reason=EndReason.DONE, text="Done.", actor=officer)
    fed[0].settle()
    for nodes in ((north, south), (north,), (south,)):
        assert agreed(page, case, *nodes).verdict == "valid"


def test_under_a_hold_and_after_it(page: Page, fed: tuple[Federation, list[Node]]) -> None:
    north, south, _ = fed[1]
    case = case_of(fed[0], north)
    sent = referred(case, south)
    hold = _hold(fed[0], case, south, days=20)
    north.after.referring.end(sent.id, text="Not needed.", actor=case.officer(north))
    fed[0].settle()
    assert agreed(page, case, north, south).verdict == "incomplete"
    south.holds.lift(hold, actor=case.officer(south))
    fed[0].clock.pass_(60)
    fed[0].settle()
    for nodes in ((north, south), (north,), (south,)):
        assert agreed(page, case, *nodes).verdict == "valid"


def test_ended_by_a_deed_to_another(page: Page, fed: tuple[Federation, list[Node]]) -> None:
    north, south, lyon = fed[1]
    case = case_of(fed[0], north)
    referred(case, lyon)
    case.hand_over(south)
    fed[0].settle()
    report = agreed(page, case, north, south, lyon)
    assert report.verdict == "valid"
