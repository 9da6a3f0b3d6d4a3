"""One side of a round, moved through its state table by envelopes alone, with the domain's own `step`."""

from dataclasses import dataclass, replace
from typing import Final

from handover.domain.consent import Ground
from handover.domain.errors import OutOfOrderError
from handover.domain.handover import Act, Claim, Course, Order, Role, Standing, State, Step, VoidReason, step
from handover.domain.sequence import AFTER_DEED, MOVES, TAKEN
from handover.protocol.envelope import Envelope

# What an officer or the node's clock does that makes this side say it; any void can be an officer's withdrawal.
_ORDERS: Final = {
    Act.OFFER: Order.RELEASE,
    Act.ACCEPTANCE: Order.ACCEPT,
    Act.DECLINE: Order.DECLINE,
    Act.DEED: Order.COUNTERSIGN,
    Act.VOID: Order.WITHDRAW,
    Act.REFERRAL: Order.RELEASE,
    Act.HIT: Order.RELEASE,
}
_MOOT: Final = frozenset({Act.ACCEPTANCE, Act.DECLINE})
"""What a receiver says that changes nothing once a void is due."""
BEGIN: Final = {Role.SENDER: State.PREPARED, Role.RECEIVER: State.UNKNOWN}


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the guards of a round look at. `automatic_at` is when a deed was given without an officer."""

    deadline: int
    ground: Ground | None
    automatic_at: int | None
    accepted: bool

    def grounded(self, now: int) -> bool:
        """Tell whether the ground counts at *now*; one that is not there is a finding of its own."""
        return self.ground is None or self.ground.in_force(now)


@dataclass(frozen=True, kw_only=True)
class Side:
    """Where one side stands; `pending` is what it must say next, because of what it has just heard.

    `resolved`: two officers of the sender have resolved the round.
    """

    role: Role
    state: State
    course: Course = Course.HANDOVER
    bound: bool = False
    pending: Act | None = None
    resolved: bool = False


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What a node claims of a matter, and whether it is relieving for this very round."""

    claim: Claim = Claim.HOLDER
    relieving_here: bool = True


def hear(
    side: Side, envelope: Envelope, now: int, terms: Terms, holding: Holding
) -> tuple[Side, Step | None]:
    """Give the side after it heard *envelope* at *now*.

    Raises:
        OutOfOrderError: the table does not have it, or something else had to be said first.
    """
    if envelope.act not in MOVES:
        return side, None
    if side.pending is Act.VOID and envelope.act in _MOOT:
        return side, None  # who was restored says the void when its doubt ends, whatever it hears until then
    if side.pending is not None:
        raise OutOfOrderError(
            "%(due)s had to be said before %(act)s was heard", due=side.pending, act=envelope.act
        )
    side = replace(side, resolved=side.resolved or _resolves(envelope))
    found = step(_standing(side, terms, holding, now), envelope.act, now)
    if not found.changed:
        return side, found
    return replace(side, state=found.state, pending=found.says), found


def say(side: Side, envelope: Envelope, terms: Terms, holding: Holding) -> tuple[Side, Step | None]:
    """Give the side after it said *envelope*.

    Raises:
        RefusedError: nothing that it heard and nothing that its officers may do makes it say that.
    """
    act = envelope.act
    if side.course is Course.HANDOVER and act in AFTER_DEED and side.state not in TAKEN:
        raise OutOfOrderError("%(event)s in %(state)s", event=act, state=side.state)
    if act is Act.LEGAL_HOLD and side.pending is Act.END_RECEIPT:
        return replace(side, state=State.RETAINED, pending=None), None  # it is over, and kept
    if act not in MOVES or envelope.replaces is not None:
        return side, None
    if side.pending is not None:
        if side.pending is not act:
            raise OutOfOrderError("%(act)s was said where %(due)s was due", act=act, due=side.pending)
        return replace(side, pending=None, bound=side.bound or act is Act.ACCEPTANCE), None
    order = Order.RESOLVE if _resolves(envelope) else _order(side, act)
    if order is None:
        raise OutOfOrderError("%(event)s in %(state)s", event=act, state=side.state)
    found = step(_standing(side, terms, holding, envelope.iat), order, envelope.iat)
    if found.says is not act or not found.changed:
        raise OutOfOrderError("%(event)s in %(state)s", event=act, state=side.state)
    bound, resolved = side.bound or act is Act.ACCEPTANCE, order is Order.RESOLVE
    return replace(side, state=found.state, bound=bound, resolved=side.resolved or resolved), found


def _resolves(envelope: Envelope) -> bool:
    return envelope.act is Act.VOID and envelope.reason == VoidReason.RESOLVED


def _order(side: Side, act: Act) -> Order | None:
    if act is not Act.END:
        return _ORDERS.get(act)
    if side.role is Role.SENDER:
        return Order.WITHDRAW
    return Order.ERASE if side.state is State.RETAINED else Order.FINISH


def _standing(side: Side, terms: Terms, holding: Holding, now: int) -> Standing:
    return Standing(
        course=side.course,
        role=side.role,
        state=side.state,
        claim=holding.claim,
        deadline=terms.deadline,
        relieving_here=holding.relieving_here,
        grounded=terms.grounded(now),
        bound=side.bound or terms.accepted,
        automatic=terms.automatic_at == now,
        resolved=side.resolved,
        overdue=True,  # whether that was so is a rule of its own
    )
