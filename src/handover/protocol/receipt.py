"""Receipts: proof that an entry is in a log (docs/spec/receipt.md).

A receipt for an envelope says that its receiver has stored it durably, and nothing more. On the wire and in
bundles it is a C2SP tlog-proof whose extra data is the opened entry document.
"""

import re
from dataclasses import dataclass
from typing import Final

from handover.domain.errors import MalformedError, UntrustedError
from handover.domain.ids import Digest
from handover.protocol import checkpoint, entry, merkle, note, strict
from handover.protocol.checkpoint import LogKey
from handover.protocol.entry import Entry, EntryKind
from handover.protocol.tile import HASH_LENGTH, LARGEST_SIZE

LONGEST_PATH: Final = LARGEST_SIZE.bit_length()
PROOF_LIMIT: Final = note.NOTE_LIMIT + 4096
"""The longest proof, in bytes."""

_HEADER: Final = b"c2sp.org/tlog-proof@v1"
_EXTRA: Final = b"extra "
_INDEX: Final = re.compile(rb"index (0|[1-9][0-9]{0,15})")


class ReceiptMismatchError(UntrustedError):
    """The receipt is for another envelope, or is none."""

    name = "receipt-mismatch"
    title = "The receipt is not for this envelope."
    advice = "Nothing is lost: the envelope is sent again until its receipt arrives."


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """An entry's document, its place in the log and what proves it, unverified. `checkpoint` is a note."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes


def to_proof(receipt: Receipt) -> bytes:
    """Return the receipt as a C2SP tlog-proof."""
    lines = [
        _HEADER,
        _EXTRA + strict.b64std(receipt.entry).encode(),
        b"index %d" % receipt.index,
        *(strict.b64std(value).encode() for value in receipt.path),
        b"",
        receipt.checkpoint,
    ]
    return b"\n".join(lines)


def from_proof(data: bytes) -> Receipt:
    """Return the receipt that a C2SP tlog-proof holds; nothing is verified but its form.

    Raises:
        MalformedError: it is not the one encoding of a receipt.
    """
    if len(data) > PROOF_LIMIT:
        raise MalformedError("longer than %(limit)s bytes", limit=PROOF_LIMIT)
    head, blank, signed = data.partition(b"\n\n")
    lines = head.split(b"\n")
    if not blank or len(lines) < 3 or lines[0] != _HEADER or not lines[1].startswith(_EXTRA):
        raise MalformedError("not a receipt")
    index = _INDEX.fullmatch(lines[2])
    if index is None or len(lines) > 3 + LONGEST_PATH:
        raise MalformedError("not a receipt")
    document = strict.unb64std(lines[1].removeprefix(_EXTRA))
    if len(document) > entry.DOCUMENT_LIMIT:
        raise MalformedError("an entry is at most %(limit)s bytes", limit=entry.DOCUMENT_LIMIT)
    path = tuple(strict.unb64std(line, length=HASH_LENGTH) for line in lines[3:])
    return Receipt(entry=document, index=int(index[1]), path=path, checkpoint=signed)


def verify(receipt: Receipt, *, envelope: Digest, key: LogKey) -> Entry:
    """Return the entry by which the log of *key* shows that its node has stored *envelope*.

    Raises:
        ReceiptMismatchError: the entry is about something else.
        UntrustedError: as `verify_entry`.
    """
    found = entry.decode(receipt.entry)
    if found.kind is not EntryKind.RECEIVED or found.object != envelope:
        raise ReceiptMismatchError
    return _proved(receipt, found, key)


def verify_entry(receipt: Receipt, *, key: LogKey) -> Entry:
    """Return the entry, of whatever kind, that is in the log of *key*.

    Raises:
        MalformedError: entry or checkpoint do not have the one accepted shape.
        InclusionError: the path does not lead from the entry to the checkpoint's root hash.
        CheckpointOriginError, CheckpointUnsignedError, CheckpointSignatureError: as `checkpoint.verify`.
    """
    return _proved(receipt, entry.decode(receipt.entry), key)


def _proved(receipt: Receipt, found: Entry, key: LogKey) -> Entry:
    head = checkpoint.verify(receipt.checkpoint, key)
    merkle.verify_inclusion(
        index=receipt.index,
        size=head.size,
        leaf=merkle.leaf_hash(entry.leaf(receipt.entry)),
        path=receipt.path,
        root=head.root,
    )
    return found
