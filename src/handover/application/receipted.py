"""Receipts that came over the wire, as they are kept."""

from handover.application.facts import KeptReceipt
from handover.domain.ids import Digest
from handover.protocol.receipt import Receipt


def kept(envelope: Digest, proof: Receipt) -> KeptReceipt:
    """Give the receipt for *envelope* as it is kept; the caller has verified it."""
    return KeptReceipt(
        envelope=envelope,
        document=proof.entry,
        index=proof.index,
        path=proof.path,
        checkpoint=proof.checkpoint,
    )
