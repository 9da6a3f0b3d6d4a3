"""The sender's side of the wire: peers that lie, stall, answer too much, or show two logs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cases
import contradicting
from federation import START, Federation, federation
from handover.application.backoff import CAP
from handover.application.facts import Delivery as Delivered
from handover.application.facts import Handover
from handover.application.outbox import Round
from handover.domain.errors import MalformedError, UnreachableError
from handover.domain.handover import State
from handover.domain.ids import Digest, NodeId
from handover.node import Node
from handover.protocol import checkpoint as checkpoints
from handover.protocol import contradiction, evidence_lines, merkle, strict
from handover.protocol import entry as entries
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.delivery import (
    Answer,
    Delivery,
    Problem,
    decode_answer,
    decode_delivery,
    encode_answer,
)
from handover.protocol.entry import Entry, EntryKind
from handover.protocol.evidence import Word
from handover.protocol.receipt import Receipt
from two_nodes.scene import alarms_of, entries_of, log_size, tables_of

Bend = Callable[[Answer], Answer]


@dataclass
class Liar:
    """A federation in which the receiver's answers are bent before the sender sees them."""

    fed: Federation
    sender: Node
    receiver: Node
    asked: list[Delivery] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.first = self.fed.officer(self.sender, "first")
        self.second = self.fed.officer(self.sender, "second")

    def offer(self) -> Handover:
        return cases.offer(self.fed, self.sender, self.receiver.id, self.first, self.second)

    def bent(self, change: Bend) -> None:
        """From now on change what the receiver answers."""

        def bend(body: bytes) -> bytes:
            _, request = self.fed.wire.posted[-1]
            asked = decode_delivery(request)
            return encode_answer(change(decode_answer(body, expected=len(asked.items))))

        self.fed.wire.bend = bend

    def honest(self) -> None:
        self.fed.wire.bend = None

    def deliver(self) -> Round:
        return self.sender.outbox.deliver_to(self.receiver.id)

    def waits(self, sent: Handover) -> Delivered:
        with self.sender.database.reading() as work:
            [queued] = work.queue.of_handover(sent.id).values()
        return queued.delivery

    def receipts(self) -> int:
        with self.sender.database.engine.connect() as connection:
            count = connection.exec_driver_sql("SELECT count(*) FROM receipt").scalar_one()
            connection.rollback()
        return int(count)

    def not_believed(self, sent: Handover) -> None:
        """Deliver; nothing of the answer is kept, and the envelope goes out again once it is honest."""
        before = tables_of(self.sender, without=frozenset({"peer", "queue"}))
        done = self.deliver()
        assert done.error, "it was believed"
        assert tables_of(self.sender, without=frozenset({"peer", "queue"})) == before
        assert self.waits(sent) is Delivered.QUEUED
        with self.sender.database.reading() as work:
            assert work.peers.get(self.receiver.id).failures > 0
        self.honest()
        self.fed.clock.pass_(CAP)
        assert self.deliver().error is None
        assert self.waits(sent) is Delivered.RECEIPTED


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Liar]:
    folder = tmp_path_factory.mktemp("liar")
    with federation(folder, "gr/athens", "de/hamburg") as (fed, [sender, receiver]):
        yield Liar(fed, sender, receiver)


@pytest.fixture
def liar(stage: Liar) -> Iterator[Liar]:
    """Give two nodes that have nothing to say to one another, and no alarm."""
    yield stage
    stage.fed.clock.now = START
    stage.fed.wire = replace(stage.fed.wire, down=set(), lose_answers=0, bend=None, posted=[])
    stage.sender.outbox._wire = stage.fed.wire
    stage.receiver.outbox._wire = stage.fed.wire
    for node in (stage.sender, stage.receiver):
        with node.database.begin() as work:
            for alarm in work.alarms.all(1000):
                work.alarms.see(alarm.id, by="the test", at=work.now)
            for peer in work.peers.all():
                work.peers.put(replace(peer, failures=0, not_before=0))
        with node.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE queue SET due = NULL, standing = 0")


