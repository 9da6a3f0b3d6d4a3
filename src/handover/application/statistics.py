"""Statistics of a quarter: a node publishes its own once, fetches those of others, and shows them side by side."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from handover.application.counting import KeptPart
from handover.application.facts import Actor
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.registry import (
    KeyCompromisedError,
    KeyNotUsableError,
    Registry,
    RegistryMissingError,
)
from handover.domain import suppression
from handover.domain.errors import HandoverError, MalformedError, NotFoundError, UnreachableError
from handover.domain.ids import NodeId, Quarter
from handover.domain.statistics import ROUTE, TABLES, Subject, following, quarter_of
from handover.domain.suppression import Count, Shown, Total
from handover.protocol import envelope as envelopes
from handover.protocol import statistics as protocol
from handover.protocol import strict
from handover.protocol.entry import EntryKind
from handover.protocol.node_key import KeyStatus
from handover.protocol.statistics import Part

PATH: Final = "/federation/v1/statistics"
_ASK_AGAIN: Final = 3600  # seconds between two rounds through the registry
_LOOK_BACK: Final = 8  # quarters of others that are still asked for

Fetch = Callable[[NodeId, str, str, int], bytes]
"""Takes a node, its address, a path there and a limit in bytes, and gives what lies there."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One count of a report."""

    subject: str
    table: str
    cell: str
    total: Total


@dataclass(frozen=True, kw_only=True)
class Report:
    """One quarter: this node's counts and the sums over the federation; a route has the country that offers in front.

    `nodes` have published, `missing` have not been heard; `quarters` are all that can be shown, newest first.
    """

    quarter: Quarter
    quarters: tuple[Quarter, ...]
    own: tuple[Row, ...]
    all: tuple[Row, ...]
    nodes: tuple[NodeId, ...]
    missing: tuple[NodeId, ...]


class Statistics:
    """The desk of those who look at counts."""

    def __init__(self, database: Database, vault: Vault, registry: Registry) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry

    def part(self, quarter: Quarter) -> bytes:
        """Give what this node has published of *quarter*, as it was signed.

        Raises:
            NotFoundError: nothing, or not yet.
        """
        with self._database.reading() as work:
            for kept in work.statistics.parts(quarter):
                if kept.node == self._vault.node:
                    return kept.document
        raise NotFoundError

    def report(self, quarter: Quarter | None = None, *, actor: Actor) -> Report | None:
        """Give what `look` gives, to an officer who may see it.

        Raises:
            NotFoundError: nothing is known of that quarter.
        """
        require(actor, Right.COUNTS)
        return self.look(quarter)

    def look(self, quarter: Quarter | None = None) -> Report | None:
        """Give what is published of *quarter*, or of the newest; None where nothing was published yet.

        Raises:
            NotFoundError: nothing is known of that quarter.
        """
        with self._database.reading() as work:
            quarters = tuple(work.statistics.published())
            if quarter is None and not quarters:
                return None
            chosen = quarter or quarters[0]
            if chosen not in quarters:
                raise NotFoundError
            parts = [_read(kept.document) for kept in work.statistics.parts(chosen)]
            members = self._members(work.now)
        own = [part for part in parts if part.node == self._vault.node]
        nodes = tuple(part.node for part in parts)
        return Report(
            quarter=chosen,
            quarters=quarters,
            own=_rows(own),
            all=_rows(parts),
            nodes=nodes,
            missing=tuple(sorted(members - set(nodes))),
        )

    def _members(self, now: int) -> set[NodeId]:
        try:
            return set(self._registry.current(now).entries)
        except RegistryMissingError:
            return set()


def _read(document: bytes) -> Part:
    """Give a part that was verified before it was kept."""
    return protocol.read(document).claimed


def _rows(parts: Iterable[Part]) -> tuple[Row, ...]:
    """Give the sums over *parts*, in the order of the first that names a cell."""
    found: dict[tuple[str, str], dict[str, Total]] = {}
    for part in parts:
        for subject, tables in part.subjects.items():
            for table, shown in tables.items():
                totals = found.setdefault((subject, table), {})
                for cell, count in shown.items():
                    name = f"{part.node.country}-{cell}" if table == ROUTE.name else cell
                    totals[name] = totals.get(name, Total()).plus(count)
    return tuple(
        Row(subject=subject, table=table, cell=cell, total=total)
        for (subject, table), totals in found.items()
        for cell, total in totals.items()
    )


