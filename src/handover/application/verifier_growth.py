"""Whether each log showed everybody one tree: checkpoints, and the heads that nodes name inside their envelopes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from handover.application.verifier_case import Case, Head, Source
from handover.application.verifier_report import Findings, Rule, Severity
from handover.domain.errors import HandoverError
from handover.domain.sentences import sentence
from handover.protocol import evidence_lines as lines
from handover.protocol import merkle, strict
from handover.protocol.evidence import Word
from handover.protocol.evidence_lines import Consistency
from handover.protocol.log_origin import LogOrigin


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """A size and a root hash of a log that its node has signed, in whichever way."""

    log: LogOrigin
    size: int
    root: bytes
    place: str


def check(case: Case, findings: Findings) -> None:
    """Verify that no log contradicts itself, and that each exporter's has grown into what its bundle shows."""
    known: dict[tuple[LogOrigin, int], _Seen] = {}
    for seen in _seen(case):
        earlier = known.setdefault((seen.log, seen.size), seen)
        if earlier.root != seen.root:
            text = sentence(
                "%(node)s has signed two different logs of %(size)s entries: see %(other)s",
                node=seen.log.node,
                size=seen.size,
                other=earlier.place,
            )
            findings.invalid(Rule.LOG_SPLIT, seen.place, text)
    for source in case.sources:
        if source.head is not None:
            _grown(case, source, source.head, list(known.values()), findings)
    _heads(case, findings)


def _seen(case: Case) -> Iterator[_Seen]:
    for head in case.heads.values():
        signed = head.checkpoint
        yield _Seen(log=head.log, size=signed.size, root=signed.root, place=head.place)
    for said in (*case.said.values(), *case.refused.values(), *case.deeds.values()):
        if said.believed:
            log = said.envelope.log
            root = strict.unb64(log.root, length=32)
            origin = LogOrigin(node=said.envelope.iss, incarnation=said.envelope.incarnation)
            yield _Seen(log=origin, size=log.size, root=root, place=said.place)


def _grown(case: Case, source: Source, head: Head, known: list[_Seen], findings: Findings) -> None:
    # Another export of the same node may have ended at a size that this one had no reason to prove.
    ends = {each.head.checkpoint.size for each in case.sources if each.node == source.node and each.head}
    proofs: dict[int, tuple[str, Consistency]] = {}
    for place, proof, _ in source.each(Word.CONSISTENCY, lines.read_consistency, findings):
        if proof.size in proofs:
            findings.invalid(Rule.LOG_GROWTH, place, sentence("a second proof for one size"))
        proofs[proof.size] = (place, proof)
    final = head.checkpoint
    for seen in known:
        if seen.log != head.log or seen.size > final.size:
            continue  # another log, or one that grew further: the proof of that is in a later bundle
        stated = proofs.pop(seen.size, None)
        if stated is None and 0 < seen.size < final.size:
            text = sentence(
                "that the log of %(node)s grew from %(size)s entries is not proved",
                node=source.node,
                size=seen.size,
            )
            severity = Severity.NOTE if seen.size in ends else Severity.INCOMPLETE
            findings.add(Rule.LOG_GROWTH, seen.place, severity, text)
            continue
        try:
            merkle.verify_consistency(
                old_size=seen.size,
                old_root=seen.root,
                size=final.size,
                root=final.root,
                path=stated[1].path if stated else (),
            )
        except HandoverError as error:
            findings.invalid(Rule.LOG_SPLIT, seen.place, error.sentence)
    for place, _ in proofs.values():
        findings.invalid(Rule.SUPERFLUOUS, place, sentence("a proof for a size that nothing names"))


def _heads(case: Case, findings: Findings) -> None:
    """A node that speaks later has seen at least as much of its own log; only a restore takes some of it away."""
    for said in case.rounds().values():
        order = sorted(
            said, key=lambda each: (each.envelope.iss, each.envelope.incarnation, each.envelope.seq)
        )
        for before, after in pairwise(order):
            first, second = before.envelope, after.envelope
            same = (first.iss, first.incarnation) == (second.iss, second.incarnation)
            if same and second.log.size < first.log.size:
                findings.invalid(
                    Rule.LOG_HEAD, after.place, sentence("it names an older log than what was said before it")
                )
