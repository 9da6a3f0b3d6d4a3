"""Whether logs and receipts hold: every proof, every signature of a log, no gap in a stream, one tree for everybody."""

from dataclasses import dataclass, field
from typing import Final

from handover.application import verifier_witnesses
from handover.application.verifier_case import Case, Head, Logged, Source
from handover.application.verifier_report import Findings, Rule
from handover.application.verifier_trust import Trust
from handover.domain.errors import HandoverError
from handover.domain.ids import Digest
from handover.domain.sentences import sentence
from handover.protocol import checkpoint as checkpoints
from handover.protocol import entry as entries
from handover.protocol import evidence_lines as lines
from handover.protocol import merkle, note, strict
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.entry import CARRIED, Entry, EntryKind
from handover.protocol.envelope import FUTURE
from handover.protocol.evidence import Word
from handover.protocol.evidence_lines import LoggedEntry, StatedReceipt
from handover.protocol.log_origin import LogOrigin

_OF_NODE: Final = ""


@dataclass(kw_only=True)
class _Streams:
    """Entries by log, stream and number: two documents under one number of one log contradict each other."""

    seen: dict[tuple[LogOrigin, str, int], tuple[Digest, Entry, str]] = field(default_factory=dict)

    def add(self, log: LogOrigin, found: Entry, digest: Digest, place: str, findings: Findings) -> None:
        key = (log, found.matter, found.n)
        earlier = self.seen.setdefault(key, (digest, found, place))
        if earlier[0] != digest:
            text = sentence(
                "%(node)s has logged two different entries as number %(number)s of one stream: see %(other)s",
                node=log.node,
                number=found.n,
                other=earlier[2],
            )
            findings.invalid(Rule.LOG_SPLIT, place, text)

    def check(self, findings: Findings) -> None:
        """Each entry names the one before it, wherever both are there."""
        for (log, stream, n), (_, found, place) in self.seen.items():
            before = self.seen.get((log, stream, n - 1))
            if before is None:
                continue
            if before[0] != found.prev:
                findings.invalid(Rule.ENTRY, place, sentence("it does not name the entry before it"))
            if found.time < before[1].time:
                findings.note(Rule.TIME, place, sentence("the log's clock went back"))


def check(case: Case, trust: Trust, findings: Findings) -> None:
    """Verify checkpoints, receipts (which anchor the time of envelopes), entries, and that each log only grew."""
    for source in case.sources:
        _checkpoints(case, source, trust, findings)
        source.head = case.heads.get(source.bundle.manifest.log)
        _own_log(source, trust, findings)
    streams = _Streams()
    used = {source.bundle.manifest.log for source in case.sources}
    for source in case.sources:
        used |= _receipts(case, source, trust, streams, findings)
        _entries(case, source, streams, findings)
    streams.check(findings)
    used |= verifier_witnesses.check(case, trust, findings)
    for digest, head in case.heads.items():
        if digest not in used:
            findings.invalid(Rule.SUPERFLUOUS, head.place, sentence("a checkpoint on which nothing rests"))


def _checkpoints(case: Case, source: Source, trust: Trust, findings: Findings) -> None:
    for place, signed, text in source.each(Word.CHECKPOINT, lines.read_checkpoint, findings):
        digest = strict.digest(text)
        if digest in case.heads:
            continue
        try:
            origin = LogOrigin.parse(Checkpoint.parse(note.read(signed).text).origin)
            keys = trust.log_keys(origin)
            if not keys and not trust.sets:
                continue  # without a registry there is nothing to verify with; that is a finding already
            key = checkpoints.key_of(signed, keys)
            found = checkpoints.verify_signed(signed, key)
        except HandoverError as error:
            findings.invalid(Rule.CHECKPOINT, place, error.sentence)
            continue
        case.heads[digest] = Head(
            node=origin.node, note=signed, checkpoint=found.checkpoint, time=found.time, key=key, place=place
        )


def _own_log(source: Source, trust: Trust, findings: Findings) -> None:
    """Find the checkpoint against which the exporter proves its entries."""
    place = f"{source.node} line 2: manifest"
    if trust.sets and (source.head is None or source.head.node != source.node):
        source.head = None
        findings.invalid(
            Rule.CHECKPOINT, place, sentence("it names no checkpoint of the exporter's log that holds")
        )
    head = source.head
    if head is not None and not trust.log_sound(head.node, head.key, head.time):
        text = sentence("the log's key was reported compromised: anyone may have made the log that is shown")
        findings.incomplete(Rule.KEY_COMPROMISED, head.place, text)


def _receipts(case: Case, source: Source, trust: Trust, streams: _Streams, findings: Findings) -> set[Digest]:
    used: set[Digest] = set()
    for place, receipt, _ in source.each(Word.RECEIPT, lines.read_receipt, findings):
        used.add(receipt.checkpoint)
        head = case.heads.get(receipt.checkpoint)
        if head is None:
            if receipt.checkpoint not in source.bundle.manifest.parts[Word.CHECKPOINT]:
                findings.invalid(Rule.RECEIPT, place, sentence("its checkpoint is not there"))
            continue
        try:
            found = case.entry(receipt.document)
            _prove(receipt, head)
        except HandoverError as error:
            findings.invalid(Rule.RECEIPT, place, error.sentence)
            continue
        streams.add(head.log, found, strict.digest(receipt.document), place, findings)
        _anchor(case, head, found, receipt.index, place=place, trust=trust, findings=findings)
    return used


