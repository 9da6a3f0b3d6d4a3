"""Two real nodes compare what they have said: the one lost row is found, a denied receipt is proved, no more leaks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import delete

import cases
from federation import Federation, federation
from handover.adapters import tables
from handover.adapters.metadata import metadata
from handover.adapters.post import to_bytes
from handover.adapters.reconciliation import ReconciliationShelf
from handover.application import reconciling
from handover.application.facts import Handover, KeptEnvelope
from handover.application.outbox import Round
from handover.application.reconciled import Difference, Finding, Reconciled, ReconciliationStaleError
from handover.application.reconciliations import HOURLY, PATH
from handover.application.refusals import PeerRefusedError
from handover.domain.errors import HandoverError, UntrustedError
from handover.domain.handover import Act, State
from handover.domain.ids import Digest, NodeId, RoundId
from handover.node import Node
from handover.protocol import digest_tree, receipt, strict
from handover.protocol import reconciliation as questions
from handover.protocol import reconciliation_answer as answers
from handover.protocol.digest_tree import Summary
from handover.protocol.entry import EntryKind
from handover.protocol.reconciliation_answer import Answer, Listed, Told
from two_nodes.scene import alarms_of, entries_of, log_size, tables_of

MINUTE = 60
FORGOTTEN = (
    "alarm", "answered", "envelope", "handover", "matter", "payload", "peer", "queue", "receipt", "reconciliation",
    "reconciliation_difference",
)  # fmt: skip


@dataclass
class Pair:
    """Athens, which asks, and Hamburg, which is asked; Lyon talks to both."""

    fed: Federation
    athens: Node
    hamburg: Node
    lyon: Node

    def offer(self, at: Node | None = None, to: Node | None = None) -> Handover:
        at, to = at or self.athens, to or self.hamburg
        officers = [self.fed.officer(at, name) for name in ("first", "second")]
        return cases.offer(self.fed, at, to.id, *officers)

    def talk(self, number: int = 1) -> list[Handover]:
        """Let a round come to its acceptance, so many times, and everything arrive."""
        rounds = [self.offer() for _ in range(number)]
        self.fed.settle()
        officer = self.fed.officer(self.hamburg, "receiving")
        for each in rounds:
            got = self.of(self.hamburg, each)
            self.hamburg.handovers.open(got.id, actor=officer)
            responsible = {"name": "Anna", "organisation": "Jugendamt", "contact": ""}
            self.hamburg.handovers.accept(got.id, responsible=responsible, plan="Met.", actor=officer)
        self.fed.settle()
        return rounds

    def of(self, at: Node, handover: Handover) -> Handover:
        """Give a round of Athens as *at* keeps it."""
        with at.database.reading() as work:
            if at is self.athens:
                return work.handovers.get(handover.id)
            return work.handovers.find(self.athens.id, [handover.round])[handover.round]

    def said(self, at: Node, handover: Handover, act: Act) -> KeptEnvelope:
        with at.database.reading() as work:
            return next(
                each for each in work.envelopes.of_handover(self.of(at, handover).id) if each.act is act
            )

    def compare(self, at: Node | None = None, to: Node | None = None) -> Reconciled:
        at, to = at or self.athens, to or self.hamburg
        return at.reconciling(at.wire).reconcile(to.id)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with federation(tmp_path_factory.mktemp("pair"), "gr/athens", "de/hamburg", "fr/lyon") as (fed, nodes):
        yield Pair(fed, *nodes)


@pytest.fixture
def pair(made: Pair) -> Iterator[Pair]:
    """Give the three nodes, of which each test leaves nothing but their logs, keys and officers."""
    usual, now = dict(made.fed.wire.paths), made.fed.clock.now
    yield made
    made.fed.clock.now = now  # the registry stays fresh
    wire = made.fed.wire
    wire.down.clear()
    wire.bending.clear()
    wire.paths = usual
    for node in (made.athens, made.hamburg, made.lyon):
        with node.database.engine.begin() as connection:
            for name in FORGOTTEN:
                connection.execute(delete(metadata.tables[name]))


def lose(at: Node, digest: Digest, *names: str) -> None:
    """Take rows away as a disk does that loses some."""
    with at.database.engine.begin() as connection:
        for name in names:
            table = metadata.tables[name]
            column = table.c.envelope if name == "receipt" else table.c.digest
            assert connection.execute(delete(table).where(column == to_bytes(digest))).rowcount == 1


def found(kept: KeptEnvelope, finding: Finding, at: Handover, index: int | None = None) -> Difference:
    return Difference(
        digest=kept.digest, finding=finding, round=kept.round, act=kept.act, handover=at.id, index=index
    )


def index_of(at: Node, kind: EntryKind, digest: Digest) -> int:
    return next(
        place for place, each in enumerate(entries_of(at)) if each.kind is kind and each.object == digest
    )


def test_two_nodes_that_have_lost_nothing_agree_with_one_question(pair: Pair) -> None:
    pair.talk(2)
    asked = len(pair.fed.wire.small)
    made = pair.compare()
    assert len(pair.fed.wire.small) == asked + 1
    assert made.agrees
    assert (made.waiting, made.refused, made.coming) == (0, 0, 0)
    assert made.sent >= 2
    assert made.received >= 4, "opened and acceptance of two rounds"
    with pair.athens.database.reading() as work, pair.hamburg.database.reading() as other:
        assert (made.agreed_own_size, made.agreed_peer_size) == (work.log.head().size, other.log.head().size)
        assert work.reconciliations.get(pair.hamburg.id) == made
    back = pair.compare(pair.hamburg, pair.athens)
    assert back.agrees
    assert (back.sent, back.received) == (made.received, made.sent)


def test_the_one_envelope_that_the_peers_disk_has_lost_is_found_and_its_receipt_proves_it(pair: Pair) -> None:
    rounds = pair.talk(3)
    kept = pair.said(pair.hamburg, rounds[1], Act.OFFER)
    lose(pair.hamburg, kept.digest, "envelope")
    size = log_size(pair.athens)
    made = pair.compare()
    place = index_of(pair.hamburg, EntryKind.RECEIVED, kept.digest)
    assert made.differences == (found(kept, Finding.DENIED, rounds[1], place),)
    (alarm,) = alarms_of(pair.athens)
    assert (alarm.kind, alarm.peer, alarm.handover) == ("receipt-denied", pair.hamburg.id, rounds[1].id)
    require_proved(pair.athens, alarm.evidence, kept.digest)
    logged = [each for each in entries_of(pair.athens, size) if each.kind is EntryKind.EQUIVOCATION]
    assert [each.object for each in logged] == [strict.digest(alarm.evidence[-1])]


def require_proved(at: Node, evidence: tuple[bytes, ...], digest: Digest) -> None:
    """Check, with the registry's keys alone, that the peer has signed two things that exclude each other."""
    envelope, proof, question, answer = evidence
    assert strict.digest(envelope) == digest
    unverified = answers.read(answer)
    entry = at.registry.entry(unverified.claimed.asked, at.clock())
    keys = {key.kid: key for key in entry.keys}
    said = unverified.verify(keys[unverified.kid].public, question=question)
    held = receipt.from_proof(proof)
    logged = receipt.verify(held, envelope=digest, key=entry.log_key())
    assert logged.object == digest
    assert said.denies(digest, index=held.index)


