"""What peers send: each envelope gets a receipt or a problem; one transaction and one checkpoint for the batch."""

from dataclasses import dataclass, replace
from typing import Final

from handover.application import attachments, drafts, fit
from handover.application.facts import Handover, KeptEnvelope, KeptReceipt, Peer
from handover.application.fit import MOVES
from handover.application.intake import Intake, Received
from handover.application.ports import Clock, Database, UnitOfWork
from handover.application.rounds import Cause, Rounds, raise_alarm
from handover.application.sealing import WEIGHTY, exhibit
from handover.domain.errors import HandoverError, OutOfOrderError, UntrustedError
from handover.domain.handover import ANSWERS, SAYS, Act, EquivocationError
from handover.domain.ids import Digest, NodeId
from handover.protocol.delivery import Answer, Delivery, Item, Problem, problem_of
from handover.protocol.entry import EntryKind
from handover.protocol.envelope import Envelope
from handover.protocol.receipt import Receipt

REFUSED_STREAM: Final = ""  # refusals belong to no matter: the envelope was not believed


class StaleIncarnationError(UntrustedError):
    """The envelope comes from before the sender's last restore."""

    name = "stale-incarnation"
    title = "The envelope is from before the sender's last restore."
    advice = "The sender signs it anew if it still says it."


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many envelopes of strangers were refused since the node started; strangers get no log entry."""

    strangers: int = 0


class Inbox:
    """Receives deliveries; it does not matter whether they came by HTTP or by hand."""

    def __init__(self, database: Database, intake: Intake, rounds: Rounds, clock: Clock) -> None:
        self._database = database
        self._intake = intake
        self._rounds = rounds
        self._clock = clock
        self.tally = Tally()

    def receive(self, delivery: Delivery) -> Answer:
        """Give a receipt or a problem for each envelope, in order; a receipt leaves only after the commit."""
        now = self._clock()
        read = [self._read(item, now) for item in delivery.items]
        with self._database.begin() as work:
            believed = [each for each in read if isinstance(each, Received)]
            known = work.envelopes.known([each.digest for each in believed])
            self._prefetch(work, believed)
            indexes: dict[Digest, int] = {}
            results: list[Problem | Digest] = []
            for item, each in zip(delivery.items, read, strict=True):
                results.append(
                    each if isinstance(each, Problem) else self._one(work, each, item.payload, known, indexes)
                )
            fresh = work.log.receipts(indexes, work.now) if indexes else []
            work.envelopes.add_receipts(fresh)
            known |= {receipt.envelope: receipt for receipt in fresh}
            for peer in {each.envelope.iss for each in believed}:
                self._heard(work, peer)
            return Answer(
                results=tuple(
                    each if isinstance(each, Problem) else _receipt(known[each]) for each in results
                ),
                consistency=tuple(work.log.consistency(delivery.log_size)),
                head=work.log.signed_head(),
            )

    def _read(self, item: Item, now: int) -> Received | Problem:
        try:
            return self._intake.signed(item.envelope, now)
        except HandoverError as error:
            self.tally = replace(self.tally, strangers=self.tally.strangers + 1)
            return problem_of(error, known=error.retry)

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
        known: dict[Digest, KeptReceipt],
        indexes: dict[Digest, int],
    ) -> Problem | Digest:
        digest = received.digest
        try:
            peer = self._fence(work, received.envelope)
            if digest in known or digest in indexes:
                self._repeat(work, received.envelope)
            else:
                indexes[digest] = self._take(work, received, payload)
                if received.envelope.incarnation > peer.fence:
                    work.peers.put(replace(peer, fence=received.envelope.incarnation))
        except HandoverError as error:
            work.log.append(EntryKind.REFUSED, stream=REFUSED_STREAM, object_=digest, now=work.now)
            return problem_of(error, known=True)
        return digest

    def _fence(self, work: UnitOfWork, envelope: Envelope) -> Peer:
        """Peers keep the highest incarnation they have seen; what is lower is from before a restore."""
        peer = work.peers.get(envelope.iss)
        if envelope.incarnation < peer.fence:
            raise StaleIncarnationError
        return peer

    def _repeat(self, work: UnitOfWork, envelope: Envelope) -> None:
        """A repeat changes nothing, and says again what it once caused."""
        found = work.handovers.find(envelope.iss, [envelope.round]).get(envelope.round)
        if found is None:
            return
        says = SAYS.get(found.state) or ANSWERS.get(found.state)
        if envelope.act in MOVES and says is not None:
            work.queue.rearm(found.id, says, now=work.now)

    def _take(self, work: UnitOfWork, received: Received, payload: bytes | None) -> int:
        """Check everything, the cheap things first; only then write."""
        envelope = received.envelope
        found = work.handovers.find(envelope.iss, [envelope.round]).get(envelope.round)
        handover = found or drafts.unknown(received, work.now)
        kept = drafts.kept(received, handover, work.now)
        cause = Cause(event=envelope.act, heard=received.digest, code=envelope.reason)
        try:
            if found is not None:
                fit.require(work, received, found, kept)
            if envelope.act in MOVES - {Act.DEED}:
                self._rounds.check(work, handover, cause)
            received = self._intake.opened(received, payload, work.now)
            if found is None:
                drafts.require_not_holder(work, envelope, received)
            if envelope.act is Act.DEED:
                bound = found is not None and found.bound
                cause = replace(cause, bound=bound or self._intake.holds_own_acceptance(received, work.now))
                self._rounds.check(work, handover, cause)
        except OutOfOrderError as error:
            self._keep_contradiction(work, received, found, error)
            raise
        return self._write(work, received, handover, kept, cause, fresh=found is None)

    def _keep_contradiction(
        self, work: UnitOfWork, received: Received, found: Handover | None, error: OutOfOrderError
    ) -> None:
        """Keep both signed statements; an auditor can show them to anyone."""
        peer = received.envelope.iss
        if isinstance(error, EquivocationError) and found is not None:
            earlier = [each.data for each in work.envelopes.of_handover(found.id) if each.incoming]
            raise_alarm(work, "equivocation", peer=peer, handover=found, evidence=(received.data, *earlier))
            work.log.append(EntryKind.EQUIVOCATION, stream=found.pair, object_=received.digest, now=work.now)
        elif received.envelope.act is Act.DEED:
            raise_alarm(work, "stray-deed", peer=peer, handover=found, evidence=(received.data,))

    def _write(
        self,
        work: UnitOfWork,
        received: Received,
        handover: Handover,
        kept: KeptEnvelope,
        cause: Cause,
        *,
        fresh: bool,
    ) -> int:
        envelope = received.envelope
        if fresh:
            handover = drafts.begin(work, received, handover)
        work.envelopes.add(kept, plaintext=received.plaintext)
        if envelope.act in WEIGHTY:
            work.exhibits.add(exhibit(kept.digest, received.content, received.registry))
        index = work.log.append(
            EntryKind.RECEIVED, stream=envelope.matter, object_=received.digest, now=work.now
        )
        if envelope.act in MOVES:
            handover = self._rounds.move(work, handover, cause)
            if fresh and envelope.act is Act.OFFER and received.content is not None:
                attachments.expect(work, handover, received.content.body["attachments"], received.files)
        else:
            fit.note(work, handover, envelope, received.digest)
        return index

    def _heard(self, work: UnitOfWork, peer: NodeId) -> None:
        """Who speaks is there: what waits for that peer goes out at once."""
        known = work.peers.get(peer)
        if known.failures or known.not_before > work.now:
            work.queue.hurry(peer, now=work.now)
        work.peers.put(replace(known, failures=0, not_before=0, heard_at=work.now))


def _receipt(kept: KeptReceipt) -> Receipt:
    return Receipt(entry=kept.document, index=kept.index, path=kept.path, checkpoint=kept.checkpoint)
