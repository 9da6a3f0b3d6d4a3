"""Asks other nodes to cosign this node's log, beside the work: who does not answer is passed over, nothing waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

from handover.application.alarms import raise_alarm
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.registry import Registry, RegistryMissingError
from handover.domain.errors import HandoverError, UnreachableError, UntrustedError
from handover.domain.ids import NodeId
from handover.protocol import checkpoint as checkpoints
from handover.protocol import cosignature, merkle, note, witness
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.cosignature import WitnessKey
from handover.protocol.log_origin import LogOrigin
from handover.protocol.node_entry import NodeEntry
from handover.protocol.note import SignatureLine
from handover.protocol.witness import WitnessSizeError

EVERY: Final = 60  # seconds between two rounds of asking, and from the start to the first
LONGEST_PAUSE: Final = 3600  # seconds until a witness that failed is asked again, at most
_MOST_ASKED: Final = 8  # in one round


@dataclass(frozen=True, kw_only=True)
class Cosigned:
    """A checkpoint of this node's own log with the lines of its witnesses, and when the last of them came."""

    origin: str
    size: int
    note: bytes
    cosigned_at: int

    @property
    def witnesses(self) -> tuple[NodeId, ...]:
        """Who has cosigned it."""
        return cosignature.claimed(note.read(self.note))


class CosignedShelf(Protocol):
    """Cosigned checkpoints of this node's own log."""

    def newest(self, origin: str) -> Cosigned | None:
        """Give the one with the most entries."""
        ...

    def covering(self, origin: str, index: int) -> Cosigned | None:
        """Give the first that was kept of those that cover the entry *index*."""
        ...

    def put(self, found: Cosigned) -> None:
        """Keep one; of those older than a week, the first of each day stays."""
        ...


class Asks(Protocol):
    """The way to witnesses."""

    def cosign(self, peer: NodeId, address: str, body: bytes) -> bytes:
        """Give the lines of a witness.

        Raises:
            WitnessSizeError: it knows another size of the log.
            UnreachableError, UntrustedError: no answer, or none that is acceptable.
        """
        ...

    def get(self, peer: NodeId | None, address: str, path: str, limit: int) -> bytes:
        """Give a file of the peer; raises NotFoundError, UnreachableError, UntrustedError."""
        ...


@dataclass(frozen=True, kw_only=True)
class _Head:
    """The head of the log as it is shown to the witnesses of one round."""

    checkpoint: Checkpoint
    note: bytes
    now: int