def test_what_was_found_once_raises_no_second_alarm_though_a_person_has_seen_the_first(pair: Pair) -> None:
    (round_,) = pair.talk()
    lose(pair.hamburg, pair.said(pair.hamburg, round_, Act.OFFER).digest, "envelope")
    pair.compare()
    with pair.athens.database.begin() as work:
        for each in work.alarms.all():
            work.alarms.see(each.id, by="the test", at=work.now)
    assert len(pair.compare().differences) == 1
    assert not alarms_of(pair.athens)


def test_what_this_node_has_lost_is_found_with_its_place_in_the_nodes_own_log(pair: Pair) -> None:
    (round_,) = pair.talk()
    kept = pair.said(pair.athens, round_, Act.ACCEPTANCE)
    offer = pair.said(pair.athens, round_, Act.OFFER)
    lose(pair.athens, kept.digest, "envelope")
    lose(pair.athens, offer.digest, "envelope")
    made = pair.compare()
    assert set(made.differences) == {
        found(kept, Finding.LOST_HERE, round_, index_of(pair.athens, EntryKind.RECEIVED, kept.digest)),
        found(offer, Finding.UNKNOWN_HERE, round_, index_of(pair.athens, EntryKind.SENT, offer.digest)),
    }
    assert {each.kind for each in alarms_of(pair.athens)} == {"message-missing"}


