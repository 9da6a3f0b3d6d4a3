"""The texts of a bundle's lines that are made of several values (docs/spec/evidence.md, section 3).

Values stand with one space between them; the document comes last. Each text has one spelling.
"""

import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handover.domain.errors import MalformedError
from handover.domain.ids import Digest
from handover.protocol import note, strict

_LONGEST_PATH: Final = 128  # hashes; a consistency proof has at most twice as many as the tree has levels
_NUMBER: Final = rb"(0|[1-9][0-9]{0,15})"
# The last letter of 32 bytes carries 4 bits: with this class what matches has one spelling, and decodes fast.
_HASH: Final = rb"[\w-]{42}[AEIMQUYcgkosw048]"
_PATH: Final = rb"(-|%s(?:,%s){0,%d})" % (_HASH, _HASH, _LONGEST_PATH - 1)
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")
_ENTRY: Final = re.compile(_NUMBER + b" " + _PATH + rb" (\{.+\})")
_RECEIPT: Final = re.compile(rb"(%s) " % _HASH + _ENTRY.pattern)
_CONSISTENCY: Final = re.compile(_NUMBER + b" " + _PATH)


@dataclass(frozen=True, kw_only=True)
class LoggedEntry:
    """An entry's document, its index in the exporter's log, and the path to the root of the bundle's checkpoint."""

    index: int
    path: tuple[bytes, ...]
    document: bytes


@dataclass(frozen=True, kw_only=True)
class StatedReceipt:
    """A receipt whose checkpoint is the part with the digest `checkpoint`."""

    checkpoint: Digest
    index: int
    path: tuple[bytes, ...]
    document: bytes


@dataclass(frozen=True, kw_only=True)
class Consistency:
    """The path that leads from the tree of `size` entries to the root of the bundle's checkpoint."""

    size: int
    path: tuple[bytes, ...]


def write_entry(entry: LoggedEntry) -> bytes:
    """Give the text of an `entry` line."""
    return b"%d %s %s" % (entry.index, _write_path(entry.path), entry.document)


def read_entry(text: bytes) -> LoggedEntry:
    """Give the entry of an `entry` line; nothing is verified but its form.

    Raises:
        MalformedError: not the one spelling.
    """
    found = _ENTRY.fullmatch(text)
    if found is None:
        raise MalformedError("not an entry with its proof")
    return LoggedEntry(index=int(found[1]), path=_read_path(found[2]), document=found[3])


def write_receipt(receipt: StatedReceipt) -> bytes:
    """Give the text of a `receipt` line."""
    path = _write_path(receipt.path)
    return b"%s %d %s %s" % (receipt.checkpoint.encode(), receipt.index, path, receipt.document)


def read_receipt(text: bytes) -> StatedReceipt:
    """Give the receipt of a `receipt` line; nothing is verified but its form.

    Raises:
        MalformedError: not the one spelling.
    """
    found = _RECEIPT.fullmatch(text)
    if found is None:
        raise MalformedError("not a receipt")
    return StatedReceipt(
        checkpoint=Digest(found[1].decode("ascii")),
        index=int(found[2]),
        path=_read_path(found[3]),
        document=found[4],
    )


def write_consistency(proof: Consistency) -> bytes:
    """Give the text of a `consistency` line."""
    return b"%d %s" % (proof.size, _write_path(proof.path))


def read_consistency(text: bytes) -> Consistency:
    """Give the proof of a `consistency` line; nothing is verified but its form.

    Raises:
        MalformedError: not the one spelling.
    """
    found = _CONSISTENCY.fullmatch(text)
    if found is None:
        raise MalformedError("not a consistency proof")
    return Consistency(size=int(found[1]), path=_read_path(found[2]))


def write_checkpoint(signed: bytes) -> bytes:
    """Give the text of a `checkpoint` line: the note as a JSON string."""
    return strict.dumps(signed.decode("utf-8"))


def read_checkpoint(text: bytes) -> bytes:
    """Give the note of a `checkpoint` line; nothing is verified but its form.

    Raises:
        MalformedError: not the one spelling.
    """
    value = strict.loads_compact(text, limit=len(text))
    return strict.text(value, note.NOTE_LIMIT).encode()


def _write_path(path: Sequence[bytes]) -> bytes:
    return b",".join(strict.b64(each).encode() for each in path) or b"-"


def _read_path(text: bytes) -> tuple[bytes, ...]:
    if text == b"-":
        return ()
    return tuple([binascii.a2b_base64(each + b"=") for each in text.translate(_FROM_URL).split(b",")])
