"""The lifecycle of one round: both state tables, the guards, and the pure `step`.

This is the machine of docs/spec/lifecycle.md. It knows nothing of bytes, clocks or databases: the caller evaluates it
inside the transaction that commits its result.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from handover.domain.errors import OutOfOrderError, RefusedError


class Role(StrEnum):
    """Which side of a round this node is."""

    SENDER = "sender"
    RECEIVER = "receiver"


class Act(StrEnum):
    """What an envelope says."""

    OFFER = "offer"
    ACCEPTANCE = "acceptance"
    DECLINE = "decline"
    DEED = "deed"
    VOID = "void"
    TAKE_UP_RECEIPT = "take-up-receipt"
    VOID_RECEIPT = "void-receipt"
    OPENED = "opened"
    QUESTION = "question"
    ANSWER = "answer"
    ARRIVAL = "arrival"
    NON_ARRIVAL = "non-arrival"


class Order(StrEnum):
    """What a node's own officers and clock do; an acceptance that no longer fits has a column of its own."""

    RELEASE = "release"
    WITHDRAW = "withdraw"
    DEADLINE = "deadline"
    COUNTERSIGN = "countersign"
    ACCEPT = "accept"
    DECLINE = "decline"


class State(StrEnum):
    """Where a round stands at one side. PREPARED and DISCARDED are local: the other side has heard nothing."""

    PREPARED = "PREPARED"
    DISCARDED = "DISCARDED"
    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    RELIEVING = "RELIEVING"
    VOIDING = "VOIDING"
    TRANSFERRED = "TRANSFERRED"
    VOIDED = "VOIDED"
    UNKNOWN = "UNKNOWN"
    PENDING = "PENDING"
    BOUND = "BOUND"
    DECLINED = "DECLINED"
    HOLDING = "HOLDING"
    CLOSED = "CLOSED"


class Claim(StrEnum):
    """What a node says of its own responsibility for a matter."""

    HOLDER = "HOLDER"
    RELIEVING = "RELIEVING"
    NONE = "NONE"
    IN_DOUBT = "IN-DOUBT"


class VoidReason(StrEnum):
    """Why a round ended without take-up."""

    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    DECLINED = "declined"
    SUPERSEDED = "superseded"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    RESTORED = "restored"


class EquivocationError(OutOfOrderError):
    """Two signed statements of one sender contradict each other; both are kept as evidence."""

    name = "equivocation"
    title = "Two signed messages of one sender contradict each other."
    advice = "Both messages are kept. Telephone the other authority; two officers resolve the round."


class ClosedRoundError(OutOfOrderError):
    """The round was voided before this offer came; nothing of it was stored."""

    name = "round-closed"
    title = "This round is closed; the late offer was not stored."
    advice = "Make a new offer if the case should still move."


class DeedStandsError(OutOfOrderError):
    """After the deed the sender alone cannot take anything back."""

    name = "deed-stands"
    title = "The deed has been given and cannot be withdrawn by one side."
    advice = "If the child does not arrive, the receiver offers the case back in a new round."


class NotResponsibleError(RefusedError):
    """Only the responsible node may hand a matter over."""

    name = "not-responsible"
    title = "This node is not responsible for the matter, or another deed of it is still out."
    advice = "Ask the authority that is responsible now."


@dataclass(frozen=True, kw_only=True)
class Standing:
    """All that `step` may look at, read inside the transaction that commits its result.

    `deadline` is in seconds since 1970; `grounded` says that the ground covers the disclosure now; `bound` that this
    node's own acceptance exists (in its database or embedded in the deed); `automatic` that a fitting acceptance is
    answered by the deed without a second officer.
    """

    role: Role
    state: State
    claim: Claim
    deadline: int
    relieving_here: bool = False
    grounded: bool = True
    bound: bool = False
    automatic: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """What follows from one event: the next state, the claim to set (None: unchanged) and what is said anew."""

    state: State
    claim: Claim | None = None
    says: Act | None = None
    reason: VoidReason | None = None
    erases: bool = False
    changed: bool = True


class _Column(StrEnum):
    """The columns of the tables that no single event names."""

    LATE_ACCEPTANCE = "late-acceptance"
    STRAY_DEED = "stray-deed"
    AUTOMATIC = "automatic"
    UNGROUNDED = "ungrounded"


class _No(StrEnum):
    """Outcomes that leave everything as it is."""

    EQUIVOCATION = "equivocation"
    STRAY = "stray"
    GONE = "gone"
    DEED_STANDS = "deed stands"


Column = Act | Order | _Column
Outcome = State | tuple[State, Act] | _No