def test_what_the_peer_has_signed_and_disowns_is_kept_with_its_signature(pair: Pair) -> None:
    (round_,) = pair.talk()
    kept = pair.said(pair.athens, round_, Act.ACCEPTANCE)
    lose(pair.hamburg, kept.digest, "envelope")
    made = pair.compare()
    assert made.differences == (found(kept, Finding.DISOWNED, round_),)
    (alarm,) = alarms_of(pair.athens)
    assert alarm.evidence[0] == kept.data


def test_a_peer_that_was_restored_has_forgotten_and_lies_not(pair: Pair) -> None:
    (round_,) = pair.talk()
    kept = pair.said(pair.hamburg, round_, Act.OFFER)
    own = pair.said(pair.hamburg, round_, Act.ACCEPTANCE)
    lose(pair.hamburg, kept.digest, "envelope")
    lose(pair.hamburg, own.digest, "envelope")
    pair.fed.wire.bending[pair.hamburg.id] = bent(pair, lambda answer: replace(answer, incarnation=2))
    made = pair.compare()
    assert {each.finding for each in made.differences} == {Finding.FORGOTTEN}
    assert len(made.differences) == 2
    assert {each.kind for each in alarms_of(pair.athens)} == {"message-missing"}


def test_what_is_on_its_way_is_not_lost(pair: Pair) -> None:
    pair.talk()
    pair.fed.wire.down.add(pair.hamburg.id)
    pair.offer()
    pair.athens.outbox.deliver_due()
    pair.fed.wire.down.clear()
    made = pair.compare()
    assert (made.agrees, made.waiting, made.differences) == (True, 1, ())
    back = pair.compare(pair.hamburg, pair.athens)
    assert (back.agrees, back.coming) == (True, 0), "nothing that is receipted differs: nothing more is told"


def test_what_has_arrived_without_its_receipt_is_not_lost(pair: Pair) -> None:
    pair.talk()
    pair.offer()
    pair.fed.wire.lose_answers = 1
    pair.athens.outbox.deliver_due()
    made = pair.compare()
    assert (made.agrees, made.waiting) == (True, 1)
    assert pair.compare(pair.hamburg, pair.athens).agrees
    assert not alarms_of(pair.athens)
    assert not alarms_of(pair.hamburg)


