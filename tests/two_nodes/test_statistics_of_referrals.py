"""Referrals in the statistics of real nodes: each is counted once, by who refers, when it is over or erased late."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from continuing import Case, begun
from federation import Federation, federation
from handover.application.holds import Wanted as Hold
from handover.domain.courses import EndReason
from handover.domain.record import MatterKind
from handover.domain.retention import HoldGround
from handover.domain.suppression import Count
from handover.node import Node
from referring import at, prepared, referred

DAY = 86400
ONE = Count(events=1, children=1)


@pytest.fixture
def fed(tmp_path: Path) -> Iterator[tuple[Federation, list[Node]]]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as found:
        yield found


@pytest.fixture
def case(fed: tuple[Federation, list[Node]]) -> Case:
    return begun(fed[0], fed[1][0])


def counted(node: Node) -> dict[tuple[str, str], str]:
    """Give the cell of each table in which the one referral of a node was counted."""
    with node.database.reading() as work:
        sums = work.statistics.sums(work.statistics.counted_now())
    found = {place: count for place, count in sums.items() if count.events and "referrals" in place[0]}
    assert all(count == ONE for count in found.values()), found
    cells = {(subject, table): cell for subject, table, cell in found}
    assert len(cells) == len(found)
    return cells


def pass_days(case: Case, number: int) -> None:
    for _ in range(number):
        case.fed.clock.pass_(DAY)
        case.fed.publish()
        case.fed.settle()


def test_a_referral_is_counted_once_when_it_is_over_by_who_refers(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south = fed[1]
    referred(case, south)
    got, officer = at(case, south, north), case.officer(south)
    pass_days(case, 2)
    south.after.referrals.answer(got.id, text="The clinic at the harbour.", actor=officer)
    case.fed.settle()
    pass_days(case, 6)
    assert counted(north) == {}
    south.after.referrals.finish(got.id, reason=EndReason.DONE, text="He is seen there.", actor=officer)
    case.fed.settle()
    once = {
        ("referrals", "route"): "de",
        ("referrals", "task"): "health",
        ("referrals", "conclusion"): "done",
        ("referrals", "erasure"): "in-time",
        ("referrals", "time"): "within-3-days",
        ("referrals", "age"): "14-15",
        ("referrals", "sex"): "male",
    }
    assert counted(north) == once
    pass_days(case, 2)
    assert counted(north) == once
    assert counted(south) == {}


def test_one_that_nobody_was_shown_is_not_counted(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south = fed[1]
    sent = prepared(case, south)
    north.after.referring.end(sent.id, text="Not needed.", actor=case.officer(north))
    pass_days(case, 2)
    assert counted(north) == {}


def test_an_erasure_that_nobody_confirms_is_counted_as_overdue_and_not_again_when_it_is_confirmed(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south = fed[1]
    sent = referred(case, south)
    fed[0].wire.nodes.pop(south.id)
    north.after.referring.end(sent.id, text="Not needed.", actor=case.officer(north))
    assert counted(north) == {}
    fed[0].clock.pass_(2 * DAY)
    fed[0].publish()
    north.clockwork.tick()
    cells = counted(north)
    assert cells["referrals", "erasure"] == "overdue"
    assert cells["referrals", "conclusion"] == "recalled"
    assert cells["referrals", "time"] == "within-1-day"
    fed[0].wire.nodes[south.id] = south
    pass_days(case, 2)
    assert at(case, north, south).alarm is None
    assert counted(north) == cells


def test_what_a_legal_hold_keeps_is_counted_as_that(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south = fed[1]
    sent = referred(case, south)
    hold = Hold(
        ground=HoldGround.COURT_ORDER,
        reason="Order 12/26",
        until=fed[0].clock.now + 20 * DAY,
        second_officer=case.officer(south, "second").officer,
    )
    south.holds.place(case.matter(south), hold, actor=case.officer(south))
    north.after.referring.end(sent.id, text="Not needed.", actor=case.officer(north))
    pass_days(case, 3)
    assert counted(north)["referrals", "erasure"] == "held"


def test_a_referral_of_a_tracing_request_is_counted_apart_without_age_and_sex(
    fed: tuple[Federation, list[Node]],
) -> None:
    north, south = fed[1]
    officer = fed[0].officer(north, "first")
    matter = cases.begin(fed[0], north, officer, kind=MatterKind.TRACING)
    case = Case(fed=fed[0], path=[north], matters={north.id: matter.id})
    referred(case, south, fields=("inquirer.names",))
    got = at(case, south, north)
    south.after.referrals.finish(
        got.id, reason=EndReason.NOT_TAKEN, text="No staff.", actor=case.officer(south)
    )
    fed[0].settle()
    found = counted(north)
    assert {subject for subject, _ in found} == {"tracing-referrals"}
    assert {table for _, table in found} == {"route", "task", "conclusion", "erasure", "time"}
    assert found["tracing-referrals", "conclusion"] == "not-taken"
