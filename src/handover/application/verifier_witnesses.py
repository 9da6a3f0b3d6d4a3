"""Who else has seen the logs: cosignatures under checkpoints, and the acts for whose time they vouch."""

from collections.abc import Iterator
from dataclasses import dataclass

from handover.application.verifier_case import Case, Head, Source
from handover.application.verifier_report import Findings, Rule
from handover.application.verifier_trust import Trust
from handover.domain.errors import HandoverError
from handover.domain.ids import Digest, NodeId
from handover.domain.sentences import Moment, sentence
from handover.protocol import cosignature, note
from handover.protocol.entry import EntryKind
from handover.protocol.log_origin import LogOrigin


@dataclass(frozen=True, kw_only=True)
class Word:
    """A witness has seen so many entries of a log, at this time."""

    log: str
    size: int
    witness: NodeId
    time: int


def check(case: Case, trust: Trust, findings: Findings) -> set[Digest]:
    """Verify the lines of witnesses; give the checkpoints that they make worth showing.

    A witness's word gives a time to what the exporter has sent and nobody has receipted: it was in the log by then.
    """
    used: set[Digest] = set()
    words: list[Word] = []
    exporters = case.exporters
    for digest, head in case.heads.items():
        found = list(said_of(head, trust, findings))
        words += found
        if found and head.node in exporters:
            used.add(digest)
    for source in case.sources:
        _date(case, source, words, findings)
    return used


def said_of(head: Head, trust: Trust, findings: Findings) -> Iterator[Word]:
    """Give what witnesses say under a checkpoint; every line is a note or, where it is false, a finding."""
    for node in cosignature.claimed(note.read(head.note)):
        keys = trust.log_keys(LogOrigin(node=node))
        if node == head.node or not keys:
            text = sentence("no state of the registry names the witness %(node)s of this log", node=node)
            findings.note(Rule.WITNESS, head.place, text)
            continue
        try:
            time, key = cosignature.verify_first(head.note, node, keys)
        except HandoverError as error:
            findings.invalid(Rule.WITNESS, head.place, error.sentence)
            continue
        if not trust.log_sound(node, key, time):
            text = sentence("the key of the witness %(node)s was reported compromised", node=node)
            findings.note(Rule.WITNESS, head.place, text)
            continue
        text = sentence(
            "%(witness)s has cosigned %(size)s entries of the log of %(node)s: %(time)s",
            witness=node,
            size=head.checkpoint.size,
            node=head.node,
            time=str(Moment(time)),
        )
        findings.note(Rule.WITNESS, head.place, text)
        yield Word(log=head.checkpoint.origin, size=head.checkpoint.size, witness=node, time=time)


def _date(case: Case, source: Source, words: list[Word], findings: Findings) -> None:
    if source.head is None:
        return
    known = [word for word in words if word.log == source.head.checkpoint.origin]
    for logged in source.logged:
        said = case.said.get(logged.entry.object)
        if said is None or logged.entry.kind is not EntryKind.SENT or said.envelope.iss != source.node:
            continue
        covering = [word for word in known if word.size > logged.index]
        first = min(covering, key=lambda word: (word.time, word.witness), default=None)
        if first is not None:
            said.witness, said.witnessed_at = first.witness, first.time
        elif known and said.anchor is None:
            text = sentence("no witness that is shown has seen the entry of this act")
            findings.note(Rule.WITNESS, said.place, text)
