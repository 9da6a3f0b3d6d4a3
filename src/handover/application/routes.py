"""Whom to ask for a person: proposed from what the record and the registry say."""

from dataclasses import dataclass

from handover.application import documents
from handover.application.facts import Actor
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork
from handover.application.registry import Registry
from handover.application.tracing_views import clues, persons
from handover.domain.errors import NotFoundError
from handover.domain.ids import MatterId, NodeId
from handover.domain.searching import Stop, route
from handover.protocol.node_entry import Mandate, NodeStatus


@dataclass(frozen=True, kw_only=True)
class Route:
    """The proposed stops, those with most reasons first, and all others that could be asked."""

    stops: tuple[Stop, ...]
    others: tuple[NodeId, ...]


class Routes:
    """The desk that proposes whom to ask."""

    def __init__(self, database: Database, registry: Registry, node: NodeId) -> None:
        self._database = database
        self._registry = registry
        self._node = node

    def propose(self, matter: MatterId, person: int = 0, *, actor: Actor) -> Route:
        """Give the route for a person of a record.

        Raises:
            NotFoundError: the record has no such person, or nobody can be sought by it.
        """
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            kept = work.records.latest(matter)
            record = documents.record_of(kept)
            if person not in dict(persons(record)):
                raise NotFoundError
            known = self.known(work, matter)
            corridor = self._corridor(work, matter)
        stops = route(sorted(known), clues(record, person), corridor=corridor)
        proposed = {stop.node for stop in stops}
        return Route(stops=stops, others=tuple(sorted(known - proposed)))

    def known(self, work: UnitOfWork, matter: MatterId) -> frozenset[NodeId]:
        """Give the nodes that can be asked about a matter: others, with the mandate, not suspended, not excluded."""
        limits = work.tracing.permissions.limits(matter).limits
        return frozenset(
            entry.node
            for entry in self._registry.current(work.now).entries.values()
            if entry.node != self._node
            and Mandate.FAMILY_TRACING in entry.mandates
            and entry.status is NodeStatus.ACTIVE
            and not limits.excludes(entry.node)
        )

    def _corridor(self, work: UnitOfWork, matter: MatterId) -> frozenset[NodeId]:
        """Give the nodes between which and this one the matter has travelled."""
        return frozenset(each.peer for each in work.handovers.of_matter(matter))
