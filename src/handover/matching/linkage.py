"""All candidates of many questions at once, with their scores, where both sides are at hand. Pure."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from handover.matching import levels, rarity, scoring, tokens
from handover.matching.levels import Levels
from handover.matching.view import View

Address = Hashable
Index = Mapping[Address, Sequence[int]]


def index_of(addresses: Iterable[Iterable[Address]]) -> dict[Address, list[int]]:
    """Return at which addresses which records stand: the *addresses* of each, in their order."""
    found: dict[Address, list[int]] = {}
    for record, own in enumerate(addresses):
        for address in own:
            found.setdefault(address, []).append(record)
    return found


def candidates(asked: Iterable[Address], index: Index) -> list[int]:
    """Return the records that share an address with a question, each once, in their order."""
    return sorted({record for address in asked for record in index.get(address, ())})


class Held:
    """The records of the node that answers, ready to be compared without hashing."""

    def __init__(self, views: Sequence[View]) -> None:
        self.views = views
        self.tokens = [tokens.of(view, tokens.plain) for view in views]
        self.rarity = rarity.of(views)

    def compared(self, view: View, records: Iterable[int]) -> Iterator[tuple[int, Levels]]:
        """Give for each of *records* how far it agrees with *view*."""
        theirs = tokens.of(view, tokens.plain)
        for record in records:
            own = self.tokens[record]
            yield (
                record,
                levels.compared(theirs, self.views[record], own, make=tokens.plain, near=_near),
            )

    def scored(
        self, view: View, records: Iterable[int], weights: scoring.Weights | None = None
    ) -> list[tuple[int, float]]:
        """Return the score of each of *records* as the answer to a question about *view*."""
        found = list(self.compared(view, records))
        scores = [scoring.score(each, self.rarity, weights) for _, each in found]
        return [(record, score) for (record, _), score in zip(found, scoring.among(scores), strict=True)]


def _near(own: str, theirs: tokens.Token) -> bool:
    return tokens.near(own, str(theirs))
