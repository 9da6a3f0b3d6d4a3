"""Telling without consent because a life is at stake: made known to whoever showed it, reviewed by a third officer."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cases
from continuing import Case, begun, handed_over, judged
from federation import Federation, federation
from handover.application.consents import Terms
from handover.application.overrides import KeptOverride, Told
from handover.application.verifier_report import Verdict
from handover.domain.consent import Basis, GroundError, Purpose
from handover.domain.continuity import OverrideReason
from handover.domain.errors import NotFoundError, RefusedError
from handover.domain.handover import Act
from handover.domain.ids import MatterId
from handover.domain.overrides import OverrideError, ReviewedError
from handover.domain.record import schema
from handover.node import Node

DAY = 86400


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Federation, Node, Node]]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        yield fed, athens, hamburg


def told(case: Case, node: Node, **changes: Any) -> Told:
    right = Told(
        to="Clinic of the city",
        fields=("health",),
        reason=OverrideReason.MEDICAL_EMERGENCY,
        text="An operation that could not wait.",
        second_officer=case.officer(node, "second").officer,
    )
    return replace(right, **changes)


def tell(case: Case, node: Node, **changes: Any) -> KeptOverride:
    return node.after.overrides.tell(case.matter(node), told(case, node, **changes), actor=case.officer(node))


def heard(case: Case, node: Node, other: Node) -> list[Act]:
    round_ = case.round(node, other)
    return [
        line.act for line in node.handovers.timeline(round_.id, actor=case.officer(node)) if line.incoming
    ]


def test_whoever_showed_what_was_told_on_hears_of_it(two: tuple[Federation, Node, Node]) -> None:
    fed, athens, hamburg = two
    case = handed_over(fed, athens, hamburg)
    tell(case, hamburg)
    fed.settle()
    assert heard(case, athens, hamburg)[-1] is Act.OVERRIDE
    assert judged(case, athens, hamburg).verdict is Verdict.VALID


def test_whoever_showed_other_things_does_not(two: tuple[Federation, Node, Node]) -> None:
    fed, athens, hamburg = two
    case = begun(fed, athens)
    case.hand_over(hamburg, fields=cases.NEEDED)
    tell(case, hamburg)
    fed.settle()
    assert Act.OVERRIDE not in heard(case, athens, hamburg)


@pytest.mark.parametrize("changes", [{"to": " "}, {"text": ""}, {"to": "x" * 201}, {"text": "x" * 4001}])
def test_it_says_to_whom_and_why(two: tuple[Federation, Node, Node], changes: dict[str, Any]) -> None:
    fed, athens, _ = two
    case = begun(fed, athens)
    with pytest.raises(OverrideError):
        tell(case, athens, **changes)
    assert athens.after.overrides.of_matter(case.matter(athens), actor=case.officer(athens)) == []


def test_the_second_officer_is_another_who_is_here(two: tuple[Federation, Node, Node]) -> None:
    fed, athens, _ = two
    case = begun(fed, athens)
    with pytest.raises(GroundError):
        tell(case, athens, second_officer=case.officer(athens).officer)
    second = case.officer(athens, "second").officer
    athens.officers.disable(second)
    with pytest.raises(GroundError):
        tell(case, athens, second_officer=second)


def test_a_third_officer_reviews_it_once(two: tuple[Federation, Node, Node]) -> None:
    fed, athens, _ = two
    case = begun(fed, athens)
    kept = tell(case, athens)
    desk, matter = athens.after.overrides, case.matter(athens)
    for name in ("first", "second"):
        with pytest.raises(OverrideError):
            desk.review(matter, kept.id, text="Right.", child_told=True, actor=case.officer(athens, name))
    third = case.officer(athens, "third")
    with pytest.raises(OverrideError):
        desk.review(matter, kept.id, text=" ", child_told=True, actor=third)
    assert [each.id for each in desk.to_review(actor=third)] == [kept.id]
    desk.review(matter, kept.id, text="It was right.", child_told=True, actor=third)
    assert desk.to_review(actor=third) == []
    with pytest.raises(ReviewedError):
        desk.review(matter, kept.id, text="Again.", child_told=True, actor=third)
    found = desk.open(matter, kept.id, actor=third)
    assert (found.to, found.review, found.override.child_told) == (
        "Clinic of the city",
        "It was right.",
        True,
    )
    with pytest.raises(NotFoundError):
        desk.open(MatterId(str(kept.id)), kept.id, actor=third)


def test_the_review_is_overdue_after_a_week(two: tuple[Federation, Node, Node]) -> None:
    fed, athens, _ = two
    kept = tell(begun(fed, athens), athens).override
    assert not kept.overdue(fed.clock.now + 7 * DAY)
    assert kept.overdue(fed.clock.now + 7 * DAY + 1)


def vital(case: Case, node: Node, to: Node, **changes: Any) -> Terms:
    now = case.fed.clock.now
    right = Terms(
        basis=Basis.VITAL_INTERESTS,
        recipients=(to.id,),
        purposes=(Purpose.CHILD_PROTECTION,),
        fields=("health",),
        valid_from=now,
        valid_until=now + 3 * DAY,
        review_at=now + DAY,
        second_officer=case.officer(node, "second").officer,
        urgency=OverrideReason.IMMINENT_HARM,
    )
    return replace(right, **changes)


def record(case: Case, node: Node, terms: Terms) -> None:
    of = schema("guardianship/1")
    node.consents.record(case.matter(node), of, terms, cases.STATEMENT, actor=case.officer(node))


def test_a_ground_on_vital_interests_is_an_override_and_is_reviewed(
    two: tuple[Federation, Node, Node],
) -> None:
    fed, athens, hamburg = two
    case = begun(fed, athens)
    record(case, athens, vital(case, athens, hamburg))
    [kept] = athens.after.overrides.to_review(actor=case.officer(athens))
    assert kept.ground is not None
    assert kept.override.reason is OverrideReason.IMMINENT_HARM


def test_such_a_ground_is_short_and_says_why(two: tuple[Federation, Node, Node]) -> None:
    fed, athens, hamburg = two
    case = begun(fed, athens)
    right = vital(case, athens, hamburg)
    wrong = (
        replace(right, valid_until=right.valid_until + 1),
        replace(right, urgency=None),
        replace(right, basis=Basis.COURT_ORDER),
    )
    for terms in wrong:
        with pytest.raises(RefusedError):
            record(case, athens, terms)
    assert athens.after.overrides.to_review(actor=case.officer(athens)) == []
