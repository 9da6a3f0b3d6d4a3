"""The definitions of RFC 6962, section 2.1, word for word: the measure for the tree of tiles."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256


@cache
def root(leaves: tuple[bytes, ...]) -> bytes:
    """Return MTH of entries' data."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    middle = _middle(len(leaves))
    return sha256(b"\x01" + root(leaves[:middle]) + root(leaves[middle:])).digest()


def path(index: int, leaves: tuple[bytes, ...]) -> list[bytes]:
    """Return PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    middle = _middle(len(leaves))
    if index < middle:
        return [*path(index, leaves[:middle]), root(leaves[middle:])]
    return [*path(index - middle, leaves[middle:]), root(leaves[:middle])]


def proof(old_size: int, leaves: tuple[bytes, ...]) -> list[bytes]:
    """Return PROOF(m, D[n])."""
    return _subproof(old_size, leaves, whole=True)


def _subproof(old_size: int, leaves: tuple[bytes, ...], *, whole: bool) -> list[bytes]:
    if old_size == len(leaves):
        return [] if whole else [root(leaves)]
    middle = _middle(len(leaves))
    if old_size <= middle:
        return [*_subproof(old_size, leaves[:middle], whole=whole), root(leaves[middle:])]
    return [*_subproof(old_size - middle, leaves[middle:], whole=False), root(leaves[:middle])]


def _middle(size: int) -> int:
    """Return the largest power of two below *size*."""
    return 1 << ((size - 1).bit_length() - 1)


def root_of_hashes(row: Sequence[bytes]) -> bytes:
    """Return the root hash of a tree of many leaf hashes, folding row by row."""
    while len(row) > 1:
        folded = [sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)]
        row = folded if len(row) % 2 == 0 else [*folded, row[-1]]
    return row[0]
