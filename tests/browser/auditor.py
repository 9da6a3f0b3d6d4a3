"""The auditor's page in a browser, beside the program: the same files are given to both."""

import base64
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from handover.application.verifier import verify
from handover.application.verifier_report import Report
from handover.protocol.registry_set import fingerprint

FILE = Path(__file__).parents[2] / "src" / "handover" / "pages" / "static" / "verify.html"
ADDRESS = FILE.as_uri()
GRAVITY = ("valid", "incomplete", "invalid")
JUDGE = """async ([files, root]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  await askBrowser();
  const report = await verify(files.map(bytes), root === null ? null : bytes(root));
  return { verdict: report.verdict, word: wordOf(report), findings: report.findings,
           json: report.trust ? reportJson(report) : null };
}"""
# The program says where in the text the mistake is; the page does not.
_COLUMN = re.compile(r"^not JSON: line \d+, column \d+$")


def judged(page: Page, files: Sequence[bytes], root: bytes | None) -> dict[str, Any]:
    """Give what the page's own code says of the files."""
    given = [base64.b64encode(each).decode() for each in files]
    found: dict[str, Any] = page.evaluate(
        JUDGE, [given, None if root is None else base64.b64encode(root).decode()]
    )
    return found


def findings(report: dict[str, Any]) -> set[tuple[str, ...]]:
    """Give the findings of a report as JSON, without what only one of the two can say."""
    return {
        (each["severity"], each["rule"], each["place"], _COLUMN.sub("not JSON", each["text"]))
        for each in report["findings"]
    }


def said(report: dict[str, Any]) -> Iterator[str]:
    """Give the text of every sentence of the findings, and of those that stand inside another."""
    waiting = [each["said"] for each in report["findings"]]
    while waiting:
        sentence = waiting.pop()
        yield sentence["text"]
        waiting += [each for each in sentence["values"].values() if isinstance(each, dict)]


def agreed(page: Page, files: Sequence[bytes], root: bytes | None) -> Report:
    """Give the program's report, once the page has said the same of verdict, findings, matters, chain and timeline."""
    report = verify(files, root=root)
    expected, found = report.to_json(), judged(page, files, root)["json"]
    assert found is not None
    only_one_says = sorted(findings(found) ^ findings(expected))
    assert not only_one_says, only_one_says
    for part in ("verdict", "root", "matters", "counts"):
        assert found[part] == expected[part], part
    return report


def milder(found: str, expected: str) -> bool:
    """Tell whether the page is more favourable than the program, which it must never be."""
    return GRAVITY.index(found) < GRAVITY.index(expected)


def give(page: Page, *files: tuple[str, bytes], pin: bytes | None = None) -> None:
    """Choose files on the page, as a person does, and wait for the verdict."""
    if pin is not None:
        page.locator("#pin").fill(fingerprint(pin))
        page.locator("#pin").blur()
    chosen: Any = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files
    ]
    page.locator("#files").set_input_files(chosen)
    page.locator("#verdict h2").wait_for()
