"""The verdict on evidence as a paper: what `handover verify` found, for a file or a court.

The frame is in the reader's language; what the verifier noticed stands in the words of its report, in English.
"""

from collections.abc import Mapping
from typing import Final

from handover.application import verdict
from handover.application.paper import Heading, Lines, Paper, Part, Points, Run, Table, Text
from handover.application.verifier_report import Line, MatterReport, Report, Severity
from handover.pages import words
from handover.pages.navigation import N_
from handover.pages.sheets import Sheet, fixed, runs

MOST_LINES: Final = 400
MOST_FOUND: Final = 100
"""Lines of all timelines, and findings of one severity: more than a person reads. The report as JSON has them all."""
_TITLES: Final[Mapping[Severity, str]] = {
    Severity.INVALID: N_("False or not allowed"),
    Severity.INCOMPLETE: N_("Missing"),
    Severity.NOTE: N_("Worth knowing"),
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
    counts = [Run(text=f"{what.replace('_', ' ')}: {number}") for what, number in report.counts.items()]
    parts += [Heading(text=say("What was checked")), Points(items=counts)] if counts else []
    parts.append(Lines(labels=[say(each) for each in _SIGN]))
    return sheet.paper(say("Verdict on evidence of a handover"), parts)


def _findings(report: Report, severity: Severity, title: str, sheet: Sheet) -> list[Part]:
    found = [each for each in report.findings if each.severity is severity]
    if not found:
        return []
    head = [sheet.say("Found"), sheet.say("Where"), sheet.say("Rule")]
    rows = [[runs(each.text), [fixed(each.place)], [fixed(each.rule)]] for each in found[:MOST_FOUND]]
    parts: list[Part] = [Heading(text=title), Table(head=head, widths=(3, 2, 1), rows=rows)]
    if len(found) > MOST_FOUND:
        parts.append(Text(run=Run(text=sheet.say("The list goes on; the report as JSON has all of it."))))
    return parts


def _matter(matter: MatterReport, sheet: Sheet, room: int) -> list[Part]:
    say = sheet.say
    chain = [
        say("%(number)s: %(giver)s to %(taker)s")
        % {
            "number": link.epoch,
            "giver": verdict.name(matter, link.giver),
            "taker": verdict.name(matter, link.taker),
        }
        for link in matter.chain[:MOST_FOUND]
    ]
    parts: list[Part] = [
        Heading(text=say("Matter")),
        sheet.facts(
            [
                (say("Matter"), [fixed(matter.matter)]),
                (say("Shown by"), runs(*(verdict.name(matter, node) for node in matter.exporters))),
                (say("Responsible by this evidence"), runs(verdict.name(matter, matter.responsible))),
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
    what = runs(line.text, ", ".join(line.fields))
    return [[sheet.time(line.at), anchor], what, runs(verdict.name(matter, line.responsible))]
