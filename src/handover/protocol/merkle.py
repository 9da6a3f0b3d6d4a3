"""The Merkle tree of a log (RFC 6962, section 2.1): hashes, proofs, growth (docs/spec/log.md).

Where tiles are kept is not here: `Tree` reads them through `Tiles` and returns those that changed. The names
under which tiles are served are in `tile.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final

from handover.domain.errors import RefusedError, UntrustedError
from handover.protocol.tile import (
    HASH_LENGTH,
    HEIGHT,
    LARGEST_SIZE,
    NO_ROWS,
    NODE_PREFIX,
    WIDTH,
    LogDamagedError,
    Rows,
    Tiles,
    grow,
    rows_of,
)

EMPTY_ROOT: Final = sha256(b"").digest()
"""The root hash of a tree without entries."""

_LEAF_PREFIX: Final = b"\x00"
_KEPT_TILES: Final = 256


class InclusionError(UntrustedError):
    """The path does not lead from the entry to the root hash."""

    name = "inclusion-not-proved"
    title = "The proof does not show that the entry is in the log."
    advice = "Ask the peer for the receipt again; tell the operators of both nodes if it stays so."


class ConsistencyError(UntrustedError):
    """The path does not show that the later tree holds all of the earlier one."""

    name = "consistency-not-proved"
    title = "The proof does not show that the log only added entries."
    advice = "Keep both checkpoints: they are evidence. Tell the operators of both nodes."


class OutsideTreeError(RefusedError):
    """A proof was asked for an entry or a size that the tree does not have."""

    name = "outside-tree"
    title = "The log has no such entry or size."
    advice = "Ask for an entry below the size of the log's checkpoint."


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of an entry's leaf."""
    return sha256(_LEAF_PREFIX + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees' hashes."""
    return sha256(NODE_PREFIX + left + right).digest()


def verify_inclusion(*, index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Prove that the leaf hash *leaf* is at *index* in the tree of *size* entries (RFC 9162, 2.1.3.2).

    Raises:
        InclusionError: the path proves no such thing.
    """
    if not 0 <= index < size <= LARGEST_SIZE or not _all_hashes(leaf, root, *path):
        raise InclusionError
    siblings = list(_siblings(index, size))
    if len(siblings) != len(path):
        raise InclusionError("the path has the wrong length")
    found = leaf
    for (_, sibling), value in zip(siblings, path, strict=True):
        found = node_hash(found, value) if sibling & 1 else node_hash(value, found)
    if found != root:
        raise InclusionError


def verify_consistency(
    *, old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]
) -> None:
    """Prove that the tree of *size* entries begins with the tree of *old_size* (RFC 9162, 2.1.4.2).

    Every tree begins with the empty one, and nothing is needed to prove that.

    Raises:
        ConsistencyError: the path proves no such thing.
    """
    if not 0 <= old_size <= size <= LARGEST_SIZE or not _all_hashes(old_root, root, *path):
        raise ConsistencyError
    if (old_size == 0 and old_root != EMPTY_ROOT) or (old_size == size and old_root != root):
        raise ConsistencyError
    if old_size in (0, size):
        if path:
            raise ConsistencyError("the path has the wrong length")
        return
    if _joined(old_size, size, path, old_root) != (old_root, root):
        raise ConsistencyError


def earlier_root(*, old_size: int, size: int, root: bytes, path: Sequence[bytes]) -> bytes:
    """Return the root that the first *old_size* entries have by *path*, before which it stands for a power of two.

    Raises:
        ConsistencyError: it does not lead to the tree's root.
    """
    if not 0 < old_size < size <= LARGEST_SIZE or not _all_hashes(root, *path):
        raise ConsistencyError
    before = path[:1] if old_size == 1 << _last_subtree(old_size) else ()
    old, new = _joined(old_size, size, path[len(before) :], b"".join(before))
    if new == root:
        return old
    raise ConsistencyError


def _joined(old_size: int, size: int, path: Sequence[bytes], old_root: bytes) -> tuple[bytes, bytes]:
    """Return the roots to which a path leads; *old_root* is where it begins if it does not say so itself."""
    shared = _last_subtree(old_size)
    siblings = list(_siblings(old_size - 1, size, shared))
    first = () if old_size == 1 << shared else path[:1]  # the old tree's last subtree, where that is not all
    if len(path) != len(first) + len(siblings):
        raise ConsistencyError("the path has the wrong length")
    old = new = first[0] if first else old_root
    for (_, sibling), value in zip(siblings, path[len(first) :], strict=True):
        if sibling & 1:
            new = node_hash(new, value)
        else:
            old, new = node_hash(value, old), node_hash(value, new)
    return old, new


def _all_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_LENGTH for value in values)


def _siblings(index: int, size: int, height: int = 0) -> Iterator[tuple[int, int]]:
    """Yield height and number of each subtree that is hashed with the one around *index*, from *height* up.

    An odd number stands on the right. The last of a height may be incomplete, and may have no sibling.
    """
    index >>= height
    last = (size - 1) >> height
    while last:
        sibling = index ^ 1
        if sibling <= last:
            yield height, sibling
        height += 1
        index >>= 1
        last >>= 1


def _last_subtree(size: int) -> int:
    """Return the height of the last of the complete subtrees of which a tree of *size* is made."""
    return (size & -size).bit_length() - 1


class Tree:
    """The tree over stored tiles, for one transaction: it grows, and proves what it holds.

    Only the right edge is read to append. What was appended is kept here: paths need not wait until it is stored.
    """

    def __init__(self, tiles: Tiles, size: int) -> None:
        self._tiles = tiles
        self._size = size
        self._changed: dict[tuple[int, int], Rows] = {}
        self._read: dict[tuple[int, int], Rows] = {}
        self._edge: tuple[int, list[bytes]] = (0, [])  # of the size asked for last

    @property
    def size(self) -> int:
        """The number of entries."""
        return self._size

    def append(self, leaf_hashes: Sequence[bytes]) -> Mapping[tuple[int, int], bytes]:
        """Add leaf hashes and return the tiles to store, by level and index: those that changed, whole.

        Raises:
            LogDamagedError: a tile of the right edge is missing.
        """
        if not _all_hashes(*leaf_hashes) or self._size + len(leaf_hashes) > LARGEST_SIZE:
            raise OutsideTreeError("not hashes, or too many")
        changed: dict[tuple[int, int], bytes] = {}
        hashes, level = b"".join(leaf_hashes), 0
        while hashes:
            hashes = self._append_row(level, hashes, changed)
            level += 1
        self._size += len(leaf_hashes)
        return changed

    def _append_row(self, level: int, hashes: bytes, changed: dict[tuple[int, int], bytes]) -> bytes:
        """Add *hashes* to the tiles of one level and return the top hashes of those that became full."""
        index, width = divmod(self._size >> (HEIGHT * level), WIDTH)
        tops = []
        start = 0
        while start < len(hashes):
            end = start + (WIDTH - width) * HASH_LENGTH
            rows = self._edge_tile(level, index, width) if width else NO_ROWS
            rows = grow(rows, hashes[start:end])
            self._changed[level, index] = rows
            changed[level, index] = rows[0]
            tops.append(rows[HEIGHT])
            start, index, width = end, index + 1, 0
        return b"".join(tops)

    def _edge_tile(self, level: int, index: int, width: int) -> Rows:
        rows = self._tile(level, index)
        length = width * HASH_LENGTH
        if len(rows[0]) < length:
            raise LogDamagedError("tile %(level)s/%(index)s", level=level, index=index)
        # A store may hold more than the tree has: hashes of a transaction that never was.
        return rows if len(rows[0]) == length else rows_of(rows[0][:length])

    def root(self, size: int | None = None) -> bytes:
        """Return the root hash of the first *size* entries; of all, where none is named.

        Raises:
            OutsideTreeError: the tree has fewer entries.
            LogDamagedError: a tile is missing.
        """
        return self._right_edge(self._within(size))[-1]

    def inclusion(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """Return the path of the entry at *index* in the tree of the first *size* entries.

        Raises:
            OutsideTreeError: that tree has no such entry.
            LogDamagedError: a tile is missing.
        """
        size = self._within(size)
        if not 0 <= index < size:
            raise OutsideTreeError
        return self._path(index, size, 0)

    def consistency(self, old_size: int, size: int | None = None) -> tuple[bytes, ...]:
        """Return the proof that the first *old_size* entries are the beginning of the first *size*.

        Raises:
            OutsideTreeError: there are not that many.
            LogDamagedError: a tile is missing.
        """
        size = self._within(size)
        if not 0 <= old_size <= size:
            raise OutsideTreeError
        if old_size in (0, size):
            return ()
        shared = _last_subtree(old_size)
        path = self._path(old_size - 1, size, shared)
        return path if old_size == 1 << shared else (self._node(shared, (old_size - 1) >> shared), *path)

    def _within(self, size: int | None) -> int:
        size = self._size if size is None else size
        if not 0 <= size <= self._size:
            raise OutsideTreeError
        return size

    def _path(self, index: int, size: int, height: int) -> tuple[bytes, ...]:
        edge = self._right_edge(size)
        return tuple(
            edge[height] if number == (size - 1) >> height else self._node(height, number)
            for height, number in _siblings(index, size, height)
        )

    def _right_edge(self, size: int) -> list[bytes]:
        """Return the hash of the last subtree of each height, complete or not, up to the root."""
        if size == 0:
            return [EMPTY_ROOT]
        if size != self._edge[0]:
            last = size - 1
            edge = [self._node(0, last)]
            for height in range(last.bit_length()):
                number = last >> height
                left = self._node(height, number - 1) if number & 1 else None
                edge.append(edge[-1] if left is None else node_hash(left, edge[-1]))
            self._edge = (size, edge)
        return self._edge[1]

    def _node(self, height: int, number: int) -> bytes:
        """Return the hash of the complete subtree *number* of a height."""
        level, row = divmod(height, HEIGHT)
        index, place = divmod(number, WIDTH >> row)
        found = self._tile(level, index)[row][place * HASH_LENGTH : (place + 1) * HASH_LENGTH]
        if len(found) != HASH_LENGTH:
            raise LogDamagedError("tile %(level)s/%(index)s", level=level, index=index)
        return found

    def _tile(self, level: int, index: int) -> Rows:
        key = (level, index)
        rows = self._changed.get(key) or self._read.get(key)
        if rows is None:
            if len(self._read) >= _KEPT_TILES:
                self._read.clear()
            rows = self._read[key] = rows_of(self._tiles.get(level, index))
        return rows
