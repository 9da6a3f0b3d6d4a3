"""A set of digests as a tree of sixteen branches at each step (docs/spec/reconciliation.md, section 2).

Two sides that hold the same set find it out with one comparison; where they differ, only what differs is walked down.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from handover.domain.errors import MalformedError
from handover.domain.ids import Digest
from handover.protocol import strict

LISTED: Final = 16
"""A set of at most so many digests is a leaf."""
BRANCHES: Final = 16
DEEPEST: Final = 16
"""The longest prefix, in hexadecimal digits: nobody can make more digests of one such prefix than a leaf holds."""
_LENGTH: Final = 32
_PREFIX: Final = re.compile(r"[0-9a-f]{0,16}")


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How many digests there are under a prefix, and the hash over them."""

    count: int
    digest: Digest


def prefix_of(text: str) -> str:
    """Give a prefix in its one spelling: lower-case hexadecimal digits, none for all digests.

    Raises:
        MalformedError: it is none.
    """
    if _PREFIX.fullmatch(text) is None:
        raise MalformedError("not the prefix of digests")
    return text


def bounds(prefix: str) -> tuple[bytes, bytes]:
    """Give the first and the last digest that can begin with *prefix*."""
    return bytes.fromhex(prefix.ljust(2 * _LENGTH, "0")), bytes.fromhex(prefix.ljust(2 * _LENGTH, "f"))


def begins(digest: Digest, prefix: str) -> bool:
    """Tell whether *digest* begins with *prefix*."""
    return strict.unb64(digest).hex().startswith(prefix)


def summary(digests: Sequence[bytes], *, depth: int = 0) -> Summary:
    """Give the summary of *digests*, which are in order, each once, and have one prefix of *depth* digits."""
    if len(digests) <= LISTED or depth == DEEPEST:
        found = Digest.known(strict.b64(sha256(b"\x00" + b"".join(digests)).digest()))
        return Summary(count=len(digests), digest=found)
    return joined(summary(each, depth=depth + 1) for each in parted(digests, depth=depth))


def joined(branches: Iterable[Summary]) -> Summary:
    """Give the summary of a set that is no leaf from those of its sixteen branches, in order."""
    count, hashed = 0, sha256(b"\x01")
    for each in branches:
        count += each.count
        hashed.update(each.count.to_bytes(8, "big") + strict.unb64(each.digest))
    return Summary(count=count, digest=Digest.known(strict.b64(hashed.digest())))


def parted(digests: Sequence[bytes], *, depth: int) -> list[Sequence[bytes]]:
    """Give the sixteen branches of *digests*, which are in order and have one prefix of *depth* digits."""
    starts = [bisect_left(digests, digit, key=lambda each: _digit(each, depth)) for digit in range(BRANCHES)]
    return [digests[start:end] for start, end in zip(starts, [*starts[1:], len(digests)], strict=True)]


def _digit(digest: bytes, depth: int) -> int:
    return digest[depth // 2] >> 4 if depth % 2 == 0 else digest[depth // 2] & 15
