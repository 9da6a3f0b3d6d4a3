"""What a state of the registry says of a node: its mandates, and whether it was admitted."""

from collections.abc import Callable

from handover.domain.errors import NotFoundError
from handover.domain.ids import NodeId
from handover.protocol.node_entry import Mandate, NodeEntry, NodeStatus
from handover.protocol.registry_set import Registry

Question = Callable[[NodeEntry, Registry], bool]


def mandated(mandate: Mandate) -> Question:
    """Ask whether a node has a mandate."""

    def holds(entry: NodeEntry, _: Registry) -> bool:
        return mandate in entry.mandates

    return holds


def admitted(at: int) -> Question:
    """Ask whether a node was admitted at a time, and not suspended."""

    def holds(entry: NodeEntry, registry: Registry) -> bool:
        return entry.status is not NodeStatus.SUSPENDED and not registry.lapsed(entry.country, at)

    return holds


def holds(registry: Registry, node: NodeId, asked: Question) -> bool:
    """Tell whether it holds of the node in this state of the registry; of nobody it holds of whom it knows nothing."""
    try:
        return asked(registry.entry(node), registry)
    except NotFoundError:
        return False
