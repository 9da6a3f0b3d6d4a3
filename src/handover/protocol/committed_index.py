"""What a node had in its index before it was asked (docs/spec/tracing-questions.md, section 6).

The root of a tree over all addresses, filled up to a power of two with leaves that are none, is logged; a hit opens one
address against it. Which record a leaf stands for is bound by a salted digest that only an audit opens.
"""

import struct
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import digest
from typing import Final

from handover.domain.errors import MalformedError, NotFoundError, UntrustedError
from handover.domain.ids import Digest, NodeId
from handover.protocol import merkle, strict
from handover.protocol.question_header import ADDRESS_BYTES

FORMAT: Final = "handover-tracing-index/1"
BINDING_BYTES: Final = 32
SEED_BYTES: Final = 32
SMALLEST: Final = 12
"""The lowest depth: a register of three records looks like one of sixty."""
LARGEST: Final = 32
_LEAF_BYTES: Final = ADDRESS_BYTES + BINDING_BYTES
HASH_BYTES: Final = 32
_PLACE: Final = struct.Struct(">4sIB")
_MAGIC: Final = b"HOo1"


class OpeningError(UntrustedError):
    """The address is not shown to have been in the committed index."""

    name = "index-opening"
    title = "The answer does not show that its record was in the index that its node has stated."
    advice = "Keep the answer: an index of guesses looks like this. Tell the auditors of both nodes."


def binding(salt: bytes, record: str, address: bytes) -> bytes:
    """Give what stands in a leaf for a record: opened at an audit by *salt* and the record's identifier."""
    return digest(salt, b"handover-tracing-binding/1" + address + record.encode(), sha256)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What is logged: whose index, in which epoch, with which tables, its depth and root, and when."""

    node: NodeId
    epoch: int
    tables: bytes
    depth: int
    root: bytes
    made_at: int

    def encode(self) -> bytes:
        """Give the one encoding; the object of the log's entry is its digest."""
        return strict.dumps(
            {
                "format": FORMAT,
                "node": self.node,
                "epoch": self.epoch,
                "tables": strict.b64(self.tables),
                "depth": self.depth,
                "root": strict.b64(self.root),
                "made_at": self.made_at,
            }
        )

    @property
    def digest(self) -> Digest:
        """What the log's entry is about."""
        return strict.digest(self.encode())

    @classmethod
    def decode(cls, data: bytes) -> "Statement":
        """Give the statement that the bytes hold.

        Raises:
            MalformedError: they are not the one encoding of a statement.
        """
        form, node, epoch, tables, depth, root, made_at = strict.members(
            strict.loads_compact(data), "format", "node", "epoch", "tables", "depth", "root", "made_at"
        )
        found = cls(
            node=NodeId(strict.text(node)),
            epoch=strict.integer(epoch, 1, 2**32 - 1),
            tables=strict.unb64(strict.text(tables), length=HASH_BYTES),
            depth=strict.integer(depth, SMALLEST, LARGEST),
            root=strict.unb64(strict.text(root), length=HASH_BYTES),
            made_at=strict.moment(made_at, 1),
        )
        if form != FORMAT or found.encode() != data:
            raise MalformedError("not the one encoding of an index statement")
        return found


@dataclass(frozen=True, kw_only=True)
class Opening:
    """One leaf and its path."""

    address: bytes
    binding: bytes
    place: int
    path: tuple[bytes, ...]

    def encode(self) -> bytes:
        """Give the bytes."""
        return (
            _PLACE.pack(_MAGIC, self.place, len(self.path))
            + self.address
            + self.binding
            + b"".join(self.path)
        )

    @classmethod
    def decode(cls, data: bytes) -> "Opening":
        """Give the opening that the bytes hold; nothing is proved by that.

        Raises:
            MalformedError: they hold none.
        """
        start = _PLACE.size + _LEAF_BYTES
        if len(data) < start or not data.startswith(_MAGIC):
            raise MalformedError("not the opening of an index")
        _, place, depth = _PLACE.unpack(data[: _PLACE.size])
        if not SMALLEST <= depth <= LARGEST or len(data) != start + depth * HASH_BYTES:
            raise MalformedError("not the opening of an index")
        leaf = data[_PLACE.size : start]
        return cls(
            address=leaf[:ADDRESS_BYTES],
            binding=leaf[ADDRESS_BYTES:],
            place=place,
            path=tuple([data[at : at + HASH_BYTES] for at in range(start, len(data), HASH_BYTES)]),
        )


def verify(opening: Opening, statement: Statement) -> None:
    """Do nothing if the leaf is in the index of the statement.

    Raises:
        OpeningError: it is not shown to be.
    """
    try:
        merkle.verify_inclusion(
            index=opening.place,
            size=1 << statement.depth,
            leaf=merkle.leaf_hash(opening.address + opening.binding),
            path=opening.path,
            root=statement.root,
        )
    except merkle.InclusionError as error:
        raise OpeningError from error


class Index:
    """The tree over the leaves of an index; *seed* gives the leaves that fill it up and has to be kept with it."""

    def __init__(self, leaves: Iterable[tuple[bytes, bytes]], *, seed: bytes) -> None:
        rows = [address + bound for address, bound in leaves]
        if len(seed) != SEED_BYTES or any(len(row) != _LEAF_BYTES for row in rows):
            raise MalformedError("a leaf or seed has another length")
        self.depth = max(SMALLEST, (len(rows) - 1).bit_length())
        rows += [_filling(seed, number) for number in range((1 << self.depth) - len(rows))]
        self._rows = sorted(rows)
        self._levels = [[merkle.leaf_hash(row) for row in self._rows]]
        while len(self._levels[-1]) > 1:
            self._levels.append(_parents(self._levels[-1]))

    @property
    def root(self) -> bytes:
        """The hash of the whole."""
        return self._levels[-1][0]

    def opening(self, address: bytes, bound: bytes) -> Opening:
        """Give what shows that a leaf is in the index.

        Raises:
            NotFoundError: it is not.
        """
        row = address + bound
        place = bisect_left(self._rows, row)
        if place == len(self._rows) or self._rows[place] != row:
            raise NotFoundError
        return Opening(
            address=address,
            binding=bound,
            place=place,
            path=tuple([level[place >> height ^ 1] for height, level in enumerate(self._levels[:-1])]),
        )


def _parents(level: Sequence[bytes]) -> list[bytes]:
    pairs = iter(level)
    return [merkle.node_hash(left, right) for left, right in zip(pairs, pairs, strict=True)]


def _filling(seed: bytes, number: int) -> bytes:
    return digest(seed, b"handover-tracing-filling/1" + number.to_bytes(4, "big"), "sha384")
