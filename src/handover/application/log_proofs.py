"""Logs of other nodes that contradict themselves: what is kept of it, and the file that proves it to anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handover.application.alarms import raise_alarm
from handover.application.facts import Actor, Alarm
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.registry import Registry
from handover.application.witness_shelf import Witnessed
from handover.domain.errors import HandoverError, NotFoundError
from handover.domain.ids import UUID7, Digest, NodeId
from handover.protocol import contradiction, cosignature, evidence_lines, evidence_registry, note, strict
from handover.protocol import entry as entries
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.contradiction import Kind
from handover.protocol.entry import EntryKind
from handover.protocol.evidence import Word
from handover.protocol.evidence_lines import Consistency
from handover.protocol.registry_set import MetadataSet

ALARMS: Final = {
    Kind.TWO_TREES: "split-view",
    Kind.NOT_GROWN: "split-view",
    Kind.ROLLED_BACK: "log-rolled-back",
}
"""The alarm by which each contradiction is put before a person."""

_OF_NODE: Final = ""
_ACCEPTED: Final = EntryKind.REGISTRY_ACCEPTED


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """Two checkpoints that their log cannot honestly have signed both, as it has signed them.

    `proof`, if any, leads to the second, from another tree than the first, which may be kept no more.
    """

    kind: Kind
    first: bytes | None
    second: bytes
    proof: Consistency | None = None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A contradiction that is kept: when it was found, its checkpoints, and who has cosigned one of them."""

    id: UUID7
    kind: str
    node: NodeId
    found_at: int
    first: Checkpoint
    second: Checkpoint
    witnesses: tuple[NodeId, ...]


@dataclass(frozen=True, kw_only=True)
class Vouching:
    """Who vouches for this node's log, for whose logs it vouches, and what it has found in doing so."""

    size: int
    witnesses: Sequence[tuple[NodeId, int]]
    cosigned: int
    others: Sequence[Witnessed]
    found: Sequence[Shown]


def keep(work: UnitOfWork, node: NodeId, found: Contradiction) -> None:
    """Keep both checkpoints as their log has signed them, with an alarm and an entry of this node's log."""
    first = () if found.first is None else (found.first,)
    proof = () if found.proof is None or not first else (evidence_lines.write_consistency(found.proof),)
    evidence = (found.second, *first, *proof)
    if raise_alarm(work, ALARMS[found.kind], peer=node, handover=None, evidence=evidence):
        digest = strict.digest(found.second)
        work.log.append(EntryKind.SPLIT_VIEW, stream=_OF_NODE, object_=digest, now=work.now)


def kept(work: UnitOfWork) -> list[Shown]:
    """Give what is kept, the newest first."""
    alarms = work.alarms.of_kinds(sorted({*ALARMS.values()}))
    return [shown for alarm in alarms if (shown := _shown(alarm)) is not None]


class LogProofs:
    """The desk from which such proofs are taken out, and where auditors see who vouches for whom."""

    def __init__(self, database: Database, registry: Registry, vault: Vault) -> None:
        self._database = database
        self._registry = registry
        self._vault = vault

    def all(self, *, actor: Actor) -> list[Shown]:
        """Give what is kept, the newest first."""
        require(actor, Right.AUDIT)
        with self._database.reading() as work:
            return kept(work)

    def vouching(self, *, actor: Actor) -> Vouching:
        """Give who vouches for this node's log, and for whose logs it vouches."""
        require(actor, Right.AUDIT)
        with self._database.reading() as work:
            head = work.log.head()
            newest = work.cosigned.newest(head.origin)
            said = {} if newest is None else cosignature.stated(note.read(newest.note))
            return Vouching(
                size=head.size,
                witnesses=list(said.items()),
                cosigned=0 if newest is None else newest.size,
                others=work.witnessed.all(),
                found=kept(work),
            )

    def export(self, id_: UUID7, *, actor: Actor) -> bytes:
        """Give the file that proves one of them to whoever has the pinned root; that it left is logged.

        Raises:
            NotFoundError: nothing of this identifier is kept.
        """
        require(actor, Right.AUDIT)
        with self._database.begin() as work:
            found = [each for each in work.alarms.of_kinds(sorted({*ALARMS.values()})) if each.id == id_]
            shown = _shown(found[0]) if found else None
            if shown is None:
                raise NotFoundError
            data = self._file(work, found[0], shown)
            work.log.append(EntryKind.EXPORTED, stream=_OF_NODE, object_=strict.digest(data), now=work.now)
        return data

    def _file(self, work: UnitOfWork, alarm: Alarm, shown: Shown) -> bytes:
        second, first, *proof = alarm.evidence
        nodes = sorted({shown.node, *shown.witnesses})
        sets = [each.part(nodes) for each in self._sets(work, alarm)]
        lines = {word: list(texts) for word, texts in evidence_registry.lines(sets).items()}
        lines[Word.CHECKPOINT] = [evidence_lines.write_checkpoint(each) for each in (first, second)]
        lines[Word.CONSISTENCY] = proof
        return contradiction.write(lines)

    def _sets(self, work: UnitOfWork, alarm: Alarm) -> list[MetadataSet]:
        """Give the newest state of the registry, and the one by which the keys were looked at when it was found."""
        read = [entries.decode(document) for _, document in work.log.entries(_OF_NODE)]
        accepted = [each.object for each in read if each.kind is _ACCEPTED and each.time <= alarm.raised_at]
        newest = self._registry.current(work.now).digests.timestamp
        sets = [self._registry.metadata(newest)]
        for digest in reversed(accepted):
            found = self._kept(digest)
            if found is not None:
                return sets if digest == newest else [found, *sets]
        return sets

    def _kept(self, digest: Digest) -> MetadataSet | None:
        try:
            return self._registry.metadata(digest)
        except HandoverError:
            return None  # a page that is no timestamp, or the mirror was lost


def _shown(alarm: Alarm) -> Shown | None:
    """Give what an alarm shows, where its evidence is two checkpoints."""
    if alarm.peer is None or not 2 <= len(alarm.evidence) <= 3:
        return None
    try:
        second, first = (note.read(each) for each in alarm.evidence[:2])
        return Shown(
            id=alarm.id,
            kind=alarm.kind,
            node=alarm.peer,
            found_at=alarm.raised_at,
            first=Checkpoint.parse(first.text),
            second=Checkpoint.parse(second.text),
            witnesses=tuple(dict.fromkeys([*cosignature.claimed(first), *cosignature.claimed(second)])),
        )
    except HandoverError:
        return None
