"""A child that does not arrive: both are alarmed, and the case comes back in a round of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from continuing import Case, handed_over, judged
from federation import Federation, federation
from handover.application.verifier_report import Verdict
from handover.domain.continuity import FOLLOW_UP_FIELDS, FollowUpState
from handover.domain.followup import Stage
from handover.domain.handover import Claim, Role, State
from handover.domain.ids import HandoverId
from handover.node import Node


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Federation, Node, Node]]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        yield fed, athens, hamburg


def missing(case: Case) -> HandoverId:
    """Report at the receiver that the child has not come; give the round there."""
    sender, receiver = case.path
    got = case.round(receiver, sender)
    receiver.handovers.non_arrival(got.id, date="2026-11-28", text="Not seen.", actor=case.officer(receiver))
    case.fed.settle()
    return got.id


def test_a_child_that_does_not_arrive_alarms_both_and_comes_back_by_a_second_deed(
    two: tuple[Federation, Node, Node],
) -> None:
    case = handed_over(*two)
    _, athens, hamburg = two
    first = case.round(athens, hamburg)
    missing(case)
    for node in (athens, hamburg):
        assert "non-arrival" in [each.kind for each in node.watch.alarms(actor=case.officer(node))]
    desk, actor = athens.worklist, case.officer(athens)
    assert [row.seen.handover.id for row in desk.not_arrived(actor=actor)] == [first.id]
    case.hand_over(athens)
    assert not desk.not_arrived(actor=actor)
    back = case.round(athens, hamburg)
    assert (back.role, back.state, back.epoch) == (Role.RECEIVER, State.HOLDING, 2)
    assert (back.matter, back.pair) == (first.matter, first.pair)
    claims = [
        (node.id, matter.claim, matter.holder)
        for node in (athens, hamburg)
        for matter in [node.cases.matter(case.matter(node), actor=case.officer(node))]
    ]
    assert claims == [(athens.id, Claim.HOLDER, athens.id), (hamburg.id, Claim.NONE, athens.id)]


def test_the_evidence_of_both_shows_two_deeds_and_who_is_responsible_again(
    two: tuple[Federation, Node, Node],
) -> None:
    case = handed_over(*two)
    _, athens, hamburg = two
    missing(case)
    case.hand_over(athens)
    report = judged(case, athens, hamburg)
    assert report.verdict is Verdict.VALID, [each for each in report.findings if each.severity != "note"]
    [matter] = report.matters
    assert [(link.epoch, link.taker) for link in matter.chain] == [(1, hamburg.id), (2, athens.id)]


def test_whoever_is_responsible_again_is_owed_no_follow_up(two: tuple[Federation, Node, Node]) -> None:
    case = handed_over(*two)
    _, athens, hamburg = two
    rounds = {athens.id: case.round(athens, hamburg).id, hamburg.id: missing(case)}
    case.hand_over(athens)
    for node in (athens, hamburg):
        plan = node.after.follow_ups.plan(rounds[node.id], actor=case.officer(node))
        assert {each.stage for each in plan.dates} == {Stage.ENDED}
    back = athens.after.follow_ups.plan(case.round(athens, hamburg).id, actor=case.officer(athens))
    assert back.owed
    assert {each.stage for each in back.dates} == {Stage.PLANNED}


def test_the_case_that_came_back_is_followed_up_the_other_way(two: tuple[Federation, Node, Node]) -> None:
    case = handed_over(*two)
    fed, athens, hamburg = two
    missing(case)
    case.hand_over(athens)
    actor = case.officer(athens)
    matter = athens.cases.matter(case.matter(athens), actor=actor)
    cases.consent(fed, athens, matter, to=hamburg.id, actor=actor, fields=FOLLOW_UP_FIELDS)
    round_ = case.round(athens, hamburg).id
    athens.after.follow_ups.tell(
        round_, due=7, date="2026-12-05", state=FollowUpState.WELL, text="She is back.", actor=actor
    )
    fed.settle()
    plan = hamburg.after.follow_ups.plan(case.round(hamburg, athens).id, actor=case.officer(hamburg))
    assert plan.dates[0].stage is Stage.DONE


def test_a_void_that_overtakes_its_offer_does_not_hide_the_deed_of_ones_own(tmp_path: Path) -> None:
    """Who has given a child away, and is told first that an offer of it is void, knows it again by the next offer."""
    with federation(tmp_path, "gr/athens", "it/rome", "de/hamburg") as (fed, [athens, rome, hamburg]):
        case = handed_over(fed, athens, rome, hamburg)
        own = case.matter(athens)
        fed.wire.down.add(athens.id)
        actor = case.officer(hamburg)
        matter = hamburg.cases.matter(case.matter(hamburg), actor=actor)
        sent = cases.offer(fed, hamburg, athens.id, actor, case.officer(hamburg, "second"), matter=matter)
        hamburg.offers.withdraw(sent.id, actor=actor)
        fed.wire.down.discard(athens.id)
        fed.clock.pass_(3600)
        fed.settle()
        assert case.round(athens, hamburg).state is State.CLOSED
        case.hand_over(athens)
        assert case.round(athens, hamburg).matter == own
