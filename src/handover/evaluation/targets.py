"""What the tracing is to reach, and a table of what it has reached: plain, and with what was not measured said so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Target:
    """One measure with what must be reached and what is aimed at; *least* tells whether more is better."""

    id: str
    measure: str
    must: float
    aim: float
    least: bool = True
    unit: str = ""

    def verdict(self, reached: float) -> str:
        """Say in words how far the target is met."""
        met = [reached >= goal if self.least else reached <= goal for goal in (self.must, self.aim)]
        return "aim met" if met[1] else "met" if met[0] else "NOT met"


def _at_most(identity: str, measure: str, must: float, aim: float, unit: str = "") -> Target:
    return Target(id=identity, measure=measure, must=must, aim=aim, least=False, unit=unit)


TARGETS: Final = (
    Target(id="T1", measure="F1, threshold from another seed", must=0.77, aim=0.80),
    Target(
        id="T2", measure="F1 as a multiple of CLK after ASCII transliteration, same run", must=1.8, aim=2.0
    ),
    Target(id="T3", measure="recall at precision 0.95", must=0.55, aim=0.62),
    Target(id="T4", measure="partner among the first five", must=0.80, aim=0.86),
    Target(id="T5", measure="recall Latin-other as a share of recall Latin-Latin", must=0.88, aim=0.95),
    Target(id="T6", measure="F1, hard profile", must=0.68, aim=0.72),
    Target(id="T7", measure="FEBRL4, names + date + state: F1", must=0.957, aim=0.970),
    Target(id="T8", measure="FEBRL4, all fields: F1", must=0.995, aim=0.999),
    Target(id="T9", measure="5,000 x 5,000: how many times as fast as anonlink", must=1.0, aim=3.0),
    _at_most("T10", "one question against the index of 1,000,000 records, p50", 5.0, 1.0, "ms"),
    _at_most("T11a", "one question to one node", 3072, 2048, "bytes"),
    _at_most("T11b", "evaluations for one question, three holders, both ways", 10240, 6144, "bytes"),
    _at_most("T12", "evaluations for one question, CPU of the asker", 25.0, 10.0, "ms"),
    _at_most("T13", "wrong openings per 1,000,000 records, at reachable >= 0.58", 20.0, 10.0),
    Target(id="T14a", measure="precision of the band strong", must=0.95, aim=0.97),
    Target(id="T14b", measure="precision of the band likely", must=0.80, aim=0.88),
    _at_most("T15", "marked names in messages, logs, notices, metrics", 0, 0),
    Target(id="T16", measure="answers of holder and non-holder: KS p over 2,000 each", must=0.01, aim=0.01),
)


def lines(reached: Mapping[str, float], notes: Mapping[str, str]) -> list[Sequence[str]]:
    """Give the rows of the table: id, measure, must, aim, reached, verdict; *notes* say why one is missing."""
    rows: list[Sequence[str]] = []
    for each in TARGETS:
        found = reached.get(each.id)
        goals = [_said(goal, each.unit) for goal in (each.must, each.aim)]
        said = "-" if found is None else _said(found, each.unit)
        verdict = notes.get(each.id, "not measured in this run") if found is None else each.verdict(found)
        rows.append((each.id, each.measure, *goals, said, verdict))
    return rows


def table(reached: Mapping[str, float], notes: Mapping[str, str]) -> str:
    """Give the table in Markdown."""
    head = ["| id | measure | must | aim | reached | verdict |", "|---|---|---:|---:|---:|---|"]
    return "\n".join(head + [f"| {' | '.join(row)} |" for row in lines(reached, notes)])


def _said(number: float, unit: str) -> str:
    text = (
        f"{number:,.0f}" if unit == "bytes" else f"{number:.4g}" if abs(number) >= 0.001 else f"{number:.1g}"
    )
    return f"{text} {unit}".strip()
