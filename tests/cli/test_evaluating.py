"""`handover tracing generate|evaluate`: invented registers, and the table of targets."""

import json
from pathlib import Path

import pytest

from cli.stage import Call
from handover.cli.exits import Exit


def test_two_registers_are_left_with_the_truth(tmp_path: Path, call: Call) -> None:
    said = call(
        "tracing", "generate", "--seed", "5", "--size", "40", "--matches", "10", "-o", tmp_path / "data"
    ).out
    assert "40 and 40" in said
    names = sorted(each.name for each in (tmp_path / "data").iterdir())
    assert names == ["border.jsonl", "city.jsonl", "cultures.csv", "truth.csv"]
    assert len((tmp_path / "data" / "border.jsonl").read_text(encoding="utf-8").splitlines()) == 40


@pytest.mark.parametrize("wrong", [("--profile", "worst"), ("--size", "20", "--matches", "30")])
def test_what_cannot_be_invented_is_a_wrong_call(wrong: tuple[str, ...], tmp_path: Path, call: Call) -> None:
    call("tracing", "generate", *wrong, "-o", tmp_path, expect=Exit.USAGE)
    assert not list(tmp_path.iterdir())


def test_the_table_of_targets_is_printed_and_left_as_json(tmp_path: Path, call: Call) -> None:
    small = ("--seed", "1", "--seed", "2", "--size", "60", "--matches", "20")
    said = call("tracing", "evaluate", *small, "--report", tmp_path / "found.json").out
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert {"T1", "T3", "T4", "T5", "T6", "T11a", "T13", "T14a", "T14b"} == set(found["reached"])
    assert found["reached"]["T1"] > 0.5
    assert found["reached"]["T11a"] <= 3072
    assert "T16" in said
    assert "dev.py bench tracing" in said


def test_one_seed_is_not_enough_to_tune_and_to_measure(call: Call) -> None:
    call("tracing", "evaluate", "--seed", "1", expect=Exit.USAGE)
