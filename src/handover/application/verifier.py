"""What auditors do: bytes in, report out. No node, no network, no database, no clock (docs/spec/evidence.md).

A file that is not true makes no error but a finding: whatever the bytes are, there is a report.
The auditor's page says the same in a browser (`pages/static/verify.html`): no rule is changed here without it.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from handover.application import (
    verifier_assertions,
    verifier_case,
    verifier_chain,
    verifier_continuity,
    verifier_contradiction,
    verifier_growth,
    verifier_log,
    verifier_resolved,
    verifier_rounds,
    verifier_sequence,
    verifier_signatures,
    verifier_timeline,
    verifier_trust,
)
from handover.application.verifier_case import Case
from handover.application.verifier_contradiction import File
from handover.application.verifier_grounds import Grounds
from handover.application.verifier_report import Findings, MatterReport, Report, Rule, Verdict
from handover.application.verifier_trust import Lined, Trust
from handover.domain.errors import MalformedError
from handover.domain.sentences import sentence
from handover.protocol import contradiction, evidence
from handover.protocol.evidence import Bundle, Word
from handover.protocol.registry_set import MetadataSet

MOST_FILES: Final = 64


def verify(
    files: Sequence[bytes], *, root: bytes | None = None, registry: MetadataSet | None = None
) -> Report:
    """Give what bundles of evidence prove to whoever trusts *root*, the registry's pinned root page.

    Bundles of one matter are judged together, so that one side's shows what the other's left out. A newer *registry*
    decides which keys have been reported compromised since. A file on the contradiction of a log is judged by itself.
    """
    findings = Findings()
    bundles, proofs = _read(files, findings)
    lined: list[Lined] = [*bundles, *(each.content for each in proofs)]
    trust = verifier_trust.build(lined, root=root, registry=registry, findings=findings)
    whole = findings.verdict is Verdict.VALID
    verifier_contradiction.check(proofs, trust, findings, whole=whole)
    matters, cases = [], []
    for group in _matters(bundles):
        case = verifier_case.gather(group, findings)
        cases.append(case)
        matters.append(_matter(case, trust, findings))
    return Report(
        verdict=findings.verdict,
        root=trust.root,
        matters=tuple(matters),
        findings=tuple(findings.found),
        counts={**_counts(bundles, cases, trust), "contradictions": len(proofs)},
    )


def _read(files: Sequence[bytes], findings: Findings) -> tuple[list[Bundle], list[File]]:
    bundles: list[Bundle] = []
    proofs: list[File] = []
    if not 0 < len(files) <= MOST_FILES:
        findings.invalid(
            Rule.FORM, "files", sentence("between 1 and %(most)s files are verified at once", most=MOST_FILES)
        )
    for number, data in enumerate(files[:MOST_FILES], start=1):
        try:
            if contradiction.is_one(data):
                proofs.append(File(place=f"file {number}", content=contradiction.read(data)))
            else:
                bundles.append(evidence.read(data))
        except MalformedError as error:
            findings.invalid(Rule.FORM, f"file {number}", error.sentence)
    return bundles, proofs


def _matter(case: Case, trust: Trust, findings: Findings) -> MatterReport:
    # The order matters: receipts give envelopes their time, the time decides about keys, keys about belief.
    verifier_log.check(case, trust, findings)
    verifier_signatures.check(case, trust, findings)
    verifier_growth.check(case, findings)
    verifier_resolved.check(case, trust, findings)
    verifier_sequence.check(case, findings)
    shown = Grounds(case, trust, findings).check()
    verifier_rounds.check(case, shown, findings)
    verifier_continuity.check(case, findings)
    confirmed = verifier_assertions.check(case, trust, findings)
    chain = verifier_chain.check(case, findings)
    verifier_chain.anchors(case, findings)
    verifier_chain.sides(case, findings)
    manifest = case.sources[0].bundle.manifest
    nodes = {each for said in case.said.values() for each in (said.envelope.iss, said.envelope.aud)}
    nodes |= {each for link in chain.links for each in (link.giver, link.taker)} | case.exporters.keys()
    return MatterReport(
        matter=manifest.matter,
        kind=manifest.kind.value,
        exporters=tuple(case.exporters),
        names={node: trust.name(node) for node in sorted(nodes)},
        responsible=chain.responsible,
        chain=chain.links,
        timeline=verifier_timeline.timeline(case, chain, shown, confirmed, trust),
    )


def _matters(bundles: Iterable[Bundle]) -> list[list[Bundle]]:
    """Put bundles together that share an envelope, a deed, or the exporter's matter."""
    groups: list[tuple[set[str], list[Bundle]]] = []
    for bundle in bundles:
        manifest = bundle.manifest
        marks: set[str] = {f"{manifest.exporter} {manifest.matter}"}
        marks.update(*(manifest.parts[word] for word in (Word.ENVELOPE, Word.REFUSED, Word.DEED)))
        joined = [bundle]
        apart = []
        for other, found in groups:
            if marks & other and found[0].manifest.kind is manifest.kind:
                marks |= other
                joined = [*found, *joined]
            else:
                apart.append((other, found))
        groups = [*apart, (marks, joined)]
    return [found for _, found in groups]


def _counts(bundles: Sequence[Bundle], cases: Sequence[Case], trust: Trust) -> dict[str, int]:
    lines = {word: sum(len(bundle.lines[word]) for bundle in bundles) for word in Word}
    said = [each for case in cases for each in case.said.values()]
    return {
        "bundles": len(bundles),
        "matters": len(cases),
        "envelopes": len(said),
        "envelopes_believed": sum(each.believed for each in said),
        "envelopes_anchored": sum(each.anchor is not None for each in said),
        "receipts": lines[Word.RECEIPT],
        "entries": lines[Word.ENTRY],
        "checkpoints": lines[Word.CHECKPOINT],
        "records": lines[Word.RECORD],
        "grounds": lines[Word.CONSENT],
        "assertions": lines[Word.ASSERTION],
        "registries": len(trust.sets),
    }
