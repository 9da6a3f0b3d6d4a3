"""A report as people read it: plain text for a terminal or a printer (docs/guide/auditor.md)."""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from handover.application.verifier_report import Finding, Line, MatterReport, Report, Severity, Verdict
from handover.application.verifier_timeline import utc
from handover.application.verifier_trust import GIVEN_ROOT
from handover.domain.consent import Onward
from handover.domain.handover import Act
from handover.domain.ids import NodeId, RoundId
from handover.domain.sentences import Sentence

MEANING: Final = {
    Verdict.VALID: "everything in this evidence holds, and nothing that belongs to it is missing",
    Verdict.INCOMPLETE: "nothing in this evidence is false, but something that belongs to it is missing",
    Verdict.INVALID: "something in this evidence is false, contradicts something else, or was not allowed",
}
ONWARD: Final[Mapping[str, str]] = {
    Onward.NONE: "must not be passed on",
    Onward.NEW_GROUND: "may be passed on under a new consent or legal basis",
}
_ORDER: Final = (Severity.PROVED, Severity.INVALID, Severity.INCOMPLETE, Severity.NOTE)
_WIDTH: Final = 110
_SHOWN: Final = 200  # findings of one severity; the report as JSON has them all


Say = Callable[[Sentence], str]
"""Gives a sentence with the words of the protocol in plain words, where it can."""


def text(report: Report, files: Sequence[tuple[str, str]] = (), say: Say = str) -> str:
    """Give the whole report as text: verdict first, then what led to it, then each matter.

    *files* are the names of the files that were checked, in their order, each with its SHA-256 digest; a finding about
    one of them names it.
    """
    lines = [
        *_head(report, files),
        *_findings(report, files),
        *_matters(report, say),
        "",
        *_folded(f"CHECKED: {counted(report)}", ""),
    ]
    return "\n".join(lines) + "\n"


