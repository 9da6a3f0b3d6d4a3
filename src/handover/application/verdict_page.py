"""A report as a page to print and to sign: HTML in one file, without scripts, images or anything from elsewhere."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from handover.application import verdict
from handover.application.verifier_report import Finding, Line, MatterReport, Report, Severity
from handover.application.verifier_timeline import utc

_STYLE: Final = """
body { font: 11pt/1.4 serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; color: #000; background: #fff }
h1, h2, h3 { font-family: sans-serif; line-height: 1.2 }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #555; padding: .3rem .5rem; text-align: start; vertical-align: top }
.verdict { border: 3px solid #000; padding: .5rem 1rem }
.small { font-size: 85%; overflow-wrap: anywhere }
li, tr { break-inside: avoid }
@page { margin: 2cm }
"""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_TITLES: Final = {
    Severity.PROVED: "Proved",
    Severity.INVALID: "False or not allowed",
    Severity.INCOMPLETE: "Missing",
    Severity.NOTE: "Worth knowing",
}


def page(report: Report, files: Sequence[tuple[str, str]] = (), say: verdict.Say = str) -> str:
    """Give the whole report as one HTML page, with the names and digests of the files that were checked."""
    return (
        "\n".join(
            [
                *_head(report),
                *_files(files),
                *_findings(report, files),
                *_matters(report, say),
                *_foot(report),
            ]
        )
        + "\n"
    )


def _head(report: Report) -> Iterator[str]:
    word = report.verdict.value
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width">'
    yield f"<title>Evidence: {word}</title><style>{_STYLE}</style></head><body><main>"
    yield "<h1>Evidence of a handover</h1>"
    yield f'<div class="verdict"><h2>Verdict: {word}</h2><p>{escape(verdict.MEANING[report.verdict])}.</p>'
    yield f'<p class="small">Pinned root: {escape(verdict.pinned(report))}</p></div>'


def _files(files: Sequence[tuple[str, str]]) -> Iterator[str]:
    if files:
        yield "<h2>What was checked</h2><ol>"
        for path, digest in files:
            yield f'<li>{escape(path)}<br><span class="small">SHA-256 <code>{escape(digest)}</code></span></li>'
        yield "</ol>"


def _findings(report: Report, files: Sequence[tuple[str, str]]) -> Iterator[str]:
    for severity, title in _TITLES.items():
        found = [each for each in report.findings if each.severity is severity]
        if found:
            yield f"<h2>{title} ({len(found)})</h2><ul>"
            yield from (_finding(each, verdict.placed(each, files)) for each in found)
            yield "</ul>"


def _finding(found: Finding, place: str) -> str:
    where = f'<span class="small">{escape(place)}, rule <code>{found.rule}</code></span>'
    return f"<li>{escape(found.text)}<br>{where}</li>"


def _matters(report: Report, say: verdict.Say) -> Iterator[str]:
    for matter in report.matters:
        yield f'<h2>Matter <span class="small">{escape(matter.matter)}</span> ({escape(matter.kind)})</h2>'
        shown = ", ".join(verdict.name(matter, node) for node in matter.exporters)
        yield f"<p>Shown by {escape(shown)}.<br>"
        yield f"Responsible by this evidence: <strong>{escape(verdict.name(matter, matter.responsible))}</strong></p>"
        yield from _chain(matter)
        yield "<h3>Timeline</h3>"
        yield "<p>In the order in which it can have happened. Times are in UTC.</p>"
        yield "<table><thead><tr><th>When, logged by</th><th>What</th><th>Responsible after it</th></tr></thead><tbody>"
        for line in matter.timeline:
            yield _row(matter, line, say)
        yield "</tbody></table>"


def _chain(matter: MatterReport) -> Iterator[str]:
    yield "<h3>Chain of responsibility</h3>"
    if not matter.chain:
        yield "<p>No deed was given.</p>"
        return
    yield "<ol>"
    for link in matter.chain:
        taken = "take-up not shown" if link.taken_up_at is None else f"taken up {utc(link.taken_up_at)}"
        who = f"{verdict.name(matter, link.giver)} to {verdict.name(matter, link.taker)}"
        yield f'<li value="{link.epoch}">{escape(who)}: deed {utc(link.given_at)}, {taken}</li>'
    yield "</ol>"


def _row(matter: MatterReport, line: Line, say: verdict.Say) -> str:
    when = f"{utc(line.at)}<br>{escape(line.anchor or f'by the word of {line.who} alone')}"
    what = "<br>".join([escape(say(line.sentence)), *_details(line)])
    return f"<tr><td>{when}</td><td>{what}</td><td>{escape(verdict.name(matter, line.responsible))}</td></tr>"


def _details(line: Line) -> Iterable[str]:
    if line.ground is not None:
        ground = line.ground
        term = f"{utc(ground.valid_from)} to {utc(ground.valid_until)}"
        yield _small(f"Ground: {ground.basis}, in force {term}; {verdict.ONWARD[ground.onward]}")
    if line.fields:
        yield _small(f"Fields ({len(line.fields)}): {'; '.join(verdict.by_category(line.fields))}")
    if line.officers is not None:
        yield _small(f"O{verdict.acted(line.officers, line.what)[1:]}")


def _small(text: str) -> str:
    return f'<span class="small">{escape(text)}</span>'


def _foot(report: Report) -> Iterator[str]:
    yield f'<p class="small">Checked: {escape(verdict.counted(report))}.</p>'
    yield "<p>Checked on: ______________________ by: ______________________________________</p></main></body></html>"