def receipt(answer: Answer, place: int = 0) -> Receipt:
    found = answer.results[place]
    assert isinstance(found, Receipt)
    return found


def with_receipt(answer: Answer, **changes: Any) -> Answer:
    return replace(answer, results=(replace(receipt(answer), **changes),))


def reentered(document: bytes, **changes: Any) -> bytes:
    return entries.encode(replace(entries.decode(document), **changes))


LIES: dict[str, Bend] = {
    "an entry about another envelope": lambda answer: with_receipt(
        answer, entry=reentered(receipt(answer).entry, object=Digest("A" * 43))
    ),
    "an entry of another kind": lambda answer: with_receipt(
        answer, entry=reentered(receipt(answer).entry, kind=EntryKind.REFUSED)
    ),
    "an entry with another salt": lambda answer: with_receipt(
        answer, entry=reentered(receipt(answer).entry, salt=bytes(16))
    ),
    "another place in the log": lambda answer: with_receipt(answer, index=receipt(answer).index + 1),
    "a path that leads elsewhere": lambda answer: with_receipt(
        answer, path=(*receipt(answer).path, bytes(32))
    ),
    "a checkpoint with a changed signature": lambda answer: _checkpointed(answer, flipped_note(answer)),
    "a checkpoint of one signature": lambda answer: _checkpointed(answer, one_line(answer)),
    "no checkpoint for the head": lambda answer: replace(answer, head=flipped_note(answer)),
}


def _checkpointed(answer: Answer, note: bytes) -> Answer:
    return replace(with_receipt(answer, checkpoint=note), head=note)


def flipped_note(answer: Answer) -> bytes:
    note = receipt(answer).checkpoint
    return note[:-10] + (b"A" if note[-10:-9] != b"A" else b"B") + note[-9:]


def one_line(answer: Answer) -> bytes:
    lines = receipt(answer).checkpoint.split(b"\n")
    return b"\n".join([*lines[:5], b""])


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_forged_receipt_is_not_believed(liar: Liar, lie: Bend) -> None:
    sent = liar.offer()
    liar.bent(lie)
    liar.not_believed(sent)


def logged_elsewhere(liar: Liar, *, matter: str = "A" * 22, node: Node | None = None) -> Bend:
    """Give an answer whose receipt is really signed, by the keys of a node, over a log of the test's own."""

    def bend(answer: Answer) -> Answer:
        digest = strict.digest(decode_delivery(liar.fed.wire.posted[-1][1]).items[0].envelope)
        document = entries.encode(
            Entry(
                kind=EntryKind.RECEIVED, time=1, matter=matter, n=1, prev=None, object=digest, salt=bytes(16)
            )
        )
        root = merkle.leaf_hash(entries.leaf(document))
        signer = (node or liar.receiver).vault.log_signer
        note = checkpoints.sign(
            Checkpoint(origin=f"{(node or liar.receiver).id}/log", size=1, root=root), signer, 1
        )
        made = Receipt(entry=document, index=0, path=(), checkpoint=note)
        return Answer(results=(made,), consistency=(), head=note)

    return bend


def test_a_receipt_from_another_log_is_not_believed(liar: Liar) -> None:
    sent = liar.offer()
    liar.bent(logged_elsewhere(liar, matter=sent.pair, node=liar.sender))
    liar.not_believed(sent)


def test_a_receipt_that_files_the_envelope_under_another_matter_is_not_believed(liar: Liar) -> None:
    """Its own log would show a gap-free matter that lacks this envelope."""
    sent = liar.offer()
    liar.bent(logged_elsewhere(liar))
    liar.not_believed(sent)


def test_the_receipt_of_another_envelope_is_none(liar: Liar) -> None:
    first = liar.offer()
    liar.deliver()
    with liar.sender.database.reading() as work:
        assert first.offer is not None
        kept = work.envelopes.receipts([first.offer])[first.offer]
    other = Receipt(entry=kept.document, index=kept.index, path=kept.path, checkpoint=kept.checkpoint)
    second = liar.offer()
    liar.bent(lambda answer: replace(answer, results=(other,)))
    liar.not_believed(second)


