"""The queue's figures, its hurrying, and answers kept with their effect."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.exc import InternalError

import cases
import postgres
from federation import Federation, Wire
from handover.adapters.engines import make_engine
from handover.application.facts import Actor, Delivery, Depth
from handover.application.repeats import KeyUsedError, Reply
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol.delivery import Answer, Problem, decode_answer, encode_answer


@dataclass
class Refusing(Wire):
    """A peer that refuses for good as long as a test wants it to."""

    refuses: bool = False

    def post(self, peer: NodeId, address: str, body: bytes) -> bytes:
        answer = super().post(peer, address, body)
        if not self.refuses:
            return answer
        number = body.count(b'"envelope"')
        found = decode_answer(answer, expected=number)
        problem = Problem(name="mandate-missing", retry=False, detail="no")
        refused = Answer(results=(problem,) * number, consistency=found.consistency, head=found.head)
        return encode_answer(refused)


@dataclass
class Desk:
    fed: Federation
    wire: Refusing
    node: Node
    first: Actor
    second: Actor

    def depths(self) -> list[Depth]:
        with self.node.database.reading() as work:
            return work.queue.depths()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield from _desk(tmp_path, "")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=postgres.needed)])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    if request.param == "sqlite":
        yield from _desk(tmp_path, "")
    else:
        with postgres.server() as url:
            yield from _desk(tmp_path, url)


def _desk(folder: Path, url: str) -> Iterator[Desk]:
    wire = Refusing()
    fed = Federation(folder, wire=wire)
    node, south = fed.add("gr/athens", database=url), fed.add("de/hamburg")
    yield Desk(fed, wire, node, fed.officer(node, "first"), fed.officer(node, "second"))
    node.close()
    south.close()


def test_what_waits_is_counted_with_its_age_until_it_is_receipted(desk: Desk) -> None:
    since = desk.fed.clock.now
    for _ in range(2):
        cases.offer(desk.fed, desk.node, "de/hamburg", desk.first, desk.second)
        desk.fed.clock.pass_(10)
    [depth] = desk.depths()
    assert (depth.peer, depth.waiting, depth.refused) == ("de/hamburg", 2, 0)
    assert depth.since == since
    desk.fed.settle()
    assert desk.depths() == []


def test_what_was_refused_for_good_is_counted_and_can_be_sent_again(both: Desk) -> None:
    both.wire.refuses = True
    cases.offer(both.fed, both.node, "de/hamburg", both.first, both.second)
    both.node.outbox.deliver_due()
    [depth] = both.depths()
    assert (depth.waiting, depth.refused, depth.since) == (0, 1, None)
    assert not both.node.outbox.due()
    [stuck] = both.node.watch.queue(actor=both.first, delivery=Delivery.REFUSED)
    assert stuck.problem == "mandate-missing"
    both.wire.refuses = False
    assert both.node.watch.retry(stuck.peer, actor=both.first) == 1
    assert [each.receipted for each in both.node.outbox.deliver_due()] == [1]
    assert both.depths() == []


def test_a_reader_sees_one_moment_whatever_is_committed_meanwhile(both: Desk) -> None:
    with both.node.database.reading() as work:
        size = work.log.head().size
        cases.offer(both.fed, both.node, "de/hamburg", both.first, both.second)
        assert (work.queue.depths(), work.log.head().size) == ([], size)
    [depth] = both.depths()
    assert depth.waiting == 1


@postgres.needed
def test_a_reader_of_postgresql_cannot_write() -> None:
    with postgres.server() as url:
        engine = make_engine(url)
        with (
            engine.connect().execution_options(handover_reads=True) as connection,
            pytest.raises(InternalError, match="read-only"),
        ):
            connection.exec_driver_sql("CREATE TABLE written (id INTEGER)")
        with engine.begin() as connection:  # the same connection of the pool
            connection.exec_driver_sql("CREATE TABLE written (id INTEGER)")
        engine.dispose()


def test_what_a_round_no_longer_says_is_not_sent_again(desk: Desk) -> None:
    desk.wire.refuses = True
    sent = cases.offer(desk.fed, desk.node, "de/hamburg", desk.first, desk.second)
    desk.node.outbox.deliver_due()
    desk.wire.refuses = False
    desk.wire.down.add(sent.peer)
    desk.node.offers.withdraw(sent.id, actor=desk.first)
    [depth] = desk.depths()
    assert (depth.waiting, depth.refused) == (1, 0)
    assert desk.node.watch.retry(sent.peer, actor=desk.first) == 1


def test_hurrying_forgets_the_back_off(desk: Desk) -> None:
    sent = cases.offer(desk.fed, desk.node, "de/hamburg", desk.first, desk.second)
    desk.wire.down.add(sent.peer)
    for _ in range(4):
        desk.node.outbox.deliver_to(sent.peer)
    desk.wire.down.clear()
    assert not desk.node.outbox.due()
    desk.node.watch.retry(sent.peer, actor=desk.first)
    assert desk.node.outbox.due() == [sent.peer]


def test_an_answer_is_kept_with_its_effect_or_neither_is(both: Desk) -> None:
    def begin(*, fails: bool) -> Reply:
        made = cases.begin(both.fed, both.node, both.first)
        if fails:
            raise KeyError
        return Reply(status=201, body=made.id.encode())

    def once(*, fails: bool, request: bytes = b"a") -> Reply:
        return both.node.repeats.once(
            lambda: begin(fails=fails), key="key", request=request, actor=both.first
        )

    with pytest.raises(KeyError):
        once(fails=True)
    assert both.node.cases.page(actor=both.first) == []
    first = once(fails=False)
    again = once(fails=True)
    assert (again.body, again.replayed) == (first.body, True)
    assert [each.id.encode() for each in both.node.cases.page(actor=both.first)] == [first.body]
    with pytest.raises(KeyUsedError):
        once(fails=False, request=b"b")


def test_an_answer_is_forgotten_after_thirty_days(desk: Desk) -> None:
    def once() -> Reply:
        return desk.node.repeats.once(
            lambda: Reply(status=200, body=b"x"), key="key", request=b"a", actor=desk.first
        )

    once()
    desk.fed.clock.pass_(31 * 86400)
    desk.node.repeats.once(lambda: Reply(status=200, body=b"y"), key="other", request=b"b", actor=desk.first)
    assert not once().replayed
