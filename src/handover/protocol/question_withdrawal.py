"""A question is taken back: 140 bytes, by whoever has signed the question (docs/spec/tracing.md, section 6).

It is answered as a question is, by a receipt that says that it was stored. The answer leaves after the transaction in
which rows and evidence were destroyed.
"""

import struct
from dataclasses import dataclass
from typing import Final

from handover.domain.errors import MalformedError
from handover.domain.ids import Digest
from handover.protocol import jws, strict

_MAGIC: Final = b"HOw1"
_HEAD: Final = struct.Struct(">4s32s32sQ")
SIZE: Final = _HEAD.size + jws.SIGNATURE_BYTES


@dataclass(frozen=True, kw_only=True)
class QuestionWithdrawal:
    """Which question is taken back, by the holder of which key, and when (seconds since 1970)."""

    question: Digest
    asker: Digest
    issued: int


@dataclass(frozen=True, kw_only=True)
class Unverified:
    """A withdrawal whose shape was checked and whose signature was not. `digest` is that of all its bytes."""

    claimed: QuestionWithdrawal
    data: bytes

    @property
    def digest(self) -> Digest:
        """By what its receipt names it."""
        return strict.digest(self.data)

    def verify(self, public: bytes) -> QuestionWithdrawal:
        """Give the withdrawal that the holder of *public* signed.

        Raises:
            SignatureError: the signature does not fit.
        """
        signed, signature = self.data[: _HEAD.size], self.data[_HEAD.size :]
        jws.verify(signed, signature=signature, public=public)
        return self.claimed


def sign(question: Digest, *, issued: int, signer: jws.Signer) -> bytes:
    """Give the withdrawal of a question."""
    head = _HEAD.pack(_MAGIC, strict.unb64(question), strict.unb64(signer.kid), strict.integer(issued, 1))
    return head + signer.sign(head)


def read(data: bytes) -> Unverified:
    """Take a withdrawal apart; nothing is verified yet.

    Raises:
        MalformedError: another size, version or time.
    """
    if len(data) != SIZE or not data.startswith(_MAGIC):
        raise MalformedError("not the withdrawal of a question")
    _, question, asker, issued = _HEAD.unpack(data[: _HEAD.size])
    claimed = QuestionWithdrawal(
        question=Digest.known(strict.b64(question)),
        asker=Digest.known(strict.b64(asker)),
        issued=strict.integer(issued, 1),
    )
    return Unverified(claimed=claimed, data=data)
