"""What the verifier's own tests ask it, the auditor's page answers the same: neither is changed without the other."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from browser import auditor, captured
from handover.application.verifier_report import Rule, Verdict

ROOT: Final = Path(__file__).parents[2]
# Tales on paper: every rule is broken by at least one of them, and no node has to run.
ASKED: Final = (
    "lies",
    "grounds",
    "log",
    "rounds",
    "registry",
    "assertions",
    "witnesses",
    "contradiction",
    "resolved",
)
RESTORED: Final = "tests/two_nodes/test_restored_evidence.py"  # what is logged once more, no paper tells
# Its registry is bent in the program alone: no file shows the page the same.
BENT: Final = f"{RESTORED}::test_what_has_run_out_when_it_was_given_back_accuses_nobody"
LEAST: Final = 150


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the verifier was asked and what it said, in a run of its tests."""
    folder = tmp_path_factory.mktemp("captured")
    modules = [f"tests/application/test_verifier_{name}.py" for name in ASKED]
    environment = {
        **os.environ,
        captured.FOLDER: str(folder),
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests"))),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "browser.captured", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*command, *modules, RESTORED, f"--deselect={BENT}"],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-3000:]
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    found = context.new_page()
    found.goto(auditor.ADDRESS)
    yield found
    context.close()


def test_the_page_says_what_the_program_says_of_all_that_its_tests_ask(
    page: Page, told: list[dict[str, Any]]
) -> None:
    assert len(told) > LEAST
    assert {each["report"]["verdict"] for each in told} == set(Verdict)
    translated = set(page.evaluate("Object.keys(TRANSLATED)"))
    for each in told:
        expected = each["report"]
        found = page.evaluate(auditor.JUDGE, [each["files"], each["root"]])
        assert set(auditor.said(found)) <= translated, each["test"]
        assert found["verdict"] == expected["verdict"], each["test"]
        assert auditor.findings(found) == auditor.findings(expected), each["test"]
        if found["json"] is not None:
            for part in ("root", "matters", "counts"):
                assert found["json"][part] == expected[part], (each["test"], part)


def test_every_rule_is_broken_by_what_is_asked(told: list[dict[str, Any]]) -> None:
    """So a rule that only the program has, or only the page, is seen; three are asked in `_keys` and `_continuity`."""
    broken = {finding["rule"] for each in told for finding in each["report"]["findings"]}
    assert set(Rule) - broken == {Rule.DEMAND, Rule.ERASED, Rule.SIGNATURE}
