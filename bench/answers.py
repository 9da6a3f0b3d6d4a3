"""Whether a clock tells who holds a child: how long a node takes to answer questions that meet one, and that meet none.

Two real nodes answer in turns; one of them holds the child that all questions are about. Key-holders compute in this
process, and nothing is between the nodes: a network only adds noise.
"""

import logging
import secrets
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.linkage.costs import kolmogorov_smirnov
from handover.application.tracing import Terms
from handover.matching import evidence
from handover.matching.person import Person
from handover.matching.view import view
from handover.node import Node
from handover.protocol import question
from handover.protocol.question_header import Header

if TYPE_CHECKING:
    from tracing.rig import Rig

COUNT: Final = 2_000
_SOUGHT: Final = view(
    Person(
        id="sought", given_name="يوسف", family_name="حداد", sex="m", birth_date="2012", last_residence="Aleppo",
        nationality="SY", languages=("ar",),
    )
)  # fmt: skip
_TESTS: Final = Path(__file__).parents[1] / "tests"


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What was seen from outside, for a node that holds the child and one that does not."""

    sizes: frozenset[int]
    holder_ms: float
    other_ms: float
    p: float
    met: int


def measure(folder: Path, count: int = COUNT) -> Answers:
    """Ask both nodes *count* questions, in turns."""
    sys.path.insert(0, str(_TESTS))  # the nodes are those of the tests
    from tracing.rig import rig

    with rig(folder, "de/hamburg", "gr/athens", "it/rome") as made:
        hamburg, athens, rome = made.nodes
        for each in (athens, rome):
            made.tracing(each, Terms(most=4 * count))
        child = made.child(athens)
        made.settle(3)
        asked = _asked(made, hamburg, athens, rome)
        spent: dict[str, list[float]] = {}
        sizes = set()
        order = [athens, rome]
        for number in range(count + 50):
            for node in order if number % 2 else order[::-1]:
                data = asked[node.id].again(hamburg, node)
                began = time.perf_counter()
                answer = node.tracing.answering.receive(data)
                if number >= 50:
                    spent.setdefault(node.id, []).append((time.perf_counter() - began) * 1000)
                sizes.add(len(answer))
        athens.tracing.tick()
        met = len(made.candidates(athens, child))
        return Answers(
            sizes=frozenset(sizes),
            holder_ms=statistics.median(spent[athens.id]),
            other_ms=statistics.median(spent[rome.id]),
            p=kolmogorov_smirnov(spent[athens.id], spent[rome.id]),
            met=met,
        )


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question that was made as always, and what its keys were turned into."""

    header: Header
    outputs: Sequence[bytes]

    def again(self, asker: Node, holder: Node) -> bytes:
        """Give one more question with the same keys; its own number makes all of its bytes new."""
        return question.seal(
            self.outputs,
            lambda salt: evidence.pack(_SOUGHT, salt=salt, tag=secrets.token_bytes(8)),
            header=replace(self.header, id=secrets.token_bytes(16)),
            holder=holder.id,
            signer=asker.vault.signer,
        )


def _asked(made: "Rig", asker: Node, *holders: Node) -> dict[str, Asked]:
    """Ask both for the child, and keep what is needed to ask for it again."""
    _, asking = made.asked(asker, *holders)
    asker.tracing.tick()
    sent = made.questions(asker, asking)
    with asker.database.reading() as work:
        [outputs] = work.tracing.askings.outputs(asking).values()
        data = {each.holder: work.tracing.askings.data(each) for each in sent}
    return {
        holder: Asked(header=question.read(each).claimed.header, outputs=outputs)
        for holder, each in data.items()
    }


def marked(folder: Path) -> tuple[int, int]:
    """Give in how many places marked names of six scripts are seen, and how many candidates they led to."""
    sys.path.insert(0, str(_TESTS))
    from tracing import marks
    from tracing.rig import rig

    lines: list[str] = []
    listening = _Listening(lines)
    logging.getLogger().addHandler(listening)
    try:
        with rig(folder, "de/hamburg", "gr/athens", "it/rome") as made:
            met = marks.told(made)
            return len(marks.marked(marks.places(made, log="".join(lines)))), met
    finally:
        logging.getLogger().removeHandler(listening)


class _Listening(logging.Handler):
    """Keeps every line of the log."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(level=logging.DEBUG)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self._lines.append(self.format(record))
