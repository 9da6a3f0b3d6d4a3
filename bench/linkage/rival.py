"""Runs the peer program in its own environment, and reads what it gives."""

import csv
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from handover.evaluation.measures import Scored

_PEER: Final = Path(__file__).with_name("peer.py")
Fields = Sequence[tuple[str, int, int, bool]]
CHILDREN: Final[Fields] = (
    ("given_name", 2, 150, False), ("family_name", 2, 150, False), ("other_names", 2, 60, False),
    ("father_name", 2, 100, False), ("mother_name", 2, 100, False), ("sex", 1, 30, False),
    ("birth_date", 1, 120, True), ("birth_place", 2, 80, False), ("last_residence", 2, 60, False),
    ("nationality", 2, 40, False),
)  # fmt: skip
"""Which part of a filter each member of a record gets; of three ways that were tried, the one with the highest F1."""
FEBRL_FEW: Final[Fields] = (
    ("given_name", 2, 200, False), ("surname", 2, 200, False), ("date_of_birth", 1, 200, True), ("state", 1, 100, True),
)  # fmt: skip
FEBRL_ALL: Final[Fields] = (
    ("given_name", 2, 200, False), ("surname", 2, 200, False), ("street_number", 1, 100, True),
    ("address_1", 2, 100, False), ("address_2", 2, 100, False), ("suburb", 2, 100, False), ("postcode", 1, 100, True),
    ("state", 1, 100, True), ("date_of_birth", 1, 200, True), ("soc_sec_id", 1, 100, True),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Rival:
    """clkhash with anonlink, through *python*, which has both."""

    python: Path
    folder: Path

    def match(
        self, left: Path, right: Path, fields: Fields, *, ascii_only: bool, threshold: float
    ) -> tuple[list[Scored], dict[str, float]]:
        """Give the candidates of two tables, and the seconds that encoding and comparing took."""
        out, job = self.folder / "candidates.csv", self.folder / "job.json"
        wanted = {"a": str(left), "b": str(right), "out": str(out), "fields": fields, "ascii": ascii_only}
        job.write_text(json.dumps(wanted | {"threshold": threshold}))
        seconds = json.loads(self._run("clk", str(job)))
        with out.open(newline="") as file:
            return [(float(score), one, other) for score, one, other in csv.reader(file)], seconds

    def febrl(self) -> tuple[Path, Path]:
        """Give the two tables of FEBRL4."""
        self._run("febrl", str(self.folder))
        return self.folder / "a.jsonl", self.folder / "b.jsonl"

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(self.python), "-Wignore", str(_PEER), *arguments],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout.splitlines()[-1] if done.stdout else ""


def dated(source: Path, target: Path) -> Path:
    """Write records with one birth date each, as the filters need it: digits, the year where only an age is known."""
    rows = []
    for line in source.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = str(row.get("birth_date", "")).replace("-", "")
        if not text and "age" in row:
            text = str(int(row["registered_on"][:4]) - int(row["age"]))
        rows.append(json.dumps(row | {"birth_date": text}, ensure_ascii=False) + "\n")
    target.write_text("".join(rows), encoding="utf-8")
    return target
