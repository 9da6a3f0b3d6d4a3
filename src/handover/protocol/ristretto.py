"""The group of tracing: ristretto255 (RFC 9496), its elements and scalars in their one spelling.

An element is 32 bytes that were checked, a scalar an integer from 1 below the order. libsodium (rbcl) does the
multiplications, in constant time; what it does not refuse, the identity above all, is refused here.
"""

import secrets
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Final

import rbcl

from handover.domain.errors import MalformedError

ORDER: Final = 2**252 + 27742317777372353535851937790883648493
BYTES: Final = 32
UNIFORM_BYTES: Final = 64
IDENTITY: Final = bytes(BYTES)
BASE: Final = rbcl.crypto_scalarmult_ristretto255_base((1).to_bytes(BYTES, "little"))

add = rbcl.crypto_core_ristretto255_add
"""Gives the sum of two elements."""
subtract = rbcl.crypto_core_ristretto255_sub
"""Gives the difference of two elements."""


class ElementError(MalformedError):
    """The bytes are no element, or no scalar, that may be used."""

    name = "element"
    title = "A value is not an element of the group, or not in its one spelling."
    advice = "Check the sender's software; nothing was stored."


def element(data: bytes) -> bytes:
    """Give the same bytes, if they are the canonical encoding of an element other than the identity.

    Raises:
        ElementError: they are not.
    """
    if len(data) != BYTES or data == IDENTITY or not rbcl.crypto_core_ristretto255_is_valid_point(data):
        raise ElementError
    return data


def elements(data: bytes, number: int) -> tuple[bytes, ...]:
    """Give the *number* elements that stand one after another.

    Raises:
        ElementError: another length, or one of them is no element.
    """
    if len(data) != number * BYTES:
        raise ElementError
    return tuple([element(data[start : start + BYTES]) for start in range(0, len(data), BYTES)])


def scalar(data: bytes) -> int:
    """Give the scalar that 32 bytes encode, little end first.

    Raises:
        ElementError: another length, zero, or not reduced.
    """
    value = int.from_bytes(data, "little")
    if len(data) != BYTES or not 0 < value < ORDER:
        raise ElementError
    return value


def to_bytes(value: int) -> bytes:
    """Give the encoding of a scalar."""
    return value.to_bytes(BYTES, "little")


def random_scalar() -> int:
    """Give a scalar that nobody can guess."""
    return 1 + secrets.randbelow(ORDER - 1)


def from_uniform(data: bytes) -> bytes:
    """Give the element to which 64 uniform bytes are mapped (RFC 9496, section 4.3.4).

    Raises:
        ElementError: it is the identity, which no hash is known to hit.
    """
    found: bytes = rbcl.crypto_core_ristretto255_from_hash(data)
    if found == IDENTITY:
        raise ElementError
    return found


def multiply(factor: int, point: bytes) -> bytes:
    """Give the multiple of an element.

    Raises:
        ElementError: it is the identity.
    """
    try:
        product: bytes = rbcl.crypto_scalarmult_ristretto255(to_bytes(factor), point)
    except RuntimeError as error:
        raise ElementError from error
    return product


def multiply_base(factor: int) -> bytes:
    """Give the multiple of the generator.

    Raises:
        ElementError: it is the identity.
    """
    try:
        product: bytes = rbcl.crypto_scalarmult_ristretto255_base(to_bytes(factor))
    except RuntimeError as error:
        raise ElementError from error
    return product


def total(points: Iterable[bytes]) -> bytes:
    """Give the sum of elements, of which there is at least one; it can be the identity."""
    found: bytes = reduce(add, points)
    return found


def product(left: int, right: int) -> int:
    """Give the product of two scalars, in a time that tells nothing of them."""
    return int.from_bytes(rbcl.crypto_core_ristretto255_scalar_mul(to_bytes(left), to_bytes(right)), "little")


def difference(left: int, right: int) -> int:
    """Give the difference of two scalars, in a time that tells nothing of them."""
    return int.from_bytes(rbcl.crypto_core_ristretto255_scalar_sub(to_bytes(left), to_bytes(right)), "little")


def inverse(value: int) -> int:
    """Give the scalar by which the product is one."""
    return pow(value, -1, ORDER)


def inverses(values: Sequence[int]) -> list[int]:
    """Give the inverses of scalars, with one inversion for all (Montgomery)."""
    products, running = [], 1
    for value in values:
        products.append(running)
        running = running * value % ORDER
    running, found = inverse(running), []
    for value, before in zip(reversed(values), reversed(products), strict=True):
        found.append(running * before % ORDER)
        running = running * value % ORDER
    return found[::-1]