def test_swapped_receipts_of_one_batch_are_not_believed(liar: Liar) -> None:
    sent = [liar.offer(), liar.offer()]
    liar.bent(lambda answer: replace(answer, results=answer.results[::-1]))
    assert liar.deliver().error == "receipt-mismatch"
    assert [liar.waits(each) for each in sent] == [Delivered.QUEUED] * 2


BODIES: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda body: b"",
    "no JSON": lambda body: b"<html>502 Bad Gateway</html>",
    "cut off": lambda body: body[:-1],
    "one result too few": lambda body: strict.dumps({"checkpoints": [], "consistency": [], "results": []}),
    "one result too many": lambda body: _twice(body),
    "a checkpoint that is not there": lambda body: body.replace(b'"checkpoint":0', b'"checkpoint":7'),
    "a member twice": lambda body: body[:-1] + b',"results":[]}',
    "a receipt and a problem": lambda body: body.replace(
        b'{"receipt":', b'{"problem":{"name":"x","retry":true,"detail":""},"receipt":', 1
    ),
    "a problem with a name in words": lambda body: _problem("The child Maria P. is unknown", "x"),
    "a problem without end": lambda body: _problem("malformed", "x" * 5000),
    "deep": lambda body: b"[" * 100_000 + b"]" * 100_000,
    "too much": lambda body: body + b" " * (5 * 1024 * 1024),
    "not UTF-8": lambda body: body + b"\xff",
}


def _twice(body: bytes) -> bytes:
    answer = decode_answer(body, expected=1)
    return encode_answer(replace(answer, results=answer.results * 2))


def _problem(name: str, detail: str) -> bytes:
    results: strict.Json = [{"problem": {"name": name, "retry": False, "detail": detail}}]
    return strict.dumps({"checkpoints": [], "consistency": [], "results": results})


@pytest.mark.parametrize("change", BODIES.values(), ids=BODIES)
def test_an_answer_of_another_shape_is_none(liar: Liar, change: Callable[[bytes], bytes]) -> None:
    sent = liar.offer()
    liar.fed.wire.bend = change
    liar.not_believed(sent)


def grown(liar: Liar) -> Checkpoint:
    """Let the sender verify a checkpoint of the receiver's log, and give it."""
    liar.offer()
    assert liar.deliver().receipted == 1
    with liar.sender.database.reading() as work:
        known = work.peers.get(liar.receiver.id)
    assert known.log_size > 0
    return Checkpoint(origin=f"{liar.receiver.id}/log", size=known.log_size, root=known.log_root)


def resigned(liar: Liar, size: int, root: bytes) -> bytes:
    signer = liar.receiver.vault.log_signer
    head = Checkpoint(origin=f"{liar.receiver.id}/log", size=size, root=root)
    return checkpoints.sign(head, signer, liar.fed.clock.now)


FORKS: dict[str, Callable[[Liar, Checkpoint, Answer], Answer]] = {
    "another tree of the same size": lambda liar, old, answer: replace(
        answer, head=resigned(liar, old.size, bytes(32)), consistency=()
    ),
    "a smaller tree": lambda liar, old, answer: replace(
        answer, head=resigned(liar, old.size - 1, bytes(32)), consistency=()
    ),
    "a larger tree of other entries": lambda liar, old, answer: replace(
        answer, head=resigned(liar, old.size + 9, bytes(32))
    ),
    "no proof": lambda liar, old, answer: replace(answer, consistency=()),
    "a proof of something else": lambda liar, old, answer: replace(answer, consistency=(bytes(32),) * 3),
}


