"""How a node's tracing stands: what it says of it to everybody, and what its own officers see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from handover.application import tracing_epochs
from handover.application.alarms import raise_alarm
from handover.application.epochs import Epochs
from handover.application.facts import Actor
from handover.application.permissions import Right, require
from handover.application.ports import Database
from handover.application.tracing_epochs import TablesDifferError
from handover.domain.ids import NodeId
from handover.protocol.tracing_page import TracingPage


@dataclass(frozen=True, kw_only=True)
class TracingStatus:
    """Numbers alone. `waiting` are questions on their way, by holder; `epochs` those by which this node goes."""

    epochs: tuple[int, ...]
    entries: int
    addresses: int
    waiting: Mapping[NodeId, int]
    heard: Mapping[NodeId, int]
    sums: Mapping[str, int]


class TracingSums:
    """Counts; it names no matter."""

    def __init__(self, database: Database, epochs: Epochs, node: NodeId) -> None:
        self._database = database
        self._epochs = epochs
        self._node = node

    def page(self) -> TracingPage:
        """Give what everybody may know: the classes of the register's size, and what was asked this year."""
        with self._database.begin() as work:
            year = datetime.fromtimestamp(work.now, UTC).year
            sums = work.tracing.index.tallies(year)
            classes = {
                each.number: tracing_epochs.started(work, each).size
                for each in tracing_epochs.answered(self._epochs, work.now)
            }
        return TracingPage(
            node=self._node,
            classes=classes,
            year=year,
            evaluations=sums.get("evaluations", 0),
            questions=sums.get("questions", 0),
        )

    def watch(self) -> None:
        """Raise an alarm where the present epoch names tables, or weights, that this node has not."""
        with self._database.reading() as work:
            known = tracing_epochs.known(self._epochs, work.now)
            differ = any(each.indexed(work.now) and not tracing_epochs.fits(each) for each in known)
        if differ:
            with self._database.begin() as work:
                raise_alarm(work, TablesDifferError.name, peer=self._node, handover=None)

    def status(self, *, actor: Actor) -> TracingStatus:
        """Give how it stands.

        Raises:
            ForbiddenError: the officer may not watch.
        """
        require(actor, Right.WATCH)
        with self._database.reading() as work:
            year = datetime.fromtimestamp(work.now, UTC).year
            entries, addresses = work.tracing.index.count()
            return TracingStatus(
                epochs=tuple(each.number for each in tracing_epochs.known(self._epochs, work.now)),
                entries=entries,
                addresses=addresses,
                waiting=work.tracing.askings.waiting(),
                heard=work.tracing.heard.numbers(since=work.now - 7 * 86400),
                sums=work.tracing.index.tallies(year),
            )
