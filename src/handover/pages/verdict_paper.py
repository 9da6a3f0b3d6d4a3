"""The verdict on evidence as a paper: what `handover verify` found, for a file or a court.

Everything is in the reader's language but the references: places in the file, names of rules, digests.
"""

from collections.abc import Mapping
from typing import Final

from handover.application import verdict
from handover.application.paper import Heading, Lines, Paper, Part, Points, Run, Table, Text
from handover.application.verifier_report import Finding, Line, MatterReport, Report, Severity
from handover.domain.ids import NodeId
from handover.pages import labels, languages, said, words
from handover.pages.navigation import N_
from handover.pages.sheets import Sheet, fixed, runs
from handover.pages.view import isolated

MOST_LINES: Final = 400
MOST_FOUND: Final = 100
"""Lines of all timelines, and findings of one severity: more than a person reads. The report as JSON has them all."""
_TITLES: Final[Mapping[Severity, str]] = {
    Severity.PROVED: N_("Proved"),
    Severity.INVALID: N_("False or not allowed"),
    Severity.INCOMPLETE: N_("Missing"),
    Severity.NOTE: N_("Worth knowing"),
}
PLACES: Final = (
    N_("files"),
    N_("registry"),
    N_("the registry that was given"),
    N_("the root that was given"),
)
"""What is in no line of a file; every other place is a reference: the node, the line and its first word."""
COUNTS: Final[Mapping[str, str]] = {
    "bundles": N_("Bundles of evidence"),
    "matters": N_("Matters"),
    "envelopes": N_("Envelopes"),
    "envelopes_believed": N_("Envelopes whose signature holds"),
    "envelopes_anchored": N_("Envelopes with a receipt"),
    "receipts": N_("Receipts"),
    "entries": N_("Entries of logs"),
    "checkpoints": N_("Checkpoints of logs"),
    "records": N_("Skeletons of records"),
    "grounds": N_("Tokens of consent or legal basis"),
    "assertions": N_("Signatures of passkeys"),
    "contradictions": N_("Proofs that a log contradicts itself"),
    "registries": N_("States of the registry"),
}
_SIGN: Final = (N_("Checked on"), N_("Checked by"), N_("Signature"))


def of(report: Report, sheet: Sheet) -> Paper:
    """Give the report as a paper."""
    say = sheet.say
    word, meaning, _ = words.VERDICTS[report.verdict]
    root = fixed(report.root) if report.root else Run(text=say("none was given"))
    parts: list[Part] = [
        Text(run=Run(text=say("Verdict: %(word)s") % {"word": say(word)}), lead=True),
        Text(run=Run(text=say(meaning))),
        sheet.facts([(say("Root of the registry that was trusted"), [root])]),
    ]
    for severity, title in _TITLES.items():
        parts += _findings(report, severity, say(title), sheet)
    room = MOST_LINES
    for matter in report.matters:
        parts += _matter(matter, sheet, room)
        room = max(0, room - len(matter.timeline))
    counts = [Run(text=f"{say(COUNTS[what])}: {number}") for what, number in report.counts.items()]
    parts += [Heading(text=say("What was checked")), Points(items=counts)] if counts else []
    parts.append(Lines(labels=[say(each) for each in _SIGN]))
    return sheet.paper(say("Verdict on evidence of a handover"), parts)


def _findings(report: Report, severity: Severity, title: str, sheet: Sheet) -> list[Part]:
    found = [each for each in report.findings if each.severity is severity]
    if not found:
        return []
    head = [sheet.say("Found"), sheet.say("Where"), sheet.say("Rule")]
    rows = [_found(each, sheet) for each in found[:MOST_FOUND]]
    parts: list[Part] = [Heading(text=title), Table(head=head, widths=(3, 2, 1), rows=rows)]
    if len(found) > MOST_FOUND:
        parts.append(Text(run=Run(text=sheet.say("The list goes on; the report as JSON has all of it."))))
    return parts


def _found(found: Finding, sheet: Sheet) -> list[list[Run]]:
    place = Run(text=sheet.say(found.place)) if found.place in PLACES else fixed(found.place)
    return [runs(said.plain(found.sentence, sheet.language)), [place], [fixed(found.rule)]]


def _matter(matter: MatterReport, sheet: Sheet, room: int) -> list[Part]:
    say = sheet.say
    chain = [
        say("%(number)s: %(giver)s to %(taker)s")
        % {
            "number": link.epoch,
            "giver": _name(matter, link.giver, sheet),
            "taker": _name(matter, link.taker, sheet),
        }
        for link in matter.chain[:MOST_FOUND]
    ]
    parts: list[Part] = [
        Heading(text=say("Matter")),
        sheet.facts(
            [
                (say("Matter"), [fixed(matter.matter)]),
                (say("Shown by"), runs(*(_name(matter, node, sheet) for node in matter.exporters))),
                (say("Responsible by this evidence"), runs(_name(matter, matter.responsible, sheet))),
                (say("Chain of responsibility"), runs(*chain) or runs(say("No deed was given."))),
            ]
        ),
    ]
    shown = matter.timeline[:room]
    if shown:
        head = [say("When, and logged by whom"), say("What"), say("Responsible after it")]
        rows = [_row(matter, line, sheet) for line in shown]
        parts += [Heading(text=say("Timeline")), Table(head=head, widths=(2, 4, 2), rows=rows)]
    if len(shown) < len(matter.timeline):
        parts.append(Text(run=Run(text=say("The timeline goes on; the report as JSON has all of it."))))
    return parts


def _row(matter: MatterReport, line: Line, sheet: Sheet) -> list[list[Run]]:
    anchor = fixed(line.anchor) if line.anchor else Run(text=sheet.say("by its own word alone"))
    names = labels.texts(sheet.language)
    fields = [names.get(f"{matter.kind}/1/{each}", each) for each in line.fields]
    what = runs(said.plain(line.sentence, sheet.language), languages.semicolon(sheet.language).join(fields))
    return [[sheet.time(line.at), anchor], what, runs(_name(matter, line.responsible, sheet))]


def _name(matter: MatterReport, node: NodeId | None, sheet: Sheet) -> str:
    return sheet.say("nobody") if node is None else isolated(verdict.name(matter, node))
