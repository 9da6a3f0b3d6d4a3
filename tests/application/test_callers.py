"""What a request of an officer costs, and that nobody waits for another."""

import pytest

from handover.application.allowances import TooManyRequestsError
from handover.application.callers import CHANGE, PAPER, READ, Callers, cost
from handover.domain.allowance import Allowance
from handover.domain.ids import UUID7

ANNA, BORIS = (UUID7(f"01a226c7-b928-7c0e-b6b0-a53b92c9891{each}") for each in "01")


@pytest.mark.parametrize(
    ("method", "route", "price"),
    [
        ("GET", "/api/v1/matters", READ),
        ("HEAD", "/office", READ),
        ("POST", "/api/v1/matters", CHANGE),
        ("PUT", "/api/v1/matters/{matter}/record", CHANGE),
        ("GET", "/handovers/{handover}/deed.pdf", PAPER),
        ("POST", "/api/v1/matters/{matter}/evidence", PAPER),
        ("POST", "/api/v1/matters/{matter}/import/{kind}", PAPER),
        ("GET", "/audit/evidence-of", READ),
    ],
)
def test_what_makes_the_node_work_costs_more(method: str, route: str, price: float) -> None:
    assert cost(method, route) == price


def test_whoever_has_used_up_what_there_is_waits_and_nobody_else_does() -> None:
    now = 0.0
    callers = Callers(Allowance(burst=50, rate=1), lambda: now)
    callers.spend(ANNA, "GET", "/x.pdf")
    callers.spend(ANNA, "GET", "/x.pdf")
    with pytest.raises(TooManyRequestsError) as told:
        callers.spend(ANNA, "GET", "/x")
    callers.spend(BORIS, "GET", "/x")
    now += told.value.seconds
    callers.spend(ANNA, "GET", "/x")
