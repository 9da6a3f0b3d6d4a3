"""`handover tracing`: two files of descriptions against one another."""

import csv
import dataclasses
import json
from pathlib import Path

import pytest

from cli.stage import Call
from handover.matching import scoring
from handover.matching.person import Person
from matching.people import AT_THE_BORDER, IN_THE_CITY, SISTER, STRANGER


def written(path: Path, *people: Person) -> Path:
    """Write a file of records."""
    path.write_text("".join(json.dumps(dataclasses.asdict(each)) + "\n" for each in people), encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Give a file of one sought child and a file of three records."""
    asked = written(tmp_path / "a.jsonl", AT_THE_BORDER)
    return asked, written(tmp_path / "b.jsonl", STRANGER, SISTER, IN_THE_CITY)


def rows(path: Path) -> list[dict[str, str]]:
    """Read a file of scores."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_two_files_become_candidates_with_scores(
    files: tuple[Path, Path], tmp_path: Path, call: Call
) -> None:
    said = call("tracing", "match", *files, "-o", tmp_path / "scores.csv").out
    found = {row["id_b"]: float(row["score"]) for row in rows(tmp_path / "scores.csv")}
    assert {row["id_a"] for row in rows(tmp_path / "scores.csv")} == {"a1"}
    assert set(found) == {"b1", "b2"}
    assert found["b1"] > found["b2"] + 5
    assert "candidates  2" in said


def test_matching_twice_gives_the_same_file(files: tuple[Path, Path], tmp_path: Path, call: Call) -> None:
    for name in ("one.csv", "two.csv"):
        call("tracing", "match", *files, "-o", tmp_path / name)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_the_private_way_gives_the_same_candidates_and_scores_and_counts_the_bytes(
    files: tuple[Path, Path], tmp_path: Path, call: Call
) -> None:
    call("tracing", "match", *files, "-o", tmp_path / "plain.csv")
    said = call("tracing", "match", *files, "-o", tmp_path / "private.csv", "--private").out
    assert (tmp_path / "plain.csv").read_bytes() == (tmp_path / "private.csv").read_bytes()
    assert len(rows(tmp_path / "private.csv")) == 2
    assert "bytes, a question" in said
    assert "2024" in said


def test_who_tells_nothing_is_not_asked_for(files: tuple[Path, Path], tmp_path: Path, call: Call) -> None:
    nobody = written(tmp_path / "nobody.jsonl", Person(id="a0"))
    call("tracing", "match", nobody, files[1], "-o", tmp_path / "scores.csv", "--private")
    assert rows(tmp_path / "scores.csv") == []


def test_weights_are_fitted_and_used(files: tuple[Path, Path], tmp_path: Path, call: Call) -> None:
    (tmp_path / "truth.csv").write_text("id_a,id_b\na1,b1\n", encoding="utf-8")
    weights = tmp_path / "weights.json"
    said = call("tracing", "fit", *files, tmp_path / "truth.csv", "-o", weights).out
    assert "1 of 1" in said
    assert scoring.decoded(weights.read_bytes()) != scoring.shipped()
    call("tracing", "match", *files, "-o", tmp_path / "scores.csv", "--weights", weights)
    assert len(rows(tmp_path / "scores.csv")) == 2


def test_a_file_that_is_no_table_of_pairs_is_refused(
    files: tuple[Path, Path], tmp_path: Path, call: Call
) -> None:
    (tmp_path / "truth.csv").write_text("left,right\na1,b1\n", encoding="utf-8")
    call("tracing", "fit", *files, tmp_path / "truth.csv", "-o", tmp_path / "w.json", expect=1)
    assert not (tmp_path / "w.json").exists()


def test_a_line_that_is_no_record_is_refused_without_a_word_of_it(
    files: tuple[Path, Path], tmp_path: Path, call: Call
) -> None:
    with files[1].open("a", encoding="utf-8") as file:
        file.write('{"given_name": "Zyxwvut", "sex": 7}\n')
    said = call("tracing", "match", *files, "-o", tmp_path / "scores.csv", expect=1)
    assert "Zyxwvut" not in said.out + said.err
    assert not (tmp_path / "scores.csv").exists()


def test_two_empty_files_have_no_candidates(tmp_path: Path, call: Call) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        written(tmp_path / name)
    call("tracing", "match", tmp_path / "a.jsonl", tmp_path / "b.jsonl", "-o", tmp_path / "scores.csv")
    assert (tmp_path / "scores.csv").read_text(encoding="utf-8") == "id_a,id_b,score\n"
