"""What one event does to a round: the guards, and the pure `step` over the tables of its course.

It knows nothing of bytes, clocks or databases: the caller evaluates it inside the transaction that commits
what it gives.
"""

from dataclasses import dataclass
from typing import Final

from handover.domain.courses import ERASES, TABLES, Course, EndReason
from handover.domain.errors import OutOfOrderError, RefusedError
from handover.domain.lifecycle import (
    ANSWERS,
    CLAIMS,
    OPEN_OFFER,
    RECEIVER,
    SAYS,
    SENDER,
    SETTLED,
    Act,
    Claim,
    Column,
    Guarded,
    Order,
    Refusal,
    Role,
    State,
)
from handover.domain.reasons import DeclineReason, VoidReason
from handover.domain.resolution import DeedNotOverdueError, RoundResolvedError

__all__ = [
    "ANSWERS",
    "CLAIMS",
    "OPEN_OFFER",
    "RECEIVER",
    "SAYS",
    "SENDER",
    "SETTLED",
    "Act",
    "Claim",
    "ClosedRoundError",
    "Course",
    "DeclineReason",
    "DeedNotOverdueError",
    "DeedStandsError",
    "EndReason",
    "EquivocationError",
    "InDoubtError",
    "NotResponsibleError",
    "Order",
    "Role",
    "RoundResolvedError",
    "Standing",
    "State",
    "Step",
    "UnfitOfferError",
    "VoidReason",
    "step",
]


class EquivocationError(OutOfOrderError):
    """Two signed statements of one sender contradict each other; both are kept as evidence."""

    name = "equivocation"
    title = "Two signed messages of one sender contradict each other."
    advice = "Both messages are kept. Telephone the other authority; two officers resolve the round."


class ClosedRoundError(OutOfOrderError):
    """The round was voided before this offer came; nothing of it was stored."""

    name = "round-closed"
    title = "This round is closed; what came late was not stored."
    advice = "Make a new offer if the case should still move."


class DeedStandsError(OutOfOrderError):
    """After the deed the sender alone cannot take anything back."""

    name = "deed-stands"
    title = "The deed has been given and cannot be withdrawn by one side."
    advice = "If the child does not arrive, the receiver offers the case back in a new round."


class InDoubtError(RefusedError):
    """After a restore nothing is decided about a matter before its peers have said what this node has forgotten."""

    name = "in-doubt"
    title = "This node was restored from a backup, and does not know yet how this matter stands."
    advice = "Nothing has to be done: it asks the other authorities by itself. If one does not answer, telephone it."
    retry = True


class NotResponsibleError(RefusedError):
    """Only the responsible node may hand a matter over."""

    name = "not-responsible"
    title = "This node is not responsible for the matter, or another deed of it is still out."
    advice = "Ask the authority that is responsible now."


class UnfitOfferError(RefusedError):
    """An offer leaves only in time and under a ground that covers it."""

    name = "offer-unfit"
    title = "The deadline of this offer has passed, or its ground does not cover it any more."
    advice = "Prepare a new offer with a later deadline, under a ground in force."


