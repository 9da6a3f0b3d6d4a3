"""Two people, two processes, two workers at the same moment: one of them is first, and nothing happens twice."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import cases
from federation import Federation, federation
from handover import node as nodes
from handover.application.facts import Delivery, Handover
from handover.domain.errors import OutOfOrderError
from handover.domain.handover import Act, Claim, State
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol import envelope as envelopes
from handover.protocol.receipt import Receipt
from peer import Peer, deliver
from two_nodes.databases import Databases, on_postgresql
from two_nodes.scene import alarms_of
from two_nodes.soundness import check_log, check_responsible, check_said

RESPONSIBLE = {"name": "Anna Muster", "organisation": "Jugendamt", "contact": ""}
TIMES = 4


@dataclass
class Offices:
    """Two nodes, each open twice, as by two processes of one authority."""

    fed: Federation
    north: list[Node]
    south: list[Node]

    def officer(self, at: Node, name: str) -> Any:
        return self.fed.officer(at, name)

    def offer(self) -> Handover:
        first, second = (self.officer(self.north[0], name) for name in ("first", "second"))
        return cases.offer(self.fed, self.north[0], self.south[0].id, first, second)

    def at(self, node: Node, sent: Handover) -> Handover:
        with node.database.reading() as work:
            if node.id == sent.peer:
                return work.handovers.find(self.north[0].id, [sent.round])[sent.round]
            return work.handovers.get(sent.id)

    def accepted(self) -> Handover:
        sent = self.offer()
        self.fed.settle()
        got, officer = self.at(self.south[0], sent), self.officer(self.south[0], "receiving")
        self.south[0].handovers.open(got.id, actor=officer)
        self.south[0].handovers.accept(got.id, responsible=RESPONSIBLE, plan="Met.", actor=officer)
        self.fed.settle()
        return sent

    def sound(self, *sent: Handover) -> None:
        by_name = {self.north[0].id: self.north[0], self.south[0].id: self.south[0]}
        for each in sent:
            check_responsible(by_name, each, self.north[0])
        for node in by_name.values():
            check_log(node)
            check_said(node)
            assert [alarm.kind for alarm in alarms_of(node)] == []


def opened_again(fed: Federation, first: Node) -> Node:
    """Give the same node as another process would have it: the same files, its own connections and locks."""
    return nodes.open_node(first.settings, clock=fed.clock, wire=fed.wire)


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def offices(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    folder: Path = tmp_path_factory.mktemp("at-once")
    names = ("gr/athens", "de/hamburg")
    made: Databases | None = request.getfixturevalue("postgresql") if request.param == "PostgreSQL" else None
    stage = federation(folder, *names) if made is None else on_postgresql(folder, made, *names)
    with stage as (fed, [north, south]):
        again = [opened_again(fed, north), opened_again(fed, south)]
        yield Offices(fed, [north, again[0]], [south, again[1]])
        for each in again:
            each.close()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Carry out all acts at the same moment; give what each gave, or the error that it met."""
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place: int) -> None:
        start.wait()
        try:
            results[place] = acts[place]()
        except OutOfOrderError as error:
            results[place] = error
        except BaseException as error:  # noqa: BLE001 - shown by the test that waits for it
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, OutOfOrderError):
            raise result
    return results


@pytest.mark.parametrize("apart", [False, True], ids=["threads", "processes"])
def test_deed_and_withdrawal_at_once_are_one_or_the_other(offices: Offices, apart: bool) -> None:
    one, two = offices.north[0], offices.north[1 if apart else 0]
    first = offices.officer(one, "first")
    seen = set()
    for _ in range(TIMES):
        sent = offices.accepted()
        at_once(
            lambda sent=sent: one.offers.countersign(sent.id, actor=first),  # type: ignore[misc]
            lambda sent=sent: two.offers.withdraw(sent.id, actor=first),  # type: ignore[misc]
        )
        state = offices.at(one, sent).state
        assert state in (State.RELIEVING, State.VOIDING)
        seen.add(state)
        offices.sound(sent)
        offices.fed.settle()
        offices.sound(sent)
        ends = (offices.at(one, sent).state, offices.at(offices.south[0], sent).state)
        assert ends in ((State.TRANSFERRED, State.HOLDING), (State.VOIDED, State.CLOSED))
    assert seen


@pytest.mark.parametrize("apart", [False, True], ids=["threads", "processes"])
def test_two_officers_countersign_at_once_and_one_deed_is_given(offices: Offices, apart: bool) -> None:
    one, two = offices.north[0], offices.north[1 if apart else 0]
    officers = [offices.officer(one, name) for name in ("first", "third")]
    for _ in range(TIMES):
        sent = offices.accepted()
        results = at_once(
            lambda sent=sent: one.offers.countersign(sent.id, actor=officers[0]),  # type: ignore[misc]
            lambda sent=sent: two.offers.countersign(sent.id, actor=officers[1]),  # type: ignore[misc]
        )
        assert sum(isinstance(each, Handover) for each in results) == 1
        assert offices.at(one, sent).state is State.RELIEVING
        offices.fed.settle()
        offices.sound(sent)


