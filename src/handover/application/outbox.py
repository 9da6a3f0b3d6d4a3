"""What this node says to its peers: takes what is due, delivers it in batches, and keeps the receipts it verified."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from handover.application.facts import KeptEnvelope, KeptReceipt, Peer
from handover.application.ports import Database, UnitOfWork, Wire
from handover.application.registry import Registry
from handover.application.reissue import ASKED, Reissuer
from handover.application.rounds import raise_alarm
from handover.domain.errors import HandoverError, NotFoundError, UntrustedError
from handover.domain.ids import Digest, NodeId
from handover.protocol import checkpoint as checkpoints
from handover.protocol import merkle, receipt, strict
from handover.protocol.checkpoint import Checkpoint, LogKey
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
from handover.protocol.entry import EntryKind
from handover.protocol.receipt import Receipt

CAP: Final = 900
"""Seconds: the longest back-off, and how long after its receipt a standing message is said again."""
Batch = Sequence[tuple[KeptEnvelope, bytes | None]]
"""Envelopes with the payloads that go with them."""

_REFUSED_AGAIN: Final = 60  # seconds after a refusal that may pass


class SplitViewError(UntrustedError):
    """The peer's log does not extend what it showed before."""

    name = "split-view"
    title = "The peer's log contradicts what it showed before."
    advice = "The signed checkpoint is kept. Tell the registry's operators and the auditors."

    def __init__(self, checkpoint: bytes) -> None:
        super().__init__()
        self.checkpoint = checkpoint


@dataclass(frozen=True, kw_only=True)
class Round:
    """One batch and what became of it."""

    peer: NodeId
    sent: int = 0
    receipted: int = 0
    refused: int = 0
    error: str | None = None


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
        batch, body, now = self._next(peer)
        if not batch:
            return Round(peer=peer)
        try:
            entry = self._registry.entry(peer, now)
            answer = decode_answer(self._wire.post(peer, entry.address, body), expected=len(batch))
            return self._answered(peer, batch, answer, entry.log_keys())
        except HandoverError as error:
            return self._failed(peer, [kept for kept, _ in batch], error)

    def _next(self, peer: NodeId) -> tuple[Batch, bytes, int]:
        with self._database.reading() as work:
            batch = _fitting(work.queue.batch(peer, now=work.now, limit=BATCH_LIMIT))
            known = work.peers.get(peer)
            items = tuple(Item(envelope=kept.data, payload=payload) for kept, payload in batch)
            body = encode_delivery(Delivery(log_size=known.log_size, items=items)) if items else b""
            return batch, body, work.now

    def pack(self, peer: NodeId) -> bytes:
        """Give the next batch for *peer* as a file to be carried by hand; it stays in the queue all the same.

        Raises:
            NotFoundError: nothing is due for this peer.
        """
        _, body, _ = self._next(peer)
        if not body:
            raise NotFoundError("nothing is due for this peer")
        return body

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
        if any(kept.incoming or kept.peer != entry.node for kept in found):
            raise NotFoundError
        batch = [(kept, item.payload) for kept, item in zip(found, carried.items, strict=True)]
        result = decode_answer(answer, expected=len(batch))
        return self._answered(entry.node, batch, result, entry.log_keys())

    def _answered(
        self,
        peer: NodeId,
        batch: Batch,
        answer: Answer,
        keys: Sequence[LogKey],
    ) -> Round:
        receipts, problems = _verified([kept for kept, _ in batch], answer, keys)
        with self._database.begin() as work:
            known = work.peers.get(peer)
            head = _extends(known, answer, keys)
            work.envelopes.add_receipts(receipts)
            done = [kept.envelope for kept in receipts]
            work.queue.delivered(done, again_at=work.now + self._spread(CAP))
            for kept, payload in batch:
                if kept.digest in problems:
                    self._refused(work, kept, payload, problems[kept.digest])
            work.peers.put(_heard(known, head, work))
        return Round(peer=peer, sent=len(batch), receipted=len(receipts), refused=len(problems))

    def _refused(self, work: UnitOfWork, kept: KeptEnvelope, payload: bytes | None, problem: Problem) -> None:
        asked = problem.name in ASKED
        if asked and self._reissuer.serves(work, kept, payload, problem.name):
            self._reissuer.reissue(work, kept, standing=work.queue.is_standing(kept.digest))
            return
        again = problem.retry or asked
        retry_at = work.now + self._spread(_REFUSED_AGAIN) if again else None
        work.queue.refused(kept.digest, problem=problem.name, retry_at=retry_at)

    def _failed(self, peer: NodeId, batch: Sequence[KeptEnvelope], error: HandoverError) -> Round:
        with self._database.begin() as work:
            known = work.peers.get(peer)
            failures = known.failures + 1
            wait = self._spread(min(CAP, 2 ** min(failures, 10)))
            work.peers.put(replace(known, failures=failures, not_before=work.now + wait))
            if isinstance(error, SplitViewError):
                raise_alarm(work, error.name, peer=peer, handover=None, evidence=(error.checkpoint,))
                work.log.append(
                    EntryKind.SPLIT_VIEW, stream="", object_=strict.digest(error.checkpoint), now=work.now
                )
            work.queue.postpone([kept.digest for kept in batch], due=work.now)
        return Round(peer=peer, sent=len(batch), error=error.name)

    def _spread(self, seconds: int) -> int:
        """Full jitter: peers that failed together do not come back together."""
        return max(1, round(seconds * (0.5 + self._jitter() / 2)))


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


def _verified(
    batch: Sequence[KeptEnvelope], answer: Answer, keys: Sequence[LogKey]
) -> tuple[list[KeptReceipt], dict[Digest, Problem]]:
    receipts: list[KeptReceipt] = []
    problems: dict[Digest, Problem] = {}
    for kept, result in zip(batch, answer.results, strict=True):
        if isinstance(result, Problem):
            problems[kept.digest] = result
            continue
        receipt.verify(result, envelope=kept.digest, key=checkpoints.key_of(result.checkpoint, keys))
        receipts.append(_kept(kept.digest, result))
    return receipts, problems


def _kept(envelope: Digest, result: Receipt) -> KeptReceipt:
    return KeptReceipt(
        envelope=envelope,
        document=result.entry,
        index=result.index,
        path=result.path,
        checkpoint=result.checkpoint,
    )


def _extends(known: Peer, answer: Answer, keys: Sequence[LogKey]) -> Checkpoint | None:
    """Give the peer's newest checkpoint if its log only grew since the last one that was verified here."""
    if answer.head is None:
        return None
    head = checkpoints.verify(answer.head, checkpoints.key_of(answer.head, keys))
    if known.log_size:
        try:
            merkle.verify_consistency(
                old_size=known.log_size,
                old_root=known.log_root,
                size=head.size,
                root=head.root,
                path=answer.consistency,
            )
        except UntrustedError as error:
            raise SplitViewError(answer.head) from error
    return head


def _heard(known: Peer, head: Checkpoint | None, work: UnitOfWork) -> Peer:
    if head is not None and head.size >= known.log_size:
        known = replace(known, log_size=head.size, log_root=head.root)
    return replace(known, failures=0, not_before=0, heard_at=work.now)
