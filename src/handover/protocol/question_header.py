"""Whom a question asks, when, in which epoch; what an equal key is for that holder (docs/spec/tracing-questions.md)."""

import struct
from dataclasses import dataclass
from hashlib import sha256
from hmac import digest
from typing import Final

from handover.domain.errors import MalformedError, RefusedError, UntrustedError
from handover.domain.ids import Digest, NodeId
from handover.protocol import strict
from handover.protocol.oprf import OUTPUT_BYTES

ADDRESS_BYTES: Final = 16
WRAP_BYTES: Final = 16
ID_BYTES: Final = 16
LONGEST_LIFE: Final = 90 * 86400  # seconds from asking to the end of a question
FUTURE: Final = 600  # seconds by which the asker's clock may be ahead
MAGIC: Final = b"HOq1"
_HEAD: Final = struct.Struct(">4s16sI32s32s32sQQ")
HEADER_BYTES: Final = _HEAD.size


class OtherHolderError(UntrustedError):
    """The question was made for another holder."""

    name = "question-elsewhere"
    title = "The question is for another node."
    advice = "Make a question of its own for each node that is asked."


class QuestionOverError(RefusedError):
    """The question's time is over, or has not begun."""

    name = "question-over"
    title = "The question's time is over, or has not begun."
    advice = "Ask anew. If it was made just now, compare the clocks of both nodes."


class OtherEpochError(RefusedError):
    """The question was made in an epoch by which this node does not go."""

    name = "question-epoch"
    title = "The question was made in another tracing epoch."
    advice = "Fetch the epoch's document from a key-holder, then ask anew."


class OtherTablesError(RefusedError):
    """The two nodes read names with different tables, so that equal names would not meet."""

    name = "question-tables"
    title = "The two nodes compare names with different versions of the tables."
    advice = (
        "Bring both nodes to the version that the epoch names, then ask anew: a miss now would mean nothing."
    )


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a PRF output is for one holder in one epoch: where to look, and what a key is wrapped under."""

    address: bytes
    wrap: bytes


def row(output: bytes, *, holder: NodeId, epoch: int) -> Row:
    """Give the row of a PRF output: another one for every holder, so that two cannot link what they were asked.

    Raises:
        MalformedError: not an output.
    """
    if len(output) != OUTPUT_BYTES:
        raise MalformedError("an output has %(length)s bytes", length=OUTPUT_BYTES)
    found = digest(output, b"handover-tracing-row/1" + epoch.to_bytes(4, "big") + holder.encode(), sha256)
    return Row(address=found[:ADDRESS_BYTES], wrap=found[ADDRESS_BYTES:])


def name_of(holder: NodeId) -> bytes:
    """Give the 32 bytes by which a question names its holder."""
    return sha256(b"handover-tracing-holder/1" + holder.encode()).digest()


@dataclass(frozen=True, kw_only=True)
class Header:
    """Who asks whom, when, in which epoch, comparing with which tables. Times are seconds since 1970."""

    id: bytes
    epoch: int
    tables: bytes
    asker: Digest
    holder: bytes
    issued: int
    expires: int

    def encode(self) -> bytes:
        """Give the 136 bytes.

        Raises:
            MalformedError: a part has another length, or the times are none that a question has.
        """
        if (len(self.id), len(self.tables), len(self.holder)) != (ID_BYTES, 32, 32):
            raise MalformedError("a part of the header has another length")
        if not 0 < self.expires - self.issued <= LONGEST_LIFE or self.issued < 1:
            raise MalformedError("a question ends after it begins, at most ninety days later")
        return _HEAD.pack(
            MAGIC,
            self.id,
            strict.integer(self.epoch, 1, 2**32 - 1),
            self.tables,
            strict.unb64(self.asker),
            self.holder,
            self.issued,
            self.expires,
        )

    @classmethod
    def decode(cls, data: bytes) -> "Header":
        """Give the header of 136 bytes.

        Raises:
            MalformedError: an epoch or times that no question has.
        """
        _, id_, epoch, tables, asker, holder, issued, expires = _HEAD.unpack(data)
        found = cls(
            id=id_,
            epoch=epoch,
            tables=tables,
            asker=Digest.known(strict.b64(asker)),
            holder=holder,
            issued=issued,
            expires=expires,
        )
        found.encode()  # it checks them
        return found

    def require(self, *, holder: NodeId, epoch: int, tables: bytes, now: int) -> None:
        """Do nothing if the question is for *holder*, in its time, epoch and version of the tables.

        Raises:
            OtherHolderError, QuestionOverError, OtherEpochError, OtherTablesError: in this order.
        """
        if self.holder != name_of(holder):
            raise OtherHolderError
        if not self.issued - FUTURE <= now < self.expires:
            raise QuestionOverError
        if self.epoch != epoch:
            raise OtherEpochError
        if self.tables != tables:
            raise OtherTablesError