class Quarterly:
    """Called again and again by the worker: publishes what has ended, and asks the other nodes for theirs."""

    def __init__(self, database: Database, vault: Vault, registry: Registry, fetch: Fetch) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._fetch = fetch
        self._asked = -_ASK_AGAIN
        self._counted: Quarter | None = None

    def tick(self) -> None:
        """Do what is due."""
        with self._database.reading() as work:
            now = work.now
        if self._counted != quarter_of(now) and self._registry.fresh(now):
            self.publish()
        if not 0 <= now - self._asked < _ASK_AGAIN:
            self._asked = now
            self.collect()

    def publish(self) -> list[Quarter]:
        """Sign each quarter that has ended, forget what it was made of, and give their names.

        Raises:
            UnreachableError: the registry is stale: the countries, and the time, are not certain now.
        """
        with self._database.begin() as work:
            due = list(_due(work, quarter_of(work.now)))
            if due:
                self._registry.require_fresh(work.now)
            for quarter in due:
                self._publish(work, quarter)
            counted = work.statistics.counted_now()
            if counted not in work.statistics.begun():
                work.statistics.begin(counted)
        self._counted = counted
        return due

    def _publish(self, work: UnitOfWork, quarter: Quarter) -> None:
        countries = {node.country for node in self._registry.current(work.now).entries}
        part = Part(
            node=self._vault.node,
            issued=work.now,
            quarter=quarter,
            subjects=_protected(work.statistics.sums(quarter), countries),
        )
        document = protocol.sign(part, signer=self._vault.signer)
        work.statistics.forget(quarter)
        work.statistics.keep(
            KeptPart(node=self._vault.node, quarter=quarter, kept_at=work.now, document=document)
        )
        work.log.append(EntryKind.PUBLISHED, stream="", object_=strict.digest(document), now=work.now)

    def collect(self) -> int:
        """Ask every other node for the quarters that are missing here; give how many came.

        A node that does not answer, or whose part does not verify, is passed over until the next time.
        """
        with self._database.reading() as work:
            now, known = work.now, work.statistics.published()
        try:
            entries = self._registry.current(now).entries
        except RegistryMissingError:
            return 0
        came = 0
        for node, entry in entries.items():
            if node == self._vault.node:
                continue
            for quarter in _ended(now):
                if node in known.get(quarter, ()):
                    continue
                try:
                    self._take(node, entry.address, quarter, now)
                except UnreachableError:
                    break  # nor will it answer for the other quarters
                except HandoverError:
                    continue
                came += 1
        return came

    def _take(self, node: NodeId, address: str, quarter: Quarter, now: int) -> None:
        self.accept(node, quarter, self._fetch(node, address, f"{PATH}/{quarter}", strict.PART_LIMIT), now)

    def accept(self, node: NodeId, quarter: Quarter, document: bytes, now: int) -> None:
        """Keep what *node* says of *quarter*.

        Raises:
            UntrustedError: it is not that node's, not of that quarter, from the future, or shows what must be hidden.
        """
        unverified = protocol.read(document)
        key = self._registry.listed(node, unverified.kid, now=now).key
        part = unverified.verify(key.public)
        if key.status is KeyStatus.COMPROMISED:
            raise KeyCompromisedError
        if not key.not_before <= part.issued < key.expires:
            raise KeyNotUsableError
        if (part.node, part.quarter) != (node, quarter):
            raise MalformedError("the statistics of another node or quarter")
        if part.issued > now + envelopes.FUTURE:
            raise envelopes.FromTheFutureError
        with self._database.begin() as work:
            work.statistics.keep(KeptPart(node=node, quarter=quarter, kept_at=work.now, document=document))


def _due(work: UnitOfWork, current: Quarter) -> Iterable[Quarter]:
    """Give the quarters that were counted, have ended and were not published: also those without an event."""
    begun = work.statistics.begun()
    last = work.statistics.last_own()
    if not begun:
        return
    quarter = min(begun) if last is None else min(min(begun), following(last))
    while quarter < current:
        yield quarter
        quarter = following(quarter)


def _ended(now: int) -> Iterable[Quarter]:
    """Give the newest quarters that have ended."""
    current, year = quarter_of(now), int(quarter_of(now)[:4])
    number = year * 4 + int(current[-1]) - 1
    for past in range(1, _LOOK_BACK + 1):
        yield Quarter(f"{(number - past) // 4}-Q{(number - past) % 4 + 1}")


def _protected(
    sums: Mapping[tuple[str, str, str], Count], countries: Iterable[str]
) -> dict[str, dict[str, Shown]]:
    """Give what may be shown of all sums of a quarter."""
    countries = set(countries)
    return {
        subject.value: {
            table.name: suppression.protect(
                _cells(sums, subject, table.name, table.cells_of(countries)), table.kept_back
            )
            for table in tables
        }
        for subject, tables in TABLES.items()
    }


def _cells(
    sums: Mapping[tuple[str, str, str], Count], subject: Subject, name: str, cells: tuple[str, ...]
) -> dict[str, Count]:
    """Give the count of each cell; what belongs to none of them, such as a country that has left, is another."""
    found = {cell: Count() for cell in cells}
    for (of, table, cell), count in sums.items():
        if (of, table) == (subject.value, name):
            place = cell if cell in found else cells[-1]
            found[place] = found[place] + count
    return found
