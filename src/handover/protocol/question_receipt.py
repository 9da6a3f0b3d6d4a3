"""The answer to a question: stored, and nothing else (docs/spec/tracing-questions.md, section 5).

8,192 bytes, whether anything matched or not: nobody knows it yet when the answer leaves.
"""

import struct
from dataclasses import dataclass
from typing import Final

from handover.domain.errors import MalformedError
from handover.domain.ids import Digest
from handover.protocol import jws, receipt, strict
from handover.protocol.checkpoint import LogKey
from handover.protocol.entry import Entry
from handover.protocol.receipt import ReceiptMismatchError

SIZE: Final = 8192
_MAGIC: Final = b"HOr1"
_HEAD: Final = struct.Struct(">4s32s32sQH")
_LONGEST_PROOF: Final = SIZE - _HEAD.size - jws.SIGNATURE_BYTES


@dataclass(frozen=True, kw_only=True)
class QuestionReceipt:
    """Which question was stored when, by whom, and the proof that it stands in the log."""

    question: Digest
    kid: Digest
    stored_at: int
    proof: bytes


@dataclass(frozen=True, kw_only=True)
class Unverified:
    """A receipt whose shape was checked and whose signature was not."""

    claimed: QuestionReceipt
    data: bytes

    def verify(self, public: bytes, *, question: Digest, log: LogKey) -> Entry:
        """Give the log's entry by which the holder of *public* shows that it has stored *question*.

        Raises:
            ReceiptMismatchError: it is about another question.
            UntrustedError: a signature or the proof does not hold.
        """
        jws.verify(
            self.data[: -jws.SIGNATURE_BYTES], signature=self.data[-jws.SIGNATURE_BYTES :], public=public
        )
        if self.claimed.question != question:
            raise ReceiptMismatchError
        return receipt.verify(receipt.from_proof(self.claimed.proof), envelope=question, key=log)


def sign(question: Digest, proof: bytes, *, stored_at: int, signer: jws.Signer) -> bytes:
    """Give the receipt of 8,192 bytes.

    Raises:
        MalformedError: the proof is longer than any log's.
    """
    if len(proof) > _LONGEST_PROOF:
        raise MalformedError("longer than %(limit)s bytes", limit=_LONGEST_PROOF)
    head = _HEAD.pack(_MAGIC, strict.unb64(question), strict.unb64(signer.kid), stored_at, len(proof))
    signed = (head + proof).ljust(SIZE - jws.SIGNATURE_BYTES, b"\0")
    return signed + signer.sign(signed)


def read(data: bytes) -> Unverified:
    """Take a receipt apart; nothing is verified yet.

    Raises:
        MalformedError: another size, version or padding.
    """
    if len(data) != SIZE or not data.startswith(_MAGIC):
        raise MalformedError("not a receipt of %(length)s bytes", length=SIZE)
    _, question, kid, stored_at, length = _HEAD.unpack(data[: _HEAD.size])
    end = _HEAD.size + length
    if length > _LONGEST_PROOF or data[end : -jws.SIGNATURE_BYTES].strip(b"\0"):
        raise MalformedError("not a receipt of %(length)s bytes", length=SIZE)
    claimed = QuestionReceipt(
        question=Digest.known(strict.b64(question)),
        kid=Digest.known(strict.b64(kid)),
        stored_at=stored_at,
        proof=data[_HEAD.size : end],
    )
    return Unverified(claimed=claimed, data=data)
