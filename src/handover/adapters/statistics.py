"""Statistics in the database: events are collected, and added to the sums once, at the end of their transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import delete, func, select

from handover.adapters.access import Marker
from handover.adapters.statistics_tables import statistics_mark as marks
from handover.adapters.statistics_tables import statistics_part as parts
from handover.adapters.statistics_tables import statistics_sum as sums
from handover.adapters.unit import Unit
from handover.application.counting import KeptPart, Place
from handover.domain.ids import MatterId, NodeId, Quarter
from handover.domain.statistics import Subject, following, quarter_of
from handover.domain.suppression import Count

_NOTHING: Final = ("", "")  # in place of table and cell: the quarter has begun


class StatisticsShelf:
    """Sums and published parts."""

    def __init__(self, unit: Unit, marker: Marker) -> None:
        self._unit = unit
        self._marker = marker
        self._events: list[tuple[Place, MatterId]] = []

    def count(self, subject: Subject, cells: Mapping[str, str], matter: MatterId) -> None:
        """Count an event in its cell of every table of *subject*."""
        for name, cell in cells.items():
            self._events.append(((subject.value, name, cell), matter))

    def close(self) -> None:
        """Add what was counted to the sums of the quarter that is counted now."""
        if not self._events:
            return
        quarter = self.counted_now()
        events = Counter(place for place, _ in self._events)
        children = Counter(self._new(quarter))
        known = self.sums(quarter)
        self._events = []
        for place, number in events.items():
            before = known.get(place, Count())
            self._put(quarter, place, before.events + number, before.children + children[place])

    def _new(self, quarter: Quarter) -> Iterable[Place]:
        """Give a place for each child that was not counted in it before; what marks it is kept."""
        found = {
            self._marker.mark("statistics", "|".join((quarter, *place, matter))): place
            for place, matter in self._events
        }
        query = select(marks.c.mark).where(marks.c.quarter == quarter, marks.c.mark.in_(found))
        for row in self._unit.rows(query):
            del found[bytes(row.mark)]
        for mark in found:
            self._unit.insert(marks, {"quarter": quarter, "mark": mark})
        return found.values()

    def counted_now(self) -> Quarter:
        """Give the quarter to which an event of now belongs: never one that was published already."""
        last = self.last_own()
        now = quarter_of(self._unit.now)
        return now if last is None else max(now, following(last))

    def last_own(self) -> Quarter | None:
        """Give the last quarter that this node has published."""
        rows = self._unit.rows(select(func.max(parts.c.quarter)).where(parts.c.node == self._unit.node))
        return Quarter(rows[0][0]) if rows and rows[0][0] else None

    def begun(self) -> list[Quarter]:
        """Give the quarters that have sums, oldest first."""
        query = select(sums.c.quarter).distinct().order_by(sums.c.quarter)
        return [Quarter(row.quarter) for row in self._unit.rows(query)]

    def begin(self, quarter: Quarter) -> None:
        """Begin to count a quarter, with nothing."""
        for subject in Subject:
            self._put(quarter, (subject.value, *_NOTHING), 0, 0)

    def _put(self, quarter: Quarter, place: Place, events: int, children: int) -> None:
        subject, name, cell = place
        row = {"quarter": quarter, "subject": subject, "name": name, "cell": cell}
        self._unit.upsert(sums, {**row, "events": events, "children": children})

    def sums(self, quarter: Quarter) -> dict[Place, Count]:
        """Give all sums of a quarter that is not published yet."""
        rows = self._unit.rows(select(sums).where(sums.c.quarter == quarter))
        return {
            (row.subject, row.name, row.cell): Count(events=row.events, children=row.children) for row in rows
        }

    def forget(self, quarter: Quarter) -> None:
        """Destroy sums and marks of a quarter: what is not published is known to nobody any more."""
        self._unit.run(delete(sums).where(sums.c.quarter == quarter))
        self._unit.run(delete(marks).where(marks.c.quarter == quarter))

    def keep(self, part: KeptPart) -> None:
        """Keep a published part; there is one of each node and quarter."""
        self._unit.insert(parts, vars(part))

    def parts(self, quarter: Quarter) -> list[KeptPart]:
        """Give what is kept of a quarter, by node."""
        query = select(parts).where(parts.c.quarter == quarter).order_by(parts.c.node)
        return [
            KeptPart(
                node=NodeId(row.node),
                quarter=quarter,
                kept_at=row.kept_at,
                document=bytes(row.document),
            )
            for row in self._unit.rows(query)
        ]

    def published(self) -> dict[Quarter, frozenset[NodeId]]:
        """Give the nodes of which a part is kept, by quarter, newest first."""
        found: dict[Quarter, set[NodeId]] = {}
        query = select(parts.c.quarter, parts.c.node).order_by(parts.c.quarter.desc())
        for row in self._unit.rows(query):
            found.setdefault(Quarter(row.quarter), set()).add(NodeId(row.node))
        return {quarter: frozenset(nodes) for quarter, nodes in found.items()}
