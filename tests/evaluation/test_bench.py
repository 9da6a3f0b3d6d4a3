"""What tracing is measured with beside other programs: halves of persons, dates, a test of two samples."""

import json
from pathlib import Path

from bench.linkage import costs, febrl, rival

from handover.evaluation.dice import Dice

ROW = {
    "id": "rec-7-org", "given_name": "mia", "surname": "white", "date_of_birth": "19800102", "state": "nsw",
    "suburb": "dapto", "address_1": "green street", "address_2": "",
    "street_number": "7", "postcode": "2530", "soc_sec_id": "1",
}  # fmt: skip


def test_two_samples_of_one_distribution_are_not_told_apart() -> None:
    dice = Dice("same")
    left, right = ([dice.draw() for _ in range(2000)] for _ in range(2))
    assert costs.kolmogorov_smirnov(left, right) > 0.01


def test_a_tenth_of_a_deviation_more_is_noticed_among_two_thousand() -> None:
    dice = Dice("later")
    left, right = [dice.draw() for _ in range(2000)], [dice.draw() + 0.1 for _ in range(2000)]
    assert costs.kolmogorov_smirnov(left, right) < 0.001


def test_equal_values_count_together() -> None:
    assert costs.kolmogorov_smirnov([1.0] * 50, [1.0] * 50) == 1.0


def test_every_person_is_in_one_half_with_both_records(tmp_path: Path) -> None:
    rows = [ROW | {"id": f"rec-{at}-{kind}"} for at in range(10) for kind in ("org", "dup-0")]
    source = tmp_path / "all.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    halves = [
        febrl.half(source, tmp_path / f"{second}", febrl.few, second=second).read_text()
        for second in (False, True)
    ]
    people = [{json.loads(line)["id"].split("-")[1] for line in half.splitlines()} for half in halves]
    assert people == [{"0", "2", "4", "6", "8"}, {"1", "3", "5", "7", "9"}]
    assert [len(half.splitlines()) for half in halves] == [10, 10]


def test_names_date_and_state_are_all_that_the_narrow_cut_holds() -> None:
    assert febrl.few(ROW) == {
        "id": "rec-7-org", "given_name": "mia", "family_name": "white", "birth_date": "1980-01-02",
        "last_residence": "New South Wales",
    }  # fmt: skip


def test_filters_get_digits_and_the_year_where_only_an_age_is_known(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "birth_date": "2012-05"},
        {"id": "2", "age": 9, "registered_on": "2025-02-01"},
        {"id": "3"},
    ]
    source = tmp_path / "a.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    lines = rival.dated(source, tmp_path / "dated").read_text().splitlines()
    assert [json.loads(line)["birth_date"] for line in lines] == ["201205", "2016", ""]
