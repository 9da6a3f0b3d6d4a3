"""The vectors of matching: this code agrees with them, they with their script, and the chapter with them."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from handover.matching import evidence, keys, person, scoring, view
from handover.matching.rarity import Rarity
from protocol import act_vectors, log_vectors
from protocol.test_log_documents import EXAMPLE, shown
from vectors import made, matching_cases

CHAPTER = (Path(__file__).parents[2] / "docs" / "spec" / "matching.md").read_text("utf-8")


def outcome(given: dict[str, Any]) -> dict[str, Any]:
    """Give what this code makes of a case."""
    match given:
        case {"person": told}:
            return {"view": matching_cases.shown(view.view(person.read(made.text(told).encode())))}
        case {"records": records}:
            return matching_cases.classes(records)
        case {"side": side, "size": size, "tables_hex": tables, "view": seen}:
            assert bytes.fromhex(tables) == view.TABLES
            make = keys.asked if side == "asked" else keys.indexed
            return {"keys": matching_cases.listed(make(matching_cases.view_of(seen), size=size))}
        case {"tag_hex": tag, "salt_hex": salt, "view": seen}:
            data = evidence.pack(
                matching_cases.view_of(seen), salt=bytes.fromhex(salt), tag=bytes.fromhex(tag)
            )
            return {"evidence_hex": data.hex()}
        case {"evidence_hex": data, "salt_hex": salt, "view": seen, "register": register}:
            assert bytes.fromhex(given["weights_hex"]) == scoring.WEIGHTS
            counts = Counter({(kind, text): count for kind, text, count in register["counts"]})
            return matching_cases.compared(
                bytes.fromhex(data),
                bytes.fromhex(salt),
                matching_cases.view_of(seen),
                Rarity(register["size"], counts),
            )
    raise AssertionError("a case of no known kind")


@pytest.mark.parametrize("case", log_vectors.cases("matching"))
def test_vectors(case: dict[str, Any]) -> None:
    act_vectors.check(case, outcome)


def test_the_kept_files_are_those_of_the_script() -> None:
    kept = {path.stem: path.read_text("utf-8") for path in (made.FOLDER / "matching").glob("*.json")}
    assert kept == {name: made.text(case) for name, case in matching_cases.cases().items()}


def test_the_examples_of_the_chapter_are_vectors() -> None:
    found = EXAMPLE.findall(CHAPTER)
    assert len(found) == 2
    for chapter, name, place, text in found:
        value: Any = log_vectors.read(chapter, name)
        for key in place.split("."):
            value = value[key]
        assert text == shown(value)