# A tuple is a repeat: the state stays and the message is said again. A state equal to the row's changes nothing.
SENDER: Final[dict[State, dict[Column, Outcome]]] = {
    State.PREPARED: {
        Order.RELEASE: State.OFFERED,
        Order.WITHDRAW: State.DISCARDED,
    },
    State.OFFERED: {
        Order.WITHDRAW: State.VOIDING,
        Order.DEADLINE: State.VOIDING,
        Act.ACCEPTANCE: State.ACCEPTED,
        _Column.AUTOMATIC: State.RELIEVING,
        _Column.LATE_ACCEPTANCE: State.VOIDING,
        Act.DECLINE: State.VOIDING,
        Act.TAKE_UP_RECEIPT: _No.EQUIVOCATION,
        Act.VOID_RECEIPT: _No.EQUIVOCATION,
    },
    State.ACCEPTED: {
        Order.WITHDRAW: State.VOIDING,
        Order.DEADLINE: State.VOIDING,
        Order.COUNTERSIGN: State.RELIEVING,
        _Column.UNGROUNDED: State.VOIDING,
        Act.ACCEPTANCE: State.ACCEPTED,
        _Column.LATE_ACCEPTANCE: State.ACCEPTED,
        _Column.AUTOMATIC: State.ACCEPTED,
        Act.DECLINE: State.VOIDING,
        Act.TAKE_UP_RECEIPT: _No.EQUIVOCATION,
        Act.VOID_RECEIPT: _No.EQUIVOCATION,
    },
    State.RELIEVING: {
        Order.WITHDRAW: _No.DEED_STANDS,
        Order.DEADLINE: State.RELIEVING,
        Act.ACCEPTANCE: (State.RELIEVING, Act.DEED),
        _Column.LATE_ACCEPTANCE: (State.RELIEVING, Act.DEED),
        _Column.AUTOMATIC: (State.RELIEVING, Act.DEED),
        Act.DECLINE: (State.RELIEVING, Act.DEED),
        Act.TAKE_UP_RECEIPT: State.TRANSFERRED,
        Act.VOID_RECEIPT: _No.EQUIVOCATION,
    },
    State.VOIDING: {
        Order.WITHDRAW: State.VOIDING,
        Order.DEADLINE: State.VOIDING,
        Act.ACCEPTANCE: (State.VOIDING, Act.VOID),
        _Column.LATE_ACCEPTANCE: (State.VOIDING, Act.VOID),
        _Column.AUTOMATIC: (State.VOIDING, Act.VOID),
        Act.DECLINE: (State.VOIDING, Act.VOID),
        Act.TAKE_UP_RECEIPT: _No.EQUIVOCATION,
        Act.VOID_RECEIPT: State.VOIDED,
    },
    State.TRANSFERRED: {
        Order.WITHDRAW: _No.DEED_STANDS,
        Order.DEADLINE: State.TRANSFERRED,
        Act.ACCEPTANCE: (State.TRANSFERRED, Act.DEED),
        _Column.LATE_ACCEPTANCE: (State.TRANSFERRED, Act.DEED),
        _Column.AUTOMATIC: (State.TRANSFERRED, Act.DEED),
        Act.DECLINE: (State.TRANSFERRED, Act.DEED),
        Act.TAKE_UP_RECEIPT: State.TRANSFERRED,
        Act.VOID_RECEIPT: _No.EQUIVOCATION,
    },
    State.VOIDED: {
        Order.WITHDRAW: State.VOIDED,
        Order.DEADLINE: State.VOIDED,
        Act.ACCEPTANCE: (State.VOIDED, Act.VOID),
        _Column.LATE_ACCEPTANCE: (State.VOIDED, Act.VOID),
        _Column.AUTOMATIC: (State.VOIDED, Act.VOID),
        Act.DECLINE: (State.VOIDED, Act.VOID),
        Act.TAKE_UP_RECEIPT: _No.EQUIVOCATION,
        Act.VOID_RECEIPT: State.VOIDED,
    },
}

RECEIVER: Final[dict[State, dict[Column, Outcome]]] = {
    State.UNKNOWN: {
        Act.OFFER: State.PENDING,
        Act.DEED: State.HOLDING,
        _Column.STRAY_DEED: _No.STRAY,
        Act.VOID: State.CLOSED,
    },
    State.PENDING: {
        Act.OFFER: State.PENDING,
        Order.ACCEPT: State.BOUND,
        Order.DECLINE: State.DECLINED,
        Act.DEED: State.HOLDING,
        _Column.STRAY_DEED: _No.STRAY,
        Act.VOID: State.CLOSED,
    },
    State.BOUND: {
        Act.OFFER: State.BOUND,
        Order.ACCEPT: State.BOUND,
        Order.DECLINE: State.DECLINED,
        Act.DEED: State.HOLDING,
        Act.VOID: State.CLOSED,
    },
    State.DECLINED: {
        Act.OFFER: State.DECLINED,
        Order.DECLINE: State.DECLINED,
        Act.DEED: State.HOLDING,
        _Column.STRAY_DEED: _No.STRAY,
        Act.VOID: State.CLOSED,
    },
    State.HOLDING: {
        Act.OFFER: State.HOLDING,
        Act.DEED: (State.HOLDING, Act.TAKE_UP_RECEIPT),
        Act.VOID: _No.EQUIVOCATION,
    },
    State.CLOSED: {
        Act.OFFER: _No.GONE,
        Act.DEED: _No.EQUIVOCATION,
        _Column.STRAY_DEED: _No.EQUIVOCATION,
        Act.VOID: (State.CLOSED, Act.VOID_RECEIPT),
    },
}

