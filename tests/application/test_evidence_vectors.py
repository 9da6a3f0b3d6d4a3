"""The published cases of the chapter evidence, and that the chapter says what the code knows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import documents
from handover.application.verifier import verify
from handover.application.verifier_report import Report, Rule, Severity, Verdict
from handover.protocol.evidence import LINE_LIMIT, Word
from stories import told

VECTORS = Path(__file__).parents[1] / "vectors" / "evidence"
CHAPTER = (documents.ROOT / "docs" / "spec" / "evidence.md").read_text("utf-8")
CASES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(VECTORS.glob("*.json"))}


def file_of(lines: list[Any]) -> bytes:
    """Give a file as it is kept in a case: lines, some of them by case (with the number of the file) and number."""
    return "\n".join(map(line_of, lines)).encode("utf-8", "surrogateescape")


def line_of(line: Any) -> str:
    if isinstance(line, str):
        return line
    name, _, file = line[0].partition(" ")
    return line_of(CASES[name]["input"]["files"][int(file or "1") - 1][line[1] - 1])


def judged(case: dict[str, Any]) -> Report:
    given = case["input"]
    files = [file_of(lines) for lines in given["files"]]
    return verify(files, root=None if given["root"] is None else given["root"].encode())


@pytest.mark.parametrize("name", CASES)
def test_a_published_case_gets_its_verdict(name: str) -> None:
    expected = CASES[name]["expected"]
    report = judged(CASES[name])
    found = {each.rule.value for each in report.findings if each.severity is not Severity.NOTE}
    assert report.verdict == expected["verdict"], told(report)
    assert sorted(found) == expected["rules"], told(report)


def test_more_cases_are_refused_than_accepted() -> None:
    verdicts = [case["expected"]["verdict"] for case in CASES.values()]
    assert set(verdicts) == set(Verdict)
    assert len(verdicts) > 2 * verdicts.count(Verdict.VALID)


def test_the_chapter_has_every_rule_once_and_no_other() -> None:
    rules = CHAPTER[CHAPTER.index("## 5. ") : CHAPTER.index("## 6. ")]
    rows = re.findall(r"^\| `([a-z-]+)` \| .{20,} \|$", rules, re.MULTILINE)
    assert rows == [rule.value for rule in Rule]


def test_the_chapter_has_every_word_with_its_limit() -> None:
    for word, limit in LINE_LIMIT.items():
        row = re.search(rf"^\| `{word}` \| [^|]+ \| ([0-9 ]+) \|$", CHAPTER, re.MULTILINE)
        assert row is not None, word
        assert int(row[1].replace(" ", "")) == limit
    assert set(LINE_LIMIT) == set(Word)
