"""The evidence: exported from the nodes, and verified by processes that know nothing but the files and the root."""

import json
import os
from collections.abc import Mapping, Sequence
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

    def verify(
        self, files: Sequence[Path], *, together: Sequence[Sequence[Path]], tampered: Path
    ) -> list[Shown]:
        """Give the report on each file by a process of its own, on each of *together*, and on a copy of *tampered*."""
        asked = [*((path,) for path in files), *map(tuple, together), (self._changed(tampered),)]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(lambda given: self._report(*given), asked))

    def _changed(self, file: Path) -> Path:
        """Change one character of an envelope in a copy."""
        data = bytearray(file.read_bytes())
        place = data.index(b"\nenvelope ") + 200
        data[place] = ord("B") if data[place] == ord("A") else ord("A")
        self._place.tampered.mkdir()
        copy = self._place.tampered / file.name
        copy.write_bytes(data)
        return copy

    def show_each(self, files: Sequence[Path], reports: Sequence[Shown]) -> None:
        """Print what each bundle proves by itself."""
        found = list(zip(files, reports, strict=False))
        self._out.table(
            ("evidence", "size", "envelopes", "logged by the other side", "responsible", "verdict"),
            (
                (
                    path.name,
                    f"{path.stat().st_size // 1024} KiB",
                    str(report.number("counts", "envelopes")),
                    str(report.number("counts", "envelopes_anchored")),
                    str(report.all("matters")[0].at("responsible").value),
                    report.text("verdict").upper(),
                )
                for path, report in found
            ),
        )
        valid = sum(report.text("verdict") == "valid" for _, report in found)
        self._out.check(
            "Every bundle is valid for a process that has only the file and the pinned root",
            holds=valid == len(files),
            seen=f"{valid} of {len(files)} bundles valid",
        )
        for path, report in found:
            if report.text("verdict") != "valid":
                self._findings(path.name, report)

    def show_together(self, report: Shown) -> None:
        """Print the timeline of the main matter, as both sides' bundles give it."""
        held = self._timeline(report)
        changes = sum(before != after for before, after in pairwise(held))
        self._out.check(
            "At every step of the main matter exactly one is responsible, by both logs together",
            holds=report.text("verdict") == "valid" and "None" not in held and changes == 1,
            seen=f"{held[0]} for {held.count(held[0])} steps, then {held[-1]} for {held.count(held[-1])}",
        )
        if report.text("verdict") != "valid":
            self._findings("both sides together", report)

    def show_life(self, report: Shown) -> None:
        """Print what three logs together show of a case that was handed over twice."""
        held = self._timeline(report)
        links = report.all("matters")[0].all("chain")
        path = [links[0].text("from"), *(link.text("to") for link in links)]
        self._out.check(
            "Three logs together prove who has been responsible, one after the other, and what was erased",
            holds=report.text("verdict") == "valid" and list(dict.fromkeys(held)) == path,
            seen=f"{' -> '.join(path)}; {len(held)} steps, verdict {report.text('verdict')}",
        )
        if report.text("verdict") != "valid":
            self._findings("three sides together", report)

    def _timeline(self, report: Shown) -> list[str]:
        """Print the acts of a matter, and give who was responsible after each."""
        matter = report.all("matters")[0]
        lines = matter.all("timeline")
        said = [each for each in lines if each.at("round").value is not None]
        names = {str(name): node for node, name in matter.names("names").items()}
        self._out.table(
            ("UTC", "logged by", "what happened", "responsible then"),
            (
                (
                    _clock(each.number("at")),
                    str(each.at("anchored_by").value or "-"),
                    _happened(each, names),
                    str(each.at("responsible").value),
                )
                for each in said
            ),
        )
        self._out.line(
            f"        {len(lines) - len(said)} entries on readings, decisions and grounds are left out. Officers\n"
            "        stand under pseudonyms, other ones in each matter; only their own node can tell who they are."
        )
        return [str(each.at("responsible").value) for each in said]

    def show_tampered(self, report: Shown) -> None:
        """Print what the verifier says of the copy."""
        name = next(self._place.tampered.iterdir()).name
        self._findings(f"{self._place.tampered.name}/{name}", report)
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
        self._out.line(f"        {name}: {report.text('verdict').upper()}")
        grave = [each for each in report.all("findings") if each.text("severity") != "note"]
        for each in sorted(grave, key=lambda each: each.text("severity") != "invalid")[:4]:
            told = f"{each.text('place')}: {each.text('text')}"
            self._out.line(f"          {each.text('severity')} [{each.text('rule')}] {told}")


def _clock(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M:%S}"


def _happened(line: Shown, names: Mapping[str, object]) -> str:
    text = line.text("text")
    for name, node in names.items():
        text = text.replace(name, str(node))
    fields = len(line.all("fields"))
    if fields:
        text += f" [{line.text('ground', 'basis')}, {fields} field{'s' if fields > 1 else ''}]"
    if line.at("officers").value is None:
        return text
    by = dict.fromkeys((line.text("officers", "prepared"), line.text("officers", "released")))
    return f"{text} [by {' and '.join(each[:6] for each in by)}]"
