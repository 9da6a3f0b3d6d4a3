"""What a node gives to an auditor: one matter's evidence in one file, without a personal value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from handover.application.facts import Actor, Exhibit, Handover, KeptEnvelope, KeptReceipt, Matter
from handover.application.permissions import require_reader
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.registry import Registry
from handover.application.stepups import StepUps
from handover.application.witnesses import Cosigned
from handover.domain.errors import HandoverError, NotFoundError
from handover.domain.ids import Digest, MatterId
from handover.protocol import entry as entries
from handover.protocol import envelope as envelopes
from handover.protocol import evidence, evidence_lines, evidence_registry, strict
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.entry import CARRIED, Entry, EntryKind
from handover.protocol.envelope import Envelope
from handover.protocol.evidence import Manifest, Word
from handover.protocol.evidence_lines import Consistency, LoggedEntry, StatedReceipt
from handover.protocol.log_origin import LogOrigin
from handover.protocol.registry_set import MetadataSet

MOST_REFUSED: Final = 64  # contradictions that one bundle shows; two are enough to prove a point
_OF_NODE: Final = ""
_VOUCHED: Final = (EntryKind.ATTESTED, EntryKind.ASSERTED)


@dataclass(kw_only=True)
class _Gathered:
    """One matter as one transaction sees it, up to the log's signed head."""

    matter: Matter
    head: Checkpoint
    note: bytes
    rounds: list[Handover]
    logged: list[tuple[int, bytes, Entry]] = field(default_factory=list)
    envelopes: list[KeptEnvelope] = field(default_factory=list)
    read: dict[Digest, Envelope] = field(default_factory=dict)
    receipts: list[KeptReceipt] = field(default_factory=list)
    exhibits: list[Exhibit] = field(default_factory=list)
    deeds: list[bytes] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)
    sets: list[MetadataSet] = field(default_factory=list)
    cosigned: list[Cosigned] = field(default_factory=list)