@pytest.mark.parametrize("fork", FORKS.values(), ids=FORKS)
def test_a_log_that_does_not_extend_is_an_alarm_with_both_checkpoints(
    liar: Liar, fork: Callable[[Liar, Checkpoint, Answer], Answer]
) -> None:
    old = grown(liar)
    sent = liar.offer()
    size = log_size(liar.sender)
    liar.bent(lambda answer: fork(liar, old, answer))
    before = liar.receipts()
    assert liar.deliver().error == "split-view"
    assert (liar.receipts(), liar.waits(sent)) == (before, Delivered.QUEUED)
    [alarm] = alarms_of(liar.sender)
    assert (alarm.kind, alarm.peer) == ("split-view", liar.receiver.id)
    later, earlier = alarm.evidence
    keys = liar.sender.registry.entry(liar.receiver.id, liar.fed.clock.now).log_keys()
    shown = checkpoints.verify(earlier, checkpoints.key_of(earlier, keys))
    assert (shown.size, shown.root) == (old.size, old.root)
    checkpoints.verify(later, checkpoints.key_of(later, keys))
    logged = [entry for entry in entries_of(liar.sender, size) if entry.kind is EntryKind.SPLIT_VIEW]
    assert [entry.object for entry in logged] == [strict.digest(later)]

    liar.fed.clock.pass_(CAP)
    assert liar.deliver().error == "split-view"
    assert alarms_of(liar.sender) == [alarm]
    liar.honest()
    liar.fed.clock.pass_(CAP)
    liar.deliver()
    assert liar.waits(sent) is Delivered.RECEIPTED


def test_a_proof_that_leads_from_another_tree_is_kept_and_the_file_proves_the_split_view(liar: Liar) -> None:
    old = grown(liar)
    while not old.size & (old.size - 1):  # from a power of two entries a proof does not say the root
        old = grown(liar)
    other = contradicting.tree(old.size + 3)
    liar.offer()
    liar.bent(
        lambda answer: replace(
            answer, head=resigned(liar, other.size, other.root()), consistency=other.consistency(old.size)
        )
    )
    assert liar.deliver().error == "split-view"
    [alarm] = alarms_of(liar.sender)
    assert len(alarm.evidence) == 3

    actor = liar.fed.officer(liar.sender, "auditor")
    file = contradiction.read(liar.sender.log_proofs.export(alarm.id, actor=actor))
    first, second = (evidence_lines.read_checkpoint(each) for each in file.lines[Word.CHECKPOINT])
    proof = evidence_lines.read_consistency(file.lines[Word.CONSISTENCY][0])
    keys = liar.sender.registry.entry(liar.receiver.id, liar.fed.clock.now).log_keys()
    older, newer = (
        checkpoints.verify_signed(each, checkpoints.key_of(each, keys)) for each in (first, second)
    )
    assert contradiction.judge(older, newer, proof) is contradiction.Kind.NOT_GROWN


def test_two_answers_that_cross_are_no_split_view(liar: Liar) -> None:
    """Two workers ask at once; the answer that was made first comes last."""
    grown(liar)
    held: list[bytes] = []
    one = liar.offer()
    inner = liar.fed.wire.post

    def slow(peer: NodeId, address: str, body: bytes) -> bytes:
        answer = inner(peer, address, body)
        if not held:
            held.append(answer)
            liar.offer()
            assert liar.deliver().receipted == 2
        return answer

    liar.sender.outbox._wire.post = slow  # type: ignore[method-assign]
    assert liar.deliver().error is None
    assert alarms_of(liar.sender) == []
    assert liar.waits(one) is Delivered.RECEIPTED
    with liar.sender.database.reading() as work:
        known = work.peers.get(liar.receiver.id)
    with liar.receiver.database.reading() as work:
        assert known.log_size == work.log.head().size


def refusing(name: str, *, retry: bool) -> Bend:
    return lambda answer: replace(answer, results=(Problem(name=name, retry=retry, detail="x"),))


