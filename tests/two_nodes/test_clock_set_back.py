"""A clock that was wrong and is set back: what waited until a time that it named goes out all the same."""

from pathlib import Path

import cases
from federation import federation
from handover.domain.handover import State
from two_nodes.restores import staged

DAY = 86400
HOUR = 3600


def test_nothing_waits_for_a_time_that_a_wrong_clock_named(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        officers = fed.officer(athens, "first"), fed.officer(athens, "second")
        cases.offer(fed, athens, hamburg.id, *officers)
        fed.wire.down.add(hamburg.id)
        fed.clock.pass_(DAY)  # the clock jumps, and what fails now is to be tried again by what it shows
        assert athens.outbox.deliver_due()[0].error == "unreachable"
        fed.clock.pass_(-DAY)
        fed.wire.down.clear()
        assert [each.receipted for each in athens.outbox.deliver_due()] == [1]


def test_nor_where_the_node_was_started_anew_meanwhile(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        officers = fed.officer(athens, "first"), fed.officer(athens, "second")
        cases.offer(fed, athens, hamburg.id, *officers)
        fed.wire.down.add(hamburg.id)
        fed.clock.pass_(DAY)
        athens.outbox.deliver_due()
        fed.clock.pass_(-DAY)
        fed.wire.down.clear()
        fed.reopen(athens.id).outbox.deliver_due()
        with hamburg.database.reading() as work:
            assert [each.state for each in work.handovers.page(after="", limit=9)] == [State.PENDING]


def test_a_back_off_that_the_clock_of_now_has_set_is_kept(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        officers = fed.officer(athens, "first"), fed.officer(athens, "second")
        cases.offer(fed, athens, hamburg.id, *officers)
        fed.wire.down.add(hamburg.id)
        assert len(athens.outbox.deliver_due()) == 1
        assert fed.reopen(athens.id).outbox.deliver_due() == []


def test_nor_where_nobody_looked_while_the_clock_was_wrong(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        officers = fed.officer(athens, "first"), fed.officer(athens, "second")
        assert athens.outbox.deliver_due() == []
        fed.clock.pass_(HOUR)
        cases.offer(fed, athens, hamburg.id, *officers)
        fed.clock.pass_(1 - HOUR)
        assert [each.sent for each in athens.outbox.deliver_due()] == [1]


def test_nor_does_a_restored_node_wait_until_then_to_ask_again(tmp_path: Path) -> None:
    """Found by the simulation with seed 5."""
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        stage = staged(fed, athens, hamburg, tmp_path)
        stage.restore()
        athens = fed.reopen(athens.id)
        fed.wire.down.add(hamburg.id)
        fed.clock.pass_(HOUR)
        assert athens.resync.tick() == 1
        fed.clock.pass_(-HOUR)
        fed.wire.down.clear()
        athens.resync.tick()
        with athens.database.reading() as work:
            assert work.doubts.restoration() is None
