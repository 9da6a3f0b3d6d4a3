"""A member that withdraws what is not its to withdraw, or answers what it was not asked, is refused; holds hold."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from continuing import Case, handed_over
from federation import Federation, federation
from handover.application.holds import Wanted
from handover.domain.continuity import LONGEST_HOLD, WithdrawalScope
from handover.domain.handover import Act
from handover.domain.retention import HoldGround, LegalHoldError
from handover.node import Node
from handover.protocol import envelope as envelopes
from handover.protocol.delivery import Problem
from handover.protocol.message import Message
from peer import ANY, Round, deliver
from two_nodes.test_withdrawal import DAY, withdraw_first_ground
from two_nodes.test_withdrawal_crossing import mouth, told

WITHDRAWN = Message(nonce=bytes(32), body={"scope": "matter", "text": ""})


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Federation, Node, Node]]:
    with federation(tmp_path, "gr/athens", "it/rome") as (fed, [athens, rome]):
        yield fed, athens, rome


def problem(to: Node, speaker: Round, act: Act, **members: Any) -> str | None:
    """Give the name of the problem that something said by hostile keys brings, if it brings one."""
    [result] = deliver(to, speaker.say(act, **members)).results
    return result.name if isinstance(result, Problem) else None


def asked(case: Case, athens: Node) -> Any:
    """Give the demand that this node has made of the hostile one."""
    withdraw_first_ground(case)
    [demand] = case.demands(athens)
    return demand


def test_what_was_shown_in_another_round_is_not_withdrawn_here(two: tuple[Federation, Node, Node]) -> None:
    _, athens, rome = two
    one, other = handed_over(*two), handed_over(*two)
    [shown] = one.shown(rome)
    with rome.database.reading() as work:
        token = envelopes.read(work.envelopes.get(shown.envelope).data).claimed.consent
    speaker = mouth(other, rome, athens)
    named = {"content": WITHDRAWN, "re": shown.envelope, "consent": token}
    assert problem(athens, speaker, Act.CONSENT_WITHDRAWN, **named) == "mismatch"
    assert all(each.withdrawn_at is None for each in (*one.shown(athens), *other.shown(athens)))


def test_what_was_shown_is_withdrawn_by_its_own_token_alone(two: tuple[Federation, Node, Node]) -> None:
    _, athens, rome = two
    case = handed_over(*two)
    [shown] = case.shown(rome)
    named = {"content": WITHDRAWN, "re": shown.envelope, "consent": ANY}
    assert problem(athens, mouth(case, rome, athens), Act.CONSENT_WITHDRAWN, **named) == "mismatch"


def test_who_withdraws_what_was_never_shown_ends_nothing(two: tuple[Federation, Node, Node]) -> None:
    _, athens, rome = two
    case = handed_over(*two)
    speaker = mouth(case, rome, athens)
    named = {"content": WITHDRAWN, "re": ANY, "consent": ANY}
    assert problem(athens, speaker, Act.CONSENT_WITHDRAWN, **named) is None
    assert [each.answered for each in case.demands(athens)] == [Act.ERASED]
    [ground] = athens.consents.of_matter(case.matter(athens), actor=case.officer(athens))
    assert ground.ground.withdrawn_at is None
    assert [each.withdrawn_at for each in case.shown(athens)] == [None]


def test_nobody_answers_a_demand_of_its_own(two: tuple[Federation, Node, Node]) -> None:
    _, athens, rome = two
    case = handed_over(*two)
    [shown] = case.shown(rome)
    rome.after.holders.withdraw(
        shown.envelope, scope=WithdrawalScope.GROUND, text="", actor=case.officer(rome)
    )
    case.fed.settle()
    [demand] = case.demands(rome)
    assert problem(athens, mouth(case, rome, athens), Act.ERASED, re=demand.envelope) == "mismatch"


def test_who_says_that_it_erased_names_the_record_that_it_was_shown(
    two: tuple[Federation, Node, Node],
) -> None:
    _, athens, rome = two
    case = handed_over(*two)
    demand = asked(case, athens)
    named = {"re": demand.envelope, "record": ANY}
    assert problem(athens, mouth(case, rome, athens), Act.ERASED, **named) == "mismatch"
    assert case.demands(athens) == [demand]


@pytest.mark.parametrize("seconds", [-DAY, 0, LONGEST_HOLD + 1, 900 * 366 * DAY])
def test_a_hold_of_a_peer_ends_and_not_in_the_past(two: tuple[Federation, Node, Node], seconds: int) -> None:
    fed, athens, rome = two
    case = handed_over(*two)
    demand = asked(case, athens)
    named = {"re": demand.envelope, "reason": "court-order", "deadline": fed.clock.now + seconds}
    assert problem(athens, mouth(case, rome, athens), Act.LEGAL_HOLD, **named) == "mismatch"
    assert case.demands(athens) == [demand]


def test_a_legal_hold_stops_also_the_erasing_of_one_message(two: tuple[Federation, Node, Node]) -> None:
    fed, athens, rome = two
    case = handed_over(*two)
    shown = told(case)
    fed.settle()
    wanted = Wanted(
        ground=HoldGround.COURT_ORDER,
        reason="Order 12/2026.",
        until=fed.clock.now + 100 * DAY,
        second_officer=case.officer(athens, "second").officer,
    )
    athens.holds.place(case.matter(athens), wanted, actor=case.officer(athens))
    rome.after.holders.withdraw(shown, scope=WithdrawalScope.GROUND, text="", actor=case.officer(rome))
    fed.settle()
    [demand] = [each for each in case.demands(athens) if each.incoming]
    with pytest.raises(LegalHoldError):
        athens.after.holders.erase(demand.envelope, actor=case.officer(athens))