def _prove(stated: StatedReceipt | LoggedEntry, head: Head) -> None:
    merkle.verify_inclusion(
        index=stated.index,
        size=head.checkpoint.size,
        leaf=merkle.leaf_hash(entries.leaf(stated.document)),
        path=stated.path,
        root=head.checkpoint.root,
    )


def _anchor(
    case: Case, head: Head, found: Entry, index: int, *, place: str, trust: Trust, findings: Findings
) -> None:
    """The receiver's log says when an envelope was there: from now on that is its time."""
    said = case.said.get(found.object) or case.deeds.get(found.object)
    if said is None:
        text = sentence("it is for the envelope %(digest)s, which is not in the bundle", digest=found.object)
        findings.incomplete(Rule.ENVELOPE_MISSING, place, text)
        return
    envelope = said.envelope
    fits = (
        found.kind is EntryKind.RECEIVED
        and head.node == envelope.aud
        and found.matter == envelope.matter
        and found.time <= head.time
    )
    if not fits:
        findings.invalid(
            Rule.RECEIPT,
            place,
            sentence("it is not a receipt of the node to which the envelope is addressed"),
        )
        return
    if found.time < envelope.iat - FUTURE:
        findings.invalid(Rule.TIME, place, sentence("the envelope was stored before it was signed"))
    if not trust.log_sound(head.node, head.key, found.time):
        text = sentence("the log's key was reported compromised: what it says of that time proves nothing")
        findings.incomplete(Rule.KEY_COMPROMISED, place, text)
        return
    if said.anchor is None or found.time < said.anchored_at:
        said.anchor, said.anchored_at = head.node, found.time
        said.anchored_n, said.anchored_index = found.n, index
        said.anchored_incarnation = head.log.incarnation


def _entries(case: Case, source: Source, streams: _Streams, findings: Findings) -> None:
    last = -1
    for place, logged, _ in source.each(Word.ENTRY, lines.read_entry, findings):
        if logged.index <= last:
            findings.invalid(Rule.ENTRY, place, sentence("entries do not stand in the order of the log"))
        last = logged.index
        try:
            found = case.entry(logged.document)
            if source.head is not None:
                _prove(logged, source.head)
        except HandoverError as error:
            findings.invalid(Rule.ENTRY, place, error.sentence)
            continue
        digest = strict.digest(logged.document)
        source.logged.append(Logged(index=logged.index, entry=found, digest=digest, place=place))
        log = LogOrigin(node=source.node) if source.head is None else source.head.log
        streams.add(log, found, digest, place, findings)
    _gaps(source, findings)
    _carried(case, source, findings)


def _gaps(source: Source, findings: Findings) -> None:
    """The numbers of each stream run from 1 without a gap; only the node's own stream is shown in part."""
    numbers: dict[str, int] = {}
    own = source.bundle.manifest.matter
    for logged in source.logged:
        found = logged.entry
        if found.matter == _OF_NODE:
            if found.kind is not EntryKind.REGISTRY_ACCEPTED:
                findings.invalid(
                    Rule.SUPERFLUOUS, logged.place, sentence("an entry that belongs to no matter")
                )
            continue
        if len(found.matter) == len(own) and found.matter != own:
            findings.invalid(
                Rule.MATTER, logged.place, sentence("an entry of another matter of the exporter")
            )
        before = numbers.get(found.matter, 0)
        if found.n > before + 1:
            text = sentence(
                "entries %(first)s to %(last)s of the stream %(stream)s are missing",
                first=before + 1,
                last=found.n - 1,
                stream=found.matter,
            )
            findings.incomplete(Rule.ENTRY_GAP, logged.place, text)
            source.gaps.add(found.matter)
        elif found.n != before + 1:
            findings.invalid(
                Rule.ENTRY, logged.place, sentence("it stands in the log behind a later one of its stream")
            )
        numbers[found.matter] = found.n


def _carried(case: Case, source: Source, findings: Findings) -> None:
    """What the log says was sent or received is there, and what is there was logged."""
    logged: dict[tuple[EntryKind, str, Digest], str] = {}
    own = set(source.bundle.manifest.parts[Word.ENVELOPE])
    for each in source.logged:
        found = each.entry
        if found.kind is EntryKind.EQUIVOCATION and found.object not in case.refused:
            text = sentence(
                "a contradiction was kept, but the envelope %(digest)s is not in the bundle",
                digest=found.object,
            )
            findings.incomplete(Rule.ENVELOPE_MISSING, each.place, text)
        if found.kind not in CARRIED:
            continue
        logged[found.kind, found.matter, found.object] = each.place
        if found.object not in own or found.object not in case.said:
            text = sentence(
                "it was %(kind)s, but the envelope %(digest)s is not in the bundle",
                kind=found.kind,
                digest=found.object,
            )
            findings.incomplete(Rule.ENVELOPE_MISSING, each.place, text)
    for digest in source.bundle.manifest.parts[Word.ENVELOPE]:
        said = case.said.get(digest)
        if said is None:
            continue
        kind = EntryKind.SENT if said.envelope.iss == source.node else EntryKind.RECEIVED
        if (kind, said.envelope.matter, digest) not in logged:
            text = sentence(
                "the log of %(node)s has no entry that it was %(kind)s", node=source.node, kind=kind
            )
            findings.incomplete(Rule.ENTRY_MISSING, said.place, text)