class Evidence:
    """The auditor's desk at a node. What leaves it is checked without any node: `application.verifier`."""

    def __init__(self, database: Database, vault: Vault, registry: Registry, stepups: StepUps) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._stepups = stepups

    def export(self, matter: MatterId, *, actor: Actor) -> bytes:
        """Give the evidence bundle of *matter*; that it left is logged.

        Raises:
            NotFoundError: there is no such matter.
            ForbiddenError: the officer may neither audit nor read cases.
            StepUpError: the officer has to confirm it.
        """
        require_reader(actor)
        with self._database.begin() as work:
            work.matters.get(matter)
            self._stepups.confirm_export(work, matter, actor=actor)
            work.log.checkpoint(work.now)
        with self._database.reading() as work:
            bundle = self._bundle(work, self._gather(work, matter))
        with self._database.begin() as work:
            work.log.append(EntryKind.EXPORTED, stream=matter, object_=strict.digest(bundle), now=work.now)
        return bundle

    def look(self, matter: MatterId, *, actor: Actor) -> bytes:
        """Give what `export` would give, for a verdict on it in this office: it does not leave, and is not logged.

        Raises:
            NotFoundError: there is no such matter.
            ForbiddenError: the officer may neither audit nor read cases.
        """
        require_reader(actor)
        with self._database.begin() as work:
            work.matters.get(matter)
            work.log.checkpoint(work.now)
        with self._database.reading() as work:
            return self._bundle(work, self._gather(work, matter))

    def _gather(self, work: UnitOfWork, matter: MatterId) -> _Gathered:
        note = work.log.signed_head()
        if note is None:
            raise NotFoundError("the log has no checkpoint yet")
        rounds = work.handovers.of_matter(matter)
        found = _Gathered(matter=work.matters.get(matter), head=work.log.head(), note=note, rounds=rounds)
        streams = dict.fromkeys([str(matter), *(each.pair for each in rounds)])
        found.logged = [each for stream in streams for each in _logged(work, stream, found.head.size)]
        _gather_envelopes(work, found)
        _gather_cosigned(work, found)
        self._gather_registry(work, found)
        found.logged.sort(key=lambda each: each[0])
        return found

    def _gather_registry(self, work: UnitOfWork, found: _Gathered) -> None:
        """Every set that an offer or a deed rested on, and the one that is current now."""
        nodes = {self._vault.node, *(each.peer for each in found.rounds)}
        nodes |= {witness for each in found.cosigned for witness in each.witnesses}
        for data in found.deeds:
            deed = envelopes.read(data).claimed
            nodes |= {deed.iss, deed.aud}
        current = self._registry.current(work.now).digests
        for timestamp in dict.fromkeys([*(each.registry for each in found.exhibits), current.timestamp]):
            try:
                found.sets.append(self._registry.metadata(timestamp).part(sorted(nodes)))
            except NotFoundError:
                continue  # the mirror was lost; the verifier names what is missing
        named = {strict.digest(page) for each in found.sets for page in (each.timestamp, *each.root_chain)}
        found.logged += [each for each in _accepted(work, found.head.size) if each[2].object in named]

    def _bundle(self, work: UnitOfWork, found: _Gathered) -> bytes:
        lines: dict[Word, list[bytes]] = {word: [] for word in Word}
        lines |= evidence_registry.lines(found.sets)
        cosigned = [each.note for each in found.cosigned]
        notes = dict.fromkeys([found.note, *cosigned, *(each.checkpoint for each in found.receipts)])
        lines[Word.CHECKPOINT] = [evidence_lines.write_checkpoint(note) for note in notes]
        lines[Word.ENTRY] = [_entry_line(work, found.head, each) for each in found.logged]
        lines[Word.CONSISTENCY] = [
            evidence_lines.write_consistency(Consistency(size=size, path=tuple(work.log.consistency(size))))
            for size in self._sizes(found)
        ]
        lines[Word.ENVELOPE] = [each.data for each in found.envelopes]
        lines[Word.REFUSED], lines[Word.DEED] = found.refused, found.deeds
        lines[Word.RECORD] = _each(exhibit.record for exhibit in found.exhibits)
        lines[Word.CONSENT] = _each(exhibit.consent for exhibit in found.exhibits)
        lines[Word.RECEIPT] = [_receipt_line(receipt) for receipt in found.receipts]
        objects = {
            kind: [each.object for _, _, each in found.logged if each.kind is kind] for kind in _VOUCHED
        }
        lines[Word.ATTESTATION] = work.assertions.attestations(objects[EntryKind.ATTESTED])
        lines[Word.ASSERTION] = work.assertions.documents(objects[EntryKind.ASSERTED])
        manifest = Manifest(
            exporter=self._vault.node,
            exported=work.now,
            matter=found.matter.id,
            kind=found.matter.kind,
            log=strict.digest(lines[Word.CHECKPOINT][0]),
            parts=evidence.digests(lines),
        )
        return evidence.write(manifest, lines, signer=self._vault.signer)

    def _sizes(self, found: _Gathered) -> list[int]:
        """Give every size of this node's log that something in the bundle names; those of a former one have ended."""
        own, incarnation = self._vault.node, self._vault.incarnation
        origin = f"{LogOrigin(node=own, incarnation=incarnation)}\n".encode()
        given = [each.checkpoint for each in found.receipts if each.checkpoint.startswith(origin)]
        sizes = {int(note.split(b"\n", 2)[1]) for note in given}
        sizes |= {each.size for each in found.cosigned}
        said = [each for each in found.read.values() if (each.iss, each.incarnation) == (own, incarnation)]
        sizes |= {each.log.size for each in said}
        return sorted(size for size in sizes if 0 < size < found.head.size)


