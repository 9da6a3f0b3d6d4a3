"""What 64 handovers cost that can be counted exactly: requests, checkpoints, transactions, statements, fsyncs."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bench import stage
from bench.subjects.handover import Handover
from sqlalchemy import Connection, Engine, event, func, select

from federation import federation
from handover.adapters import tables
from handover.application.facts import Actor
from handover.domain.ids import HandoverId
from handover.node import Node
from handover.protocol import strict

BATCH = 64


class Counts:
    """Counts what one database is asked."""

    def __init__(self, engine: Engine) -> None:
        self.found: Counter[str] = Counter()
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "commit", self._commit)

    def _statement(self, _c: object, _cursor: object, text: str, *_more: object) -> None:
        if text.split(maxsplit=1)[0] in ("INSERT", "UPDATE", "SELECT", "DELETE"):
            self.found["statements"] += 1

    def _commit(self, _connection: object) -> None:
        self.found["transactions"] += 1


def plans(engine: Engine) -> list[str]:
    """Give a list that grows by how SQLite goes about each query and change."""
    steps: list[str] = []

    def look(connection: Connection, _cursor: object, text: str, values: Any, *_more: object) -> None:
        if text.startswith(("SELECT", "UPDATE", "DELETE")):
            database: Any = connection.connection.dbapi_connection
            first = values[0] if isinstance(values, list) else values
            steps.extend(row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {text}", first))

    event.listen(engine, "before_cursor_execute", look)
    return steps


def checkpoints(at: Node, log: str) -> int:
    """Give how many signed checkpoints of a log are kept with receipts."""
    table = tables.checkpoint
    with at.database.engine.connect() as connection:
        found = connection.execute(select(func.count()).where(table.c.origin == log)).scalar_one()
    return int(found)


@pytest.mark.parametrize("size", [1, BATCH])
def test_a_batch_costs_one_request_one_checkpoint_and_a_fixed_number_of_statements(
    tmp_path: Path, size: int
) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        actors = fed.officer(athens, "first"), fed.officer(athens, "second")
        first, offers = stage.prepare(athens, "de/hamburg", 1, actors[0]), []
        hand_over(athens, first, actors[1])  # each side knows the other from now on
        offers = stage.prepare(athens, "de/hamburg", size, actors[0])
        sender, receiver = Counts(athens.database.engine), Counts(hamburg.database.engine)
        before, posted = checkpoints(hamburg, "de/hamburg/log"), len(fed.wire.posted)
        hand_over(athens, offers, actors[1])
        assert len(fed.wire.posted) - posted == 1
        assert checkpoints(hamburg, "de/hamburg/log") - before == 1
        assert checkpoints(athens, "de/hamburg/log") == checkpoints(hamburg, "de/hamburg/log")
        assert checkpoints(athens, "gr/athens/log") == 0  # an offer carries a head, and needs no new one
        assert dict(sender.found) == {"transactions": 4, "statements": 35}
        assert dict(receiver.found) == {"transactions": 1, "statements": 24}


def test_no_query_of_a_batch_reads_what_it_does_not_give(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        actors = fed.officer(athens, "first"), fed.officer(athens, "second")
        first = stage.prepare(athens, "de/hamburg", 1, actors[0])
        hand_over(athens, first, actors[1])  # what is looked at once, after a start, is behind them
        offers = stage.prepare(athens, "de/hamburg", BATCH, actors[0])
        steps = plans(athens.database.engine), plans(hamburg.database.engine)
        hand_over(athens, offers, actors[1])
    read = {step for each in steps for step in each if step.startswith(("SCAN", "SEARCH"))}
    assert len(read) > 10
    assert not {step for step in read if step.endswith("(peer=?)")}  # that were all rounds with the peer
    assert {step for step in read if step.startswith("SCAN")} == {
        "SCAN queue USING COVERING INDEX ix_queue_due",  # what is due, and nothing else, is in it
        "SCAN restoration",  # a row for each restore that the node has been through
    }


def test_the_matter_of_a_chain_is_found_by_its_deeds(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens") as (_, [athens]):
        steps = plans(athens.database.engine)
        with athens.database.reading() as work:
            assert work.matters.of_deed([strict.digest(b"a deed")]) is None
    assert steps == ["SEARCH handover USING INDEX ix_handover_deed (deed=?)"]


def hand_over(at: Node, offers: list[HandoverId], actor: Actor) -> None:
    at.offers.release_many(offers, actor=actor)
    assert [each.receipted for each in at.outbox.deliver_due()] == [len(offers)]


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_64_handovers_between_two_processes_cost_three_fsyncs(tmp_path: Path) -> None:
    calls = {name: tmp_path / f"{name}.calls" for name in ("sender", "receiver")}
    # -D: who is asked to end is the node itself; a tracer in front of it would end alone, and leave the node behind.
    trace = ("strace", "-D", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o")
    subject = Handover(before={name: (*trace, str(path)) for name, path in calls.items()})
    try:
        subject.start(tmp_path)
        subject.prepare(2 * BATCH)
        subject.measure("batched", BATCH)
        before = {name: lines(path) for name, path in calls.items()}
        subject.measure("batched", BATCH)
        after = {name: lines(path) for name, path in calls.items()}
    finally:
        subject.stop()
    # What is released, and the receipts; what is received. The log is written back only every 16 MiB.
    assert {name: after[name] - before[name] for name in calls} == {"sender": 2, "receiver": 1}


def lines(path: Path) -> int:
    return path.read_text().count("sync(")
