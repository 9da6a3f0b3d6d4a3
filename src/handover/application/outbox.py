"""What this node says to its peers: takes what is due, delivers it in batches, and keeps the receipts it verified."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from handover.application import (
    answers,
    apart,
    backoff,
    demands,
    departures,
    following,
    incarnations,
    log_proofs,
)
from handover.application.alarms import TWO_RESPONSIBLE, raise_alarm
from handover.application.answers import Head, SplitViewError
from handover.application.backoff import CAP
from handover.application.facts import Delivery as Delivered
from handover.application.facts import KeptEnvelope, Peer
from handover.application.log_proofs import Contradiction
from handover.application.ports import Database, UnitOfWork, Wire
from handover.application.refusals import PeerSpentError
from handover.application.registry import NodeSuspendedError, Registry
from handover.application.reissue import ASKED, Reissuer
from handover.application.unopened import ChainUnlistedError
from handover.domain.continuity import DEMANDS
from handover.domain.errors import HandoverError, NotFoundError, UntrustedError
from handover.domain.handover import RoundResolvedError
from handover.domain.ids import Digest, HandoverId, NodeId, PairId
from handover.domain.sequence import MOVES
from handover.protocol import strict
from handover.protocol.contradiction import Kind
from handover.protocol.delivery import (
    BATCH_LIMIT,
    BODY_LIMIT,
    Answer,
    Delivery,
    Item,
    Problem,
    decode_answer,
    decode_delivery,
    encode_delivery,
    size_of,
)
from handover.protocol.node_entry import NodeEntry, UnknownKeyError
from handover.protocol.registry_set import UnknownNodeError

Batch = Sequence[tuple[KeptEnvelope, bytes | None]]
"""Envelopes with the payloads that go with them."""

_REFUSED_AGAIN: Final = 60  # seconds after a refusal that may pass
_REGISTRIES_AGREE: Final = 86400
"""Seconds: a peer whose registry is older takes this node, or its new key, for a stranger; it is told again so long."""
_OLD_REGISTRY: Final = frozenset({UntrustedError.name, ChainUnlistedError.name})
"""What such a peer may answer: of the sender, and of those who have signed earlier deeds."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """One batch and what became of it."""

    peer: NodeId
    sent: int = 0
    receipted: int = 0
    refused: int = 0
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Sending:
    """One batch as it goes out; `asked` is the peer's log as the request goes by it, if that is known still."""

    batch: Batch
    pairs: Mapping[HandoverId, PairId]
    asked: Peer | None


