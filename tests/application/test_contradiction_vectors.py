"""The published cases of files that show that a log contradicts itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from handover.application.verifier import verify
from handover.application.verifier_report import Severity, Verdict
from handover.domain.errors import MalformedError
from handover.protocol import contradiction
from stories import told

VECTORS = Path(__file__).parents[1] / "vectors" / "contradiction"
CASES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(VECTORS.glob("*.json"))}


def file_of(name: str) -> bytes:
    """Give a file as it is kept in a case: lines, some of them by another case and number."""
    return "\n".join(map(_line, CASES[name]["input"]["file"])).encode("utf-8", "surrogateescape")


def _line(line: Any) -> str:
    return line if isinstance(line, str) else _line(CASES[line[0]]["input"]["file"][line[1] - 1])


def root_of(name: str) -> bytes | None:
    """Give the pinned root of a case."""
    root: str | None = CASES[name]["input"]["root"]
    return None if root is None else root.encode()


@pytest.mark.parametrize("name", CASES)
def test_a_published_case_gets_its_verdict_and_proves_what_it_says(name: str) -> None:
    expected = CASES[name]["expected"]
    report = verify([file_of(name)], root=root_of(name))
    quiet = (Severity.NOTE, Severity.PROVED)
    assert report.verdict == expected["verdict"], told(report)
    assert sorted({each.rule for each in report.findings if each.severity not in quiet}) == expected["rules"]
    assert [each.text for each in report.findings if each.severity is Severity.PROVED] == expected["proved"]


def test_more_cases_are_refused_than_accepted() -> None:
    verdicts = [case["expected"]["verdict"] for case in CASES.values()]
    assert set(verdicts) == set(Verdict)
    assert len(verdicts) > 2 * verdicts.count(Verdict.VALID)


@pytest.mark.parametrize("name", CASES)
def test_what_was_read_is_written_the_same(name: str) -> None:
    data = file_of(name)
    try:
        found = contradiction.read(data)
    except MalformedError:
        return
    assert contradiction.write(found.lines) == data
