"""The threat model leaves no category out, and what it names is there: tests, settings with their values, constants."""

import ast
import functools
import importlib
import re
from pathlib import Path

import pytest

from handover import config

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "security" / "threat-model.md").read_text(encoding="utf-8")
CATEGORIES = (
    *("Spoofing", "Tampering", "Repudiation", "Information disclosure", "Denial of service"),
    *("Elevation of privilege", "Linking", "Identifying", "Non-repudiation", "Detecting"),
    *("Data disclosure", "Unawareness", "Non-compliance"),
)
PARTS = (
    *("Federation link", "Node", "Officers' pages and API", "Log and witnesses", "Registry"),
    *("Tracing", "Backups and operation"),
)
OF_THEIR_OWN = (
    *("An insider", "A malicious member", "A seized disk", "A legal demand", "A compromised node"),
    *("The firewall from immigration enforcement", "Residual risks"),
)
SECTIONS = dict(
    re.findall(r"^## \d+\. (.+?)\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL),
)
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
VALUES = sorted(set(re.findall(r"`([a-zA-Z_.]+) = ([^`]+)`", PAGE)))


def rows(part: str) -> list[list[str]]:
    """Give the cells of each line of a part's table, without its head."""
    lines = [line for line in SECTIONS[part].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_looked_at_for_each_category(part: str) -> None:
    assert tuple(row[0] for row in rows(part)) == CATEGORIES


@pytest.mark.parametrize("part", PARTS)
def test_each_threat_has_a_control_with_its_chapter_a_default_and_a_test(part: str) -> None:
    for _, threat, control, default, shown in rows(part):
        assert threat.endswith(".")
        assert re.search(r"\]\(\.\./(?:spec|guide)/[a-z-]+\.md\)", control), threat
        assert default == "always" or re.fullmatch(r"`[^`]+ = [^`]+`(?:, `[^`]+ = [^`]+`)*", default), threat
        assert re.fullmatch(r"`tests/[^`]+::\w+`(?:, `tests/[^`]+::\w+`)*", shown), threat


def test_what_is_feared_most_has_a_section_of_its_own() -> None:
    assert set(OF_THEIR_OWN) <= set(SECTIONS)
    for title in OF_THEIR_OWN[:-1]:
        assert "`tests/" in SECTIONS[title], title


@functools.cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_each_test_that_is_named_is_there(file: str, name: str) -> None:
    assert name.startswith("test_")
    assert name in functions(file)


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_each_default_is_that_of_the_code(name: str, value: str) -> None:
    if "." in name:
        module, _, constant = name.rpartition(".")
        assert str(getattr(importlib.import_module(f"handover.{module}"), constant)) == value
    else:
        found = config.Settings.model_fields[name].get_default(call_default_factory=True)
        assert str(found) == value


def test_each_anchor_in_the_page_leads_to_a_section() -> None:
    heads = [f"{number}-{title.lower().replace(' ', '-')}" for number, title in _numbered()]
    assert set(re.findall(r"\(#([^)]+)\)", PAGE)) <= set(heads)


def _numbered() -> list[tuple[str, str]]:
    return [(number, title) for number, title in re.findall(r"^## (\d+)\. (.+)$", PAGE, flags=re.MULTILINE)]
