"""Asks other witnesses what they have seen of the logs that this node witnesses: a log may show each another tree."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from handover.application import log_proofs
from handover.application.log_proofs import Contradiction
from handover.application.ports import Database, Vault
from handover.application.registry import Registry
from handover.application.witness_shelf import Witnessed
from handover.application.witnesses import Asks, candidates
from handover.domain.errors import HandoverError, MalformedError, NotFoundError, UnreachableError
from handover.domain.ids import NodeId
from handover.protocol import checkpoint as checkpoints
from handover.protocol import contradiction, merkle, note, strict, witness
from handover.protocol.checkpoint import LogKey, SignedCheckpoint
from handover.protocol.evidence_lines import Consistency
from handover.protocol.log_origin import LogOrigin
from handover.protocol.node_entry import NodeEntry
from handover.protocol.tile import HEIGHT, WIDTH, TileName

EVERY: Final = 3600  # seconds between two rounds of asking
FIRST: Final = 2  # witnesses asked about a log in each round: those that the log asks as long as they answer
TURNS: Final = 2  # and others, whose turn it is: each comes in time
_CHECKPOINT: Final = "/log/checkpoint"
_TILE: Final = "/log/tile"


@dataclass(frozen=True, kw_only=True)
class _View:
    """A checkpoint that its log has signed, as somebody shows it."""

    note: bytes
    signed: SignedCheckpoint

    @property
    def size(self) -> int:
        return self.signed.checkpoint.size


@dataclass(frozen=True, kw_only=True)
class _Tiles:
    """The tiles of another node's log, up to a size. What they hold is believed only as far as a proof holds."""

    wire: Asks
    entry: NodeEntry
    size: int

    def get(self, level: int, index: int) -> bytes:
        """Give the hashes of a tile, as many as a tree of that size has there."""
        width = min(WIDTH, (self.size >> (HEIGHT * level)) - index * WIDTH)
        name = TileName(level=level, index=index, width=width)
        length = width * 32
        data = self.wire.get(self.entry.node, self.entry.address, f"{_TILE}/{name}", length)
        if len(data) != length:
            raise MalformedError("not a tile of that width")
        return data


class Views:
    """The desk that compares; what it finds is kept as what this node finds as a witness."""

    def __init__(self, database: Database, registry: Registry, vault: Vault, wire: Asks) -> None:
        self._database = database
        self._registry = registry
        self._vault = vault
        self._wire = wire
        self._tried: int | None = None
        self._silent: set[NodeId] = set()

    def tick(self) -> None:
        """Compare if it is time to; called again and again by the worker."""
        with self._database.reading() as work:
            now = work.now
        if self._tried is None or not 0 <= now - self._tried < EVERY:
            self._tried = now
            self.compare()

    def compare(self) -> int:
        """Compare each log that this node witnesses; give how many were found to contradict themselves."""
        with self._database.reading() as work:
            now, logs = work.now, work.witnessed.all()
            known = {each.first.origin for each in log_proofs.kept(work)}
        self._silent.clear()
        return sum(self._compare(each, now) for each in logs if each.checkpoint.origin not in known)

    def _compare(self, held: Witnessed, now: int) -> bool:
        origin = LogOrigin.parse(held.checkpoint.origin)
        try:
            log = self._registry.entry(origin.node, now)
        except NotFoundError:
            return False
        if not _by_sound_keys(held.note, log, origin):
            return False  # whoever has stolen the log's keys may have shown it: it accuses nobody
        own = _View(note=held.note, signed=SignedCheckpoint(checkpoint=held.checkpoint, time=held.signed_at))
        for other in self._others(origin.node, now):
            seen = self._view(other, f"{witness.HELD}/{origin}", log, origin)
            found = None if seen is None else self._contradiction(own, seen, log, origin)
            if found is not None:
                with self._database.begin() as work:
                    log_proofs.keep(work, origin.node, found)
                return True
        return False

    def _others(self, node: NodeId, now: int) -> list[NodeEntry]:
        """Give whom to ask about the log of *node*: in its own order, and then in turn."""
        every = [each for each in candidates(self._registry, node, now) if each.node != self._vault.node]
        first, rest = every[:FIRST], every[FIRST:]
        begin = now // EVERY * TURNS % len(rest) if rest else 0
        return [*first, *[*rest[begin:], *rest[:begin]][:TURNS]]

    def _view(self, of: NodeEntry, path: str, log: NodeEntry, origin: LogOrigin) -> _View | None:
        """Give what a node shows of a log, where the log has signed it; who is silent is not asked again this time."""
        keys = _sound_keys(log, origin)
        if of.node in self._silent:
            return None
        try:
            data = self._wire.get(of.node, of.address, path, note.NOTE_LIMIT)
            signed = checkpoints.verify_signed(data, checkpoints.key_of(data, keys))
        except UnreachableError:
            self._silent.add(of.node)
            return None
        except HandoverError:
            return None  # whoever shows what the log has not signed, accuses nobody
        return _View(note=data, signed=signed) if signed.checkpoint.origin == str(origin) else None

    def _contradiction(
        self, own: _View, seen: _View, log: NodeEntry, origin: LogOrigin
    ) -> Contradiction | None:
        """Give why both cannot be of one honest log; where sizes differ, the log itself is asked how it has grown."""
        if seen.signed.checkpoint == own.signed.checkpoint:
            return None
        alone = _judged(own, seen) or _judged(seen, own)
        if alone is not None or seen.size == own.size:
            return alone
        shown = self._view(log, _CHECKPOINT, log, origin)
        if shown is None:
            return None
        return next(self._led(shown, (own, seen), log), None)

    def _led(self, shown: _View, views: tuple[_View, ...], log: NodeEntry) -> Iterator[Contradiction]:
        """Give what contradicts the tree that the log shows now, by the log's own hashes."""
        tree = merkle.Tree(_Tiles(wire=self._wire, entry=log, size=shown.size), shown.size)
        for each in views:
            try:
                found = _judged(each, shown) or _judged(each, shown, _proof(tree, each.size))
            except UnreachableError:
                self._silent.add(log.node)
                return
            except HandoverError:
                continue  # the hashes are not of the tree that the log has signed, or did not come
            if found is not None:
                yield found


def _proof(tree: merkle.Tree, size: int) -> Consistency | None:
    """Give the proof from *size* entries; from a power of two it begins with the root that they have in this tree."""
    if not 0 < size < tree.size:
        return None
    path = tree.consistency(size)
    return Consistency(size=size, path=path if size & (size - 1) else (tree.root(size), *path))


def _judged(first: _View, second: _View, proof: Consistency | None = None) -> Contradiction | None:
    kind = contradiction.judge(first.signed, second.signed, proof)
    return (
        None if kind is None else Contradiction(kind=kind, first=first.note, second=second.note, proof=proof)
    )


def _sound_keys(log: NodeEntry, origin: LogOrigin) -> list[LogKey]:
    """Give the pairs of a log that were never reported stolen."""
    stolen = {each.public for each in log.keys if not each.sound(strict.LATEST)}
    return [key for key in log.log_keys(origin.incarnation) if not stolen & {key.ed25519, key.mldsa44}]


def _by_sound_keys(signed: bytes, log: NodeEntry, origin: LogOrigin) -> bool:
    try:
        checkpoints.key_of(signed, _sound_keys(log, origin))
    except HandoverError:
        return False
    return True
