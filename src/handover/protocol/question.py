"""A question of tracing: 2,024 bytes, the same for everybody (docs/spec/tracing-questions.md).

Rows hold addresses that only this holder can have in its index, and a key wrapped under each; who has an equal key of a
record opens the evidence, and nobody else. What evidence says is not known here.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256, sha512
from hmac import compare_digest, digest
from itertools import pairwise
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from handover.domain.errors import MalformedError
from handover.domain.ids import Digest, NodeId
from handover.protocol import jws, strict
from handover.protocol.question_header import (
    ADDRESS_BYTES,
    HEADER_BYTES,
    MAGIC,
    WRAP_BYTES,
    Header,
    name_of,
    row,
)

ROWS: Final = 48
ROW_BYTES: Final = ADDRESS_BYTES + WRAP_BYTES
SALT_BYTES: Final = 16
EVIDENCE_BYTES: Final = 240
_COMMITMENT_BYTES: Final = 32
_SEALED_BYTES: Final = EVIDENCE_BYTES + 16
_ROWS_AT: Final = HEADER_BYTES + _COMMITMENT_BYTES
_SEALED_AT: Final = _ROWS_AT + ROWS * ROW_BYTES
SIZE: Final = _SEALED_AT + _SEALED_BYTES + jws.SIGNATURE_BYTES
_NONCE: Final = bytes(12)  # every key seals once

Lookup = Callable[[bytes], bytes | None]
"""Gives the wrap key under which a record has this address in the holder's index, if one has."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Question:
    """A question taken apart. `data` are its bytes, which are kept as they came."""

    header: Header
    commitment: bytes
    rows: tuple[tuple[bytes, bytes], ...]
    sealed: bytes
    data: bytes

    @property
    def digest(self) -> Digest:
        """The digest of the whole question, by which it is known."""
        return strict.digest(self.data)


@dataclass(frozen=True, kw_only=True)
class Unverified:
    """A question whose shape was checked and whose signature was not."""

    claimed: Question

    @property
    def kid(self) -> Digest:
        """The thumbprint of the key that is said to have signed it."""
        return self.claimed.header.asker

    def verify(self, public: bytes) -> Question:
        """Give the question that the holder of *public* signed.

        Raises:
            SignatureError: the signature does not fit.
        """
        data = self.claimed.data
        jws.verify(data[: -jws.SIGNATURE_BYTES], signature=data[-jws.SIGNATURE_BYTES :], public=public)
        return self.claimed


@dataclass(frozen=True, kw_only=True, repr=False)
class Opened:
    """What a holder learns that has an equal key: the evidence, its salt, and the addresses that opened it."""

    evidence: bytes
    salt: bytes
    addresses: tuple[bytes, ...]


def seal(
    outputs: Sequence[bytes],
    evidence: Callable[[bytes], bytes],
    *,
    header: Header,
    holder: NodeId,
    signer: jws.Signer,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> bytes:
    """Give the question; *evidence* is given the salt, which nobody learns without an equal key.

    Raises:
        MalformedError: no output or too many, one twice, evidence of another size, or a header for another holder.
    """
    if not 0 < len(set(outputs)) == len(outputs) <= ROWS or header.holder != name_of(holder):
        raise MalformedError("a question has 1 to %(most)s different keys, for one holder", most=ROWS)
    head, key = header.encode(), random(WRAP_BYTES)
    opener, salt = _from_key(key, head)
    rows = [random(ROW_BYTES) for _ in range(ROWS - len(outputs))]
    for each in outputs:
        made = row(each, holder=holder, epoch=header.epoch)
        rows.append(made.address + _exclusive(key, _pad(made.wrap, head)))
    # Addresses are as good as random: in their order they tell nothing, and none can come twice unseen.
    bound = head + _commitment(key, head) + b"".join(sorted(rows))
    plain = evidence(salt)
    if len(plain) != EVIDENCE_BYTES:
        raise MalformedError("evidence has %(length)s bytes", length=EVIDENCE_BYTES)
    signed = bound + opener.encrypt(_NONCE, plain, bound)
    return signed + signer.sign(signed)


def read(data: bytes) -> Unverified:
    """Take a question apart; its signature is not verified yet.

    Raises:
        MalformedError: another size, version or order, or times that no question has.
    """
    if len(data) != SIZE or not data.startswith(MAGIC):
        raise MalformedError("not a question of %(length)s bytes", length=SIZE)
    header = Header.decode(data[:HEADER_BYTES])
    rows = tuple(
        [
            (data[at : at + ADDRESS_BYTES], data[at + ADDRESS_BYTES : at + ROW_BYTES])
            for at in range(_ROWS_AT, _SEALED_AT, ROW_BYTES)
        ]
    )
    addresses = [address for address, _ in rows]
    if any(later <= earlier for earlier, later in pairwise(addresses)):
        raise MalformedError("the rows of a question stand in the order of their addresses")
    return Unverified(
        claimed=Question(
            header=header,
            commitment=data[HEADER_BYTES:_ROWS_AT],
            rows=rows,
            sealed=data[_SEALED_AT : -jws.SIGNATURE_BYTES],
            data=data,
        )
    )


def opened(question: Question, lookup: Lookup) -> Opened | None:
    """Give the evidence if a record of this holder has an equal key, and None if none has.

    A row that was made to open to anything but what the question commits to counts as none.
    """
    head = question.data[:HEADER_BYTES]
    found, addresses = b"", []
    for address, wrapped in question.rows:
        wrap = lookup(address)
        if wrap is None:
            continue
        key = _exclusive(wrapped, _pad(wrap, head))
        if compare_digest(_commitment(key, head), question.commitment):
            found = key
            addresses.append(address)
    if not found:
        return None
    opener, salt = _from_key(found, head)
    try:
        evidence = opener.decrypt(_NONCE, question.sealed, question.data[:_SEALED_AT])
    except InvalidTag:
        return None  # the asker made it so: nobody can open it
    return Opened(evidence=evidence, salt=salt, addresses=tuple(addresses))


def _from_key(key: bytes, head: bytes) -> tuple[AESGCM, bytes]:
    """Give what seals the evidence, and the salt of its hashes."""
    found = digest(key, b"handover-tracing-evidence/1" + head, sha512)
    return AESGCM(found[:32]), found[32 : 32 + SALT_BYTES]


def _commitment(key: bytes, head: bytes) -> bytes:
    # AES-GCM does not commit to its key: without this a question could open to two evidences.
    return digest(key, b"handover-tracing-commitment/1" + head, sha256)


def _pad(wrap: bytes, head: bytes) -> bytes:
    # Bound to the question: whoever opens one learns the pads of all its rows, and of no other question.
    return digest(wrap, b"handover-tracing-pad/1" + head, sha256)[:WRAP_BYTES]


def _exclusive(left: bytes, right: bytes) -> bytes:
    return bytes([a ^ b for a, b in zip(left, right, strict=True)])
