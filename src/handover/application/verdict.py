"""A report as people read it: plain text for a terminal or a printer (docs/guide/auditor.md)."""

from collections.abc import Iterable, Iterator
from typing import Final

from handover.application.verifier_report import Finding, Line, MatterReport, Report, Severity, Verdict
from handover.application.verifier_timeline import utc
from handover.domain.ids import NodeId, RoundId

MEANING: Final = {
    Verdict.VALID: "everything in this evidence holds, and nothing that belongs to it is missing",
    Verdict.INCOMPLETE: "nothing in this evidence is false, but something that belongs to it is missing",
    Verdict.INVALID: "something in this evidence is false, contradicts something else, or was not allowed",
}
_ORDER: Final = (Severity.INVALID, Severity.INCOMPLETE, Severity.NOTE)
_SHOWN: Final = 200  # findings of one severity; the report as JSON has them all


def text(report: Report) -> str:
    """Give the whole report as text: verdict first, then what led to it, then each matter."""
    return "\n".join([*_head(report), *_findings(report), *_matters(report), *_counts(report)]) + "\n"


def _head(report: Report) -> Iterator[str]:
    yield f"VERDICT: {report.verdict.value.upper()}"
    yield f"  {MEANING[report.verdict]}"
    yield f"  Pinned root: {report.root or 'none was given'}"


def _findings(report: Report) -> Iterator[str]:
    for severity in _ORDER:
        found = [each for each in report.findings if each.severity is severity]
        if found:
            yield ""
            yield f"{_TITLES[severity]} ({len(found)})"
            yield from _each(found[:_SHOWN])
        if len(found) > _SHOWN:
            yield f"  ... and {len(found) - _SHOWN} more"


_TITLES: Final = {
    Severity.INVALID: "FALSE OR NOT ALLOWED",
    Severity.INCOMPLETE: "MISSING",
    Severity.NOTE: "WORTH KNOWING",
}


def _each(findings: Iterable[Finding]) -> Iterator[str]:
    for each in findings:
        yield f"  [{each.rule}] {each.place}"
        yield f"      {each.text}"


def _matters(report: Report) -> Iterator[str]:
    for matter in report.matters:
        yield ""
        yield f"MATTER {matter.matter} ({matter.kind})"
        yield f"  Shown by: {', '.join(name(matter, node) for node in matter.exporters)}"
        yield f"  Responsible by this evidence: {name(matter, matter.responsible)}"
        yield from _chain(matter)
        yield ""
        yield "  Timeline (in the order in which it can have happened; UTC)"
        before: dict[RoundId, Line] = {}
        for line in matter.timeline:
            yield from _line(matter, line, before)


def _chain(matter: MatterReport) -> Iterator[str]:
    if not matter.chain:
        yield "  Chain of responsibility: no deed was given"
        return
    yield "  Chain of responsibility"
    for link in matter.chain:
        taken = "take-up not shown" if link.taken_up_at is None else f"taken up {utc(link.taken_up_at)}"
        who = f"{name(matter, link.giver)} to {name(matter, link.taker)}"
        yield f"    {link.epoch}. {who}: deed {utc(link.given_at)}, {taken}"


def _line(matter: MatterReport, line: Line, before: dict[RoundId, Line]) -> Iterator[str]:
    anchored = f"logged by {line.anchor}" if line.anchor else f"by the word of {line.who} alone"
    yield f"    {utc(line.at)}  ({anchored})"
    yield f"      {line.text}"
    if line.fields and line.round is not None:
        earlier = before.setdefault(line.round, line)
        if earlier is not line and (earlier.fields, earlier.ground) == (line.fields, line.ground):
            yield "      ground and fields: as before in this round"
        else:
            yield from _disclosed(line)
    if line.officers is not None:
        officers = line.officers
        yield f"      officers: prepared by {officers['prepared']}, released by {officers['released']}"
    yield f"      responsible after this: {name(matter, line.responsible)}"


def _disclosed(line: Line) -> Iterator[str]:
    if line.ground is not None:
        ground = line.ground
        term = f"{utc(ground.valid_from)} to {utc(ground.valid_until)}"
        yield f"      ground: {ground.basis}, in force {term}, onward: {ground.onward}"
    yield f"      fields: {', '.join(line.fields)}"


def name(matter: MatterReport, node: NodeId | None) -> str:
    """Give a node as people know it, with its identifier."""
    if node is None:
        return "nobody"
    known = matter.names.get(node, node)
    return str(node) if known == node else f"{known} ({node})"


def _counts(report: Report) -> Iterator[str]:
    yield ""
    yield "CHECKED: " + ", ".join(
        f"{number} {what.replace('_', ' ')}" for what, number in report.counts.items()
    )
