"""Oblivious pseudorandom functions: RFC 9497, ristretto255-SHA512, modes OPRF and VOPRF (docs/spec/tracing-keys.md).

Whoever holds the key learns nothing of the inputs, whoever asks learns the outputs alone; in the mode VOPRF one proof
for a whole batch shows that the key of a known public key was used. How a key is shared among five is in
`threshold`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha512
from typing import Final

from handover.domain.errors import MalformedError, UntrustedError
from handover.protocol import ristretto
from handover.protocol.ristretto import BYTES, ORDER

OUTPUT_BYTES: Final = 64
PROOF_BYTES: Final = 64
SEED_BYTES: Final = 32
LONGEST_INPUT: Final = 65535  # bytes (RFC 9497, section 1.2)
MOST: Final = 65535  # elements of one proof; their place stands in two bytes
_BLOCK: Final = sha512(bytes(128))  # expand_message_xmd begins with a block of zeros


class ProofError(UntrustedError):
    """The proof does not show that the elements were evaluated with the key of this public key."""

    name = "evaluation-proof"
    title = "The proof of an evaluation fails."
    advice = (
        "The answer is kept as evidence, and another key-holder is asked. Tell the other node's operator."
    )


class Mode(IntEnum):
    """The modes of RFC 9497 that are in use; the numbers are those of the RFC."""

    OPRF = 0
    VOPRF = 1


@dataclass(frozen=True, kw_only=True, repr=False)
class Blinded:
    """Inputs, the blinds that stay with whoever asks, and the elements that go out."""

    inputs: tuple[bytes, ...]
    blinds: tuple[int, ...]
    elements: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True)
class Proof:
    """That two pairs of elements have one discrete logarithm (Chaum and Pedersen), for a batch."""

    challenge: int
    response: int

    def encode(self) -> bytes:
        """Give the 64 bytes."""
        return ristretto.to_bytes(self.challenge) + ristretto.to_bytes(self.response)

    @classmethod
    def decode(cls, data: bytes) -> "Proof":
        """Give the proof of 64 bytes; raises ElementError."""
        return cls(challenge=ristretto.scalar(data[:BYTES]), response=ristretto.scalar(data[BYTES:]))


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def _ending(tag: bytes) -> bytes:
    """Give what follows a counter in expand_message_xmd: the domain separation tag and its length."""
    return tag + bytes([len(tag)])


class Suite:
    """All functions of one mode; the mode is bound into every hash."""

    def __init__(self, mode: Mode) -> None:
        self.context = b"OPRFV1-" + bytes([mode]) + b"-ristretto255-SHA512"
        self._to_group = _ending(b"HashToGroup-" + self.context)
        self._to_scalar = _ending(b"HashToScalar-" + self.context)
        self._to_key = _ending(b"DeriveKeyPair" + self.context)
        self._seed = _sized(b"Seed-" + self.context)

    def hash_to_group(self, data: bytes) -> bytes:
        """Give the element of *data*; nobody knows its discrete logarithm.

        Raises:
            ElementError: it is the identity, which no hash is known to hit.
        """
        return ristretto.from_uniform(_expand(data, self._to_group))

    def hash_to_scalar(self, data: bytes) -> int:
        """Give the scalar of *data*."""
        return int.from_bytes(_expand(data, self._to_scalar), "little") % ORDER

    def derive_key(self, seed: bytes, info: bytes) -> int:
        """Give the private key of a 32-byte *seed* (DeriveKeyPair).

        Raises:
            MalformedError: another length.
        """
        if len(seed) != SEED_BYTES or len(info) > LONGEST_INPUT:
            raise MalformedError("a seed has %(length)s bytes", length=SEED_BYTES)
        # The RFC counts on where the key would be zero; no counter beyond zero is known to be needed.
        key = int.from_bytes(_expand(seed + _sized(info) + bytes(1), self._to_key), "little") % ORDER
        return ristretto.scalar(ristretto.to_bytes(key))

    def points(self, inputs: Sequence[bytes]) -> list[bytes]:
        """Give the elements of inputs.

        Raises:
            MalformedError: an input is too long.
        """
        return [self.hash_to_group(_short(each)) for each in inputs]

    def blind(self, inputs: Sequence[bytes], blinds: Sequence[int] | None = None) -> Blinded:
        """Give the blinded elements of *inputs*; *blinds* are fresh unless a test vector names them.

        Raises:
            MalformedError: an input is too long.
            ElementError: an input hashes to the identity, which none is known to do.
        """
        chosen = tuple(blinds or [ristretto.random_scalar() for _ in inputs])
        return Blinded(
            inputs=tuple(inputs),
            blinds=chosen,
            elements=tuple(
                [ristretto.multiply(r, point) for r, point in zip(chosen, self.points(inputs), strict=True)]
            ),
        )

    def evaluate(self, key: int, elements: Sequence[bytes]) -> tuple[bytes, ...]:
        """Give the elements multiplied by the key (BlindEvaluate); they are checked already."""
        return tuple([ristretto.multiply(key, each) for each in elements])

    def finalize(self, blinded: Blinded, evaluated: Sequence[bytes]) -> list[bytes]:
        """Give the outputs, of 64 bytes each."""
        undone = ristretto.inverses(blinded.blinds)
        return [
            output(given, ristretto.multiply(inverse, point))
            for given, inverse, point in zip(blinded.inputs, undone, evaluated, strict=True)
        ]

    def output_of(self, key: int, data: bytes) -> bytes:
        """Give the output for *data* with the whole key in hand (Evaluate)."""
        return output(data, ristretto.multiply(key, self.hash_to_group(_short(data))))

    def prove(
        self,
        key: int,
        blinded: Sequence[bytes],
        evaluated: Sequence[bytes],
        *,
        public: bytes | None = None,
        nonce: int | None = None,
    ) -> Proof:
        """Give the proof that all of *evaluated* are *blinded* times the key; a vector alone names a *nonce*."""
        public = public or ristretto.multiply_base(key)
        weights = self._weights(public, blinded, evaluated)
        middle = _weighted(weights, blinded)
        result = ristretto.multiply(key, middle)
        secret = nonce or ristretto.random_scalar()
        commitments = ristretto.multiply_base(secret), ristretto.multiply(secret, middle)
        challenge = self._challenge(public, middle, result, *commitments)
        return Proof(
            challenge=challenge, response=ristretto.difference(secret, ristretto.product(challenge, key))
        )

    def verify(
        self, public: bytes, blinded: Sequence[bytes], evaluated: Sequence[bytes], proof: Proof
    ) -> None:
        """Do nothing if the holder of *public* evaluated the whole batch with its key.

        Raises:
            ProofError: it did not, or the numbers of elements differ.
        """
        if len(blinded) != len(evaluated) or not 0 < len(blinded) <= MOST:
            raise ProofError
        weights = self._weights(public, blinded, evaluated)
        try:
            middle, result = _weighted(weights, blinded), _weighted(weights, evaluated)
            first = ristretto.add(
                ristretto.multiply_base(proof.response), ristretto.multiply(proof.challenge, public)
            )
            second = ristretto.add(
                ristretto.multiply(proof.response, middle), ristretto.multiply(proof.challenge, result)
            )
        except ristretto.ElementError as error:
            raise ProofError from error
        if self._challenge(public, middle, result, first, second) != proof.challenge:
            raise ProofError

    def _weights(self, public: bytes, blinded: Sequence[bytes], evaluated: Sequence[bytes]) -> list[int]:
        """Give the scalar by which each pair counts (ComputeComposites)."""
        seed = _sized(sha512(_sized(public) + self._seed).digest())
        return [
            self.hash_to_scalar(
                seed + place.to_bytes(2, "big") + _sized(asked) + _sized(given) + b"Composite"
            )
            for place, (asked, given) in enumerate(zip(blinded, evaluated, strict=True))
        ]

    def _challenge(self, *points: bytes) -> int:
        return self.hash_to_scalar(b"".join(map(_sized, points)) + b"Challenge")


OPRF: Final = Suite(Mode.OPRF)
VOPRF: Final = Suite(Mode.VOPRF)


def output(data: bytes, point: bytes) -> bytes:
    """Give the output for an input and its unblinded element (Finalize)."""
    return sha512(_sized(data) + _sized(point) + b"Finalize").digest()


def _weighted(weights: Sequence[int], points: Sequence[bytes]) -> bytes:
    return ristretto.total(
        [ristretto.multiply(weight, point) for weight, point in zip(weights, points, strict=True)]
    )


def _short(data: bytes) -> bytes:
    if len(data) > LONGEST_INPUT:
        raise MalformedError("longer than %(limit)s bytes", limit=LONGEST_INPUT)
    return data


def _expand(data: bytes, ending: bytes) -> bytes:
    """Give 64 uniform bytes (expand_message_xmd with SHA-512, RFC 9380, section 5.3.1): one block is enough."""
    first = _BLOCK.copy()
    first.update(data + b"\x00\x40\x00" + ending)
    return sha512(first.digest() + b"\x01" + ending).digest()
