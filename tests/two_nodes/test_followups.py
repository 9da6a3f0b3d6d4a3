"""Follow-ups: the receiver tells how the child is on the days that it promised; both sides see what is late."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from continuing import Case, handed_over, judged
from federation import Federation, federation
from handover.application.followups import FollowUpDayError, FollowUpToldError
from handover.application.verifier_report import Verdict
from handover.domain.consent import FieldsNotCoveredError, GroundError, GroundWithdrawnError
from handover.domain.continuity import FOLLOW_UP_FIELDS, FollowUpState
from handover.domain.errors import NotFoundError, OutOfOrderError
from handover.domain.followup import Stage
from handover.domain.handover import Act
from handover.domain.ids import Digest
from handover.node import Node

DAY = 86400
DATE = "2026-12-01"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Federation, Node, Node]]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        yield fed, athens, hamburg


def may_tell(case: Case, days: int = 300) -> None:
    """Record a consent of the receiver to tell the sender how the child is."""
    sender, receiver = case.path[-2:]
    actor = case.officer(receiver)
    cases.consent(
        case.fed,
        receiver,
        receiver.cases.matter(case.matter(receiver), actor=actor),
        to=sender.id,
        actor=actor,
        fields=FOLLOW_UP_FIELDS,
        days=days,
    )


def tell(case: Case, due: int = 7, state: FollowUpState = FollowUpState.WELL) -> Digest:
    sender, receiver = case.path[-2:]
    return receiver.after.follow_ups.tell(
        case.round(receiver, sender).id,
        due=due,
        date=DATE,
        state=state,
        text="She goes to school.",
        actor=case.officer(receiver),
    )


def stages(case: Case, at: Node) -> list[tuple[int, Stage]]:
    [other] = [each for each in case.path if each is not at]
    plan = at.after.follow_ups.plan(case.round(at, other).id, actor=case.officer(at))
    return [(each.kept.day, each.stage) for each in plan.dates]


def alarms(case: Case, at: Node) -> list[str]:
    at.clockwork.tick()
    found = at.watch.alarms(actor=case.officer(at))
    return [each.kind for each in found if each.kind == "follow-up-overdue"]


def test_both_sides_keep_the_same_dates_from_the_take_up_on(two: tuple[Federation, Node, Node]) -> None:
    case = handed_over(*two)
    fed, athens, hamburg = two
    assert stages(case, athens) == stages(case, hamburg)
    assert stages(case, athens) == [(7, Stage.PLANNED), (30, Stage.PLANNED), (90, Stage.PLANNED)]
    kept = [
        [each.kept.due for each in node.after.follow_ups.plan(round_.id, actor=case.officer(node)).dates]
        for node, round_ in ((athens, case.round(athens, hamburg)), (hamburg, case.round(hamburg, athens)))
    ]
    assert kept[0] == kept[1]
    assert 0 <= fed.clock.now + 7 * DAY - kept[0][0] < DAY


def test_what_the_receiver_tells_is_read_at_the_sender_and_its_day_is_done(
    two: tuple[Federation, Node, Node],
) -> None:
    case = handed_over(*two)
    fed, athens, hamburg = two
    may_tell(case)
    fed.clock.pass_(7 * DAY)
    assert stages(case, hamburg)[0] == (7, Stage.DUE)
    told = tell(case)
    assert stages(case, hamburg)[0] == (7, Stage.DUE)
    fed.settle()
    for node in (athens, hamburg):
        assert stages(case, node) == [(7, Stage.DONE), (30, Stage.PLANNED), (90, Stage.PLANNED)]
    body = athens.after.follow_ups.read(case.round(athens, hamburg).id, told, actor=case.officer(athens))
    assert body == {"due": 7, "date": DATE, "state": "well", "text": "She goes to school."}


def test_nothing_is_told_without_a_ground_that_covers_it(two: tuple[Federation, Node, Node]) -> None:
    case = handed_over(*two)
    _, athens, hamburg = two
    round_, actor = case.round(hamburg, athens), case.officer(hamburg)
    plan = hamburg.after.follow_ups.plan(round_.id, actor=actor)
    assert isinstance(plan.hindered, GroundError)
    with pytest.raises(GroundError):
        tell(case)
    matter = hamburg.cases.matter(case.matter(hamburg), actor=actor)
    cases.consent(case.fed, hamburg, matter, to=athens.id, actor=actor, fields=["plan.recommendations"])
    with pytest.raises(FieldsNotCoveredError):
        tell(case)
    may_tell(case)
    assert hamburg.after.follow_ups.plan(round_.id, actor=actor).hindered is None


def test_a_ground_that_ends_between_sealing_and_delivery_keeps_the_follow_up_here(
    two: tuple[Federation, Node, Node],
) -> None:
    case = handed_over(*two)
    fed, athens, hamburg = two
    may_tell(case)
    fed.clock.pass_(11 * DAY)
    fed.wire.down.add(athens.id)
    tell(case)
    fed.settle()
    actor = case.officer(hamburg)
    ground = hamburg.consents.of_matter(case.matter(hamburg), actor=actor)[-1]
    hamburg.consents.withdraw(ground.id, actor=actor)
    fed.wire.down.clear()
    fed.clock.pass_(3600)
    fed.settle()
    plan = hamburg.after.follow_ups.plan(case.round(hamburg, athens).id, actor=actor)
    assert [each.problem for each in plan.told] == [GroundWithdrawnError.name]
    for node in (athens, hamburg):
        assert stages(case, node)[0] == (7, Stage.OVERDUE)
    with athens.database.reading() as work:
        said = [each.act for each in work.envelopes.of_handover(case.round(athens, hamburg).id)]
    assert Act.FOLLOW_UP not in said


def test_a_day_that_was_held_back_can_be_told_again_under_a_new_ground(
    two: tuple[Federation, Node, Node],
) -> None:
    case = handed_over(*two)
    fed, athens, hamburg = two
    may_tell(case)
    fed.wire.down.add(athens.id)
    tell(case)
    actor = case.officer(hamburg)
    ground = hamburg.consents.of_matter(case.matter(hamburg), actor=actor)[-1]
    hamburg.consents.withdraw(ground.id, actor=actor)
    fed.wire.down.clear()
    fed.clock.pass_(3600)
    fed.settle()
    may_tell(case)
    tell(case)
    fed.settle()
    assert stages(case, athens)[0] == stages(case, hamburg)[0] == (7, Stage.DONE)


def test_a_day_is_told_once_and_more_is_told_beside_it(two: tuple[Federation, Node, Node]) -> None:
    case = handed_over(*two)
    fed, athens, hamburg = two
    may_tell(case)
    tell(case)
    with pytest.raises(FollowUpToldError):
        tell(case)  # it is on its way
    fed.settle()
    with pytest.raises(FollowUpToldError):
        tell(case)
    tell(case, due=0, state=FollowUpState.CONCERNS)
    fed.settle()
    plan = athens.after.follow_ups.plan(case.round(athens, hamburg).id, actor=case.officer(athens))
    assert [each.day for each in plan.told] == [7, 0]
    assert not plan.owed
    assert not plan.may_tell


def test_a_day_that_the_acceptance_does_not_name_is_refused(two: tuple[Federation, Node, Node]) -> None:
    case = handed_over(*two)
    may_tell(case)
    with pytest.raises(FollowUpDayError):
        tell(case, due=8)


def test_nothing_is_told_before_the_deed_or_by_the_sender(two: tuple[Federation, Node, Node]) -> None:
    fed, athens, hamburg = two
    first, second = fed.officer(athens, "first"), fed.officer(athens, "second")
    sent = cases.offer(fed, athens, hamburg.id, first, second)
    fed.settle()
    case = Case(fed, [athens, hamburg], {athens.id: sent.matter})
    with pytest.raises(OutOfOrderError):
        tell(case)
    told = {"due": 0, "date": DATE, "state": FollowUpState.WELL, "text": "Well."}
    with pytest.raises(OutOfOrderError):
        athens.after.follow_ups.tell(sent.id, actor=first, **told)  # type: ignore[arg-type]
    plan = hamburg.after.follow_ups.plan(case.round(hamburg, athens).id, actor=case.officer(hamburg))
    assert (plan.may_tell, plan.dates) == (False, ())


def test_what_is_overdue_is_put_before_both_once_for_each_day(two: tuple[Federation, Node, Node]) -> None:
    case = handed_over(*two)
    fed, athens, hamburg = two
    fed.clock.pass_(9 * DAY)
    assert alarms(case, athens) == []
    fed.clock.pass_(2 * DAY)
    for node in (athens, hamburg):
        assert stages(case, node)[0] == (7, Stage.OVERDUE)
        assert len(alarms(case, node)) == 1
        [alarm] = [each for each in node.watch.alarms(actor=case.officer(node)) if "follow" in each.kind]
        node.watch.look_at(alarm.id, actor=case.officer(node))
        assert len(alarms(case, node)) == 1
    fed.clock.pass_(25 * DAY)
    assert len(alarms(case, athens)) == 2


def test_what_comes_late_is_done_all_the_same(two: tuple[Federation, Node, Node]) -> None:
    case = handed_over(*two)
    fed, athens, _ = two
    may_tell(case)
    fed.clock.pass_(20 * DAY)
    tell(case)
    fed.settle()
    assert stages(case, athens)[0] == (7, Stage.DONE)


def test_with_the_closing_of_the_case_nothing_more_is_owed(two: tuple[Federation, Node, Node]) -> None:
    case = handed_over(*two)
    fed, athens, hamburg = two
    may_tell(case)
    tell(case, state=FollowUpState.CLOSED)
    fed.settle()
    for node in (athens, hamburg):
        assert stages(case, node) == [(7, Stage.DONE), (30, Stage.ENDED), (90, Stage.ENDED)]
    fed.clock.pass_(100 * DAY)
    assert alarms(case, athens) == alarms(case, hamburg) == []


def test_the_dates_outlive_what_was_said_in_the_round(two: tuple[Federation, Node, Node]) -> None:
    case = handed_over(*two)
    fed, athens, hamburg = two
    may_tell(case)
    told = tell(case)
    fed.settle()
    athens.retention.erase_round(case.round(athens, hamburg).id, actor=case.officer(athens))
    assert [day for day, _ in stages(case, athens)] == [7, 30, 90]
    tell(case, due=30)
    fed.settle()
    assert stages(case, athens)[1] == (30, Stage.DONE)
    round_ = case.round(athens, hamburg).id
    with pytest.raises(NotFoundError):
        athens.after.follow_ups.read(round_, told, actor=case.officer(athens))


def test_whoever_has_erased_the_matter_waits_for_nothing(two: tuple[Federation, Node, Node]) -> None:
    case = handed_over(*two)
    fed, athens, _ = two
    may_tell(case)
    told = tell(case)
    fed.settle()
    athens.retention.erase(case.matter(athens), actor=case.officer(athens))
    round_, actor = case.round(athens, case.path[-1]).id, case.officer(athens)
    with pytest.raises(NotFoundError):
        athens.after.follow_ups.read(round_, told, actor=actor)
    assert [each.day for each in athens.after.follow_ups.plan(round_, actor=actor).told] == [None]
    fed.clock.pass_(100 * DAY)
    assert alarms(case, athens) == []


def test_an_office_sees_what_it_has_to_tell_and_what_it_is_not_told(
    two: tuple[Federation, Node, Node],
) -> None:
    case = handed_over(*two)
    fed, athens, hamburg = two

    def due(node: Node) -> list[tuple[int, Stage]]:
        found = node.after.follow_ups.due(actor=case.officer(node))
        return [(each.dated.kept.day, each.dated.stage) for each in found]

    assert (due(athens), due(hamburg)) == ([], [(7, Stage.PLANNED)])
    fed.clock.pass_(12 * DAY)
    assert (due(athens), due(hamburg)) == ([(7, Stage.OVERDUE)], [(7, Stage.OVERDUE)])


def test_a_promised_day_is_counted_once_by_who_has_promised_it(two: tuple[Federation, Node, Node]) -> None:
    case = handed_over(*two)
    fed, athens, hamburg = two
    may_tell(case)
    fed.clock.pass_(11 * DAY)
    assert len(alarms(case, hamburg)) == 1
    tell(case)  # late: it was counted
    tell(case, due=30)
    fed.settle()
    counted = []
    for node in (athens, hamburg):
        with node.database.reading() as work:
            found = work.statistics.sums(work.statistics.counted_now())
        counted.append({place[2]: count.events for place, count in found.items() if place[0] == "follow-ups"})
    assert counted == [{}, {"in-time": 1, "overdue": 1}]


def test_the_evidence_shows_the_follow_ups(two: tuple[Federation, Node, Node]) -> None:
    case = handed_over(*two)
    fed, athens, hamburg = two
    may_tell(case)
    tell(case)
    fed.settle()
    report = judged(case, athens, hamburg)
    assert report.verdict is Verdict.VALID, report.findings
    [matter] = report.matters
    assert (hamburg.id, "follow-up") in [(line.who, line.what) for line in matter.timeline]


def test_only_a_follow_up_of_this_round_is_read(two: tuple[Federation, Node, Node]) -> None:
    case = handed_over(*two)
    _, athens, hamburg = two
    round_ = case.round(athens, hamburg)
    assert round_.acceptance is not None
    with pytest.raises(NotFoundError):
        athens.after.follow_ups.read(round_.id, round_.acceptance, actor=case.officer(athens))
