"""The worker: one peer's silence delays no other, a fault ends nothing, and waking it is enough."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cases
from federation import Federation, Wire, federation
from handover.application.attachments import Pushed
from handover.application.worker import LANES, Worker
from handover.domain.errors import UnreachableError
from handover.domain.handover import State
from handover.domain.ids import HandoverId, NodeId
from handover.node import Node


class Silent(Wire):
    """One peer takes a batch and says nothing until it is let go."""

    peer = NodeId("de/hamburg")

    def __init__(self) -> None:
        super().__init__()
        self.release = threading.Event()
        self.asked = threading.Event()

    def post(self, peer: NodeId, address: str, body: bytes) -> bytes:
        if peer == self.peer and not self.release.is_set():
            self.asked.set()
            self.release.wait(20)
            raise UnreachableError("no answer")
        return super().post(peer, address, body)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 300
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextmanager
def working(node: Node, *, poll: float = 60) -> Iterator[tuple[Worker, list[tuple[str, Exception]]]]:
    parts = (node.outbox, node.clockwork, node.refresher, node.attachments)
    worker, stop, faults = Worker(*parts, poll=poll), threading.Event(), list[tuple[str, Exception]]()
    thread = threading.Thread(
        target=worker.run, args=(stop, lambda part, error: faults.append((part, error)))
    )
    thread.start()
    try:
        yield worker, faults
    finally:
        stop.set()
        worker.wake()
        thread.join()


def state(node: Node, handover: HandoverId) -> State:
    with node.database.reading() as work:
        return work.handovers.get(handover).state


def test_a_silent_peer_delays_no_other(tmp_path: Path) -> None:
    wire = Silent()
    fed = Federation(tmp_path, wire=wire)
    north, hamburg, barcelona = (fed.add(name) for name in ("gr/athens", "de/hamburg", "es/barcelona"))
    first, second = fed.officer(north, "first"), fed.officer(north, "second")
    with working(north) as (worker, faults):
        cases.offer(fed, north, hamburg.id, first, second)
        worker.wake()
        assert wire.asked.wait(20)
        cases.offer(fed, north, barcelona.id, first, second)
        worker.wake()
        until(lambda: bool(worker.tallies().get((barcelona.id, "receipted"))))
        assert (hamburg.id, "failed") not in worker.tallies()
        wire.release.set()
        until(lambda: worker.tallies().get((hamburg.id, "failed")) == 1)
    assert not faults
    for node in (north, hamburg, barcelona):
        node.close()


def test_a_fault_in_one_part_ends_nothing(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        first, second = fed.officer(north, "first"), fed.officer(north, "second")
        tick, broken = north.clockwork.tick, [True]

        def sometimes() -> int:
            if broken:
                broken.clear()
                raise ValueError("an error that nobody foresaw")
            return tick()

        north.clockwork.tick = sometimes  # type: ignore[method-assign]
        with working(north, poll=0.05) as (worker, faults):
            until(lambda: bool(faults))
            sent = cases.offer(fed, north, south.id, first, second)
            worker.wake()
            until(lambda: bool(worker.tallies().get((south.id, "receipted"))))
            assert state(north, sent.id) is State.OFFERED
        assert [(part, type(error)) for part, error in faults] == [("clock", ValueError)]


def test_deadlines_pass_while_nobody_asks(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        first, second = fed.officer(north, "first"), fed.officer(north, "second")
        sent = cases.offer(fed, north, south.id, first, second, deadline=fed.clock.now + 3600)
        with working(north, poll=0.02), working(south, poll=0.02):
            until(lambda: bool(south.worklist.page(actor=fed.officer(south, "other"))))
            fed.clock.pass_(3700)
            until(lambda: state(north, sent.id) is State.VOIDED)


class Crowded(Wire):
    """Peers that answer nothing for as long as they are asked; only one is as it should be."""

    def __init__(self, good: str) -> None:
        super().__init__()
        self.good = good
        self.release = threading.Event()
        self.tries: Counter[NodeId] = Counter()

    def post(self, peer: NodeId, address: str, body: bytes) -> bytes:
        self.tries[peer] += 1
        if peer != self.good:
            if self.tries[peer] > 1:
                self.release.wait(20)
            raise UnreachableError("no answer")
        return super().post(peer, address, body)


def test_any_number_of_slow_peers_takes_nothing_from_one_that_answers(tmp_path: Path) -> None:
    wire = Crowded("de/hamburg")
    fed = Federation(tmp_path, wire=wire)
    north, hamburg = fed.add("gr/athens"), fed.add("de/hamburg")
    slow = [fed.add(f"es/slow-{number}") for number in range(sum(LANES.values()))]
    first, second = fed.officer(north, "first"), fed.officer(north, "second")
    for each in slow:
        cases.offer(fed, north, each.id, first, second)
    with working(north, poll=0.02) as (worker, faults):
        until(lambda: len(wire.tries) == len(slow))
        until(lambda: all(worker.tallies().get((each.id, "failed")) for each in slow))
        fed.clock.pass_(3600)  # now every one of them is tried again, and answers nothing for a long time
        until(lambda: wire.tries.total() >= len(slow) + 2)
        cases.offer(fed, north, hamburg.id, first, second)
        worker.wake()
        until(lambda: bool(worker.tallies().get((hamburg.id, "receipted"))))
        assert not wire.release.is_set()
        wire.release.set()
    assert not faults
    for node in (north, hamburg, *slow):
        node.close()


def test_a_peer_that_takes_no_files_is_asked_less_and_less_often(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens") as (_, [north]):
        asked: list[float] = []

        def push_to(_peer: NodeId) -> Pushed:
            asked.append(time.monotonic())
            return Pushed(sent=0, taken=False)

        north.attachments.due = lambda: [NodeId("de/hamburg")]  # type: ignore[method-assign]
        north.attachments.push_to = push_to  # type: ignore[assignment,method-assign]
        with working(north, poll=0.02):
            until(lambda: len(asked) == 6)
        assert asked[5] - asked[4] > 0.02 * 2**4


def test_what_is_to_be_kept_up_is_looked_at_when_the_worker_begins_and_a_fault_in_it_ends_nothing(
    tmp_path: Path,
) -> None:
    with federation(tmp_path, "gr/athens") as (_, [node]):
        looked = threading.Event()

        def upkeep() -> None:
            looked.set()
            raise UnreachableError("a fault")

        parts = (node.outbox, node.clockwork, node.refresher, node.attachments)
        worker, stop, faults = Worker(*parts, upkeep=upkeep, poll=60), threading.Event(), list[str]()
        thread = threading.Thread(target=worker.run, args=(stop, lambda part, _: faults.append(part)))
        thread.start()
        assert looked.wait(20)
        until(lambda: faults == ["upkeep"])
        assert thread.is_alive()
        stop.set()
        worker.wake()
        thread.join()


def test_what_goes_on_beside_the_deliveries_does_not_ask_for_more_of_them(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens") as (_, [node]):
        looked, due = Counter[str](), node.outbox.due
        parts = (node.outbox, node.clockwork, node.refresher, node.attachments)
        worker, stop = (
            Worker(*parts, tracing=lambda: looked.update(["tracing"]), poll=3600),
            threading.Event(),
        )

        def counted() -> list[NodeId]:
            looked["queue"] += 1
            return due()

        node.outbox.due = counted  # type: ignore[method-assign]
        thread = threading.Thread(target=worker.run, args=(stop, lambda *_: None))
        thread.start()
        until(lambda: bool(looked["tracing"] and looked["queue"] and not worker._busy))
        assert not worker._event.is_set()
        assert looked["queue"] == 1
        stop.set()
        worker.wake()
        thread.join()
