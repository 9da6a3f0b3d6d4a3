"""The shelf of alarms, as the use cases need it."""

from collections.abc import Sequence
from typing import Protocol

from handover.application.facts import Alarm
from handover.domain.ids import UUID7, HandoverId


class Alarms(Protocol):
    """What people must look at, with the evidence for it."""

    def add(self, alarm: Alarm) -> None:
        """Keep an alarm with its evidence."""
        ...

    def stands(self, alarm: Alarm) -> bool:
        """Tell whether an alarm of this kind, about the same round and peer, was raised and nobody has looked yet."""
        ...

    def raised(self, kind: str, evidence: str) -> bool:
        """Tell whether an alarm of this kind with this evidence was ever raised, looked at or not."""
        ...

    def of_handovers(self, handovers: Sequence[HandoverId]) -> list[Alarm]:
        """Give the alarms about these rounds, oldest first."""
        ...

    def all(self, limit: int = 100, *, seen: bool | None = None) -> list[Alarm]:
        """Give the newest alarms; with *seen*, those at which somebody has looked, or nobody."""
        ...

    def of_kinds(self, kinds: Sequence[str]) -> list[Alarm]:
        """Give all alarms of these kinds, looked at or not, the newest first."""
        ...

    def see(self, alarm: UUID7, *, by: str, at: int) -> bool:
        """Note who has looked at an alarm, unless somebody has before; tell whether there is such an alarm."""
        ...