class Witnesses:
    """The desk that asks up to *wanted* witnesses in other countries, at most once a minute."""

    def __init__(
        self, database: Database, registry: Registry, vault: Vault, wire: Asks, *, wanted: int
    ) -> None:
        self._database = database
        self._registry = registry
        self._vault = vault
        self._wire = wire
        self._wanted = wanted
        self._tried: int | None = None
        self._sizes: dict[NodeId, int] = {}
        self._pauses: dict[NodeId, tuple[int, int]] = {}

    def tick(self) -> None:
        """Ask if it is time to and the log has grown; called again and again by the worker."""
        with self._database.reading() as work:
            now = work.now
        if self._tried is None:
            self._tried = now
        if self._wanted and not 0 <= now - self._tried < EVERY:
            self._tried = now
            self.ask()

    def ask(self) -> int:
        """Ask for what is missing under the newest checkpoint; give how many witnesses it has then."""
        with self._database.reading() as work:
            late = work.log.unsigned()
        if late:  # what was only sent is signed with the next answer, which may be long in coming
            with self._database.begin() as work:
                work.log.checkpoint(work.now)
        with self._database.reading() as work:
            head = _head(work)
            known = None if head is None else work.cosigned.newest(head.checkpoint.origin)
        if head is None:
            return 0
        have = known.witnesses if known is not None and known.size == head.checkpoint.size else ()
        got = self._collect(head, have)
        if got:
            with self._database.begin() as work:
                _store(work, head, got)
        return len(have) + len(got)

    def _collect(self, head: _Head, have: Iterable[NodeId]) -> list[tuple[SignatureLine, ...]]:
        had, got, asked = set(have), list[tuple[SignatureLine, ...]](), 0
        for entry in candidates(self._registry, self._vault.node, head.now):
            if len(had) + len(got) >= self._wanted or asked >= _MOST_ASKED:
                break
            failures, until = self._pauses.get(entry.node, (0, 0))
            if entry.node in had or head.now < until:
                continue
            asked += 1
            try:
                got.append(self._ask(entry, head))
                self._pauses.pop(entry.node, None)
            except HandoverError:
                pause = min(LONGEST_PAUSE, EVERY * 2**failures)
                self._pauses[entry.node] = (min(failures + 1, 10), head.now + pause)
        return got

    def _ask(self, entry: NodeEntry, head: _Head) -> tuple[SignatureLine, ...]:
        """Give the verified lines of a witness; one that knows another size is asked once more, from there."""
        for _ in range(2):
            size = self._sizes.get(entry.node, 0)
            if size > head.checkpoint.size:
                break
            try:
                answer = self._wire.cosign(entry.node, entry.address, self._request(head, size))
            except WitnessSizeError as error:
                self._sizes[entry.node] = error.size
                continue
            except UntrustedError:
                self._compare(entry, head.now)
                raise
            self._sizes[entry.node] = head.checkpoint.size
            lines = witness.decode_lines(answer)
            shown = cosignature.joined(head.note, lines)
            _, pair = cosignature.verify_first(shown, entry.node, entry.log_keys())
            return WitnessKey(node=entry.node, pair=pair).lines(lines)
        self._compare(entry, head.now)
        raise UnreachableError("the witness knows another size of this log")

    def _request(self, head: _Head, size: int) -> bytes:
        with self._database.reading() as work:
            proof = tuple(work.log.consistency(size, head.checkpoint.size))
        return witness.encode_request(old_size=size, proof=proof, signed=head.note)

    def _compare(self, entry: NodeEntry, now: int) -> None:
        """Look whether a witness holds what this node has signed and does not have: then it has lost something."""
        key = self._vault.log_signer.key
        path = f"{witness.HELD}/{key.origin}"
        try:
            held = self._wire.get(entry.node, entry.address, path, note.NOTE_LIMIT)
            incarnation = LogOrigin.parse(key.origin).incarnation
            former = self._registry.entry(self._vault.node, now).log_keys(incarnation)
            theirs = checkpoints.verify(held, checkpoints.key_of(held, (key, *former)))
        except HandoverError:
            self._sizes.pop(entry.node, None)
            return  # it shows nothing that this node has signed
        self._sizes[entry.node] = theirs.size
        with self._database.begin() as work:
            if not _contains(work, theirs):
                raise_alarm(work, "log-behind", peer=entry.node, handover=None, evidence=(held,))


def candidates(registry: Registry, node: NodeId, now: int) -> list[NodeEntry]:
    """Give the nodes of other countries that can be asked, each log in an order of its own: the load is spread."""
    try:
        entries = registry.current(now).entries
    except RegistryMissingError:
        return []
    found = [
        entry
        for other, entry in entries.items()
        if entry.country != node.country and other != node and not registry.barred(other, now)
    ]
    return sorted(found, key=lambda entry: sha256(f"{node} {entry.node}".encode()).digest())


def _head(work: UnitOfWork) -> _Head | None:
    signed = work.log.signed_head()
    return None if signed is None else _Head(checkpoint=work.log.head(), note=signed, now=work.now)


def _store(work: UnitOfWork, head: _Head, got: list[tuple[SignatureLine, ...]]) -> None:
    known = work.cosigned.newest(head.checkpoint.origin)
    size = head.checkpoint.size
    before = known.note if known is not None and known.size == size else head.note
    lines = [line for each in got for line in each]
    work.cosigned.put(
        Cosigned(
            origin=head.checkpoint.origin,
            size=size,
            note=cosignature.joined(before, lines),
            cosigned_at=work.now,
        )
    )


def _contains(work: UnitOfWork, theirs: Checkpoint) -> bool:
    """Tell whether this node's log begins with the tree of a checkpoint that it has signed."""
    own = work.log.head()
    try:
        merkle.verify_consistency(
            old_size=theirs.size,
            old_root=theirs.root,
            size=own.size,
            root=own.root,
            path=work.log.consistency(theirs.size),
        )
    except UntrustedError:
        return False
    return True