SAYS: Final[dict[State, Act]] = {  # said again until it is answered
    State.OFFERED: Act.OFFER,
    State.RELIEVING: Act.DEED,
    State.VOIDING: Act.VOID,
    State.BOUND: Act.ACCEPTANCE,
    State.DECLINED: Act.DECLINE,
}
ANSWERS: Final[dict[State, Act]] = {State.HOLDING: Act.TAKE_UP_RECEIPT, State.CLOSED: Act.VOID_RECEIPT}
CLAIMS: Final[dict[State, Claim]] = {
    State.RELIEVING: Claim.RELIEVING,
    State.TRANSFERRED: Claim.NONE,
    State.HOLDING: Claim.HOLDER,
}
OPEN_OFFER: Final = frozenset({State.OFFERED, State.ACCEPTED})
SETTLED: Final = frozenset({State.TRANSFERRED, State.VOIDED, State.HOLDING, State.CLOSED, State.DISCARDED})


def step(standing: Standing, event: Act | Order, now: int, reason: VoidReason | None = None) -> Step:
    """Give what follows from *event* at *now* (seconds since 1970).

    Raises:
        EquivocationError: two signed statements contradict each other; nothing changes.
        OutOfOrderError: the pair of state and event is not in the table; nothing changes.
        NotResponsibleError: an offer or a deed without the claim.
    """
    table = SENDER if standing.role is Role.SENDER else RECEIVER
    outcome = table.get(standing.state, {}).get(_column(standing, event, now))
    if outcome is None or isinstance(outcome, _No):
        raise _refusal(outcome, standing.state, event)
    if isinstance(outcome, tuple):
        return Step(state=outcome[0], says=outcome[1], changed=False)
    if outcome is standing.state:
        return Step(state=outcome, changed=False)
    return _after(outcome, standing, event, now, reason)


def _column(standing: Standing, event: Act | Order, now: int) -> Column:
    fits = standing.grounded and now <= standing.deadline and standing.claim is Claim.HOLDER
    if event in (Order.RELEASE, Order.COUNTERSIGN) and standing.claim is not Claim.HOLDER:
        raise NotResponsibleError
    if event is Order.COUNTERSIGN and not fits:
        return _Column.UNGROUNDED
    if event is Act.ACCEPTANCE:
        if not fits:
            return _Column.LATE_ACCEPTANCE
        return _Column.AUTOMATIC if standing.automatic else event
    if event is Act.DEED and not standing.bound:
        return _Column.STRAY_DEED
    return event


def _refusal(outcome: _No | None, state: State, event: Act | Order) -> OutOfOrderError:
    match outcome:
        case _No.EQUIVOCATION:
            return EquivocationError(f"{event} in {state}")
        case _No.GONE:
            return ClosedRoundError()
        case _No.DEED_STANDS:
            return DeedStandsError()
        case _:
            return OutOfOrderError(f"{event} in {state}")


def _after(state: State, standing: Standing, event: Act | Order, now: int, reason: VoidReason | None) -> Step:
    claim = CLAIMS.get(state)
    if state is State.TRANSFERRED and not standing.relieving_here:
        claim = None  # the matter may be back already: a late take-up receipt takes nothing away
    if state is State.VOIDING:
        reason = reason or _void_reason(standing, event, now)
    return Step(
        state=state,
        claim=claim,
        says=SAYS.get(state) or ANSWERS.get(state),
        reason=reason,
        erases=state is State.CLOSED,
    )


def _void_reason(standing: Standing, event: Act | Order, now: int) -> VoidReason:
    if event is Order.DEADLINE or now > standing.deadline:
        return VoidReason.EXPIRED
    if not standing.grounded:
        return VoidReason.CONSENT_WITHDRAWN
    if event is Act.DECLINE:
        return VoidReason.DECLINED
    if event is Order.WITHDRAW:
        return VoidReason.WITHDRAWN
    return VoidReason.SUPERSEDED
