"""What a peer's answer to a delivery proves: receipts, problems, and that its log only grew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handover.application import receipted
from handover.application.facts import KeptEnvelope, KeptReceipt, Peer
from handover.domain.errors import UntrustedError
from handover.domain.ids import Digest, HandoverId, PairId
from handover.protocol import checkpoint as checkpoints
from handover.protocol import merkle, receipt
from handover.protocol.checkpoint import Checkpoint, CheckpointOriginError, LogKey
from handover.protocol.delivery import Answer, Problem
from handover.protocol.evidence_lines import Consistency
from handover.protocol.log_origin import LogOrigin
from handover.protocol.node_entry import NodeEntry
from handover.protocol.receipt import Receipt, ReceiptMismatchError


class SplitViewError(UntrustedError):
    """The peer's log does not extend what it showed before."""

    name = "split-view"
    title = "The peer's log contradicts what it showed before."
    advice = "The signed checkpoint is kept. Tell the registry's operators and the auditors."

    def __init__(self, checkpoint: bytes, proof: Consistency | None = None) -> None:
        super().__init__()
        self.checkpoint = checkpoint
        self.proof = proof


class StaleLogError(UntrustedError):
    """The peer answers with the log of an incarnation that has ended."""

    name = "stale-log"
    title = "The peer answers with a log that ended when it was restored from a backup."
    advice = "Telephone the other authority: an old copy of its node may be running beside the new one."


@dataclass(frozen=True, kw_only=True)
class Head:
    """A checkpoint of the peer's log that may stand behind an earlier one, its note as it came, and whose log it is."""

    checkpoint: Checkpoint
    note: bytes
    incarnation: int


@dataclass(frozen=True, kw_only=True)
class Proved:
    """An answer of which everything was verified; `head` is the newest checkpoint, if it could be compared."""

    receipts: tuple[KeptReceipt, ...]
    problems: Mapping[Digest, Problem]
    head: Head | None


def verify(
    answer: Answer,
    batch: Sequence[KeptEnvelope],
    *,
    pairs: Mapping[HandoverId, PairId],
    entry: NodeEntry,
    asked: Peer | None,
) -> Proved:
    """Give what the answer to *batch* proves; *asked* is the peer's log as the request went by it (none: unknown).

    Raises:
        StaleLogError: the log is that of an incarnation that has ended.
        SplitViewError: the log does not extend the one that the request went by.
        ReceiptMismatchError: a receipt is for another envelope, or files it under another matter.
        UntrustedError: a signature or a proof does not fit.
    """
    receipts: list[KeptReceipt] = []
    problems: dict[Digest, Problem] = {}
    signed: dict[bytes, LogKey] = {}  # most receipts of an answer rest on one checkpoint
    for kept, result in zip(batch, answer.results, strict=True):
        if isinstance(result, Problem):
            problems[kept.digest] = result
        else:
            note = result.checkpoint
            key = signed[note] = signed.get(note) or log_key(note, entry)
            receipts.append(_receipt(kept, result, pairs[kept.handover], key))
    head = None if asked is None or answer.head is None else _extends(asked, answer.head, answer, entry)
    return Proved(receipts=tuple(receipts), problems=problems, head=head)


def log_key(note: bytes, entry: NodeEntry) -> LogKey:
    """Give the key that has to verify a checkpoint of the peer's log, of whichever incarnation it says to be.

    Raises:
        UntrustedError: it is no checkpoint of a log of the peer's, or signed with none of its keys.
    """
    origin = LogOrigin.claimed(note)
    if origin.node != entry.node:
        raise CheckpointOriginError
    return checkpoints.key_of(note, entry.log_keys(origin.incarnation))


def _receipt(kept: KeptEnvelope, result: Receipt, pair: PairId, key: LogKey) -> KeptReceipt:
    entry = receipt.verify(result, envelope=kept.digest, key=key)
    if entry.matter != pair:
        raise ReceiptMismatchError("the receipt files the envelope under another matter")
    return receipted.kept(kept.digest, result)


def _extends(asked: Peer, note: bytes, answer: Answer, entry: NodeEntry) -> Head:
    head = checkpoints.verify(note, log_key(note, entry))
    incarnation = LogOrigin.parse(head.origin).incarnation
    if incarnation < asked.fence:
        raise StaleLogError
    if asked.log_size and incarnation == asked.fence:
        try:
            merkle.verify_consistency(
                old_size=asked.log_size,
                old_root=asked.log_root,
                size=head.size,
                root=head.root,
                path=answer.consistency,
            )
        except UntrustedError as error:
            raise SplitViewError(note, _other_tree(asked, head, answer)) from error
    return Head(checkpoint=head, note=note, incarnation=incarnation)


def _other_tree(asked: Peer, head: Checkpoint, answer: Answer) -> Consistency | None:
    """Give the peer's own proof, where it shows that the later tree begins with another one than was shown before."""
    size, path = asked.log_size, answer.consistency
    try:
        root = merkle.earlier_root(old_size=size, size=head.size, root=head.root, path=path)
    except UntrustedError:
        return None
    return None if root == asked.log_root else Consistency(size=size, path=path)