@pytest.mark.parametrize("apart", [False, True], ids=["threads", "processes"])
def test_two_offers_of_one_matter_at_once_and_one_is_open(offices: Offices, apart: bool) -> None:
    one, two = offices.north[0], offices.north[1 if apart else 0]
    first, second = (offices.officer(one, name) for name in ("first", "second"))
    for _ in range(TIMES):
        matter = cases.begin(offices.fed, one, first)
        ground = cases.consent(offices.fed, one, matter, to="de/hamburg", actor=first)
        prepared = [
            one.offers.prepare(
                matter.id,
                to=NodeId("de/hamburg"),
                fields=ground.ground.fields,
                ground=ground.id,
                actor=first,
            )
            for _ in range(2)
        ]
        results = at_once(
            lambda id_=prepared[0].id: one.offers.release(id_, actor=second),  # type: ignore[misc]
            lambda id_=prepared[1].id: two.offers.release(id_, actor=second),  # type: ignore[misc]
        )
        assert sum(isinstance(each, Handover) for each in results) == 1
        [refused] = [each for each in results if not isinstance(each, Handover)]
        assert refused.name == "open-offer"
        states = sorted(offices.at(one, each).state for each in prepared)
        assert states == [State.OFFERED, State.PREPARED]
    check_log(one)
    check_said(one)
    offices.fed.settle()


@pytest.mark.parametrize("apart", [False, True], ids=["threads", "processes"])
def test_accepting_and_declining_at_once_leaves_one_word(offices: Offices, apart: bool) -> None:
    one, two = offices.south[0], offices.south[1 if apart else 0]
    officer = offices.officer(one, "receiving")
    for _ in range(TIMES):
        sent = offices.offer()
        offices.fed.settle()
        got = offices.at(one, sent)
        one.handovers.open(got.id, actor=officer)
        at_once(
            lambda id_=got.id: one.handovers.accept(  # type: ignore[misc]
                id_, responsible=RESPONSIBLE, plan="Met.", actor=officer
            ),
            lambda id_=got.id: two.handovers.decline(  # type: ignore[misc]
                id_, code="no-capacity", text="Full.", actor=officer
            ),
        )
        assert offices.at(one, sent).state in (State.BOUND, State.DECLINED)
        offices.fed.settle()
        offices.sound(sent)


@pytest.mark.parametrize("apart", [False, True], ids=["threads", "processes"])
def test_two_workers_deliver_at_once_and_everything_arrives_once(offices: Offices, apart: bool) -> None:
    one, two = offices.north[0], offices.north[1 if apart else 0]
    for _ in range(TIMES):
        sent = [offices.offer() for _ in range(3)]
        at_once(
            lambda: one.outbox.deliver_to(offices.south[0].id),
            lambda: two.outbox.deliver_to(offices.south[0].id),
            lambda: one.clockwork.tick(),
        )
        with one.database.reading() as work:
            for each in sent:
                [queued] = work.queue.of_handover(each.id).values()
                assert queued.delivery is Delivery.RECEIPTED
        for each in sent:
            assert offices.at(offices.south[0], each).state is State.PENDING
        offices.sound(*sent)
    offices.fed.settle()


@pytest.mark.parametrize("apart", [False, True], ids=["threads", "processes"])
def test_the_same_bytes_at_two_doors_at_once_get_one_receipt(offices: Offices, apart: bool) -> None:
    one, two = offices.south[0], offices.south[1 if apart else 0]
    peer = Peer(offices.north[0], one)
    for _ in range(TIMES):
        offer = peer.round().offer()
        first, second = at_once(lambda item=offer: deliver(one, item), lambda item=offer: deliver(two, item))  # type: ignore[misc]
        assert isinstance(first.results[0], Receipt)
        assert first.results == second.results
    check_log(one)
    check_said(one)


@pytest.mark.parametrize("apart", [False, True], ids=["threads", "processes"])
def test_a_withdrawn_consent_and_a_deed_at_once_are_one_or_the_other(offices: Offices, apart: bool) -> None:
    one, two = offices.north[0], offices.north[1 if apart else 0]
    first = offices.officer(one, "first")
    for _ in range(TIMES):
        sent = offices.accepted()
        at_once(
            lambda sent=sent: one.offers.countersign(sent.id, actor=first),  # type: ignore[misc]
            lambda sent=sent: two.consents.withdraw(sent.ground, actor=first),  # type: ignore[misc]
        )
        kept = offices.at(one, sent)
        assert kept.state in (State.RELIEVING, State.VOIDING)
        with one.database.reading() as work:
            withdrawn = work.grounds.get(kept.ground).ground.withdrawn_at  # type: ignore[arg-type]
            claim = work.matters.get(kept.matter).claim
        assert withdrawn is not None
        assert claim is (Claim.RELIEVING if kept.state is State.RELIEVING else Claim.HOLDER)
        offices.fed.settle()
        offices.sound(sent)


def test_the_incoming_acceptance_and_the_withdrawal_at_once_are_in_one_order(offices: Offices) -> None:
    one = offices.north[0]
    first = offices.officer(one, "first")
    for _ in range(TIMES):
        sent = offices.offer()
        assert sent.offer is not None
        round_ = Peer(offices.south[0], one).answering(sent)
        acceptance = round_.say(Act.ACCEPTANCE, re=sent.offer)
        at_once(
            lambda item=acceptance: deliver(offices.north[1], item),  # type: ignore[misc]
            lambda sent=sent: one.offers.withdraw(sent.id, actor=first),  # type: ignore[misc]
        )
        assert offices.at(one, sent).state is State.VOIDING
        with one.database.reading() as work:
            kept = work.envelopes.of_handover(sent.id)
        assert [each.act for each in kept if not each.incoming] == [Act.OFFER, Act.VOID]
        assert [envelopes.read(each.data).claimed.seq for each in kept if not each.incoming] == [1, 2]
    check_log(one)
