"""What a node says of its tracing to everybody: how it is asked, how much it has asked (docs/spec/tracing.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from handover.domain.errors import MalformedError
from handover.domain.ids import NodeId
from handover.protocol import strict

FORMAT: Final = "handover-tracing/1"
LIMIT: Final = 4096  # bytes
MOST_EPOCHS: Final = 4


@dataclass(frozen=True, kw_only=True)
class TracingPage:
    """By epoch, the class of the register's size: which keys find something here. `sums` are those of the year."""

    node: NodeId
    classes: Mapping[int, int]
    year: int
    evaluations: int
    questions: int

    def encode(self) -> bytes:
        """Give the one encoding."""
        return strict.dumps(
            {
                "format": FORMAT,
                "node": self.node,
                "classes": [[epoch, self.classes[epoch]] for epoch in sorted(self.classes)],
                "year": self.year,
                "evaluations": self.evaluations,
                "questions": self.questions,
            }
        )


def decode(data: bytes) -> TracingPage:
    """Give the page that the bytes hold.

    Raises:
        MalformedError: they are not the one encoding of a page.
    """
    form, node, classes, *sums = strict.members(
        strict.loads_compact(data, limit=LIMIT),
        "format",
        "node",
        "classes",
        "year",
        "evaluations",
        "questions",
    )
    pairs = [strict.array(each, 2) for each in strict.array(classes, MOST_EPOCHS)]
    if form != FORMAT or any(len(pair) != 2 for pair in pairs):
        raise MalformedError("not a page of tracing")
    year, evaluations, questions = (strict.integer(each) for each in sums)
    page = TracingPage(
        node=NodeId(strict.text(node)),
        classes={strict.integer(epoch): strict.integer(size) for epoch, size in pairs},
        year=year,
        evaluations=evaluations,
        questions=questions,
    )
    if page.encode() != data:
        raise MalformedError("not the one encoding of a page of tracing")
    return page