class Outbox:
    """The worker's desk."""

    def __init__(
        self,
        database: Database,
        wire: Wire,
        registry: Registry,
        reissuer: Reissuer,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._wire = wire
        self._registry = registry
        self._reissuer = reissuer
        self._jitter = jitter

    def due(self) -> list[NodeId]:
        """Give the peers for which something is due and whose back-off has passed."""
        with self._database.reading() as work:
            return work.queue.peers_due(work.now)

    def deliver_due(self) -> list[Round]:
        """Deliver one batch to each peer for which something is due; what fails stays in the queue."""
        return [self.deliver_to(peer) for peer in self.due()]

    def deliver_to(self, peer: NodeId) -> Round:
        """Deliver one batch to *peer*."""
        sending, known, now = self._next(peer)
        if not sending.batch:
            return Round(peer=peer)
        try:
            entry = self._registry.entry(peer, now)
            posted = self._wire.post(peer, entry.address, _body(sending.batch, known))
            answer = decode_answer(posted, expected=len(sending.batch))
            return self._answered(sending, answer, entry)
        except PeerSpentError as error:
            return self._waits(peer, error.seconds)
        except HandoverError as error:
            return self._failed(known, [kept for kept, _ in sending.batch], error)

    def _next(self, peer: NodeId) -> tuple[_Sending, Peer, int]:
        with self._database.reading() as work:
            waiting = work.queue.batch(peer, now=work.now, limit=BATCH_LIMIT)
            said = [kept for kept, _ in waiting]
            barred = departures.barred(work, self._registry, said)
            lapsed = departures.lapsed(work, said)
            batch = _fitting([each for each in waiting if each[0].digest not in {*lapsed, *barred}])
            known, now = work.peers.get(peer), work.now
            sending = _Sending(batch=batch, pairs=_pairs(work, batch), asked=known)
        if lapsed or barred:
            self._withhold(barred | lapsed)
        return sending, known, now

    def _withhold(self, names: Mapping[Digest, str]) -> None:
        """Keep what may not leave: for good, but where its recipient is suspended, which ends."""
        with self._database.begin() as work:
            for digest, name in names.items():
                over = name != NodeSuspendedError.name
                retry_at = None if over else work.now + backoff.spread(CAP, self._jitter)
                work.queue.refused(digest, problem=name, retry_at=retry_at)
                if over:
                    demands.unsaid(work, work.envelopes.get(digest))

    def pack(self, peer: NodeId) -> bytes:
        """Give the next batch for *peer* as a file to be carried by hand; it stays in the queue all the same.

        Raises:
            NotFoundError: nothing is due for this peer.
        """
        sending, known, _ = self._next(peer)
        if not sending.batch:
            raise NotFoundError("nothing is due for this peer")
        return _body(sending.batch, known)

    def unpack(self, delivery: bytes, answer: bytes) -> Round:
        """Take the answer to a carried batch that was brought back; twice, or late, is harmless.

        Raises:
            UntrustedError: the answer is not one to this batch.
            NotFoundError: this node did not make the batch.
        """
        carried = decode_delivery(delivery)
        with self._database.reading() as work:
            found = [work.envelopes.get(strict.digest(item.envelope)) for item in carried.items]
            entry = self._registry.entry(found[0].peer, work.now)
            known = work.peers.get(entry.node)
            batch = [(kept, item.payload) for kept, item in zip(found, carried.items, strict=True)]
            pairs = _pairs(work, batch)
        if any(kept.incoming or kept.peer != entry.node for kept in found):
            raise NotFoundError
        asked = known if known.log_size == carried.log_size else None  # else the log has grown on another way
        result = decode_answer(answer, expected=len(batch))
        try:
            sending = _Sending(batch=batch, pairs=pairs, asked=asked)
            return self._answered(sending, result, entry)
        except SplitViewError as error:
            with self._database.begin() as work:
                _keep_views(work, known, error)
            raise

    def _answered(self, sending: _Sending, answer: Answer, entry: NodeEntry) -> Round:
        batch = sending.batch
        peer, kepts = batch[0][0].peer, [kept for kept, _ in batch]
        proved = answers.verify(answer, kepts, pairs=sending.pairs, entry=entry, asked=sending.asked)
        with self._database.begin() as work:
            work.envelopes.add_receipts(proved.receipts)
            work.peers.put(_heard(work, work.peers.get(peer), proved.head))
            done = [kept.envelope for kept in proved.receipts]
            work.queue.delivered(done, again_at=work.now + backoff.spread(CAP, self._jitter))
            following.delivered(work, kepts, done)
            for kept, payload in batch:
                if kept.digest in proved.problems:
                    self._refused(work, kept, payload, proved.problems[kept.digest])
            apart.delivered(work, kepts)
        return Round(peer=peer, sent=len(batch), receipted=len(done), refused=len(proved.problems))

    def _refused(self, work: UnitOfWork, kept: KeptEnvelope, payload: bytes | None, problem: Problem) -> None:
        waiting = work.queue.of_handover(kept.handover)[kept.digest]
        if waiting.delivery is Delivered.RECEIPTED or not waiting.due:
            return  # it came there on another way, was replaced, or is not said any more
        name, standing = problem.name, work.queue.is_standing(kept.digest)
        old = name in _OLD_REGISTRY
        young = old and work.now - kept.stored_at < _REGISTRIES_AGREE
        again = young or name in ASKED or (problem.retry and not old)
        try:
            if name in ASKED and self._reissuer.serves(work, kept, payload, name):
                self._reissuer.reissue(work, kept, standing=standing)
                return
        except HandoverError as error:  # it was raised before anything was written
            name = error.name
            again = error.retry or isinstance(error, UnknownKeyError)  # a key may yet be published
            if isinstance(error, UnknownKeyError):
                _alarm_lost(work, [kept])
        retry_at = (
            work.now + backoff.spread(CAP if young else _REFUSED_AGAIN, self._jitter) if again else None
        )
        work.queue.refused(kept.digest, problem=name, retry_at=retry_at)
        if retry_at is None:
            demands.unsaid(work, kept)
        resolved = name == RoundResolvedError.name and kept.act in MOVES
        if (standing or resolved or kept.act in DEMANDS) and retry_at is None:
            handover = work.handovers.get(kept.handover)
            kind = TWO_RESPONSIBLE if resolved else "refused"
            raise_alarm(work, kind, peer=kept.peer, handover=handover, evidence=(kept.data,))

    def _waits(self, peer: NodeId, seconds: int) -> Round:
        """Ask again when the peer says: it is there, and nothing has failed."""
        with self._database.begin() as work:
            known = work.peers.get(peer)
            work.peers.put(
                replace(known, not_before=work.now + seconds + round(self._jitter() * seconds / 8))
            )
        return Round(peer=peer)

    def _failed(self, asked: Peer, batch: Sequence[KeptEnvelope], error: HandoverError) -> Round:
        with self._database.begin() as work:
            known = work.peers.get(asked.node)
            failures = known.failures + 1
            wait = backoff.after(failures, self._jitter)
            work.peers.put(replace(known, failures=failures, not_before=work.now + wait))
            if isinstance(error, SplitViewError):
                _keep_views(work, asked, error)
            work.queue.postpone([kept.digest for kept in batch], due=work.now)
            if isinstance(
                error, UnknownNodeError
            ):  # before anything was sent: the registry does not name the peer
                _alarm_lost(work, batch)
        return Round(peer=asked.node, sent=len(batch), error=error.name)


def _alarm_lost(work: UnitOfWork, batch: Sequence[KeptEnvelope]) -> None:
    for id_ in {kept.handover: None for kept in batch if kept.act in DEMANDS}:
        demands.raise_lost(work, work.handovers.get(id_))


def _fitting(batch: Batch) -> Batch:
    """Give as much of *batch* as one body holds."""
    taken: list[tuple[KeptEnvelope, bytes | None]] = []
    size = 1024
    for kept, payload in batch:
        size += size_of(Item(envelope=kept.data, payload=payload))
        if size > BODY_LIMIT and taken:
            break
        taken.append((kept, payload))
    return taken


def _body(batch: Batch, known: Peer) -> bytes:
    items = tuple(Item(envelope=kept.data, payload=payload) for kept, payload in batch)
    return encode_delivery(Delivery(log_size=known.log_size, items=items))


def _pairs(work: UnitOfWork, batch: Batch) -> Mapping[HandoverId, PairId]:
    return work.handovers.pairs([kept.handover for kept, _ in batch]) if batch else {}


def _heard(work: UnitOfWork, known: Peer, head: Head | None) -> Peer:
    """Of two answers that crossed, the one that shows the longer log is remembered; of two logs, the later one."""
    known = incarnations.reached(work, known, head.incarnation if head is not None else known.fence)
    if head is not None and head.incarnation == known.fence and head.checkpoint.size >= known.log_size:
        work.envelopes.keep_checkpoint(head.note)
        known = replace(known, log_size=head.checkpoint.size, log_root=head.checkpoint.root)
    return replace(known, failures=0, not_before=0, heard_at=work.now)


def _keep_views(work: UnitOfWork, asked: Peer, error: SplitViewError) -> None:
    """Keep both checkpoints: each bears the peer's signatures, and the later one does not extend the earlier."""
    earlier = incarnations.last_checkpoint(work, asked)
    found = Contradiction(kind=Kind.NOT_GROWN, first=earlier, second=error.checkpoint, proof=error.proof)
    log_proofs.keep(work, asked.node, found)
