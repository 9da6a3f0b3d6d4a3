"""Statistics: what is counted, in which cells, in which quarter. `suppression` says which counts may be shown.

One event (a handover that has ended, a legal basis that was recorded) is counted once, at one node, in one quarter, in
every table of its subject. Nothing here knows a child: whoever counts gives the cell that an event belongs to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from handover.domain.consent import Basis
from handover.domain.continuity import DEMANDS, ReferralTask
from handover.domain.handover import Act, DeclineReason, EndReason, VoidReason
from handover.domain.ids import Quarter
from handover.domain.record import Value

UNKNOWN: Final = "unknown"
OTHER: Final = "other"
TAKEN_UP: Final = "taken-up"
_DAY: Final = 86400


class Subject(StrEnum):
    """What is counted. Each has events of its own, so that no table of one follows from those of another."""

    GUARDIANSHIP = "guardianship"
    """Handovers of the responsibility for a child that this node has offered and that have ended."""
    TRACING = "tracing"
    """Handovers of a tracing request, likewise."""
    LEGAL_BASES = "legal-bases"
    """Grounds other than consent that were recorded."""
    ANSWERS = "answers"
    """Demands of other authorities that this node has answered, each with its first answer."""
    FOLLOW_UPS = "follow-ups"
    """Days on which this node has promised to tell how a child is: each once, when it is told or is overdue."""
    SEARCHES = "searches"
    """Searches of this node for a person that have ended, unless they were begun anew."""
    CONTACTS = "contacts"
    """Contacts after a hit of tracing that have ended, at the node that holds the record."""
    REFERRALS = "referrals"
    """Referrals of a child by this node that are over: each once, when the erasure is confirmed or overdue."""
    TRACING_REFERRALS = "tracing-referrals"
    """Referrals of a tracing request, likewise."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One way to part the events of a subject: its `cells`, and the one that is never shown.

    Neither depends on what was counted. A table without cells has one for each country of the registry, and `other`.
    """

    name: str
    kept_back: str
    cells: tuple[str, ...] = ()

    def cells_of(self, countries: Iterable[str]) -> tuple[str, ...]:
        """Give the cells, where the registry names authorities in *countries*."""
        return self.cells or (*sorted(set(countries)), self.kept_back)


AGE_BANDS: Final = ((4, "0-4"), (9, "5-9"), (13, "10-13"), (15, "14-15"), (17, "16-17"), (130, "18-and-over"))
"""The highest age of each band, and its cell."""
TIME_BANDS: Final = (
    (1, "within-1-day"),
    (3, "within-3-days"),
    (7, "within-7-days"),
    (14, "within-14-days"),
    (30, "within-30-days"),
)
"""Days from the offer to the answer, or to the end where no answer came."""
LONGER: Final = "longer"
_VOIDS: Final[Mapping[str, str]] = {
    each.value: each.value
    for each in (VoidReason.WITHDRAWN, VoidReason.CONSENT_WITHDRAWN, VoidReason.EXPIRED)
}

ROUTE: Final = Table(name="route", kept_back=OTHER)
OUTCOME: Final = Table(
    name="outcome",
    kept_back=OTHER,
    cells=(TAKEN_UP, *(f"declined-{each.value}" for each in DeclineReason), *_VOIDS.values(), OTHER),
)
TIME: Final = Table(name="time", kept_back=LONGER, cells=(*(cell for _, cell in TIME_BANDS), LONGER))
AGE: Final = Table(name="age", kept_back=UNKNOWN, cells=(*(cell for _, cell in AGE_BANDS), UNKNOWN))
SEX: Final = Table(name="sex", kept_back=UNKNOWN, cells=("female", "male", OTHER, UNKNOWN))
BASIS: Final = Table(
    name="basis",
    kept_back=Basis.STATUTORY_DUTY.value,
    cells=tuple(each.value for each in Basis if each is not Basis.CONSENT),
)
DEMAND: Final = Table(
    name="demand", kept_back=Act.DECISIONS_WANTED.value, cells=tuple(act.value for act in DEMANDS)
)
PUNCTUALITY: Final = Table(
    name="punctuality",
    kept_back="over-30-days-late",
    cells=("in-time", "up-to-30-days-late", "over-30-days-late"),
)
ENDING: Final = Table(name="ending", kept_back=OTHER, cells=("found", "given-up", OTHER))
"""Of a search. That somebody is protected, or that consent was withdrawn, is in no cell of its own."""
SCOPE: Final = Table(name="scope", kept_back="along-a-route", cells=("along-a-route", "to-all"))
TIMELINESS: Final = Table(name="timeliness", kept_back="in-time", cells=("in-time", "overdue"))
MATCH: Final = Table(
    name="match",
    kept_back="undecided",
    cells=(EndReason.CONFIRMED.value, EndReason.REJECTED.value, "undecided"),
)
TASK: Final = Table(
    name="task", kept_back=ReferralTask.OTHER.value, cells=tuple(each.value for each in ReferralTask)
)
CONCLUSION: Final = Table(
    name="conclusion",
    kept_back=EndReason.RESPONSIBILITY_PASSED.value,
    cells=(
        EndReason.DONE.value,
        EndReason.NOT_TAKEN.value,
        EndReason.EXPIRED.value,
        EndReason.RECALLED.value,
        EndReason.CONSENT_WITHDRAWN.value,
        EndReason.RESPONSIBILITY_PASSED.value,
    ),
)
"""Of a referral. That a child was handed over meanwhile is counted as a handover."""
ERASURE: Final = Table(name="erasure", kept_back="in-time", cells=("in-time", "held", "overdue"))
"""Whether who was shown a referral has confirmed in time that nothing of it is kept; `held`: a legal hold keeps it."""
TABLES: Final[Mapping[Subject, tuple[Table, ...]]] = {
    Subject.GUARDIANSHIP: (ROUTE, OUTCOME, TIME, AGE, SEX),
    Subject.TRACING: (ROUTE, OUTCOME, TIME),
    Subject.LEGAL_BASES: (BASIS,),
    Subject.ANSWERS: (DEMAND, PUNCTUALITY),
    Subject.FOLLOW_UPS: (TIMELINESS,),
    Subject.SEARCHES: (ENDING, SCOPE),
    Subject.CONTACTS: (MATCH,),
    Subject.REFERRALS: (ROUTE, TASK, CONCLUSION, ERASURE, TIME, AGE, SEX),
    Subject.TRACING_REFERRALS: (ROUTE, TASK, CONCLUSION, ERASURE, TIME),
}
"""The tables of each subject. A new one is a line here; whoever counts gives its cell."""


def quarter_of(now: int) -> Quarter:
    """Give the quarter in which *now* (seconds since 1970) lies."""
    day = datetime.fromtimestamp(now, UTC)
    return Quarter(f"{day.year}-Q{(day.month + 2) // 3}")


def following(quarter: Quarter) -> Quarter:
    """Give the quarter after *quarter*."""
    year, number = _parts(quarter)
    return Quarter(f"{year + number // 4}-Q{number % 4 + 1}")


def end_of(quarter: Quarter) -> int:
    """Give the first second after *quarter*."""
    year, number = _parts(following(quarter))
    return int(datetime(year, 3 * number - 2, 1, tzinfo=UTC).timestamp())


def _parts(quarter: Quarter) -> tuple[int, int]:
    return int(quarter[:4]), int(quarter[-1])


def age_cell(values: Mapping[str, Value], now: int) -> str:
    """Give the age band of the child of a record at *now*."""
    today = datetime.fromtimestamp(now, UTC).date()
    years = _years(values, today)
    if years is None or years < 0:
        return UNKNOWN
    return next((cell for highest, cell in AGE_BANDS if years <= highest), UNKNOWN)


def sex_cell(values: Mapping[str, Value]) -> str:
    """Give the sex of the child of a record."""
    value = values.get("identity.sex")
    return value if isinstance(value, str) and value in SEX.cells else UNKNOWN


def _years(values: Mapping[str, Value], today: date) -> int | None:
    born, told = values.get("identity.birth_date"), values.get("identity.age")
    if isinstance(born, dict):
        return _since(str(born["date"]), today)
    if not isinstance(told, dict):
        return None
    as_of = told.get("as_of")
    passed = _since(as_of, today) if isinstance(as_of, str) else 0
    return int(str(told["years"])) + passed


def _since(written: str, today: date) -> int:
    """Give the whole years since a day; where only its month or year is known, since its beginning."""
    year, *rest = map(int, written.split("-"))
    return today.year - year - ((today.month, today.day)[: len(rest)] < tuple(rest))


def time_cell(offered: int, answered: int) -> str:
    """Give the band of the time from an offer to its answer, or to its end."""
    taken = answered - offered
    return next((cell for days, cell in TIME_BANDS if taken <= days * _DAY), LONGER)


def punctuality_cell(due: int, answered: int) -> str:
    """Give how far behind its time an answer came."""
    in_time, late, much_later = PUNCTUALITY.cells
    if answered <= due:
        return in_time
    return late if answered <= due + 30 * _DAY else much_later


def erasure_cell(*, late: bool, held: bool) -> str:
    """Give whether the end of a referral was confirmed in time; if not, whether a legal hold was stated."""
    in_time, kept, overdue = ERASURE.cells
    if not late:
        return in_time
    return kept if held else overdue


def match_cell(reason: str | None) -> str:
    """Give what became of a match; the reason is that of the end of its contact."""
    return reason if reason in MATCH.cells else MATCH.kept_back


def void_cell(reason: str | None, declined: str | None) -> str:
    """Give the outcome of a round that ended without take-up; *declined* is the reason that the decline states."""
    if reason == VoidReason.DECLINED.value:
        cell = f"declined-{declined}"
        return cell if cell in OUTCOME.cells else f"declined-{DeclineReason.OTHER.value}"
    return _VOIDS.get(reason or "", OTHER)
