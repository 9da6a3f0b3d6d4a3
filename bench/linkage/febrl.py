"""FEBRL4 as records of this program: half of the persons to tune on, half to measure."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from handover.evaluation import measures
from handover.evaluation.measures import Found, Scored, Truth

Row = dict[str, str]
Match = Callable[[Path, Path], list[Scored]]
_STATES = {
    "nsw": "New South Wales", "vic": "Victoria", "qld": "Queensland", "wa": "Western Australia",
    "sa": "South Australia",     "tas": "Tasmania", "act": "Australian Capital Territory", "nt": "Northern Territory",
}  # fmt: skip


def few(row: Row) -> dict[str, Any]:
    """Give names, date and state."""
    text = row["date_of_birth"]
    state = row["state"]
    return {
        "id": row["id"], "given_name": row["given_name"], "family_name": row["surname"],
        "birth_date": f"{text[:4]}-{text[4:6]}-{text[6:]}" if text else "", "last_residence": _STATES.get(state, state),
    }  # fmt: skip


def all_fields(row: Row) -> dict[str, Any]:
    """Give all that a record of this program has room for: suburb and street, too; no numbers, no post code."""
    place = ", ".join(part for part in (row["suburb"], _STATES.get(row["state"], row["state"])) if part)
    return few(row) | {
        "last_residence": place,
        "birth_place": row["address_1"],
        "other_names": row["address_2"],
    }


def half(source: Path, target: Path, make: Callable[[Row], dict[str, Any]] | None, *, second: bool) -> Path:
    """Write the records of every other person, made by *make* into records of this program."""
    rows = [json.loads(line) for line in source.read_text().splitlines()]
    chosen = [row for row in rows if (int(row["id"].split("-")[1]) % 2 == 1) == second]
    made = chosen if make is None else [make(row) for row in chosen]
    target.write_text("".join(json.dumps(row) + "\n" for row in made))
    return target


def truth_of(left: Path) -> Truth:
    """Give the true pairs: everybody has one partner."""
    names = [json.loads(line)["id"] for line in left.read_text().splitlines()]
    return frozenset((name, name.replace("-org", "-dup-0")) for name in names)


def measured(
    files: tuple[Path, Path], folder: Path, match: Match, make: Callable[[Row], dict[str, Any]] | None
) -> Found:
    """Give what *match* finds in the second half, with the threshold that is best in the first."""
    tables = [
        [half(file, folder / f"{file.stem}-{second}.jsonl", make, second=second) for file in files]
        for second in (False, True)
    ]
    (first, truth), (pairs, other) = (
        (measures.one_to_one(match(left, right)), truth_of(left)) for left, right in tables
    )
    return measures.at(pairs, other, measures.best_threshold(first, truth))
