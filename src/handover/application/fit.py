"""Whether an envelope fits a round that is known, and what those that move nothing leave behind."""

from dataclasses import replace
from typing import Final

from handover.application.facts import Handover, KeptEnvelope
from handover.application.intake import MismatchError, Received
from handover.application.ports import UnitOfWork
from handover.application.rounds import raise_alarm
from handover.domain.errors import OutOfOrderError
from handover.domain.handover import Act, EquivocationError, Role, State
from handover.domain.ids import Digest
from handover.protocol.envelope import Envelope

MOVES: Final = frozenset(
    {Act.OFFER, Act.ACCEPTANCE, Act.DECLINE, Act.DEED, Act.VOID, Act.TAKE_UP_RECEIPT, Act.VOID_RECEIPT}
)
_FROM_SENDER: Final = frozenset({Act.OFFER, Act.DEED, Act.VOID, Act.QUESTION, Act.ANSWER})
_FROM_RECEIVER: Final = frozenset(Act) - {Act.OFFER, Act.DEED, Act.VOID}
_AFTER_DEED: Final = frozenset({State.RELIEVING, State.TRANSFERRED})
# The envelope that each act answers, as this side keeps its digest.
_ANSWERS: Final = {
    Act.ACCEPTANCE: "offer",
    Act.DECLINE: "offer",
    Act.OPENED: "offer",
    Act.QUESTION: "offer",
    Act.DEED: "acceptance",
    Act.VOID: "offer",
    Act.TAKE_UP_RECEIPT: "deed",
    Act.ARRIVAL: "deed",
    Act.NON_ARRIVAL: "deed",
    Act.VOID_RECEIPT: "closing",
}


def require(work: UnitOfWork, received: Received, handover: Handover, kept: KeptEnvelope) -> None:
    """Do nothing if the envelope belongs to the round, comes from the right side and answers what was said.

    Raises:
        MismatchError: another matter, epoch, purpose or schema, or an answer to something else.
        EquivocationError: two different envelopes with one number, or two offers in one round.
        OutOfOrderError: this side does not say that, or not yet.
    """
    envelope = received.envelope
    _require_same(handover, envelope)
    side = _FROM_SENDER if handover.role is Role.RECEIVER else _FROM_RECEIVER
    if envelope.act not in side:
        raise OutOfOrderError(f"{envelope.act.value} from this side")
    if work.envelopes.same_seq(kept) is not None:
        raise EquivocationError("two envelopes with one number")
    if envelope.act is Act.OFFER and handover.state is not State.CLOSED:
        raise EquivocationError("two offers in one round")
    if envelope.act in (Act.ARRIVAL, Act.NON_ARRIVAL) and handover.state not in _AFTER_DEED:
        raise OutOfOrderError(f"{envelope.act.value} before the deed")
    _require_answers(handover, envelope)


def _require_same(handover: Handover, envelope: Envelope) -> None:
    same = (
        handover.pair == envelope.matter
        and handover.epoch == envelope.epoch
        and handover.purpose == envelope.purpose
        and handover.schema == envelope.schema
    )
    if not same:
        raise MismatchError("another matter, epoch, purpose or schema than the round's")


def _require_answers(handover: Handover, envelope: Envelope) -> None:
    name = _ANSWERS.get(envelope.act)
    expected: Digest | None = getattr(handover, name) if name else None
    if expected is not None and envelope.re != expected:
        raise MismatchError("it answers another message than the one that was said")


def note(work: UnitOfWork, handover: Handover, envelope: Envelope, digest: Digest) -> None:
    """Write down what a message outside the tables tells; it changes nobody's responsibility."""
    match envelope.act:
        case Act.OPENED if handover.opened_at is None:
            new = replace(handover, opened_at=work.now)
        case Act.QUESTION:
            new = replace(handover, question=digest)
        case Act.ARRIVAL:
            new = replace(handover, arrived_at=work.now, alarm=None)
        case Act.NON_ARRIVAL:
            raise_alarm(work, "non-arrival", peer=handover.peer, handover=handover)
            new = replace(handover, alarm="non-arrival")
        case _:
            return
    work.handovers.change(handover, new)
