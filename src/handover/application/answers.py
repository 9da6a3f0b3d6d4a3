"""What a peer's answer to a delivery proves: receipts, problems, and that its log only grew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handover.application.facts import KeptEnvelope, KeptReceipt, Peer
from handover.domain.errors import UntrustedError
from handover.domain.ids import Digest, HandoverId, PairId
from handover.protocol import checkpoint as checkpoints
from handover.protocol import merkle, receipt
from handover.protocol.checkpoint import Checkpoint, LogKey
from handover.protocol.delivery import Answer, Problem
from handover.protocol.receipt import Receipt, ReceiptMismatchError


class SplitViewError(UntrustedError):
    """The peer's log does not extend what it showed before."""

    name = "split-view"
    title = "The peer's log contradicts what it showed before."
    advice = "The signed checkpoint is kept. Tell the registry's operators and the auditors."

    def __init__(self, checkpoint: bytes) -> None:
        super().__init__()
        self.checkpoint = checkpoint


@dataclass(frozen=True, kw_only=True)
class Head:
    """A checkpoint of the peer's log that was shown to extend an earlier one, and its note as it came."""

    checkpoint: Checkpoint
    note: bytes


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
    keys: Sequence[LogKey],
    asked: Peer | None,
) -> Proved:
    """Give what the answer to *batch* proves; *asked* is the peer's log as the request went by it (none: unknown).

    Raises:
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
            key = signed[note] = signed.get(note) or checkpoints.key_of(note, keys)
            receipts.append(_receipt(kept, result, pairs[kept.handover], key))
    head = None if asked is None or answer.head is None else _extends(asked, answer.head, answer, keys)
    return Proved(receipts=tuple(receipts), problems=problems, head=head)


def _receipt(kept: KeptEnvelope, result: Receipt, pair: PairId, key: LogKey) -> KeptReceipt:
    entry = receipt.verify(result, envelope=kept.digest, key=key)
    if entry.matter != pair:
        raise ReceiptMismatchError("the receipt files the envelope under another matter")
    return KeptReceipt(
        envelope=kept.digest,
        document=result.entry,
        index=result.index,
        path=result.path,
        checkpoint=result.checkpoint,
    )


def _extends(asked: Peer, note: bytes, answer: Answer, keys: Sequence[LogKey]) -> Head:
    head = checkpoints.verify(note, checkpoints.key_of(note, keys))
    if asked.log_size:
        try:
            merkle.verify_consistency(
                old_size=asked.log_size,
                old_root=asked.log_root,
                size=head.size,
                root=head.root,
                path=answer.consistency,
            )
        except UntrustedError as error:
            raise SplitViewError(note) from error
    return Head(checkpoint=head, note=note)
