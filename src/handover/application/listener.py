"""Who speaks in a delivery: signatures and allowances, before anything is looked up or written."""

from dataclasses import dataclass, replace

from handover.application.intake import Intake, Received
from handover.application.members import Members
from handover.application.ports import Clock, Vault
from handover.application.registry import Registry
from handover.domain.allowance import Allowance
from handover.domain.errors import HandoverError
from handover.domain.ids import NodeId
from handover.protocol.delivery import Delivery, Item, Problem, problem_of


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A delivery as it was read: verified envelopes, and problems where nobody is believed."""

    delivery: Delivery
    read: tuple[Received | Problem, ...]

    @property
    def member(self) -> NodeId | None:
        """Whose envelope is the first that is believed."""
        return next((each.envelope.iss for each in self.read if isinstance(each, Received)), None)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many envelopes of strangers were refused since the node started; strangers get no log entry."""

    strangers: int = 0


class Listener:
    """Reads deliveries; it does not matter whether they came by HTTP or by hand."""

    def __init__(self, intake: Intake, members: Members, clock: Clock) -> None:
        self.intake = intake
        self.members = members
        self._clock = clock
        self.tally = Tally()

    @classmethod
    def of(cls, vault: Vault, registry: Registry, envelopes: Allowance, clock: Clock) -> "Listener":
        """Give the listener of a node."""
        return cls(Intake(vault, registry), Members(envelopes, clock), clock)

    def hear(self, delivery: Delivery, admitted: NodeId | None = None) -> Heard:
        """Verify who speaks, up to the first member that has to wait, but for one that was *admitted*.

        Raises:
            TooManyRequestsError: there is one.
        """
        now, read = self._clock(), []
        for item in delivery.items:
            found = self._read(item, now)
            if isinstance(found, Received) and found.envelope.iss != admitted:
                self.members.require(found.envelope.iss)
            read.append(found)
        return Heard(delivery=delivery, read=tuple(read))

    def speaker(self, delivery: Delivery) -> NodeId | None:
        """Give the member that has signed the first envelope, or None; raises TooManyRequestsError."""
        try:
            member = self.intake.signed(delivery.items[0].envelope, self._clock()).envelope.iss
        except HandoverError:
            return None  # it is counted when it is read with the others
        self.members.require(member)
        return member

    def _read(self, item: Item, now: int) -> Received | Problem:
        try:
            return self.intake.signed(item.envelope, now)
        except HandoverError as error:
            self.tally = replace(self.tally, strangers=self.tally.strangers + 1)
            return problem_of(error, known=False)
