"""What one member may send to this node, and how many of its refusals the log keeps.

Only what is new here, was meant for this node and was signed with a key in use is counted against its sender: nobody
can use up another member's allowance with bytes that it has kept.
"""

from collections.abc import Iterable
from typing import Final

from handover.application.alarms import raise_alarm
from handover.application.allowances import Allowances, TooManyRequestsError
from handover.application.ports import Clock, UnitOfWork
from handover.domain.allowance import Allowance
from handover.domain.ids import NodeId

BYTES: Final = 32 * 1024
"""For each envelope that a member may send it may send so many bytes, payload and files included."""
REFUSALS: Final = Allowance(burst=256, rate=1 / 60)
"""Refusals of one member that are entries of the log: 256 at once, then one each minute."""
ALARM: Final = "refusals-many"


class Members:
    """Counts in this process; a node of several processes lets through as many times as much, at most."""

    def __init__(self, envelopes: Allowance, clock: Clock) -> None:
        self._envelopes = Allowances(envelopes, clock)
        self._bytes = Allowances(Allowance(burst=envelopes.burst * BYTES, rate=envelopes.rate * BYTES), clock)
        self._repeats = Allowances(envelopes, clock)
        self._refusals = Allowances(REFUSALS, clock)
        self.unlogged = 0

    def require(self, member: NodeId) -> None:
        """Do nothing if the member may send more now.

        Raises:
            TooManyRequestsError: it has to wait.
        """
        self._envelopes.require(member)
        self._bytes.require(member)

    def spend(self, sent: Iterable[tuple[NodeId, int]]) -> None:
        """Count new envelopes, each with the bytes that came with it."""
        for member, size in sent:
            self._envelopes.spend(member)
            self._bytes.spend(member, size)

    def repeated(self, members: Iterable[NodeId]) -> None:
        """Count what was stored before; it counts by itself, for anybody may send it."""
        for member in members:
            self._repeats.spend(member)

    def require_bytes(self, member: NodeId) -> None:
        """Do nothing if the member may send a part of a file now.

        Raises:
            TooManyRequestsError: it has to wait.
        """
        self._bytes.require(member)

    def spend_bytes(self, member: NodeId, size: int) -> None:
        """Count a part of a file that was kept."""
        self._bytes.spend(member, size)

    def require_new(self, member: NodeId) -> None:
        """Do nothing if the member may repeat itself now.

        Raises:
            TooManyRequestsError: what is sent in its name and is all known has to wait.
        """
        self._repeats.require(member)

    def is_logged(self, work: UnitOfWork, member: NodeId) -> bool:
        """Tell whether one more refusal of the member is an entry of the log; if not, people are told once."""
        try:
            self._refusals.require(member)
        except TooManyRequestsError:
            self.unlogged += 1
            raise_alarm(work, ALARM, peer=member, handover=None)
            return False
        self._refusals.spend(member)
        return True
