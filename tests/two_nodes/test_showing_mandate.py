"""Nothing new is shown to who has lost the mandate, whatever a consent covers; who is suspended waits."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import cases
from continuing import Case, handed_over
from federation import Federation, federation
from handover.application.registry import MandateMissingError, NodeSuspendedError
from handover.domain.consent import Purpose
from handover.domain.continuity import DecisionKind
from handover.domain.handover import Act
from handover.node import Node
from handover.protocol.node_entry import Mandate
from two_nodes.rotation import suspend
from two_nodes.test_decisions import ORDER, record
from two_nodes.test_withdrawal_crossing import go_on, told


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with federation(tmp_path, "gr/athens", "it/rome") as (fed, nodes):
        yield handed_over(fed, *nodes)


def lose_mandate(fed: Federation, node: Node) -> None:
    """Let the operators take the mandate for child protection from a node."""
    page = fed.ceremony._drafts.country(node.id.country, fed.clock.now)
    entry = fed.ceremony._drafts.entry(page, node.id)
    fed.ceremony._drafts.enter(page, replace(entry, mandates=(Mandate.FAMILY_TRACING,)))
    fed.publish()


def lift(fed: Federation, node: Node) -> None:
    fed.ceremony.lift(node.id, now=fed.clock.now)
    fed.publish()


def heard(case: Case, at: Node, by: Node) -> list[Act]:
    with at.database.reading() as work:
        kept = work.envelopes.of_handover(case.round(at, by).id)
    return [each.act for each in kept if each.incoming and each.act in (Act.FOLLOW_UP, Act.DECISION)]


@pytest.mark.parametrize("who", [0, 1])
def test_nothing_is_shown_where_one_side_has_lost_the_mandate(case: Case, who: int) -> None:
    assert case.round(case.path[1], case.path[0]).purpose is Purpose.CHILD_PROTECTION
    lose_mandate(case.fed, case.path[who])
    with pytest.raises(MandateMissingError):
        told(case)


def test_what_waits_does_not_leave_once_the_mandate_is_lost(case: Case) -> None:
    athens, rome = case.path
    case.fed.wire.down.add(athens.id)
    told(case)
    lose_mandate(case.fed, athens)
    case.fed.wire.down.clear()
    go_on(case.fed)
    plan = rome.after.follow_ups.plan(case.round(rome, athens).id, actor=case.officer(rome))
    assert [each.problem for each in plan.told] == [MandateMissingError.name]
    assert heard(case, athens, rome) == []


def test_what_waits_for_who_is_suspended_leaves_when_that_is_over(case: Case) -> None:
    athens, rome = case.path
    case.fed.wire.down.add(athens.id)
    told(case)
    suspend(case.fed, athens)
    case.fed.wire.down.clear()
    go_on(case.fed)
    plan = rome.after.follow_ups.plan(case.round(rome, athens).id, actor=case.officer(rome))
    assert [each.problem for each in plan.told] == [NodeSuspendedError.name]
    assert heard(case, athens, rome) == []
    lift(case.fed, athens)
    go_on(case.fed)
    assert heard(case, athens, rome) == [Act.FOLLOW_UP]


def test_a_question_of_who_has_lost_the_mandate_is_not_answered_by_itself(case: Case) -> None:
    athens, rome = case.path
    there = case.officer(rome)
    matter = rome.cases.matter(case.matter(rome), actor=there)
    cases.consent(case.fed, rome, matter, to=athens.id, actor=there)
    record(case, rome, ORDER)
    case.fed.settle()
    lose_mandate(case.fed, athens)
    kinds = [DecisionKind.GUARDIANSHIP]
    round_, actor = case.round(athens, rome).id, case.officer(athens)
    athens.after.decisions.ask(round_, kinds, text="For the plan.", actor=actor)
    go_on(case.fed)
    [asked] = case.demands(rome)
    assert asked.open
    assert Act.DECISION not in heard(case, athens, rome)


def test_who_has_lost_the_mandate_takes_nothing_from_who_does_not_know_it_yet(case: Case) -> None:
    athens, rome = case.path
    case.fed.wire.nodes.pop(rome.id)  # it does not hear of the new registry
    lose_mandate(case.fed, athens)
    case.fed.wire.nodes[rome.id] = rome
    told(case)
    go_on(case.fed)
    plan = rome.after.follow_ups.plan(case.round(rome, athens).id, actor=case.officer(rome))
    assert [each.problem for each in plan.told] == [MandateMissingError.name]
    assert heard(case, athens, rome) == []
