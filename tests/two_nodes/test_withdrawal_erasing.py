"""Whatever erases a matter answers the withdrawals that wait for it; what was said that is kept, is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from continuing import Case, handed_over, judged
from federation import Federation, federation
from handover.application.verifier_report import Verdict
from handover.domain.continuity import HoldReason
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act
from handover.domain.retention import LegalHoldError
from handover.node import Node
from two_nodes import rotation
from two_nodes.test_withdrawal import DAY, withdraw_first_ground


@pytest.fixture
def three(tmp_path: Path) -> Iterator[tuple[Federation, Node, Node, Node]]:
    with federation(tmp_path, "gr/athens", "it/rome", "de/hamburg") as (fed, [athens, rome, hamburg]):
        yield fed, athens, rome, hamburg


def keep(case: Case, node: Node, reason: HoldReason, *, days: int) -> None:
    asked = next(each for each in case.demands(node) if each.incoming)
    node.after.holders.hold(
        asked.envelope,
        reason=reason,
        text="Order 12/2026.",
        until=case.fed.clock.now + days * DAY,
        actor=case.officer(node),
    )
    case.fed.settle()


def test_an_officer_who_erases_a_matter_answers_the_withdrawal_by_it(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    case = handed_over(*three)
    _, athens, rome, _ = three
    withdraw_first_ground(case)
    rome.retention.erase(case.matter(rome), actor=case.officer(rome))
    assert case.demands(rome)[0].answered is Act.ERASED
    case.fed.settle()
    assert case.demands(athens)[0].answered is Act.ERASED


def test_retention_answers_the_withdrawal_by_itself(three: tuple[Federation, Node, Node, Node]) -> None:
    case = handed_over(*three)
    fed, _, rome, _ = three
    withdraw_first_ground(case)
    fed.clock.pass_(200 * DAY)
    rome.retention.tick()
    assert case.demands(rome)[0].answered is Act.ERASED


def test_what_this_office_said_that_it_keeps_is_not_erased_until_then(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    case = handed_over(*three)
    fed, _, rome, _ = three
    withdraw_first_ground(case)
    keep(case, rome, HoldReason.COURT_ORDER, days=300)
    fed.clock.pass_(250 * DAY)
    rome.retention.tick()
    with pytest.raises(LegalHoldError):
        rome.retention.erase(case.matter(rome), actor=case.officer(rome))
    standing = rome.retention.of_matter(case.matter(rome), actor=case.officer(rome))
    assert [each.until for each in standing.told] == [case.demands(rome)[0].due]
    assert standing.planned[0].held_until(fed.clock.now) == case.demands(rome)[0].due
    fed.clock.pass_(51 * DAY)
    rome.retention.tick()
    assert case.demands(rome)[0].answered is Act.ERASED


def test_whoever_stated_a_hold_ends_it_by_erasing_after_all(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    case = handed_over(*three)
    _, athens, rome, _ = three
    withdraw_first_ground(case)
    keep(case, rome, HoldReason.COURT_ORDER, days=300)
    rome.after.holders.erase(case.demands(rome)[0].envelope, actor=case.officer(rome))
    case.fed.settle()
    assert case.demands(athens)[0].answered is Act.ERASED


def test_a_withdrawal_reaches_the_next_holder_although_the_one_before_has_erased(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    case = handed_over(*three)
    fed, _, rome, hamburg = three
    fed.wire.down.add(hamburg.id)
    withdraw_first_ground(case)
    rome.after.holders.erase(case.demands(rome)[0].envelope, actor=case.officer(rome))
    fed.clock.pass_(20 * DAY)
    fed.wire.down.clear()
    fed.settle()
    assert [each.act for each in case.demands(hamburg)] == [Act.CONSENT_WITHDRAWN]


def test_the_words_of_a_withdrawal_go_once_it_has_come_there(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    fed.wire.down.add(rome.id)
    withdraw_first_ground(case)
    athens.retention.erase(case.matter(athens), actor=case.officer(athens))
    fed.wire.down.clear()
    fed.clock.pass_(DAY)
    fed.settle()
    [asked] = case.demands(rome)
    assert rome.after.holders.why(asked.envelope, actor=case.officer(rome)) != ""
    keep(case, rome, HoldReason.RESPONSIBLE, days=30)
    [said] = case.demands(athens)
    with pytest.raises(NotFoundError):
        athens.after.holders.why(said.envelope, actor=case.officer(athens))


def test_the_evidence_of_a_holder_that_erased_by_rule_verifies(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    case = handed_over(*three)
    _, athens, rome, hamburg = three
    withdraw_first_ground(case)
    rome.retention.erase(case.matter(rome), actor=case.officer(rome))
    case.fed.settle()
    report = judged(case, athens, rome, hamburg)
    assert report.verdict is Verdict.VALID, [each for each in report.findings if each.severity != "note"]


def test_a_withdrawal_that_was_signed_anew_is_answered_like_the_first(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    fed.wire.down.add(rome.id)
    withdraw_first_ground(case)
    rotation.new_sealing_key(fed, rome)
    fed.wire.down.clear()
    for _ in range(3):
        fed.clock.pass_(901)
        fed.settle()
    keep(case, rome, HoldReason.RESPONSIBLE, days=30)
    [said] = case.demands(athens)
    assert said.answered is Act.LEGAL_HOLD