def test_what_is_receipted_while_the_peer_answers_is_not_disowned(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The peer's other process moves a message from what has no receipt to what has one, between two looks."""
    round_ = pair.offer()
    pair.fed.settle()
    actor = pair.fed.officer(pair.hamburg, "receiving")
    pair.hamburg.handovers.open(pair.of(pair.hamburg, round_).id, actor=actor)
    pair.fed.wire.lose_answers = 1
    pair.hamburg.outbox.deliver_due()
    pair.fed.clock.pass_(MINUTE)
    usual = ReconciliationShelf.unreceipted
    seen: list[Round] = []

    def late(shelf: ReconciliationShelf, peer: NodeId, prefix: str = "") -> list[Digest]:
        if not seen:
            seen.extend(pair.hamburg.outbox.deliver_due())
        return usual(shelf, peer, prefix)

    monkeypatch.setattr(ReconciliationShelf, "unreceipted", late)
    made = pair.compare()
    assert seen
    assert made.agrees
    assert not alarms_of(pair.athens)
    with pair.hamburg.database.reading() as work:
        assert not work.reconciliations.waiting(pair.athens.id)


def test_what_waits_nowhere_though_its_round_says_it_is_said_again(pair: Pair) -> None:
    pair.talk()
    round_ = pair.offer()
    kept = pair.said(pair.athens, round_, Act.OFFER)
    lose(pair.athens, kept.digest, "queue")
    assert not pair.athens.outbox.due()
    made = pair.compare()
    assert made.differences == (found(kept, Finding.REQUEUED, round_),)
    pair.fed.settle()
    assert pair.of(pair.hamburg, round_).state is State.PENDING
    assert pair.compare().agrees


def test_what_the_state_still_says_is_said_again_to_a_peer_that_has_lost_it(pair: Pair) -> None:
    round_ = pair.offer()
    pair.fed.settle()
    kept = pair.said(pair.hamburg, round_, Act.OFFER)
    lose(pair.hamburg, kept.digest, "envelope")
    assert not pair.athens.outbox.due()
    assert [each.finding for each in pair.compare().differences] == [Finding.DENIED]
    assert pair.athens.outbox.due() == [pair.hamburg.id]


def test_what_was_refused_for_good_or_is_not_said_any_more_is_no_difference(pair: Pair) -> None:
    pair.talk()
    round_ = pair.offer()
    refused = pair.offer()
    pair.athens.offers.withdraw(round_.id, actor=pair.fed.officer(pair.athens, "first"))
    digest = pair.said(pair.athens, refused, Act.OFFER).digest
    with pair.athens.database.begin() as work:
        work.queue.refused(digest, problem="mandate-missing", retry_at=None)
    made = pair.compare()
    assert (made.agrees, made.refused, made.waiting) == (True, 1, 1), "the void waits, the offer is not said"


def test_hundreds_of_messages_are_compared_with_a_few_questions(pair: Pair) -> None:
    pair.talk(2)
    with pair.athens.database.reading() as work:
        (sample,) = work.reconciliations.kept(
            [Digest(strict.b64(work.reconciliations.received(pair.hamburg.id)[0]))]
        ).values()
    data = {**vars(sample), "digest": b"", "seq": 0}
    with pair.athens.database.engine.begin() as here, pair.hamburg.database.engine.begin() as there:
        for number in range(700):
            digest = strict.digest(b"%d" % number)
            row = {**data, "digest": to_bytes(digest), "seq": 1000 + number}
            here.execute(tables.envelope.insert(), row)
            there.execute(tables.envelope.insert(), {**row, "incoming": False, "peer": pair.athens.id})
            there.execute(
                tables.receipt.insert(),
                {
                    "envelope": to_bytes(digest),
                    "document": b"",
                    "position": 1,
                    "path": b"",
                    "checkpoint": b"",
                },
            )
    lost = strict.digest(b"333")
    lose(pair.athens, lost, "envelope")
    asked = len(pair.fed.wire.small)
    made = pair.compare()
    assert [(each.digest, each.finding) for each in made.differences] == [(lost, Finding.LOST_HERE)]
    assert len(pair.fed.wire.small) - asked == 3


Bend = Callable[[Answer], Answer]


def bent(pair: Pair, change: Bend) -> Callable[[bytes], bytes]:
    """Give what changes an answer of Hamburg and lets it sign what comes out."""
    return lambda data: answers.sign(change(answers.read(data).claimed), signer=pair.hamburg.vault.signer)


def lied(part: Told, *listed: Listed) -> Told:
    """Give a part with a list of one's own making."""
    held = [strict.unb64(each.digest) for each in listed if each.receipted]
    summary = digest_tree.summary(held, depth=len(part.prefix))
    return replace(part, listed=listed, branches=None, summary=summary)


def test_a_peer_that_denies_all_it_has_receipted_is_shown_by_its_own_receipts(pair: Pair) -> None:
    rounds = pair.talk(2)

    def denying(answer: Answer) -> Answer:
        return replace(
            answer, parts=tuple(lied(each) if each.by == pair.athens.id else each for each in answer.parts)
        )

    pair.fed.wire.bending[pair.hamburg.id] = bent(pair, denying)
    made = pair.compare()
    assert {each.finding for each in made.differences} == {Finding.DENIED}
    assert len(made.differences) == made.sent
    raised = alarms_of(pair.athens)
    assert {each.handover for each in raised} == {each.id for each in rounds}
    for each in raised:
        require_proved(pair.athens, each.evidence, strict.digest(each.evidence[0]))


def test_an_answer_of_before_a_receipt_denies_nothing(pair: Pair) -> None:
    """A peer that says a smaller log has said it before the receipt: nobody is accused of that."""
    (round_,) = pair.talk()
    lose(pair.hamburg, pair.said(pair.hamburg, round_, Act.OFFER).digest, "envelope")
    pair.fed.wire.bending[pair.hamburg.id] = bent(
        pair, lambda answer: replace(answer, log=replace(answer.log, size=0))
    )
    assert not pair.compare().differences
    assert not alarms_of(pair.athens)


def test_what_a_peer_invents_is_shown_as_said_by_it_and_fills_no_page_of_alarms(pair: Pair) -> None:
    pair.talk()
    invented = tuple(
        sorted(
            (
                Listed(digest=strict.digest(b"%d" % number), round=round_of(number), act=Act.DEED)
                for number in range(16)
            ),
            key=lambda each: strict.unb64(each.digest),
        )
    )

    def inventing(answer: Answer) -> Answer:
        return replace(answer, parts=tuple(lied(each, *invented) for each in answer.parts))

    pair.fed.wire.bending[pair.hamburg.id] = bent(pair, inventing)
    made = pair.compare()
    named = [each for each in made.differences if each.act is Act.DEED]
    assert {(each.handover, each.index) for each in named} == {(None, None)}
    missing = [each for each in alarms_of(pair.athens) if each.kind == "message-missing"]
    assert len(missing) == 1, "one alarm for all that belongs to no round here"


def round_of(number: int) -> RoundId:
    return RoundId(strict.b64(bytes([number]) * 16))


@pytest.mark.parametrize(
    ("bend", "problem"),
    [
        (lambda data: data[:-4] + b"AAAA", "signature"),
        (lambda data: b"", "malformed"),
        (lambda data: b"{}" * 50_000, "malformed"),
    ],
)
def test_what_is_no_answer_is_said_and_changes_nothing_else(
    pair: Pair, bend: Callable[[bytes], bytes], problem: str
) -> None:
    pair.talk()
    before = pair.compare()
    pair.fed.clock.pass_(MINUTE)
    pair.fed.wire.bending[pair.hamburg.id] = bend
    state = tables_of(pair.athens, without=frozenset({"reconciliation"}))
    made = pair.compare()
    assert made == replace(before, tried_at=before.tried_at + MINUTE, problem=problem)
    assert tables_of(pair.athens, without=frozenset({"reconciliation"})) == state


def test_an_answer_to_another_question_is_none(pair: Pair) -> None:
    pair.talk()
    kept: list[bytes] = []
    pair.fed.wire.bending[pair.hamburg.id] = lambda data: kept.append(data) or kept[0]  # type: ignore[func-returns-value]
    assert pair.compare().agrees
    assert pair.compare().problem == "reconciliation-mismatch"


def test_a_peer_that_never_comes_to_an_end_is_left_after_so_many_questions(pair: Pair) -> None:
    pair.talk()

    def endless(answer: Answer) -> Answer:
        return replace(answer, parts=tuple(never(each) for each in answer.parts))

    pair.fed.wire.bending[pair.hamburg.id] = bent(pair, endless)
    asked = len(pair.fed.wire.small)
    found_ = pair.compare()
    assert len(pair.fed.wire.small) - asked == reconciling.MOST_QUESTIONS
    assert found_.cut
    assert not found_.agrees


def never(part: Told) -> Told:
    """Give sixteen branches of many messages, and below them a message that nobody knows."""
    if len(part.prefix) < 3:
        branches = tuple(
            Summary(count=20, digest=strict.digest(part.prefix.encode() + bytes([each])))
            for each in range(16)
        )
        return replace(part, listed=None, branches=branches, summary=digest_tree.joined(branches))
    digest = Digest(strict.b64(digest_tree.bounds(part.prefix)[0]))
    return lied(part, Listed(digest=digest, round=round_of(1), act=Act.DEED))


def test_a_peer_that_is_down_is_said_to_be_and_tried_again_within_the_hour(pair: Pair) -> None:
    pair.talk()
    pair.fed.wire.down.add(pair.hamburg.id)
    desk = pair.athens.reconciling(pair.athens.wire)
    assert desk.reconcile(pair.hamburg.id).problem == "unreachable"
    asked = len(pair.fed.wire.small)
    desk.tick()
    assert len(pair.fed.wire.small) == asked, "not again at once"
    pair.fed.wire.down.clear()
    pair.fed.clock.pass_(reconciling.AGAIN)
    desk.tick()
    with pair.athens.database.reading() as work:
        kept = work.reconciliations.get(pair.hamburg.id)
    assert kept is not None
    assert kept.agrees


def test_each_peer_is_compared_with_once_a_day(pair: Pair) -> None:
    pair.talk()
    pair.offer(pair.lyon, pair.athens)
    pair.fed.settle()
    desk = pair.athens.reconciling(pair.athens.wire)

    def asked() -> list[str]:
        start = len(pair.fed.wire.small)
        for _ in range(4):
            desk.tick()
        return sorted(peer for peer, _, _ in pair.fed.wire.small[start:])

    assert asked() == ["de/hamburg", "fr/lyon"]
    pair.fed.clock.pass_(reconciling.EVERY - 2)
    assert asked() == []
    pair.fed.clock.pass_(reconciling.AGAIN)
    assert asked() == ["de/hamburg", "fr/lyon"]


@pytest.mark.parametrize("problem", ["not-found", "too-large", "media-type"])
def test_a_peer_of_an_older_version_is_said_to_be_one(pair: Pair, problem: str) -> None:
    pair.talk()

    def old(node: Node, body: bytes) -> bytes:
        raise PeerRefusedError(problem, again=False)

    pair.fed.wire.paths[PATH] = old
    assert pair.compare().problem == "reconciliation-unsupported"
    assert not alarms_of(pair.athens)


def test_any_other_refusal_is_named(pair: Pair) -> None:
    pair.talk()

    def busy(node: Node, body: bytes) -> bytes:
        raise PeerRefusedError("untrusted", again=False)

    pair.fed.wire.paths[PATH] = busy
    assert pair.compare().problem == "untrusted"


def asked_by(pair: Pair, asker: Node, to: Node) -> questions.Question:
    """Give what a node asks another about all between the two."""
    pair.compare(asker, to)
    _, _, data = pair.fed.wire.small[-1]
    return questions.read(data).claimed


def test_a_node_answers_each_member_about_the_two_of_them_alone(pair: Pair) -> None:
    pair.talk(2)
    pair.offer(pair.lyon, pair.hamburg)
    pair.fed.settle()
    question = asked_by(pair, pair.lyon, pair.hamburg)
    empty = tuple(replace(each, summary=replace(each.summary, count=9)) for each in question.parts)
    data = questions.sign(replace(question, parts=empty, nonce=bytes(16)), signer=pair.lyon.vault.signer)
    answer = answers.read(pair.hamburg.reconciliations.answer(data)).claimed
    digests = {each.digest for part in answer.parts for each in part.listed or ()}
    with pair.hamburg.database.reading() as work:
        kept = work.reconciliations.kept(list(digests))
    assert digests
    assert {each.peer for each in kept.values()} == {pair.lyon.id}


def test_a_question_is_answered_once_soon_and_to_whom_it_is_put(pair: Pair) -> None:
    pair.talk()
    question = asked_by(pair, pair.athens, pair.hamburg)
    _, _, again = pair.fed.wire.small[-1]
    desk = pair.hamburg.reconciliations

    def refused(error: type[HandoverError], data: bytes) -> None:
        state = tables_of(pair.hamburg)
        with pytest.raises(error):
            desk.answer(data)
        assert tables_of(pair.hamburg) == state

    def signed(by: Node = pair.athens, **changes: Any) -> bytes:
        return questions.sign(replace(question, **{"nonce": bytes(16), **changes}), signer=by.vault.signer)

    refused(ReconciliationStaleError, again)
    refused(ReconciliationStaleError, signed(issued=question.issued - questions.FRESH - 60))
    refused(ReconciliationStaleError, signed(issued=question.issued + questions.FRESH + 60))
    refused(UntrustedError, signed(by=pair.lyon))
    lyon = tuple(
        replace(each, by=pair.lyon.id) if each.by == pair.hamburg.id else each for each in question.parts
    )
    elsewhere = tuple(sorted(lyon, key=lambda each: each.by))
    refused(UntrustedError, signed(asked=pair.lyon.id, parts=elsewhere))
    assert desk.answer(signed())
    pair.hamburg = pair.fed.reopen(pair.hamburg.id)
    desk = pair.hamburg.reconciliations
    refused(ReconciliationStaleError, signed())


def test_a_member_has_so_many_questions_answered_in_an_hour(pair: Pair) -> None:
    pair.talk()
    question = asked_by(pair, pair.athens, pair.hamburg)
    desk = pair.hamburg.reconciliations
    one = tuple(each for each in question.parts if each.by == pair.athens.id)
    for number in range(HOURLY - 1):
        nonce = number.to_bytes(16, "big")
        desk.answer(
            questions.sign(replace(question, parts=one, nonce=nonce), signer=pair.athens.vault.signer)
        )
    assert pair.compare().problem == "reconciliations-spent"
    assert pair.compare(pair.lyon, pair.hamburg).problem is None, "others are not held up"
    pair.fed.clock.pass_(2 * 3600)
    assert pair.compare().agrees


def test_an_unknown_peer_is_said_to_be_unknown(pair: Pair) -> None:
    assert pair.athens.reconciling(pair.athens.wire).reconcile(NodeId("it/roma")).problem == "unknown-node"


def test_a_message_whose_round_is_lost_too_is_found_all_the_same(pair: Pair) -> None:
    (round_,) = pair.talk()
    kept = pair.said(pair.hamburg, round_, Act.OFFER)
    lose(pair.hamburg, kept.digest, "envelope")
    with pair.athens.database.engine.begin() as connection:
        connection.execute(delete(tables.handover))
    assert [(each.digest, each.finding) for each in pair.compare().differences] == [
        (kept.digest, Finding.DENIED)
    ]
    assert [each.handover for each in alarms_of(pair.athens)] == [None]