def _head(report: Report, files: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield f"VERDICT: {report.verdict.value.upper()}"
    yield f"  {MEANING[report.verdict]}"
    yield f"  Pinned root: {pinned(report)}"
    for number, (path, digest) in enumerate(files, 1):
        yield f"  File {number}: {path}, SHA-256 {digest}"


def placed(finding: Finding, files: Sequence[tuple[str, str]]) -> str:
    """Give where something was noticed, with the name of the file where the place is a whole file."""
    names = {f"file {number}": name for number, (name, _) in enumerate(files, 1)}
    return f"{finding.place}: {names[finding.place]}" if finding.place in names else finding.place


def pinned(report: Report) -> str:
    """Give the fingerprint of the pinned root, or why there is none."""
    refused = any(each.place == GIVEN_ROOT for each in report.findings)
    return report.root or ("what was given is not usable as one" if refused else "none was given")


def _findings(report: Report, files: Sequence[tuple[str, str]]) -> Iterator[str]:
    for severity in _ORDER:
        found = [each for each in report.findings if each.severity is severity]
        if found:
            yield ""
            yield f"{_TITLES[severity]} ({len(found)})"
            yield from _each(found[:_SHOWN], files)
        if len(found) > _SHOWN:
            yield f"  ... and {len(found) - _SHOWN} more"


_TITLES: Final = {
    Severity.PROVED: "PROVED",
    Severity.INVALID: "FALSE OR NOT ALLOWED",
    Severity.INCOMPLETE: "MISSING",
    Severity.NOTE: "WORTH KNOWING",
}


def _each(findings: Iterable[Finding], files: Sequence[tuple[str, str]]) -> Iterator[str]:
    for each in findings:
        yield f"  [{each.rule}] {placed(each, files)}"
        yield f"      {each.text}"


def _matters(report: Report, say: Say) -> Iterator[str]:
    for matter in report.matters:
        yield ""
        yield f"MATTER {matter.matter} ({matter.kind})"
        yield f"  Shown by: {', '.join(name(matter, node) for node in matter.exporters)}"
        yield f"  Responsible by this evidence: {name(matter, matter.responsible)}"
        yield from _chain(matter)
        yield ""
        yield "  Timeline (in the order in which it can have happened; UTC)"
        before: dict[RoundId, Line] = {}
        last: NodeId | None = None
        for number, line in enumerate(matter.timeline, 1):
            yield from _line(number, line, before, say)
            word = (
                "responsible after this"
                if number == 1 or line.responsible == last
                else "RESPONSIBLE FROM HERE ON"
            )
            yield f"      {word}: {name(matter, line.responsible)}"
            last = line.responsible


def _chain(matter: MatterReport) -> Iterator[str]:
    if not matter.chain:
        yield "  Chain of responsibility: no deed was given"
        return
    yield "  Chain of responsibility"
    for link in matter.chain:
        taken = "take-up not shown" if link.taken_up_at is None else f"taken up {utc(link.taken_up_at)}"
        who = f"{name(matter, link.giver)} to {name(matter, link.taker)}"
        yield from _folded(f"{link.epoch}. {who}: deed {utc(link.given_at)}, {taken}", "    ")


def _line(number: int, line: Line, before: dict[RoundId, Line], say: Say) -> Iterator[str]:
    anchored = f"logged by {line.anchor}" if line.anchor else f"by the word of {line.who} alone"
    yield f"  {number:>3}. {utc(line.at)}  ({anchored})"
    yield from _folded(say(line.sentence), "      ")
    if line.fields and line.round is not None:
        earlier = before.setdefault(line.round, line)
        if earlier is not line and (earlier.fields, earlier.ground) == (line.fields, line.ground):
            yield "      ground and fields: as before in this round"
        else:
            yield from _disclosed(line)
    if line.officers is not None:
        yield from _folded(acted(line.officers, line.what), "      ")


def _disclosed(line: Line) -> Iterator[str]:
    if line.ground is not None:
        ground = line.ground
        term = f"{utc(ground.valid_from)} to {utc(ground.valid_until)}"
        yield from _folded(f"ground: {ground.basis}, in force {term}; {ONWARD[ground.onward]}", "      ")
    yield f"      fields ({len(line.fields)}):"
    for part in by_category(line.fields):
        yield from _folded(part, "        ")


def by_category(fields: Iterable[str]) -> Iterator[str]:
    """Give the names of fields as people read them, those of one category together: `identity: names, sex`."""
    for category, found in groupby(fields, key=lambda field: field.partition(".")[0]):
        yield f"{category}: {', '.join(field.partition('.')[2] or field for field in found)}"


def acted(officers: Mapping[str, str], what: str) -> str:
    """Give who acted: one officer alone, or two and what each of them did in the act *what*."""
    first, second = officers["prepared"], officers["released"]
    if first == second:
        return f"officer: {second}"
    if what == Act.DEED:  # its first officer is the one who released the offer: four eyes
        return f"officers: the offer was released by {first}, the deed countersigned by {second}"
    if what in {Act.OFFER, Act.REFERRAL}:
        return f"officers: prepared by {first}, released by {second}"
    return f"officers: first {first}, second {second}"


def _folded(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False
    )


def name(matter: MatterReport, node: NodeId | None) -> str:
    """Give a node as people know it, with its identifier."""
    if node is None:
        return "nobody"
    known = matter.names.get(node, node)
    return str(node) if known == node else f"{known} ({node})"


def counted(report: Report) -> str:
    """Give how much was looked at: `1 bundle, 8 envelopes`."""
    return ", ".join(_counted(what.replace("_", " "), number) for what, number in report.counts.items())


def _counted(what: str, number: int) -> str:
    noun, space, rest = what.partition(" ")
    if number == 1:
        noun = f"{noun.removesuffix('ies')}y" if noun.endswith("ies") else noun.removesuffix("s")
    return f"{number} {noun}{space}{rest}"
