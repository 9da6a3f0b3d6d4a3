"""What peers send: each envelope gets a receipt or a problem; one transaction and one checkpoint for the batch."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn

from handover.application import apart, attachments, contradictions, disclosures, drafts, fit, following
from handover.application.alarms import raise_alarm
from handover.application.doubt import WaitingDeed
from handover.application.facts import Handover, KeptEnvelope, KeptReceipt
from handover.application.hearing import Hearing
from handover.application.incarnations import fenced, reached
from handover.application.intake import Received
from handover.application.listener import Heard, Listener, Tally
from handover.application.ports import Database, UnitOfWork
from handover.application.refused import RefusedLately
from handover.application.rounds import Cause, Rounds
from handover.application.sealing import exhibit, exhibited
from handover.domain.courses import OPENS
from handover.domain.errors import HandoverError, OutOfOrderError
from handover.domain.handover import ANSWERS, SAYS, Act, State
from handover.domain.ids import Digest, NodeId
from handover.domain.sequence import MOVES, RECORDS
from handover.protocol.delivery import Answer, Delivery, Problem, problem_of
from handover.protocol.entry import EntryKind
from handover.protocol.envelope import Envelope

REFUSED_STREAM: Final = ""  # refusals belong to no matter: the envelope was not believed


class FaultError(HandoverError):
    """The message could not be stored for a reason that lies in this node."""

    name = "fault"
    title = "This node could not store the message for a fault of its own; nothing of it was kept."
    advice = "The same bytes are sent again by themselves. The operator of the receiving node finds an alarm."
    retry = True


class _WriteError(Exception):
    """What was thought to be storable was not: the transaction is undone, and begun again without this item.

    Where not even the alarm about it can be written, it is not the item: what was raised ends the whole delivery.
    """

    def __init__(self, place: int) -> None:
        super().__init__(f"item {place}")
        self.place = place


@dataclass(kw_only=True)
class _Batch:
    """What one transaction has found out: receipts given before, new entries, new refusals, who was heard from."""

    known: dict[Digest, KeptReceipt]
    indexes: dict[Digest, int] = field(default_factory=dict)
    refused: set[Digest] = field(default_factory=set)
    contradicting: set[Digest] = field(default_factory=set)
    heard: set[NodeId] = field(default_factory=set)
    sent: list[tuple[NodeId, int]] = field(default_factory=list)
    repeated: list[NodeId] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class _Checked:
    """An envelope of which everything was checked and nothing is stored yet."""

    received: Received
    handover: Handover
    kept: KeptEnvelope
    cause: Cause
    fresh: bool


class Inbox:
    """Receives deliveries; it does not matter whether they came by HTTP or by hand."""

    def __init__(self, database: Database, listener: Listener, rounds: Rounds, hearing: Hearing) -> None:
        self._database = database
        self._listener = listener
        self._intake = listener.intake
        self._rounds = rounds
        self._hearing = hearing
        self.members = listener.members
        self._refused, self._contradicting = RefusedLately(), RefusedLately()

    @property
    def tally(self) -> Tally:
        """What was refused since the node started."""
        return self._listener.tally

    def receive(self, delivery: Delivery) -> Answer:
        """Give a receipt or a problem for each envelope, in order; a receipt leaves only after the commit.

        Raises:
            TooManyRequestsError: a member that speaks in it has to wait; nothing of the delivery was carried out.
        """
        return self.take(self.hear(delivery))

    def hear(self, delivery: Delivery, admitted: NodeId | None = None) -> Heard:
        """Verify who speaks; raises TooManyRequestsError where somebody has to wait who was not *admitted*."""
        return self._listener.hear(delivery, admitted)

    def speaker(self, delivery: Delivery) -> NodeId | None:
        """Give the member that has signed the first envelope, or None; raises TooManyRequestsError."""
        return self._listener.speaker(delivery)

    def take(self, heard: Heard) -> Answer:
        """Carry out what is believed."""
        if heard.member is None:
            return Answer(results=tuple(each for each in heard.read if isinstance(each, Problem)))
        broken: set[int] = set()
        while True:
            try:
                return self._carried_out(heard.delivery, heard.read, broken)
            except _WriteError as error:
                broken.add(error.place)

    def _carried_out(
        self, delivery: Delivery, read: Sequence[Received | Problem], broken: Set[int]
    ) -> Answer:
        with self._database.begin() as work:
            believed = [each for each in read if isinstance(each, Received)]
            batch = _Batch(known=work.envelopes.known([each.digest for each in believed]))
            if all(each.digest in batch.known for each in believed):
                self.members.require_new(believed[0].envelope.iss)
            self._prefetch(work, believed)
            results: list[Problem | Digest] = []
            for place, each in enumerate(read):
                if isinstance(each, Problem):
                    results.append(each)
                    continue
                payload = delivery.items[place].payload
                results.append(self._one(work, each, payload, batch, place=place, broken=place in broken))
            if batch.indexes:
                fresh = work.log.receipts(batch.indexes, work.now)
                work.envelopes.add_receipts(fresh)
                batch.known |= {receipt.envelope: receipt for receipt in fresh}
            for peer in batch.heard:
                self._heard(work, peer)
            answer = Answer(
                results=tuple(
                    each if isinstance(each, Problem) else batch.known[each].proof for each in results
                ),
                consistency=tuple(work.log.consistency(delivery.log_size)),
                head=work.log.signed_head(),
            )
        self._refused.note(batch.refused)
        self._contradicting.note(batch.contradicting)
        self.members.spend(batch.sent)
        self.members.repeated(batch.repeated)
        return answer

    def _prefetch(self, work: UnitOfWork, believed: list[Received]) -> None:
        by_peer: dict[NodeId, list[Envelope]] = {}
        for each in believed:
            by_peer.setdefault(each.envelope.iss, []).append(each.envelope)
        for peer, envelopes in by_peer.items():
            work.handovers.find(peer, [envelope.round for envelope in envelopes])
            work.matters.find_pairs(peer, [envelope.matter for envelope in envelopes])
        work.log.prepare([each.envelope.matter for each in believed])

    def _one(
        self,
        work: UnitOfWork,
        received: Received,
        payload: bytes | None,
        batch: _Batch,
        *,
        place: int,
        broken: bool,
    ) -> Problem | Digest:
        digest = received.digest
        try:
            if broken:
                _refuse_broken(work, received)
            known = digest in batch.known or digest in batch.indexes
            self._intake.require_acceptable(received, work.now, known=known)
            peer = fenced(work, received.envelope)
            if known:
                self._repeat(work, received.envelope, batch)
                return digest
            batch.sent.append((received.envelope.iss, len(received.data) + len(payload or b"")))
            checked = self._checked(work, received, payload, batch)
        except HandoverError as error:
            if digest not in batch.refused and digest not in self._refused:
                if self.members.is_logged(work, received.envelope.iss):
                    work.log.append(EntryKind.REFUSED, stream=REFUSED_STREAM, object_=digest, now=work.now)
                batch.refused.add(digest)
            return problem_of(error, known=True)
        except Exception as error:
            if broken:
                raise
            raise _WriteError(place) from error
        try:
            batch.indexes[digest] = self._write(work, checked)
            work.peers.put(reached(work, peer, received.envelope.incarnation))
            batch.heard.add(received.envelope.iss)
        except Exception as error:
            raise _WriteError(place) from error
        return digest

    def _repeat(self, work: UnitOfWork, envelope: Envelope, batch: _Batch) -> None:
        """A repeat changes nothing, and says again what it once caused."""
        batch.repeated.append(envelope.iss)
        found = work.handovers.find(envelope.iss, [envelope.round]).get(envelope.round)
        if found is None:
            return
        says = SAYS.get(found.state) or ANSWERS.get(found.state)
        if envelope.act in MOVES and says is not None:
            work.queue.rearm(found.id, says, now=work.now)

    def _checked(
        self, work: UnitOfWork, received: Received, payload: bytes | None, batch: _Batch
    ) -> _Checked:
        """Check everything, the cheap things first; nothing is written but the evidence of a contradiction."""
        envelope = received.envelope
        found = work.handovers.find(envelope.iss, [envelope.round]).get(envelope.round)
        kept = None
        drafts.require_certain(work, envelope, found)
        try:
            handover = found or drafts.unknown(received, work.now)
            kept = drafts.kept(received, handover, work.now)
            earlier = work.envelopes.of_handover(found.id) if found is not None else []
            cause = Cause(
                event=envelope.act, heard=received.digest, answers=envelope.re, code=envelope.reason
            )
            if found is not None:
                fit.require_belongs(envelope, found, kept, earlier)
            if envelope.act in MOVES - {Act.DEED} or handover.state is State.CLOSED:
                self._rounds.check(work, handover, cause)
            if found is not None:
                fit.require_answers(work, envelope, found, earlier, digest=received.digest)
            received = self._intake.opened(received, payload, work.now, course=handover.course)
            following.require_promised(work, handover, received)
            if found is not None:
                self._hearing.require(work, found, received)
            if found is None:
                _require_new(work, received, handover)
            if envelope.act is Act.DEED:
                said = {each.digest for each in earlier if not each.incoming}
                bound = self._intake.holds_own_acceptance(received, work.now, said=said)
                cause = replace(cause, bound=bound)
                self._rounds.check(work, handover, cause)
                if found is not None:
                    contradictions.require_next_deed(work, envelope, found)
        except OutOfOrderError as error:
            if received.digest not in batch.contradicting and received.digest not in self._contradicting:
                contradictions.keep(work, received, kept, found, error)
                batch.contradicting.add(received.digest)
            raise
        return _Checked(received=received, handover=handover, kept=kept, cause=cause, fresh=found is None)

    def _write(self, work: UnitOfWork, checked: _Checked) -> int:
        received, handover = checked.received, checked.handover
        envelope = received.envelope
        if checked.fresh:
            handover = drafts.begin(work, received, handover)
        work.envelopes.add(checked.kept, plaintext=received.plaintext)
        if exhibited(envelope.act, received.content):
            work.exhibits.add(exhibit(received.digest, received.content, received.registry))
        again = envelope.replaces is not None
        disclosures.register(work, handover, checked.kept, received.content, anew_=again)
        index = work.log.append(
            EntryKind.RECEIVED, stream=envelope.matter, object_=received.digest, now=work.now
        )
        if envelope.act is Act.DEED and work.doubts.stands(handover.matter):
            work.doubts.keep(handover.matter, WaitingDeed(digest=received.digest, handover=handover.id))
        elif envelope.act in MOVES:
            handover = self._rounds.move(work, handover, checked.cause)
            if checked.fresh and envelope.act is Act.OFFER and received.content is not None:
                attachments.expect(work, handover, received.content.body["attachments"], received.files)
        else:
            self._hearing.take(work, handover, received)
        return index

    def _heard(self, work: UnitOfWork, peer: NodeId) -> None:
        """Who says something new is there: what waits for that peer goes out at once. Old bytes anyone may send."""
        known = work.peers.get(peer)
        if known.failures or known.not_before > work.now:
            work.queue.hurry(peer, now=work.now)
        work.peers.put(replace(known, failures=0, not_before=0, heard_at=work.now))


def _require_new(work: UnitOfWork, received: Received, handover: Handover) -> None:
    """Do nothing if what opens a round that is new here fits what is known beside it."""
    act = received.envelope.act
    if act is not Act.HIT:
        drafts.require_of_kind(work, received, handover)
    if act in RECORDS & OPENS.keys():
        drafts.require_offerable(work, received)
    if act is Act.OFFER:
        attachments.require_new(work, received.content)
    if act is Act.HIT:
        apart.require_asked(work, received)


def _refuse_broken(work: UnitOfWork, received: Received) -> NoReturn:
    raise_alarm(work, "fault", peer=received.envelope.iss, handover=None, evidence=(received.data,))
    raise FaultError
