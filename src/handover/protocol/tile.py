"""Tiles of a log (C2SP tlog-tiles): the hashes inside one, the names of tiles, bundles of entries.

A tile is 256 neighbouring hashes of one level, or fewer at the right edge of the tree; each level is eight
heights of the tree (docs/spec/log.md). The proofs that are made from tiles are in `merkle.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final, Protocol, Self

from handover.domain.errors import HandoverError, MalformedError

HASH_LENGTH: Final = 32
HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
LARGEST_SIZE: Final = 2**53 - 1
"""The largest number of entries: what every JSON reader can still count exactly."""

NODE_PREFIX: Final = b"\x01"
_HIGHEST_LEVEL: Final = 63
_KEPT: Final = 256  # a tile with its inner hashes is 24 KiB: at most 6 MiB

# Level (or `entries`), then the index in groups of three digits, then the width of a tile that is not full.
_NAME: Final = re.compile(
    r"(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII
)

Rows = tuple[bytes, ...]
"""The hashes inside one tile, from its own row up to its single top hash: nine rows, 32 bytes each hash.

Only hashes of complete subtrees are in it, so that a row never changes but by growing at its end.
"""

NO_ROWS: Final[Rows] = (b"",) * (HEIGHT + 1)


class LogDamagedError(HandoverError):
    """A stored tile is missing or shorter than the tree needs."""

    name = "log-damaged"
    title = "This node's log is damaged: a tile is missing or too short."
    advice = "Stop the node and restore it from a backup."


class Tiles(Protocol):
    """Where a tree's tiles are kept."""

    def get(self, level: int, index: int) -> bytes:
        """Return a tile's hashes, 32 bytes each: at least as many as the tree has there, or nothing."""
        ...


def grow(rows: Rows, hashes: bytes) -> Rows:
    """Return *rows* with *hashes* at the end of the lowest, and what follows from them in those above."""
    grown = []
    for row in rows:
        longer = row + hashes
        grown.append(longer)
        pairs = range(len(row) // 64 * 64, len(longer) - 63, 64)
        hashes = b"".join([sha256(NODE_PREFIX + longer[at : at + 64]).digest() for at in pairs])
    return tuple(grown)


@lru_cache(maxsize=_KEPT)
def rows_of(hashes: bytes) -> Rows:
    """Return all rows of the tile whose lowest is *hashes*."""
    return grow(NO_ROWS, hashes)


@dataclass(frozen=True, kw_only=True)
class TileName:
    """What a tile, or a bundle of entries (`level` None), is served under. A full one has width 256."""

    level: int | None
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if not 0 <= (self.level or 0) <= _HIGHEST_LEVEL or not 1 <= self.width <= WIDTH:
            raise MalformedError("no tile has such a name")
        if not 0 <= self.index <= LARGEST_SIZE:
            raise MalformedError("no tile has such a name")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what the path behind `/log/tile/` names.

        Raises:
            MalformedError: it is not the one spelling of a tile's name.
        """
        found = _NAME.fullmatch(text)
        if found is None:
            raise MalformedError("no tile has such a name")
        level, groups, width = found.groups()
        name = cls(
            level=None if level == "entries" else int(level),
            index=int(groups.replace("x", "").replace("/", "")),
            width=int(width) if width else WIDTH,
        )
        if str(name) != text:
            raise MalformedError("not the one spelling of a tile's name")
        return name

    def __str__(self) -> str:
        """Return the path behind `/log/tile/`, for example ``0/x001/067.p/8``."""
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        path = "".join(f"x{group}/" for group in groups[:-1]) + groups[-1]
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"{'entries' if self.level is None else self.level}/{path}{partial}"

    def within(self, size: int) -> bool:
        """Tell whether a tree of *size* entries has all hashes (or entries) of this tile."""
        return (self.index * WIDTH + self.width) << (HEIGHT * (self.level or 0)) <= size


def right_edge(size: int) -> list[tuple[int, int]]:
    """Return level and index of the last tile of each level: all that is read to append, and for the root."""
    edge = []
    level = 0
    while count := size >> (HEIGHT * level):
        edge.append((level, (count - 1) // WIDTH))
        level += 1
    return edge


def bundle(leaves: Sequence[bytes]) -> bytes:
    """Return a bundle of entries: each leaf behind its length in two bytes, the more significant first."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)
