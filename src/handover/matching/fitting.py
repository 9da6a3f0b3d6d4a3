"""Weights from pairs whose truth is known: logistic regression over levels, in plain Python. Pure, and repeatable.

It begins with weights that are known already and holds every one of them there until enough pairs speak against it,
so that a few true pairs of one corridor mend the weights and never make them up.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handover.matching.levels import Levels
from handover.matching.scoring import RARE, TOGETHER, Weights

ROUNDS: Final = 12
_PACE: Final = 0.25
_HOLD: Final = 2.0  # how strongly a weight is held where it was: so many pairs must speak against it
_CALM: Final = 1.0  # the first steps of a number are not the largest
_SEED: Final = 5

_Name = tuple[int, int, int]  # two fields, or one twice, and the level


@dataclass(frozen=True)
class Example:
    """A candidate pair: how far it agrees, how rare what met is, and whether it is one person."""

    levels: Levels
    rare: tuple[float, ...]
    same: bool


def fitted(examples: Sequence[Example], start: Weights) -> Weights:
    """Return the weights that tell the *examples* apart best, beginning with *start*."""
    names: dict[_Name, int] = {}
    rows = [_row(each, names) for each in examples]
    before = _numbers(start, names)
    weights, spread = list(before), [_CALM] * len(before)
    order = list(range(len(rows)))
    chance = random.Random(_SEED)  # noqa: S311  the order of examples is no secret, and must repeat
    hold = _HOLD / max(1, len(rows))
    for _ in range(ROUNDS):
        chance.shuffle(order)
        for place in order:
            _step(rows[place], examples[place], weights, spread, before, hold)
    return _weights(weights, names, start)


def _numbers(start: Weights, names: dict[_Name, int]) -> list[float]:
    """Return what each number is to begin with, in natural units: the bias, the slopes, then what is named."""
    found = [start.bias, *start.rarity]
    for one, other, level in names:
        if one == other:
            found.append(start.levels[one][level])
        else:
            found.append(start.together[TOGETHER.index((one, other))].get(level, 0.0))
    return [each * math.log(2) for each in found]


def _row(example: Example, names: dict[_Name, int]) -> list[int]:
    levels = example.levels.each
    found = [(field, field, level) for field, level in enumerate(levels)]
    for one, other in TOGETHER:
        left, right = levels[one], levels[other]
        if left and right:
            found.append((one, other, left * 16 + right))
    return [names.setdefault(each, len(names)) + 1 + len(RARE) for each in found]


def _step(
    row: list[int],
    example: Example,
    weights: list[float],
    spread: list[float],
    before: list[float],
    hold: float,
) -> None:
    total = weights[0] + sum([weights[place] for place in row])
    for place, bits in enumerate(example.rare, 1):
        total += weights[place] * bits
    miss = 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, total)))) - example.same
    moves = [(0, miss), *((place, miss + hold * (weights[place] - before[place])) for place in row)]
    moves += [(place, miss * bits / 4) for place, bits in enumerate(example.rare, 1) if bits]
    for place, slope in moves:
        spread[place] += slope * slope
        weights[place] -= _PACE * slope / math.sqrt(spread[place])


def _weights(weights: list[float], names: dict[_Name, int], start: Weights) -> Weights:
    bits = [each / math.log(2) for each in weights]
    first = 1 + len(RARE)
    alone = [list(row) for row in start.levels]
    together = [dict(table) for table in start.together]
    for (one, other, level), place in names.items():
        if one == other:
            alone[one][level] = bits[first + place]
        else:
            together[TOGETHER.index((one, other))][level] = bits[first + place]
    return Weights(bits[0], tuple(map(tuple, alone)), tuple(bits[1:first]), tuple(together))