_FOR_GOOD: Final = frozenset({Act.DEED, Act.VOID})  # a deed heard in doubt is kept, and taken up afterwards
_ENDS_SERVICE: Final = frozenset({Order.FINISH, Order.DEADLINE, Act.END})
_RESOLVED: Final[dict[Act | Order, Guarded]] = {
    Act.TAKE_UP_RECEIPT: Guarded.LATE_TAKE_UP,
    Act.VOID: Guarded.RESOLVING,
    Act.DEED: Guarded.LATE_DEED,
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """All that `step` may look at, read inside the transaction that commits its result.

    `deadline` is in seconds since 1970; `relieving_here` says that the claim is RELIEVING for this round;
    `grounded` that the ground covers the disclosure now; `bound` that this node's own acceptance exists (in
    its database or embedded in the deed); `automatic` that a fitting acceptance is answered by the deed
    without a second officer; `held` that a legal hold keeps what is here from being destroyed; `in_doubt` that the
    node was restored and its peers have not said yet what it has forgotten of the matter; `resolved` that the
    round was resolved by two officers of its sender, as far as this side knows or the void heard says;
    `overdue` that the receiver of the deed is not waited for any longer.
    """

    course: Course = Course.HANDOVER
    role: Role
    state: State
    claim: Claim
    deadline: int
    relieving_here: bool = False
    grounded: bool = True
    bound: bool = False
    automatic: bool = False
    held: bool = False
    in_doubt: bool = False
    resolved: bool = False
    overdue: bool = False

    def late(self, now: int) -> bool:
        """Tell whether the deadline of the round is over at *now*; a contact has none."""
        return self.course is not Course.CONTACT and now > self.deadline


@dataclass(frozen=True, kw_only=True)
class Step:
    """What follows from one event: the next state, the claim to set (None: unchanged), what is said anew."""

    state: State
    claim: Claim | None = None
    says: Act | None = None
    reason: VoidReason | EndReason | None = None
    erases: bool = False
    changed: bool = True


def step(
    standing: Standing, event: Act | Order, now: int, reason: VoidReason | EndReason | None = None
) -> Step:
    """Give what follows from *event* at *now* (seconds since 1970).

    Raises:
        InDoubtError: after a restore, before the peers were heard: only what they say for good is taken then.
        EquivocationError: two signed statements contradict each other; nothing changes.
        OutOfOrderError: the pair of state and event is not in the table; nothing changes.
        RoundResolvedError: what was resolved was taken up; nothing changes.
        NotResponsibleError: a round is opened, or a deed given or resolved, without the claim.
        DeedNotOverdueError: a deed is resolved that may be taken up still.
        UnfitOfferError: an offer or a referral after its own deadline, or without a ground.
    """
    _require_certain(standing, event)
    row = TABLES[standing.course, standing.role].get(standing.state, {})
    if event in row:
        _require(standing, event, now)
    outcome = row.get(_column(standing, event, now))
    if outcome is None or isinstance(outcome, Refusal):
        raise _refusal(outcome, standing.state, event)
    if isinstance(outcome, tuple):
        return Step(state=outcome[0], says=outcome[1], changed=False)
    if outcome is standing.state:
        return Step(state=outcome, changed=False)
    return _after(outcome, standing, event, now, reason)


def _require_certain(standing: Standing, event: Act | Order) -> None:
    decides = standing.course is Course.HANDOVER and event not in _FOR_GOOD
    if standing.in_doubt and (decides or event is Order.RELEASE):
        raise InDoubtError


def _require(standing: Standing, event: Act | Order, now: int) -> None:
    late = standing.late(now)
    if event in (Order.RELEASE, Order.COUNTERSIGN) and standing.claim is not Claim.HOLDER:
        raise NotResponsibleError
    if event is Order.RELEASE and (late or not standing.grounded):
        raise UnfitOfferError
    if event is Order.RESOLVE and not (standing.relieving_here and standing.claim is Claim.RELIEVING):
        raise NotResponsibleError
    if event is Order.RESOLVE and not standing.overdue:
        raise DeedNotOverdueError
    if event is Order.DEADLINE and not late:
        raise OutOfOrderError("the deadline has not passed")
    if event is Order.ERASE and standing.held:
        raise OutOfOrderError("a legal hold is in force")


def _column(standing: Standing, event: Act | Order, now: int) -> Column:
    fits = standing.grounded and not standing.late(now) and standing.claim is Claim.HOLDER
    if event is Order.COUNTERSIGN and not fits:
        return Guarded.UNGROUNDED
    if event is Act.ACCEPTANCE:
        if not fits:
            return Guarded.LATE_ACCEPTANCE
        return Guarded.AUTOMATIC if standing.automatic else event
    if standing.resolved and event in _RESOLVED:
        return _RESOLVED[event]
    if event is Act.DEED and not standing.bound:
        return Guarded.STRAY_DEED
    if event is Act.REFERRAL and standing.late(now):
        return Guarded.LATE_REFERRAL
    if standing.held and standing.state is State.SERVING and event in _ENDS_SERVICE:
        return Guarded.HELD
    return event


def _refusal(outcome: Refusal | None, state: State, event: Act | Order) -> OutOfOrderError:
    match outcome:
        case Refusal.EQUIVOCATION:
            return EquivocationError("%(event)s in %(state)s", event=_word(event), state=state)
        case Refusal.GONE:
            return ClosedRoundError()
        case Refusal.DEED_STANDS:
            return DeedStandsError()
        case Refusal.RESOLVED:
            return RoundResolvedError()
        case _:
            return OutOfOrderError("%(event)s in %(state)s", event=_word(event), state=state)


def _word(event: Act | Order) -> str:
    return event if isinstance(event, Act) else event.value


def _after(
    state: State, standing: Standing, event: Act | Order, now: int, reason: VoidReason | EndReason | None
) -> Step:
    claim = CLAIMS.get(state)
    if state is State.TRANSFERRED and not (standing.relieving_here and standing.claim is Claim.RELIEVING):
        claim = None  # the matter may be back already: a late take-up receipt takes nothing away
    if event is Order.RESOLVE:
        claim = Claim.HOLDER
    if state is State.VOIDING:
        reason = reason or _void_reason(standing, event, now)
    elif state in (State.ENDING, State.RETAINED):
        reason = reason or _end_reason(standing, event, now)
    return Step(
        state=state,
        claim=claim,
        says=SAYS.get(state) or ANSWERS.get(state),
        reason=reason,
        erases=state in ERASES[standing.course, standing.role] and standing.state is not State.ENDING,
    )


def _void_reason(standing: Standing, event: Act | Order, now: int) -> VoidReason:
    if event is Order.RESOLVE:
        return VoidReason.RESOLVED
    if event is Order.DEADLINE or now > standing.deadline:
        return VoidReason.EXPIRED
    if not standing.grounded:
        return VoidReason.CONSENT_WITHDRAWN
    if event is Act.DECLINE:
        return VoidReason.DECLINED
    if event is Order.WITHDRAW:
        return VoidReason.WITHDRAWN
    return VoidReason.SUPERSEDED


def _end_reason(standing: Standing, event: Act | Order, now: int) -> EndReason | None:
    if event is Act.END:
        return None  # the other side has said it
    if event is Order.FINISH:
        return EndReason.DONE
    if standing.late(now):
        return EndReason.EXPIRED
    return EndReason.RECALLED if standing.grounded else EndReason.CONSENT_WITHDRAWN
