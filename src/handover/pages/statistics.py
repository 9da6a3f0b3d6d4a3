"""The page of statistics: what was published of a quarter, here and by all, as tables with bars, and as a file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from handover.application import statistics_sheet
from handover.application.permissions import Right
from handover.application.statistics import Report
from handover.domain import statistics
from handover.domain.consent import Basis
from handover.domain.continuity import DEMANDS, ReferralTask
from handover.domain.errors import NotFoundError
from handover.domain.handover import DeclineReason, EndReason, VoidReason
from handover.domain.ids import Quarter
from handover.domain.statistics import Subject
from handover.domain.suppression import Total
from handover.pages import apart_words, content, later_words, paths, words
from handover.pages.navigation import N_
from handover.pages.visit import Page, Visit

WIDE: Final = 100  # units of the longest bar
SUBJECTS: Final[Mapping[str, str]] = {
    Subject.GUARDIANSHIP: N_("Handovers of guardianship that ended"),
    Subject.TRACING: N_("Handovers of tracing requests that ended"),
    Subject.LEGAL_BASES: N_("Legal bases in place of consent"),
    Subject.ANSWERS: N_("Demands of other authorities that were answered"),
    Subject.FOLLOW_UPS: N_("Promised follow-ups that were told or are overdue"),
    Subject.SEARCHES: N_("Searches for a person that ended"),
    Subject.CONTACTS: N_("Contacts about a possible match that ended"),
    Subject.REFERRALS: N_("Referrals of a child that are over"),
    Subject.TRACING_REFERRALS: N_("Referrals of a tracing request that are over"),
}
TABLES: Final[Mapping[str, str]] = {
    statistics.ROUTE.name: N_("Route"),
    statistics.OUTCOME.name: N_("Outcome"),
    statistics.TIME.name: N_("Time to the answer, or to the end"),
    statistics.AGE.name: N_("Age"),
    statistics.SEX.name: N_("Sex"),
    statistics.BASIS.name: N_("Legal basis"),
    statistics.DEMAND.name: N_("What was demanded"),
    statistics.PUNCTUALITY.name: N_("Whether the answer came in time"),
    statistics.TIMELINESS.name: N_("Whether it was told in time"),
    statistics.ENDING.name: N_("How the search ended"),
    statistics.SCOPE.name: N_("Who was asked"),
    statistics.MATCH.name: N_("What became of the match"),
    statistics.TASK.name: N_("What it was referred for"),
    statistics.CONCLUSION.name: N_("How the referral ended"),
    statistics.ERASURE.name: N_("Whether it was confirmed in time that nothing is kept"),
}
CELLS: Final[Mapping[str, str]] = {
    **{each.value: later_words.ACTS[each] for each in DEMANDS},
    **{each.value: apart_words.TASKS[each] for each in ReferralTask},
    **{each: apart_words.REASONS[each] for each in statistics.CONCLUSION.cells},
    "held": N_("A legal hold keeps it"),
    **{
        each.value: apart_words.ENDS[each]
        for each in (EndReason.CONFIRMED, EndReason.REJECTED, EndReason.UNDECIDED)
    },
    "in-time": N_("In time"),
    "overdue": N_("Overdue"),
    "found": N_("Found"),
    "given-up": N_("Given up"),
    "along-a-route": N_("Some authorities, along a route"),
    "to-all": N_("All authorities"),
    "up-to-30-days-late": N_("Up to 30 days late"),
    "over-30-days-late": N_("More than 30 days late"),
    statistics.TAKEN_UP: N_("Handed over"),
    **{f"declined-{each.value}": text for each, text in words.DECLINES.items()},
    **{
        each.value: words.VOIDS[each]
        for each in (VoidReason.WITHDRAWN, VoidReason.CONSENT_WITHDRAWN, VoidReason.EXPIRED)
    },
    **{each.value: text for each, text in words.BASES.items() if each is not Basis.CONSENT},
    "within-1-day": N_("Within 1 day"),
    "within-3-days": N_("Within 3 days"),
    "within-7-days": N_("Within 7 days"),
    "within-14-days": N_("Within 14 days"),
    "within-30-days": N_("Within 30 days"),
    statistics.LONGER: N_("Longer"),
    "18-and-over": N_("18 years and over"),
    "female": N_("Girls"),
    "male": N_("Boys"),
    statistics.UNKNOWN: N_("Not known"),
    statistics.OTHER: N_("Other"),
}
_DECLINED: Final = frozenset(f"declined-{each.value}" for each in DeclineReason)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A count with the length of its bar."""

    total: Total
    length: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """A cell with its count here and the total of all; `text` is ready to be shown."""

    text: str
    own: Bar
    all: Bar


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One table; `more` says that cells are left out of which nothing is shown."""

    text: str
    lines: Sequence[Line]
    more: bool


def show(visit: Visit) -> Response:
    """Show a quarter: the one that is asked for, or the newest."""
    report = _report(visit)
    return visit.page(
        "statistics.html",
        report=report,
        sections=[] if report is None else _sections(visit, report),
        threshold=statistics_sheet.THRESHOLD,
        ends=statistics.end_of(statistics.quarter_of(visit.now)),
    )


def sheet(visit: Visit) -> Response:
    """Give a quarter as a file for a spreadsheet."""
    report = _report(visit)
    if report is None:
        raise NotFoundError
    return content.download("text/csv", statistics_sheet.of(report), f"statistics-{report.quarter}")


def _report(visit: Visit) -> Report | None:
    asked = visit.asked.get("quarter", "")
    quarter = paths.ident(Quarter, asked) if asked else None
    return visit.node.statistics.report(quarter, actor=visit.actor)


def _sections(visit: Visit, report: Report) -> list[tuple[str, list[Chart]]]:
    """Give each subject with its tables."""
    found: dict[str, list[Chart]] = {}
    for subject, table in dict.fromkeys((row.subject, row.table) for row in report.all):
        own, all_ = (
            {row.cell: row.total for row in rows if (row.subject, row.table) == (subject, table)}
            for rows in (report.own, report.all)
        )
        found.setdefault(subject, []).append(_chart(visit, table, own, all_))
    return [(_text(visit, SUBJECTS, subject), charts) for subject, charts in found.items()]


def _chart(visit: Visit, table: str, own: Mapping[str, Total], all_: Mapping[str, Total]) -> Chart:
    route = table == statistics.ROUTE.name
    some = any(total.known for total in all_.values())
    kept = [cell for cell in all_ if all_[cell].known or (some and not route)]
    text: Callable[[str], str] = _route(visit) if route else lambda cell: _cell(visit, cell)
    longest = max((total.known for total in all_.values()), default=0) or 1
    nothing = Total(withheld=True)
    return Chart(
        text=_text(visit, TABLES, table),
        lines=[
            Line(text=text(cell), own=_bar(own.get(cell, nothing), longest), all=_bar(all_[cell], longest))
            for cell in kept
        ],
        more=len(kept) < len(all_),
    )


def _bar(total: Total, longest: int) -> Bar:
    return Bar(total=total, length=round(WIDE * total.known / longest))


def _text(visit: Visit, texts: Mapping[str, str], name: str) -> str:
    """Give the words for *name*; what this version does not know stands as it is."""
    return visit.translate(texts[name]) if name in texts else name


def _cell(visit: Visit, cell: str) -> str:
    if cell in _DECLINED:
        return visit.translate(N_("Declined: %(reason)s")) % {"reason": _text(visit, CELLS, cell)}
    if cell not in CELLS and cell.replace("-", "").isdigit():
        return visit.translate(N_("%(ages)s years")) % {"ages": cell.replace("-", "\N{EN DASH}")}
    return _text(visit, CELLS, cell)


def _route(visit: Visit) -> Callable[[str], str]:
    def text(cell: str) -> str:
        sender, _, receiver = cell.partition("-")
        names = {"sender": _country(visit, sender), "receiver": _country(visit, receiver)}
        return visit.translate(N_("From %(sender)s to %(receiver)s")) % names

    return text


def _country(visit: Visit, code: str) -> str:
    if code == "int":
        return visit.translate(N_("An international organisation"))
    try:
        return visit.label(f"code/country/{code.upper()}")
    except KeyError:
        return code


PAGES = (
    Page(path="/statistics", get=show, right=Right.COUNTS),
    Page(path="/statistics/sheet", get=sheet, right=Right.COUNTS),
)
