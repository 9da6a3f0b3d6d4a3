"""The calendar of erasures is read along an index, and says of each matter what its own page says."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

import cases
from federation import Federation, federation
from handover.adapters import tables
from handover.application.owners import TALK
from handover.application.retention import Planned
from handover.domain.handover import SETTLED, Claim, Role, State
from handover.domain.ids import MatterId
from handover.domain.record import MatterKind
from handover.domain.retention import Keeping
from handover.node import Node
from two_nodes.databases import Databases, on_postgresql
from two_nodes.test_counters import plans

SENDS = (State.OFFERED, State.RELIEVING, State.TRANSFERRED, State.TRANSFERRED, State.VOIDED, State.DISCARDED)
TAKES = (State.PENDING, State.HOLDING, State.CLOSED, State.CLOSED)


def identifier(number: int) -> str:
    return f"019a0000-0000-7000-8000-{number:012x}"


def fill(node: Node, seed: int) -> list[MatterId]:
    """Keep invented matters with rounds of all sorts, in any order of time, with values and talk or without."""
    chance, numbers = random.Random(seed), iter(range(1, 10_000))
    with node.database.reading() as work:
        [model] = work.handovers.page(after="", limit=1)
    found: list[MatterId] = []
    with node.database.engine.begin() as connection:
        row = connection.execute(tables.handover.select()).one()._asdict()
        matter = connection.execute(tables.matter.select()).one()._asdict()
        for _ in range(150):
            id_, kind = identifier(next(numbers)), chance.choice(list(MatterKind))
            claim = chance.choice((Claim.NONE, Claim.NONE, Claim.NONE, Claim.HOLDER))
            connection.execute(
                insert(tables.matter).values({**matter, "id": id_, "kind": kind, "claim": claim})
            )
            keys = [id_] if chance.random() < 0.7 else []
            open_ = False
            for _ in range(chance.randrange(4)):
                role = chance.choice(list(Role))
                state = chance.choice(SENDS if role is Role.SENDER else TAKES)
                if state not in SETTLED and (open_ or chance.random() < 0.6):
                    continue
                open_ = open_ or state not in SETTLED
                round_ = identifier(next(numbers))
                at = model.updated_at + 60 * chance.randrange(40)
                new: dict[str, Any] = {
                    "id": round_,
                    "matter": id_,
                    "kind": kind,
                    "role": role,
                    "state": state,
                }
                new |= {"round": round_, "updated_at": at}
                connection.execute(insert(tables.handover).values({**row, **new}))
                keys += [f"{round_}{TALK}"] if chance.random() < 0.5 else []
            for owner in keys:
                connection.execute(insert(tables.data_key).values(owner=owner, epoch=1, wrapped=b"x"))
            found.append(MatterId(id_))
    return found


def expected(fed: Federation, node: Node, matters: list[MatterId]) -> list[tuple[int, str]]:
    """Give what the page of each matter says, and what is left of the talk of rounds that were given up."""
    actor = fed.officer(node, "first")
    found = [each for matter in matters for each in node.retention.of_matter(matter, actor=actor).planned]
    places = [each.place for each in found]
    rule = {kind: node.retention._rules[kind, Keeping.VOID_TALK] for kind in MatterKind}
    with node.database.reading() as work:
        for matter in matters:
            for id_ in work.retention.said(matter):
                round_ = work.handovers.get(id_)
                due = rule[round_.kind].due(round_.updated_at)
                if round_.state in (State.VOIDED, State.DISCARDED) and due is not None:
                    places.append((due, id_))
    return sorted(places)


def pages(fed: Federation, node: Node) -> list[Planned]:
    found, after = [], (0, "")
    while part := node.retention.calendar(actor=fed.officer(node, "first"), after=after, limit=7):
        found += part
        after = part[-1].place
    return found


def compare(fed: Federation, north: Node, seed: int) -> None:
    first, second = fed.officer(north, "first"), fed.officer(north, "second")
    cases.offer(fed, north, "de/hamburg", first, second)
    matters = fill(north, seed)
    planned = pages(fed, north)
    assert [each.place for each in planned] == expected(fed, north, matters)
    assert {each.rule.keeping for each in planned} == {Keeping.FORMER, Keeping.NOT_TAKEN, Keeping.VOID_TALK}


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Federation, Node]]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, _]):
        yield fed, north


@pytest.mark.parametrize("seed", range(6))
def test_the_calendar_says_of_each_matter_what_its_own_page_says(
    two: tuple[Federation, Node], seed: int
) -> None:
    compare(*two, seed)


def test_it_says_the_same_on_postgresql(tmp_path: Path, postgresql: Databases) -> None:
    with on_postgresql(tmp_path, postgresql, "gr/athens", "de/hamburg") as (fed, [north, _]):
        compare(fed, north, 1)


def test_no_page_of_the_calendar_reads_all_rounds(two: tuple[Federation, Node]) -> None:
    fed, north = two
    actor = fed.officer(north, "first")
    steps = plans(north.database.engine)
    north.retention.calendar(actor=actor, limit=51)
    read = {step for step in steps if " handover " in f"{step} "}
    assert any("ix_handover_settled" in step for step in read)
    assert any("ix_handover_not_taken" in step for step in read)
    assert not [step for step in read if step.startswith("SCAN")]
