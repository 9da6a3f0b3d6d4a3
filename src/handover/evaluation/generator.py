"""Two registers of invented children, with the pairs that are one child: the task a matcher is measured on."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from handover.evaluation.dice import Dice
from handover.evaluation.families import Child, child, namesake, sibling
from handover.evaluation.profiles import PROFILES, Profile
from handover.evaluation.records import Record, record


@dataclass(frozen=True, kw_only=True)
class Task:
    """What the border wrote, what the cities wrote, and who is who; cultures are for the report alone."""

    border: tuple[Record, ...]
    city: tuple[Record, ...]
    truth: tuple[tuple[str, str], ...]
    culture: dict[str, str]


def generate(seed: int, profile: str = "real", *, size: int = 5000, matches: int = 1000) -> Task:
    """Invent two registers of *size* records with that many children in both."""
    faults = PROFILES[profile]
    dice = Dice(f"{seed}/{profile}/{size}/{matches}")
    shared = _shared(matches, dice)
    border = shared + _others(shared, size - matches, faults, dice)
    city = shared + _others(shared, size - matches, faults, dice)
    orders = [_shuffled(len(each), dice) for each in (border, city)]
    names = [
        {at: f"{side}{place:06}" for place, at in enumerate(order)}
        for side, order in zip("ab", orders, strict=True)
    ]
    left = [record(border[at], names[0][at], faults.border, dice) for at in orders[0]]
    right = [record(city[at], names[1][at], faults.city, dice) for at in orders[1]]
    culture = {names[0][at]: each.culture for at, each in enumerate(border)}
    culture |= {names[1][at]: each.culture for at, each in enumerate(city)}
    truth = sorted((names[0][at], names[1][at]) for at in range(matches))
    return Task(border=tuple(left), city=tuple(right), truth=tuple(truth), culture=culture)


def _shared(matches: int, dice: Dice) -> list[Child]:
    found: list[Child] = []
    while len(found) < matches:
        found.append(child(dice))
        if len(found) < matches and dice.chance(0.06):
            found.append(sibling(found[-1], dice, twin=dice.chance(0.1)))
    return found


def _others(shared: list[Child], number: int, faults: Profile, dice: Dice) -> list[Child]:
    """Invent those who are in one register alone: strangers, and some who could be mistaken for one of the *shared*."""
    found: list[Child] = []
    for each in shared:
        if dice.chance(faults.siblings / 2):
            found.append(sibling(each, dice))
        if dice.chance(faults.twins / 2):
            found.append(sibling(each, dice, twin=True))
        if dice.chance(faults.namesakes / 2):
            found.append(namesake(each, dice))
    found = found[:number]
    return found + [child(dice) for _ in range(number - len(found))]


def _shuffled(number: int, dice: Dice) -> list[int]:
    order = list(range(number))
    for at in range(number - 1, 0, -1):
        other = dice.whole(0, at)
        order[at], order[other] = order[other], order[at]
    return order


def write(task: Task, folder: Path) -> None:
    """Leave a task in *folder*: border.jsonl, city.jsonl, truth.csv and cultures.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, records in (("border", task.border), ("city", task.city)):
        lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records)
        folder.joinpath(f"{name}.jsonl").write_text(lines, encoding="utf-8")
    for name, rows in (
        ("truth", [("id_a", "id_b"), *task.truth]),
        ("cultures", [("id", "culture"), *task.culture.items()]),
    ):
        with folder.joinpath(f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
