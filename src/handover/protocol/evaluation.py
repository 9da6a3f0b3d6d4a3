"""What goes to a key-holder and comes back: fixed sizes, both signed (docs/spec/tracing-keys.md, section 5).

A batch for a question has 48 keys, one for a new record 64, one for four records or more 256; what is missing is filled
up by whoever asks, so that nobody sees how many there are. The last element checks the others; no holder can tell it
from them.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from handover.domain.errors import MalformedError
from handover.domain.ids import Digest
from handover.protocol import jws, ristretto, strict
from handover.protocol.oprf import PROOF_BYTES, Proof
from handover.protocol.threshold import PLACES, THRESHOLD, Evaluated

REFERENCE_BYTES: Final = 16
_MAGIC: Final = b"HOe1"
_ANSWERS: Final = b"HOa1"
_HEAD: Final = struct.Struct(">4sBBIBBHQ16s32s")


class Kind(IntEnum):
    """What the keys are for."""

    QUESTION = 1
    INDEX = 2
    RECORD = 3


class Basis(IntEnum):
    """On which ground the names were turned into keys."""

    CONSENT = 1
    BEST_INTERESTS = 2
    EITHER = 3
    """In a batch for an index, which holds keys of several records, each on its own ground."""


KEYS: Final = {Kind.QUESTION: 48, Kind.INDEX: 256, Kind.RECORD: 64}
"""How many keys a batch has, the element that checks them not counted: at most 64 for each record."""
RECORDS: Final = {Kind.QUESTION: range(1), Kind.INDEX: range(4, 257), Kind.RECORD: range(1, 2)}
"""Of how many newly indexed records the keys of a batch can be."""
SIZE: Final = {
    kind: _HEAD.size + (number + 1) * ristretto.BYTES + jws.SIGNATURE_BYTES for kind, number in KEYS.items()
}
ANSWER_SIZE: Final = {
    kind: len(_ANSWERS) + (number + 1) * ristretto.BYTES + PROOF_BYTES + jws.SIGNATURE_BYTES
    for kind, number in KEYS.items()
}


@dataclass(frozen=True, kw_only=True)
class Request:
    """One holder is asked, as one of three. `reference` is a case reference that is used once, `asker` a key's name.

    `records` is how many newly indexed records the keys are of; for a question it is none.
    """

    kind: Kind
    basis: Basis
    epoch: int
    place: int
    places: tuple[int, ...]
    records: int
    issued: int
    reference: bytes
    asker: Digest
    elements: tuple[bytes, ...]

    @property
    def evaluations(self) -> int:
        """How many evaluations are counted: those of keys, filled up."""
        return KEYS[self.kind]

    def check(self) -> None:
        """Do nothing if it is a request that can be.

        Raises:
            MalformedError: it is none.
        """
        known = (
            len(self.places) == THRESHOLD and set(self.places) <= set(PLACES) and self.place in self.places
        )
        if not known or list(self.places) != sorted(set(self.places)):
            raise MalformedError("three different holders are asked, and this one is among them")
        if self.records not in RECORDS[self.kind]:
            raise MalformedError("at most 64 keys are of one record, and those of a question of none")
        if self.kind is not Kind.INDEX and self.basis is Basis.EITHER:
            raise MalformedError("a question and a record have one ground")
        if len(self.elements) != KEYS[self.kind] + 1 or len(self.reference) != REFERENCE_BYTES:
            raise MalformedError("a batch has one size")
        strict.integer(self.epoch, 1, 2**32 - 1)
        strict.moment(self.issued, 1)


@dataclass(frozen=True, kw_only=True)
class Unverified:
    """A request whose shape was checked and whose signature was not; its elements are in the one spelling."""

    claimed: Request
    data: bytes

    def verify(self, public: bytes) -> Request:
        """Give the request that the holder of *public* signed.

        Raises:
            SignatureError: the signature does not fit.
        """
        jws.verify(
            self.data[: -jws.SIGNATURE_BYTES], signature=self.data[-jws.SIGNATURE_BYTES :], public=public
        )
        return self.claimed


def sign(request: Request, *, signer: jws.Signer) -> bytes:
    """Give the signed bytes of a request.

    Raises:
        MalformedError: it is none that can be.
    """
    request.check()
    head = _HEAD.pack(
        _MAGIC,
        request.kind,
        request.basis,
        request.epoch,
        request.place,
        sum(1 << place for place in request.places),
        request.records,
        request.issued,
        request.reference,
        strict.unb64(request.asker),
    )
    signed = head + b"".join(request.elements)
    return signed + signer.sign(signed)


def read(data: bytes) -> Unverified:
    """Take a request apart; its signature is not verified yet.

    Raises:
        MalformedError: another size or version, or a request that cannot be.
        ElementError: an element is the identity, or not in its one spelling.
    """
    if len(data) not in SIZE.values() or not data.startswith(_MAGIC):
        raise MalformedError("not a request for evaluations")
    _, kind, basis, epoch, place, mask, records, issued, reference, asker = _HEAD.unpack(data[: _HEAD.size])
    if kind not in SIZE or SIZE[kind] != len(data) or basis not in set(Basis) or mask & 1:
        raise MalformedError("not a request for evaluations")
    claimed = Request(
        kind=Kind(kind),
        basis=Basis(basis),
        epoch=epoch,
        place=place,
        places=tuple([bit for bit in range(8) if mask >> bit & 1]),
        records=records,
        issued=issued,
        reference=reference,
        asker=Digest.known(strict.b64(asker)),
        elements=ristretto.elements(data[_HEAD.size : -jws.SIGNATURE_BYTES], KEYS[Kind(kind)] + 1),
    )
    claimed.check()
    return Unverified(claimed=claimed, data=data)


def answer(request: bytes, given: Evaluated, *, signer: jws.Signer) -> bytes:
    """Give the signed answer to the bytes of a request; it says in its signature which one it is."""
    body = _ANSWERS + b"".join(given.elements) + given.proof.encode()
    return body + signer.sign(_bound(request, body))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a holder has answered; its signature was not verified."""

    evaluated: Evaluated
    data: bytes

    def verify(self, request: bytes, publics: Sequence[bytes]) -> Evaluated:
        """Give what the holder of one of *publics* has answered to just this request.

        Raises:
            SignatureError: no signature fits.
        """
        body, signature = self.data[: -jws.SIGNATURE_BYTES], self.data[-jws.SIGNATURE_BYTES :]
        for public in publics:
            try:
                jws.verify(_bound(request, body), signature=signature, public=public)
            except jws.SignatureError:
                continue
            return self.evaluated
        raise jws.SignatureError


def read_answer(data: bytes, kind: Kind) -> Answer:
    """Take an answer apart.

    Raises:
        MalformedError: another size or version.
        ElementError: an element is the identity, or not in its one spelling.
    """
    if len(data) != ANSWER_SIZE[kind] or not data.startswith(_ANSWERS):
        raise MalformedError("not an answer of a key-holder")
    end = len(_ANSWERS) + (KEYS[kind] + 1) * ristretto.BYTES
    return Answer(
        evaluated=Evaluated(
            elements=ristretto.elements(data[len(_ANSWERS) : end], KEYS[kind] + 1),
            proof=Proof.decode(data[end : -jws.SIGNATURE_BYTES]),
        ),
        data=data,
    )


def _bound(request: bytes, body: bytes) -> bytes:
    return b"handover-tracing-answer/1" + strict.digest(request).encode("ascii") + body
