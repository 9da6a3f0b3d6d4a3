"""What a node keeps of the logs whose witness it is, as the use cases need it."""

from dataclasses import dataclass
from typing import Protocol

from handover.domain.ids import NodeId
from handover.protocol.checkpoint import Checkpoint


@dataclass(frozen=True, kw_only=True)
class Witnessed:
    """The newest checkpoint of a log that this node has cosigned; `note` has the log's two lines and its own.

    `signed_at` is when the log says to have signed it, `cosigned_at` when this node has cosigned it.
    """

    checkpoint: Checkpoint
    note: bytes
    signed_at: int
    cosigned_at: int


class WitnessedLogs(Protocol):
    """What this node keeps as a witness."""

    def of_node(self, node: NodeId) -> list[Witnessed]:
        """Give what is known of the logs of all incarnations of *node*."""
        ...

    def all(self) -> list[Witnessed]:
        """Give what is known of every log, by origin."""
        ...

    def put(self, node: NodeId, found: Witnessed) -> None:
        """Keep what this node has cosigned last of a log."""
        ...
