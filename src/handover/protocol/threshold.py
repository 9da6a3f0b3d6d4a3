"""A key that nobody has: shared among five holders, used by three (docs/spec/tracing-keys.md, sections 2 to 4).

Shares are points of a polynomial of degree two (Shamir); what each dealer commits to (Feldman) shows every holder that
its share is right. To whoever asks, each holder is a server of RFC 9497 whose key is its share times its Lagrange
coefficient, so that answers are only added up. One equation over all of them tells whether the sum is right; the
holders' own proofs are for naming the one that lied.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handover.domain.errors import MalformedError, UntrustedError
from handover.protocol import ristretto
from handover.protocol.oprf import VOPRF, Proof, output
from handover.protocol.ristretto import ORDER

HOLDERS: Final = 5
THRESHOLD: Final = 3
PLACES: Final = tuple(range(1, HOLDERS + 1))
"""Where the holders' shares lie; at zero lies the key."""


class WrongSumError(UntrustedError):
    """What the holders gave does not add up to an evaluation with the epoch's key."""

    name = "evaluation-sum"
    title = "The key-holders' answers do not fit the key of the epoch."
    advice = "Nothing of them was used. The holder whose proof fails is named in an alarm, and another one is asked."


class WrongShareError(UntrustedError):
    """A share is not the one to which its dealer has committed."""

    name = "key-share"
    title = "A share of the tracing key does not fit what its dealer has committed to."
    advice = "The ceremony begins anew, with a new plan, once it is clear why."


@dataclass(frozen=True, kw_only=True, repr=False)
class Polynomial:
    """One dealer's secret: its value at zero is the dealer's part of the key."""

    coefficients: tuple[int, ...]

    @classmethod
    def random(cls) -> "Polynomial":
        """Give a fresh one."""
        return cls(coefficients=tuple([ristretto.random_scalar() for _ in range(THRESHOLD)]))

    def at(self, place: int) -> int:
        """Give the share of the holder at *place*."""
        found = 0
        for each in reversed(self.coefficients):
            found = (found * place + each) % ORDER
        return found

    def commitments(self) -> tuple[bytes, ...]:
        """Give what shows, without the secret, whether a share is right."""
        return tuple([ristretto.multiply_base(each) for each in self.coefficients])


def public_share(commitments: Sequence[bytes], place: int) -> bytes:
    """Give the generator times the share of *place*.

    Raises:
        ElementError: it is the identity.
    """
    found = commitments[-1]
    for each in reversed(commitments[:-1]):
        found = ristretto.add(ristretto.multiply(place, found), each)
    return ristretto.element(found)


def check_share(share: int, commitments: Sequence[bytes], place: int) -> None:
    """Do nothing if the share is the one that was committed to.

    Raises:
        WrongShareError: it is another.
    """
    if ristretto.multiply_base(share) != public_share(commitments, place):
        raise WrongShareError


def coefficient(place: int, places: Sequence[int]) -> int:
    """Give the factor (Lagrange, at zero) by which the share at *place* counts among *places*."""
    above = below = 1
    for each in places:
        if each != place:
            above, below = above * each % ORDER, below * (each - place) % ORDER
    return above * ristretto.inverse(below) % ORDER


def used(share: int, place: int, places: Sequence[int]) -> int:
    """Give the key with which the holder at *place* answers when *places* are asked."""
    return ristretto.product(share, coefficient(place, places))


@dataclass(frozen=True, kw_only=True)
class PublicKeys:
    """The key of an epoch as everybody may know it: of the whole, and of the share at each place."""

    whole: bytes
    shares: tuple[bytes, ...]

    def check(self) -> None:
        """Do nothing if all are points of one polynomial of degree two, whose value at zero is the whole.

        Raises:
            WrongShareError: they are not.
        """
        if len(self.shares) != HOLDERS:
            raise WrongShareError
        for first in range(1, HOLDERS - THRESHOLD + 2):
            places = range(first, first + THRESHOLD)
            if ristretto.total([self.used(place, places) for place in places]) != self.whole:
                raise WrongShareError

    def used(self, place: int, places: Sequence[int]) -> bytes:
        """Give the public key of what the holder at *place* answers with when *places* are asked."""
        return ristretto.multiply(coefficient(place, places), self.shares[place - 1])


def public_keys(dealt: Sequence[Sequence[bytes]]) -> PublicKeys:
    """Give the epoch's public keys from what all dealers have committed to.

    Raises:
        ElementError: their parts cancel one another out.
    """
    sums = [ristretto.total(column) for column in zip(*dealt, strict=True)]
    return PublicKeys(
        whole=ristretto.element(sums[0]), shares=tuple([public_share(sums, place) for place in PLACES])
    )


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """What one holder answers: its part of each evaluation, and that it used its share for all of them."""

    elements: tuple[bytes, ...]
    proof: Proof


def evaluate(
    share: int, place: int, places: Sequence[int], blinded: Sequence[bytes], *, nonce: int | None = None
) -> Evaluated:
    """Give a holder's part; the elements were checked when they were read. A vector alone names a *nonce*."""
    key = used(share, place, places)
    elements = VOPRF.evaluate(key, blinded)
    return Evaluated(elements=elements, proof=VOPRF.prove(key, blinded, elements, nonce=nonce))


def verify(
    public: PublicKeys, place: int, places: Sequence[int], blinded: Sequence[bytes], given: Evaluated
) -> None:
    """Do nothing if the holder at *place* used its share.

    Raises:
        ProofError: it did not.
    """
    VOPRF.verify(public.used(place, places), blinded, given.elements, given.proof)


@dataclass(frozen=True, kw_only=True, repr=False)
class Batch:
    """Inputs on their way through three holders; the last element of all is the one that checks the others."""

    inputs: tuple[bytes, ...]
    elements: tuple[bytes, ...]
    blinds: tuple[int, ...]

    @classmethod
    def of(cls, inputs: Sequence[bytes], *, blinds: Sequence[int] | None = None) -> "Batch":
        """Give the batch of distinct inputs; *blinds* are fresh unless a test vector names them.

        Raises:
            MalformedError: none, one twice (the check would not see two errors that cancel out), or one too long.
        """
        if not inputs or len(set(inputs)) != len(inputs):
            raise MalformedError("inputs are evaluated once each")
        chosen = tuple(blinds or [ristretto.random_scalar() for _ in range(len(inputs) + 1)])
        points = VOPRF.points(inputs)
        checking = ristretto.element(ristretto.total([*points, ristretto.BASE]))
        return cls(
            inputs=tuple(inputs),
            blinds=chosen,
            elements=tuple(
                [
                    ristretto.multiply(blind, point)
                    for blind, point in zip(chosen, [*points, checking], strict=True)
                ]
            ),
        )

    def outputs(self, given: Sequence[Sequence[bytes]], whole: bytes) -> list[bytes]:
        """Give the outputs from the parts of three holders.

        Raises:
            WrongSumError: the parts do not add up to an evaluation with the key of *whole*.
        """
        if any(len(each) != len(self.elements) for each in given):
            raise WrongSumError
        undone = ristretto.inverses(self.blinds)
        try:
            *points, checking = [
                ristretto.multiply(inverse, ristretto.total(parts))
                for inverse, parts in zip(undone, zip(*given, strict=True), strict=True)
            ]
        except ristretto.ElementError as error:
            raise WrongSumError from error
        # Sum of all inputs' elements and the generator, times the key: sound because nobody but us knows the blinds.
        if ristretto.total([*points, whole]) != checking:
            raise WrongSumError
        return [output(data, point) for data, point in zip(self.inputs, points, strict=True)]
