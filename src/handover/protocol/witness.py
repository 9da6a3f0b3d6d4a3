"""How a log asks for a cosignature, and what a witness answers (C2SP tlog-witness; docs/spec/witness.md).

What a witness keeps is not here; `follow` decides whether what it is asked agrees with that.
"""

import re
from dataclasses import dataclass
from typing import Final

from handover.domain.errors import MalformedError, NotFoundError, OutOfOrderError, RefusedError
from handover.protocol import merkle, note, strict
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.note import SignatureLine
from handover.protocol.tile import HASH_LENGTH, LARGEST_SIZE

PATH: Final = "/witness/add-checkpoint"
HELD: Final = "/witness/checkpoint"
SIZE_TYPE: Final = "text/x.tlog.size"
MOST_HASHES: Final = 63
REQUEST_LIMIT: Final = note.NOTE_LIMIT + 4096
"""The longest request, in bytes."""

ANSWER_LIMIT: Final = 65536  # bytes
_OLD: Final = re.compile(rb"old (0|[1-9][0-9]{0,15})")
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,15})\n")


class UnknownLogError(NotFoundError):
    """The registry names no such log, or it is this node's own: nobody is a witness of himself."""

    name = "unknown-log"
    title = "This node is no witness of that log."
    advice = "Check the origin of the checkpoint; the log's node has to be in the registry."


class LogUnsignedError(RefusedError):
    """The checkpoint does not bear the two signatures of its log, with keys that the registry lists."""

    name = "log-unsigned"
    title = "The checkpoint is not signed by its log."
    advice = "Update the registry: the log's keys may be newer than the witness knows."


class WitnessSizeError(OutOfOrderError):
    """The witness has cosigned another size of this log than the one that the proof begins with."""

    name = "witness-size"
    title = "The witness has seen another size of this log."
    advice = "Ask again with a proof from the size that the answer names."

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size


class TwoTreesError(OutOfOrderError):
    """The witness has cosigned another tree of the same size."""

    name = "two-trees"
    title = "The witness has seen another tree of this size."
    advice = "Both checkpoints are evidence. Stop the log's node: its database may have been put back."


class ProofRefusedError(RefusedError):
    """The proof does not show that the log has only grown since the witness saw it."""

    name = "proof-refused"
    title = "The proof does not show that the log only added entries."
    advice = (
        "Make the proof from the size that the witness has; if it fails again, the log contradicts itself."
    )


@dataclass(frozen=True, kw_only=True)
class AddCheckpoint:
    """A checkpoint for which a cosignature is asked, and the proof that it extends the tree of `old_size` entries.

    Signatures and proof are unverified; `checkpoint` is what the text of `note` says.
    """

    old_size: int
    proof: tuple[bytes, ...]
    note: bytes
    checkpoint: Checkpoint


def encode_request(*, old_size: int, proof: tuple[bytes, ...], signed: bytes) -> bytes:
    """Return the body of a request."""
    lines = [b"old %d" % old_size, *(strict.b64std(each).encode() for each in proof), b"", signed]
    return b"\n".join(lines)


def decode_request(data: bytes) -> AddCheckpoint:
    """Return what a body asks; nothing is verified but its form.

    Raises:
        MalformedError: it is not the one encoding of a request, or the old size is above the new one.
    """
    if len(data) > REQUEST_LIMIT:
        raise MalformedError("longer than %(limit)s bytes", limit=REQUEST_LIMIT)
    head, blank, signed = data.partition(b"\n\n")
    first, *hashes = head.split(b"\n")
    old = _OLD.fullmatch(first)
    if not blank or old is None or len(hashes) > MOST_HASHES:
        raise MalformedError("not a request for a cosignature")
    checkpoint = Checkpoint.parse(note.read(signed).text)
    if int(old[1]) > checkpoint.size:
        raise MalformedError("the old size is above that of the checkpoint")
    return AddCheckpoint(
        old_size=int(old[1]),
        proof=tuple(strict.unb64std(line, length=HASH_LENGTH) for line in hashes),
        note=signed,
        checkpoint=checkpoint,
    )


def encode_size(size: int) -> bytes:
    """Return the body that says which size the witness has cosigned."""
    return b"%d\n" % size


def decode_size(data: bytes) -> int:
    """Return the size that a witness says.

    Raises:
        MalformedError: it is not the one spelling.
    """
    found = _SIZE.fullmatch(data)
    if found is None or int(found[1]) > LARGEST_SIZE:
        raise MalformedError("not the size of a log")
    return int(found[1])


def decode_lines(data: bytes) -> tuple[SignatureLine, ...]:
    """Return the signature lines of a witness's answer, unverified; `note.write_lines` makes them.

    Raises:
        MalformedError: not one line or more, each with its line feed.
    """
    if len(data) > ANSWER_LIMIT or not data.endswith(b"\n"):
        raise MalformedError("not the signature lines of a witness")
    try:
        found = data.decode("utf-8")[:-1].split("\n")
    except UnicodeDecodeError:
        raise MalformedError("not UTF-8") from None
    if len(found) > note.LINES_LIMIT:
        raise MalformedError("more than %(most)s signatures", most=note.LINES_LIMIT)
    return tuple(note.read_line(line) for line in found)


def follow(held: Checkpoint | None, asked: AddCheckpoint) -> None:
    """Do nothing if what is asked extends *held*, which the witness has cosigned last of this log.

    Raises:
        TwoTreesError: it is another tree of the same size.
        WitnessSizeError: the proof begins with another size.
        ProofRefusedError: the proof does not hold.
    """
    size, root = (0, merkle.EMPTY_ROOT) if held is None else (held.size, held.root)
    new = asked.checkpoint
    if (new.size, new.root) != (size, root) and new.size == size:
        raise TwoTreesError
    if asked.old_size != size:
        raise WitnessSizeError(size)
    try:
        merkle.verify_consistency(
            old_size=size, old_root=root, size=new.size, root=new.root, path=asked.proof
        )
    except merkle.ConsistencyError as error:
        raise ProofRefusedError from error
