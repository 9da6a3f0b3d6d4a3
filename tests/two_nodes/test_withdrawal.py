"""A consent that is withdrawn after the deed reaches every holder; each erases, or says why the law keeps it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from continuing import Case, handed_over, judged
from federation import Federation, federation
from handover.application.demands import AnsweredError
from handover.application.holders import HoldError
from handover.application.showing import Shown
from handover.application.verifier_report import Rule, Verdict
from handover.domain.continuity import FOLLOW_UP_FIELDS, HoldReason, WithdrawalScope
from handover.domain.errors import NotFoundError, OutOfOrderError
from handover.domain.handover import Act
from handover.domain.retention import StillResponsibleError
from handover.node import Node
from handover.protocol.strict import Json

DAY = 86400


@pytest.fixture
def three(tmp_path: Path) -> Iterator[tuple[Federation, Node, Node, Node]]:
    with federation(tmp_path, "gr/athens", "it/rome", "de/hamburg") as (fed, [athens, rome, hamburg]):
        yield fed, athens, rome, hamburg


def withdraw_first_ground(case: Case, scope: WithdrawalScope = WithdrawalScope.GROUND) -> None:
    node = case.path[0]
    actor = case.officer(node)
    ground = node.consents.of_matter(case.matter(node), actor=actor)[0]
    node.consents.withdraw(ground.id, scope=scope, text="I do not want it any more.", actor=actor)
    case.fed.settle()


def hold(case: Case, node: Node, *, days: int = 365) -> None:
    [asked] = [each for each in case.demands(node) if each.incoming]
    node.after.holders.hold(
        asked.envelope,
        reason=HoldReason.RESPONSIBLE,
        text="This office is the guardian.",
        until=case.fed.clock.now + days * DAY,
        actor=case.officer(node),
    )
    case.fed.settle()


def test_a_withdrawal_travels_to_those_to_whom_the_record_was_passed_on(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    case = handed_over(*three)
    _, athens, rome, hamburg = three
    withdraw_first_ground(case)
    assert [(each.act, each.incoming) for each in case.demands(athens)] == [(Act.CONSENT_WITHDRAWN, False)]
    assert [each.incoming for each in case.demands(rome)] == [True, False]
    assert [each.incoming for each in case.demands(hamburg)] == [True]


def test_who_is_not_responsible_any_more_erases_and_says_so(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    case = handed_over(*three)
    _, athens, rome, _ = three
    withdraw_first_ground(case)
    [asked, _passed] = case.demands(rome)
    rome.after.holders.erase(asked.envelope, actor=case.officer(rome))
    case.fed.settle()
    with pytest.raises(NotFoundError):
        rome.cases.overview(case.matter(rome), actor=case.officer(rome))
    [told] = case.demands(athens)
    assert told.answered is Act.ERASED
    [shown] = case.shown(athens)
    assert shown.erased_at is not None


def test_who_is_responsible_keeps_the_record_and_says_why_and_until_when(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    case = handed_over(*three)
    fed, _, rome, hamburg = three
    withdraw_first_ground(case)
    [asked] = case.demands(hamburg)
    with pytest.raises(StillResponsibleError):
        hamburg.after.holders.erase(asked.envelope, actor=case.officer(hamburg))
    hold(case, hamburg)
    [asked] = case.demands(hamburg)
    [_, told] = case.demands(rome)
    assert told.answered is asked.answered is Act.LEGAL_HOLD
    assert told.due == asked.due > fed.clock.now + 364 * DAY


def test_a_hold_ends_and_is_then_asked_for_again(three: tuple[Federation, Node, Node, Node]) -> None:
    case = handed_over(*three)
    fed, _, rome, hamburg = three
    withdraw_first_ground(case)
    hold(case, hamburg, days=10)
    assert not [each for each in hamburg.watch.alarms(actor=case.officer(hamburg)) if "overdue" in each.kind]
    fed.clock.pass_(40 * DAY)
    hamburg.clockwork.tick()
    rome.clockwork.tick()
    for node in (hamburg, rome):
        kinds = [each.kind for each in node.watch.alarms(actor=case.officer(node))]
        assert "demand-overdue" in kinds


@pytest.mark.parametrize(("text", "days"), [("", 10), ("  ", 10), ("Law.", 0), ("Law.", 733)])
def test_a_hold_has_words_and_an_end(
    three: tuple[Federation, Node, Node, Node], text: str, days: int
) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    withdraw_first_ground(case)
    [asked] = case.demands(rome)
    with pytest.raises(HoldError):
        rome.after.holders.hold(
            asked.envelope,
            reason=HoldReason.COURT_ORDER,
            text=text,
            until=fed.clock.now + days * DAY,
            actor=case.officer(rome),
        )
    assert case.demands(rome) == [asked]


def test_what_was_erased_is_not_erased_or_held_again(three: tuple[Federation, Node, Node, Node]) -> None:
    case = handed_over(*three)
    _, _, rome, _ = three
    withdraw_first_ground(case)
    [asked, _] = case.demands(rome)
    rome.after.holders.erase(asked.envelope, actor=case.officer(rome))
    with pytest.raises(AnsweredError):
        rome.after.holders.erase(asked.envelope, actor=case.officer(rome))


def test_a_person_withdraws_at_whichever_authority_is_there(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    case = handed_over(*three)
    fed, athens, rome, hamburg = three
    [shown] = case.shown(hamburg)
    actor = case.officer(hamburg)
    hamburg.after.holders.withdraw(shown.envelope, scope=WithdrawalScope.GROUND, text="No.", actor=actor)
    fed.settle()
    [asked] = case.demands(rome)
    assert asked.incoming
    [ground] = rome.consents.of_matter(case.matter(rome), actor=case.officer(rome))
    assert ground.ground.withdrawn_at is not None
    assert case.demands(athens) == []
    with pytest.raises(OutOfOrderError):
        hamburg.after.holders.withdraw(shown.envelope, scope=WithdrawalScope.GROUND, text="No.", actor=actor)


def test_whoever_withdraws_everything_reaches_also_those_from_whom_it_came(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    case = handed_over(*three)
    fed, athens, _, hamburg = three
    [shown] = case.shown(hamburg)
    hamburg.after.holders.withdraw(
        shown.envelope, scope=WithdrawalScope.MATTER, text="No.", actor=case.officer(hamburg)
    )
    fed.settle()
    assert [each.incoming for each in case.demands(athens)] == [True]


def test_a_holder_that_is_down_for_weeks_hears_of_it_when_it_is_back(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    case = handed_over(*three)
    fed, _, rome, hamburg = three
    fed.wire.down.add(rome.id)
    withdraw_first_ground(case)
    assert case.demands(rome) == []
    fed.clock.pass_(20 * DAY)
    fed.wire.down.clear()
    fed.settle()
    assert len(case.demands(rome)) == 2
    assert len(case.demands(hamburg)) == 1


def test_who_has_not_answered_in_time_is_put_before_the_officers_of_both(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    withdraw_first_ground(case)
    fed.clock.pass_(31 * DAY)
    for node in (athens, rome):
        node.clockwork.tick()
        kinds = [each.kind for each in node.watch.alarms(actor=case.officer(node))]
        assert "demand-overdue" in kinds


def test_the_words_of_the_person_go_to_the_first_holder_alone(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    case = handed_over(*three)
    _, _, rome, hamburg = three
    withdraw_first_ground(case)
    for node, said in ((rome, "I do not want it any more."), (hamburg, "")):
        [asked, *_] = case.demands(node)
        actor = case.officer(node)
        assert node.after.holders.why(asked.envelope, actor=actor) == said


def test_where_nothing_is_held_any_more_that_is_answered_by_itself(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    case = handed_over(*three)
    fed, athens, rome, _ = three
    withdraw_first_ground(case)
    [asked, _] = case.demands(rome)
    rome.after.holders.erase(asked.envelope, actor=case.officer(rome))
    fed.settle()
    [came] = [each for each in case.shown(rome) if each.incoming]
    assert came.erased_at is not None
    assert athens.after.holders.demands(case.matter(athens), actor=case.officer(athens))[0].shown is not None


def test_the_evidence_of_all_holders_still_verifies_and_says_what_was_erased(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    case = handed_over(*three)
    _, athens, rome, hamburg = three
    withdraw_first_ground(case)
    [asked, _] = case.demands(rome)
    rome.after.holders.erase(asked.envelope, actor=case.officer(rome))
    hold(case, hamburg)
    report = judged(case, athens, rome, hamburg)
    assert report.verdict is Verdict.VALID, [each for each in report.findings if each.severity != "note"]
    [matter] = report.matters
    assert [link.taker for link in matter.chain] == [rome.id, hamburg.id]
    said = [(line.who, line.what) for line in matter.timeline]
    assert (rome.id, "erased") in said
    assert (hamburg.id, "legal-hold") in said
    assert not [each for each in report.findings if each.rule is Rule.DEMAND]


def test_a_withdrawal_that_crosses_one_of_the_other_side_is_answered_by_both(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    [shown] = case.shown(rome)
    actor = case.officer(rome)
    rome.after.holders.withdraw(shown.envelope, scope=WithdrawalScope.GROUND, text="No.", actor=actor)
    withdraw_first_ground(case)
    assert [each.incoming for each in case.demands(athens)] == [True, False]
    assert [each.incoming for each in case.demands(rome)] == [True, False]


def test_what_a_holder_has_told_of_its_own_is_not_withdrawn_with_it(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    actor = case.officer(rome)
    matter = rome.cases.matter(case.matter(rome), actor=actor)
    cases.consent(fed, rome, matter, to=athens.id, actor=actor)
    round_ = case.round(rome, athens)
    assert round_.deed is not None
    body: dict[str, Json] = {"due": 0, "date": "2026-12-01", "state": "well", "text": "Well."}
    shown = Shown(act=Act.FOLLOW_UP, re=round_.deed, body=body, fields=FOLLOW_UP_FIELDS, actor=actor)
    with rome.database.begin() as work:
        rome.after.showing.show(work, round_, shown)
    fed.settle()
    withdraw_first_ground(case)
    assert [each.incoming for each in case.demands(athens)] == [False]
    [told] = [each for each in case.shown(athens) if each.incoming]
    assert told.withdrawn_at is None
