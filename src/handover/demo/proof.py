"""The evidence: exported from the nodes, and verified by processes that know nothing but the files and the root."""

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

from handover.demo import processes
from handover.demo.authority import Authority
from handover.demo.client import Shown
from handover.demo.output import DemoError, Output
from handover.demo.place import Place

_AT_ONCE: Final = os.cpu_count() or 1
_STATUS: Final = {"valid": 0, "invalid": 1, "incomplete": 2}


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One matter at one node, and the name of its story."""

    story: str
    at: Authority
    matter: str

    @property
    def file(self) -> str:
        """The bundle's file name; it names nobody."""
        return f"{self.story}.{self.at.slug}.handover"


class Proof:
    """Exports, verifies, and shows what a verifier says."""

    def __init__(self, out: Output, place: Place) -> None:
        self._out = out
        self._place = place

    def export(self, exhibits: Sequence[Exhibit]) -> list[Path]:
        """Export every matter: the first by the command line, the others through the API, by an auditor."""
        self._place.evidence.mkdir()
        first, *others = exhibits
        processes.command(
            "evidence", "export", "--data", first.at.data, "--matter", first.matter,
            "-o", self._place.evidence / first.file,
        )  # fmt: skip
        for each in others:
            bundle = each.at.officers["auditor"].download(f"/matters/{each.matter}/evidence")
            (self._place.evidence / each.file).write_bytes(bundle)
        return [self._place.evidence / each.file for each in exhibits]

    def verify(self, files: Sequence[Path]) -> None:
        """Verify each file in a process of its own, and print what came of it."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            reports = list(pool.map(self._report, files))
        rows = []
        for path, report in zip(files, reports, strict=True):
            matter, counts = report.all("matters")[0], report.at("counts")
            rows.append(
                (
                    path.name,
                    f"{path.stat().st_size // 1024} KiB",
                    str(counts.number("envelopes")),
                    f"{counts.number('envelopes_anchored')}",
                    str(matter.at("responsible").value),
                    report.text("verdict").upper(),
                )
            )
        self._out.table(("evidence", "size", "envelopes", "anchored", "responsible", "verdict"), rows)
        valid = sum(report.text("verdict") == "valid" for report in reports)
        self._out.check(
            "Every bundle is valid for a separate process that has only the file and the root",
            holds=valid == len(files),
            seen=f"{valid} of {len(files)} bundles valid",
        )
        for path, report in zip(files, reports, strict=True):
            if report.text("verdict") != "valid":
                self._findings(path.name, report)

    def verify_together(self, files: Sequence[Path]) -> None:
        """Verify both sides' bundles of one matter together, and print the timeline."""
        report = self._report(*files)
        matter = report.all("matters")[0]
        lines = matter.all("timeline")
        said = [each for each in lines if each.at("round").value is not None]
        self._out.table(
            ("UTC", "in whose log", "what happened", "responsible"),
            (
                (
                    _clock(each.number("at")),
                    str(each.at("anchored_by").value or "-"),
                    _happened(each),
                    str(each.at("responsible").value),
                )
                for each in said
            ),
        )
        self._out.note(
            f"{len(lines) - len(said)} entries on readings, decisions and grounds are left out here"
        )
        held = [str(each.at("responsible").value) for each in said]
        changes = sum(before != after for before, after in pairwise(held))
        self._out.check(
            "At every step of the main matter exactly one authority is responsible, by both logs together",
            holds=report.text("verdict") == "valid" and "None" not in held and changes == 1,
            seen=f"{held[0]} for {held.count(held[0])} steps, then {held[-1]} for {held.count(held[-1])}",
        )
        if report.text("verdict") != "valid":
            self._findings("both sides together", report)

    def tamper(self, file: Path) -> None:
        """Change one character of a copy, and show what the verifier says."""
        data = bytearray(file.read_bytes())
        place = data.index(b"\nenvelope ") + 200
        data[place] = ord("B") if data[place] == ord("A") else ord("A")
        self._place.tampered.mkdir()
        copy = self._place.tampered / file.name
        copy.write_bytes(data)
        report = self._report(copy)
        self._out.note(f"one character at byte {place} of a copy of {file.name} was changed:")
        self._findings(copy.name, report)
        self._out.check(
            "A copy with one changed character is invalid",
            holds=report.text("verdict") == "invalid",
            seen=f"{report.text('verdict')}, {len(report.all('findings'))} findings",
        )

    def _report(self, *files: Path) -> Shown:
        done = processes.command("verify", *files, "--root", self._place.root, "--json", expect=None)
        try:
            report = Shown(json.loads(done.stdout))
        except ValueError:
            raise DemoError(f"`handover verify` gave no report:\n{done.stderr}") from None
        if _STATUS.get(report.text("verdict")) != done.returncode:
            raise DemoError(f"`handover verify` ended with {done.returncode} for {report.text('verdict')}.")
        return report

    def _findings(self, name: str, report: Shown) -> None:
        self._out.note(f"{name}: {report.text('verdict').upper()}")
        for each in report.all("findings")[:5]:
            self._out.note(
                f"  {each.text('severity')} [{each.text('rule')}] {each.text('place')}: {each.text('text')}"
            )


def _clock(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M:%S}"


def _happened(line: Shown) -> str:
    text = line.text("text")
    if line.at("ground").value is None:
        return text
    return f"{text}; ground: {line.text('ground', 'basis')}, {len(line.all('fields'))} fields"
