"""The generator: the same seed gives the same children, and every fault is as frequent as said."""

import csv
import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from handover.evaluation import generator, habits, lists, sounds
from handover.evaluation.dice import Dice
from handover.evaluation.families import child, sibling
from handover.evaluation.generator import Task, generate
from handover.evaluation.profiles import PROFILES
from handover.evaluation.records import Record

DIGEST = "2b4be7fe586fc9995e4fb3b809440e7d960f291f735e6170a6975ee48db382c3"


@pytest.fixture(scope="module")
def real() -> Task:
    return generate(11, "real", size=2000, matches=600)


def _latin(record: Record) -> bool:
    letters = f"{record.get('given_name', '')}{record.get('family_name', '')}{record.get('father_name', '')}"
    return all(ord(each) < 0x250 for each in letters)


def _digest(task: Task) -> str:
    text = json.dumps([task.border, task.city, task.truth], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_seed_gives_the_same_children_in_every_version_of_python() -> None:
    assert _digest(generate(7, "real", size=200, matches=50)) == DIGEST


def test_another_seed_gives_other_children() -> None:
    one, other = (generate(seed, "real", size=50, matches=10) for seed in (1, 2))
    assert one.border != other.border


def test_each_register_has_its_size_and_each_identity_once(real: Task) -> None:
    assert [len(real.border), len(real.city), len(real.truth)] == [2000, 2000, 600]
    assert len({each["id"] for each in real.border + real.city}) == 4000
    assert len({at for pair in real.truth for at in pair}) == 1200


def test_scripts_of_the_true_pairs_are_mixed_as_described(real: Task) -> None:
    by_id = {each["id"]: each for each in real.border + real.city}
    pairs = Counter((_latin(by_id[one]), _latin(by_id[other])) for one, other in real.truth)
    shares = [pairs[kind] / 600 for kind in ((True, True), (True, False), (False, True), (False, False))]
    for share, said in zip(shares, (0.54, 0.35, 0.06, 0.05), strict=True):
        assert abs(share - said) < 0.06


def test_the_border_knows_the_day_of_four_in_ten_and_a_quarter_of_those_days_is_new_year(real: Task) -> None:
    dates = [str(each.get("birth_date", "")) for each in real.border]
    days = [each for each in dates if len(each) == 10]
    assert abs(len(days) / 2000 - 0.4) < 0.04
    assert abs(sum(each.endswith("-01-01") for each in days) / len(days) - 0.25) < 0.05


def test_no_year_is_further_off_than_three_before_and_four_after_but_for_other_calendars(real: Task) -> None:
    shifts = [
        shift for each in PROFILES.values() for side in (each.border, each.city) for shift, _ in side.years
    ]
    assert (min(shifts), max(shifts)) == (-3, 4)
    foreign = [each for each in real.city if str(each.get("birth_date", "2")).startswith("1")]
    assert foreign
    assert {real.culture[str(each["id"])] for each in foreign} <= {"afghan", "ethiopic"}


def test_mothers_are_missing_more_often_at_the_border_than_in_the_city(real: Task) -> None:
    missing = [sum("mother_name" not in each for each in side) / 2000 for side in (real.border, real.city)]
    assert 0.45 < missing[0] < 0.6
    assert 0.18 < missing[1] < 0.32


def test_every_culture_is_met(real: Task) -> None:
    counts = Counter(real.culture.values())
    assert set(counts) == set(lists.CULTURES)
    assert min(counts.values()) > 100


@pytest.mark.parametrize("culture", lists.CULTURES)
def test_every_name_can_be_heard_and_written_in_every_habit(culture: str) -> None:
    own = lists.of(culture)
    names = [*own.boys, *own.girls, *own.families, *own.nicknames.values()]
    names += [each.town for each in own.homes] + [each.region for each in own.homes]
    dice = Dice("all")
    for name in names:
        first = name if culture == "african" else name.partition("/")[0]
        for habit in (*habits.LATIN, *habits.OTHER):
            assert first == "-" or habits.written(sounds.heard(culture, first), habit, dice)


@pytest.mark.parametrize("culture", lists.CULTURES)
def test_every_culture_has_sixty_names_of_either_sex(culture: str) -> None:
    own = lists.of(culture)
    assert min(len(set(own.boys)), len(set(own.girls))) >= 60


def test_one_name_is_heard_differently_by_eight_officers() -> None:
    written = {
        habit: habits.written(sounds.heard("ukrainian", "Шевченко"), habit, Dice("1"))
        for habit in habits.LATIN
    }
    assert written["german"] == "Schewtschenko"
    assert written["polish"] == "Szewczenko"
    assert written["turkish"].startswith(("Ş", "S"))
    assert len(set(written.values())) >= 6


def test_twins_are_born_on_one_day_and_have_two_names() -> None:
    dice = Dice("twins")
    one = child(dice)
    other = sibling(one, dice, twin=True)
    assert (one.born, one.mother, one.home) == (other.born, other.mother, other.home)
    assert one.given != other.given


def test_the_files_hold_what_was_made(tmp_path: Path) -> None:
    task = generate(3, "easy", size=40, matches=10)
    generator.write(task, tmp_path)
    lines = (tmp_path / "border.jsonl").read_text(encoding="utf-8").splitlines()
    rows = list(csv.reader((tmp_path / "truth.csv").read_text(encoding="utf-8").splitlines()))
    assert [json.loads(each) for each in lines] == list(task.border)
    assert rows == [["id_a", "id_b"], *map(list, task.truth)]