def test_a_refusal_that_may_pass_is_tried_again_and_a_final_one_waits_for_a_person(liar: Liar) -> None:
    sent = liar.offer()
    liar.bent(refusing("from-the-future", retry=True))
    assert liar.deliver().refused == 1
    assert (liar.waits(sent), alarms_of(liar.sender)) == (Delivered.REFUSED, [])
    liar.fed.clock.pass_(60)
    liar.bent(refusing("mandate-missing", retry=False))
    assert liar.deliver().refused == 1
    [alarm] = alarms_of(liar.sender)
    assert (alarm.kind, alarm.handover) == ("refused", sent.id)
    liar.fed.clock.pass_(86400)
    assert liar.deliver().sent == 0
    liar.honest()
    assert liar.sender.watch.retry(liar.receiver.id, actor=liar.first) == 1
    assert liar.deliver().receipted == 1
    assert liar.waits(sent) is Delivered.RECEIPTED


def test_one_refused_item_does_not_keep_its_neighbours_receipts_away(liar: Liar) -> None:
    sent = [liar.offer() for _ in range(3)]

    def bend(answer: Answer) -> Answer:
        refused = Problem(name="malformed", retry=False, detail="x")
        return replace(answer, results=(answer.results[0], refused, answer.results[2]))

    liar.bent(bend)
    done = liar.deliver()
    assert (done.receipted, done.refused, done.error) == (2, 1, None)
    expected = [Delivered.RECEIPTED, Delivered.REFUSED, Delivered.RECEIPTED]
    assert [liar.waits(each) for each in sent] == expected


def test_who_does_not_answer_is_asked_ever_more_seldom_and_never_given_up(liar: Liar) -> None:
    sent = liar.offer()
    liar.fed.wire.down.add(liar.receiver.id)
    waits = []
    for _ in range(14):
        assert liar.deliver().error == "unreachable"
        with liar.sender.database.reading() as work:
            waits.append(work.peers.get(liar.receiver.id).not_before - work.now)
        liar.fed.clock.pass_(waits[-1])
    assert max(waits) <= CAP
    assert waits[-1] > 400
    assert waits[0] <= 2
    liar.fed.wire.down.clear()
    assert liar.deliver().receipted == 1
    assert liar.waits(sent) is Delivered.RECEIPTED


def test_who_is_heard_from_is_spoken_to_at_once(liar: Liar) -> None:
    """The back-off ends when the peer itself speaks."""
    liar.fed.wire.down.add(liar.receiver.id)
    liar.offer()
    for _ in range(8):
        liar.deliver()
        liar.fed.clock.pass_(600)
    liar.deliver()
    assert liar.sender.outbox.due() == []
    liar.fed.wire.down.clear()
    officers = [liar.fed.officer(liar.receiver, name) for name in ("first", "second")]
    cases.offer(liar.fed, liar.receiver, liar.sender.id, *officers)
    liar.receiver.outbox.deliver_due()
    assert liar.sender.outbox.due() == [liar.receiver.id]


def test_an_answer_that_comes_too_late_is_no_answer(liar: Liar) -> None:
    """The bytes arrived and were stored; the repeat gets the same receipt, and nothing happens twice."""
    sent = liar.offer()
    liar.fed.wire.lose_answers = 3
    for _ in range(3):
        assert liar.deliver().error
        liar.fed.clock.pass_(CAP)
    before = tables_of(liar.receiver)
    assert liar.deliver().receipted == 1
    assert tables_of(liar.receiver) == before
    assert liar.waits(sent) is Delivered.RECEIPTED


def test_a_fault_of_the_wire_is_reported_and_does_not_stop_other_peers(liar: Liar) -> None:
    liar.offer()

    def broken(peer: NodeId, address: str, body: bytes) -> bytes:
        raise UnreachableError("no route")

    liar.sender.outbox._wire.post = broken  # type: ignore[method-assign]
    assert [done.error for done in liar.sender.outbox.deliver_due()] == ["unreachable"]


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_whatever_is_answered_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_answer(data, expected=1)


def test_states_follow_from_envelopes_not_from_receipts(liar: Liar) -> None:
    """A receipt says that something was stored, and moves nothing."""
    sent = liar.offer()
    liar.deliver()
    with liar.sender.database.reading() as work:
        assert work.handovers.get(sent.id).state is State.OFFERED
