"""Who is asked, how often, and in which order."""

import pytest

from handover.domain.ids import NodeId
from handover.domain.searching import (
    AGAIN,
    AskedBeforeError,
    Clues,
    RouteError,
    Stop,
    StopReason,
    require_new,
    require_route,
    route,
)

ATHENS, ROME, HAMBURG = NodeId("gr/athens"), NodeId("it/rome"), NodeId("de/hamburg")
KNOWN = frozenset({ATHENS, ROME, HAMBURG})
NOW = 1_790_000_000


def test_a_route_names_those_first_to_whom_most_points() -> None:
    clues = Clues(last_known=frozenset({"it"}), family=frozenset({"it"}), separation=frozenset({"gr"}))
    assert route(sorted(KNOWN), clues, corridor=frozenset({HAMBURG})) == (
        Stop(node=ROME, reasons=(StopReason.LAST_KNOWN, StopReason.NEIGHBOUR)),
        Stop(node=HAMBURG, reasons=(StopReason.CORRIDOR,)),
        Stop(node=ATHENS, reasons=(StopReason.SEPARATION,)),
    )


def test_nodes_to_whom_nothing_points_are_on_no_route() -> None:
    assert route(sorted(KNOWN), Clues(nationalities=frozenset({"sy"})), corridor=frozenset()) == ()


@pytest.mark.parametrize(
    "nodes", [(), (ATHENS, ATHENS), (NodeId("fr/paris"),), (ATHENS, ROME, HAMBURG)], ids=len
)
def test_what_is_no_route_is_refused(nodes: tuple[NodeId, ...]) -> None:
    with pytest.raises(RouteError):
        require_route(nodes, known=KNOWN, broadcast=False)


def test_all_nodes_are_asked_with_a_second_officer() -> None:
    require_route((ATHENS, ROME, HAMBURG), known=KNOWN, broadcast=True)
    require_route((ATHENS, ROME), known=KNOWN, broadcast=False)


def test_more_than_two_dozen_nodes_need_a_second_officer() -> None:
    many = tuple(NodeId(f"it/node-{number}") for number in range(25))
    with pytest.raises(RouteError):
        require_route(many, known=frozenset({*many, ATHENS}), broadcast=False)


@pytest.mark.parametrize("last", [None, (NOW - AGAIN, b"same"), (NOW, b"other")])
def test_a_person_is_asked_for_again_after_thirty_days_or_with_new_data(
    last: tuple[int, bytes] | None,
) -> None:
    require_new(last, b"same", NOW)


def test_the_same_is_not_asked_twice_within_thirty_days() -> None:
    with pytest.raises(AskedBeforeError):
        require_new((NOW - AGAIN + 1, b"same"), b"same", NOW)
