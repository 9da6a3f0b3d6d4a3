"""How often a question opens where it should not, in a node of a size class: keys alone, no scores."""

from collections import defaultdict
from collections.abc import Sequence

from handover.evaluation.measures import Truth
from handover.matching import keys
from handover.matching.view import View

Named = tuple[str, View]


def of_class(
    asking: Sequence[Named], holding: Sequence[Named], truth: Truth, *, size: int
) -> tuple[float, float]:
    """Give the share of true pairs that share a key, and the wrong openings per million records and question."""
    index: defaultdict[bytes, list[str]] = defaultdict(list)
    for name, view in holding:
        for key in keys.indexed(view, size=size):
            index[key.text].append(name)
    right = wrong = 0
    for name, view in asking:
        opened = {other for key in keys.asked(view, size=size) for other in index.get(key.text, ())}
        true = sum((name, other) in truth for other in opened)
        right += true
        wrong += len(opened) - true
    return right / len(truth), wrong / (len(asking) * len(holding)) * 1_000_000
