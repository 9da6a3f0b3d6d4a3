"""Whoever hands a case on owes nothing more to the one before, and says so by itself, showing nothing of the child."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from continuing import Case, handed_over, judged
from federation import Federation, federation
from handover.application.verifier_report import Verdict
from handover.domain.continuity import FollowUpState
from handover.domain.errors import OutOfOrderError
from handover.domain.followup import Stage
from handover.domain.handover import Act
from handover.node import Node
from handover.protocol.delivery import Problem
from handover.protocol.message import Message
from peer import deliver
from two_nodes import rotation
from two_nodes.scene import alarms_of
from two_nodes.test_withdrawal import DAY
from two_nodes.test_withdrawal_crossing import faults, go_on, mouth

BODY: dict[str, Any] = {"due": 0, "date": "2026-12-01", "state": "handed-on", "text": ""}


@pytest.fixture
def three(tmp_path: Path) -> Iterator[tuple[Federation, Node, Node, Node]]:
    with federation(tmp_path, "gr/athens", "it/rome", "de/hamburg") as (fed, [athens, rome, hamburg]):
        yield fed, athens, rome, hamburg


def stages(case: Case, at: Node, with_: Node) -> set[Stage]:
    plan = at.after.follow_ups.plan(case.round(at, with_).id, actor=case.officer(at))
    return {each.stage for each in plan.dates}


def told(case: Case, at: Node, with_: Node) -> list[Any]:
    """Give the bodies of what was told in a round."""
    round_, actor = case.round(at, with_).id, case.officer(at)
    desk = at.after.follow_ups
    return [desk.read(round_, each.digest, actor=actor) for each in desk.plan(round_, actor=actor).told]


def test_whoever_hands_on_owes_nothing_more_to_the_one_before_and_both_know(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, hamburg = three
    case = handed_over(*three)
    go_on(fed)
    assert stages(case, rome, athens) == stages(case, athens, rome) == {Stage.ENDED}
    assert stages(case, rome, hamburg) == stages(case, hamburg, rome) == {Stage.PLANNED}
    fed.clock.pass_(120 * DAY)
    for node in (athens, rome):
        node.clockwork.tick()
    assert not [each for each in alarms_of(athens) if each.kind == "follow-up-overdue"]
    assert {each.peer for each in alarms_of(rome) if each.kind == "follow-up-overdue"} == {hamburg.id}


def test_the_one_before_hears_that_the_case_was_handed_on_and_nothing_else(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, hamburg = three
    case = handed_over(*three)
    go_on(fed)
    [body] = told(case, athens, rome)
    assert (body["state"], body["due"], body["text"]) == ("handed-on", 0, "")
    assert [each.act for each in case.shown(athens)] == [Act.OFFER]
    report = judged(case, athens, rome, hamburg)
    assert report.verdict is Verdict.VALID, [each for each in report.findings if each.severity != "note"]


def test_it_is_said_although_the_one_before_has_been_down_for_months(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, hamburg = three
    case = handed_over(fed, athens, rome)
    fed.wire.down.add(athens.id)
    fed.clock.pass_(60 * DAY)
    fed.publish()
    for node in (rome, hamburg):
        rotation.new_sealing_key(fed, node)
    case.hand_over(hamburg)
    fed.wire.down.clear()
    rotation.new_sealing_key(fed, athens)
    go_on(fed)
    assert stages(case, athens, rome) <= {Stage.ENDED}
    assert [each["state"] for each in told(case, athens, rome)] == ["handed-on"]
    assert faults(rome) == faults(athens) == faults(hamburg) == []


def test_nothing_is_said_where_nothing_is_owed_any_more(three: tuple[Federation, Node, Node, Node]) -> None:
    fed, athens, rome, hamburg = three
    case = handed_over(fed, athens, rome)
    with rome.database.begin() as work:
        work.follow_ups.close(case.round(rome, athens).id)
    case.hand_over(hamburg)
    go_on(fed)
    assert told(case, athens, rome) == []


def test_who_is_responsible_again_is_not_told_that_it_was_handed_on(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    case.hand_over(athens)
    go_on(fed)
    with rome.database.reading() as work:
        said = [each.act for each in work.envelopes.of_handover(case.round(rome, athens).id)]
    assert Act.FOLLOW_UP not in said


def test_no_officer_says_it(three: tuple[Federation, Node, Node, Node]) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    with pytest.raises(OutOfOrderError):
        rome.after.follow_ups.tell(
            case.round(rome, athens).id,
            due=0,
            date="2026-12-01",
            state=FollowUpState.HANDED_ON,
            text="",
            actor=case.officer(rome),
        )


@pytest.mark.parametrize("change", [{"text": "She is well."}, {"due": 7}, {"state": "well", "text": "Well."}])
def test_what_says_more_than_that_is_not_taken_without_a_ground(
    three: tuple[Federation, Node, Node, Node], change: dict[str, Any]
) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    content = Message(nonce=bytes(32), body={**BODY, **change})
    speaker = mouth(case, rome, athens)
    deed = case.round(athens, rome).deed
    [result] = deliver(athens, speaker.say(Act.FOLLOW_UP, content=content, re=deed)).results
    assert isinstance(result, Problem)
    assert stages(case, athens, rome) == {Stage.PLANNED}