def _logged(work: UnitOfWork, stream: str, size: int) -> list[tuple[int, bytes, Entry]]:
    """Give what the signed head covers of a stream: index, document, entry."""
    return [
        (index, document, entries.decode(document))
        for index, document in work.log.entries(stream)
        if index < size
    ]


def _accepted(work: UnitOfWork, size: int) -> list[tuple[int, bytes, Entry]]:
    """Give the entries by which this node took over pages of the registry; they belong to no matter."""
    mark = f'"{EntryKind.REGISTRY_ACCEPTED}"'.encode()
    return [
        (index, document, entries.decode(document))
        for index, document in work.log.entries(_OF_NODE)
        if index < size and mark in document
    ]


def _gather_envelopes(work: UnitOfWork, found: _Gathered) -> None:
    places = {each.object: index for index, _, each in found.logged if each.kind in CARRIED}
    kept = {each.digest: each for round_ in found.rounds for each in work.envelopes.of_handover(round_.id)}
    found.envelopes = sorted(
        (each for each in kept.values() if each.digest in places), key=lambda each: places[each.digest]
    )
    found.read = {each.digest: envelopes.read(each.data).claimed for each in found.envelopes}
    digests = [each.digest for each in found.envelopes]
    receipts, exhibits = work.envelopes.receipts(digests), work.exhibits.find(digests)
    found.receipts = [receipts[digest] for digest in digests if digest in receipts]
    found.exhibits = [exhibits[digest] for digest in digests if digest in exhibits]
    foreign = [digest for digest in found.matter.chain if digest not in kept]
    found.deeds = _each(_deed(work, digest) for digest in foreign)
    found.receipts += work.envelopes.deed_receipts(foreign).values()
    alarms = work.alarms.of_handovers([each.id for each in found.rounds])
    parts = _each(part for alarm in alarms for part in alarm.evidence)
    known = kept.keys() | set(found.matter.chain)
    strange = [part for part in parts if strict.digest(part) not in known and _is_envelope(part)]
    found.refused = strange[:MOST_REFUSED]


def _gather_cosigned(work: UnitOfWork, found: _Gathered) -> None:
    """Find the checkpoints that witnesses have cosigned and that date what nobody has receipted, or cover all."""
    given = {each.envelope for each in found.receipts}
    sent = [each for each in found.logged if each[2].kind is EntryKind.SENT and each[2].object not in given]
    last = max((index for index, _, _ in found.logged), default=0)
    origin = found.head.origin
    covering = [work.cosigned.covering(origin, index) for index in {*(index for index, _, _ in sent), last}]
    newest = work.cosigned.newest(origin)
    known = {each.size: each for each in [*covering, newest] if each is not None}
    if newest is not None and newest.size == found.head.size:
        found.note = newest.note
    found.cosigned = [known[size] for size in sorted(known) if size <= found.head.size]


def _deed(work: UnitOfWork, digest: Digest) -> bytes | None:
    try:
        return work.envelopes.deed(digest)
    except NotFoundError:
        return None


def _is_envelope(part: bytes) -> bool:
    try:
        envelopes.read(part)
    except HandoverError:
        return False
    return True


def _each(parts: Iterable[bytes | None]) -> list[bytes]:
    """Give *parts* once each, in their order."""
    return list(dict.fromkeys(part for part in parts if part is not None))


def _entry_line(work: UnitOfWork, head: Checkpoint, logged: tuple[int, bytes, Entry]) -> bytes:
    index, document, _ = logged
    path: Sequence[bytes] = work.log.inclusion(index, head.size)
    return evidence_lines.write_entry(LoggedEntry(index=index, path=tuple(path), document=document))


def _receipt_line(receipt: KeptReceipt) -> bytes:
    return evidence_lines.write_receipt(
        StatedReceipt(
            checkpoint=strict.digest(evidence_lines.write_checkpoint(receipt.checkpoint)),
            index=receipt.index,
            path=receipt.path,
            document=receipt.document,
        )
    )
