"""Whether an envelope fits a round that is known, and what those that move nothing leave behind."""

from dataclasses import replace
from typing import Final

from handover.application.facts import Handover, KeptEnvelope
from handover.application.intake import MismatchError, Received
from handover.application.ports import UnitOfWork
from handover.application.rounds import raise_alarm
from handover.domain.consent import GroundExpiredError
from handover.domain.errors import NotFoundError, OutOfOrderError
from handover.domain.handover import Act, EquivocationError, Role, State
from handover.domain.ids import Digest
from handover.protocol import consent, strict
from handover.protocol import envelope as envelopes
from handover.protocol.envelope import Envelope

MOVES: Final = frozenset(
    {Act.OFFER, Act.ACCEPTANCE, Act.DECLINE, Act.DEED, Act.VOID, Act.TAKE_UP_RECEIPT, Act.VOID_RECEIPT}
)
_FROM_SENDER: Final = frozenset({Act.OFFER, Act.DEED, Act.VOID, Act.QUESTION, Act.ANSWER})
_FROM_RECEIVER: Final = frozenset(Act) - {Act.OFFER, Act.DEED, Act.VOID}
_AFTER_DEED: Final = frozenset({State.RELIEVING, State.TRANSFERRED})
# The act that each act answers, and whether the one who receives it has said it himself.
_ANSWERS: Final = {
    Act.ACCEPTANCE: (Act.OFFER, True),
    Act.DECLINE: (Act.OFFER, True),
    Act.OPENED: (Act.OFFER, True),
    Act.DEED: (Act.ACCEPTANCE, True),
    Act.VOID: (Act.OFFER, False),
    Act.TAKE_UP_RECEIPT: (Act.DEED, True),
    Act.ARRIVAL: (Act.DEED, True),
    Act.NON_ARRIVAL: (Act.DEED, True),
    Act.VOID_RECEIPT: (Act.VOID, True),
    Act.ANSWER: (Act.QUESTION, True),
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
    if envelope.act in MOVES and handover.state is not State.CLOSED:
        _require_repeat(work, handover, envelope)
    if envelope.act in (Act.ARRIVAL, Act.NON_ARRIVAL) and handover.state not in _AFTER_DEED:
        raise OutOfOrderError(f"{envelope.act.value} before the deed")
    _require_answers(work, handover, envelope)
    if envelope.act is Act.ANSWER and handover.role is Role.RECEIVER:
        _require_ground(work, handover, envelope)


def _require_ground(work: UnitOfWork, handover: Handover, envelope: Envelope) -> None:
    """The offerer's answer discloses: the ground of the offer must still be in force."""
    offer = None if handover.offer is None else work.exhibits.find([handover.offer]).get(handover.offer)
    if offer is None or offer.consent is None or strict.digest(offer.consent) != envelope.consent:
        raise MismatchError("the answer does not name the ground of the offer")
    if not consent.read(offer.consent).claimed.ground.in_force(work.now):
        raise GroundExpiredError


def _require_same(handover: Handover, envelope: Envelope) -> None:
    same = (
        handover.pair == envelope.matter
        and handover.epoch == envelope.epoch
        and handover.purpose == envelope.purpose
        and handover.schema == envelope.schema
    )
    if not same:
        raise MismatchError("another matter, epoch, purpose or schema than the round's")


def _require_answers(work: UnitOfWork, handover: Handover, envelope: Envelope) -> None:
    """What is answered was said in this round: the first envelope of its act, or one that was reissued for it."""
    if envelope.act not in _ANSWERS or envelope.re is None:
        return
    act, said_here = _ANSWERS[envelope.act]
    try:
        answered = work.envelopes.get(envelope.re)
    except NotFoundError as error:
        if envelope.act is Act.VOID:
            return  # a reissued offer that never came; the round is named all the same
        raise MismatchError("it answers a message that is not known here") from error
    fits = answered.handover == handover.id and answered.act is act and answered.incoming is not said_here
    if not fits:
        raise MismatchError("it answers another message than the one that was said")


def _require_repeat(work: UnitOfWork, handover: Handover, envelope: Envelope) -> None:
    """A second envelope of an act that moves the round is a reissue: it replaces the first and commits to the same."""
    earlier = [
        each for each in work.envelopes.of_handover(handover.id) if each.incoming and each.act is envelope.act
    ]
    same = any(
        each.digest == envelope.replaces and _commit(each.data) == _commit_of(envelope) for each in earlier
    )
    if earlier and not same:
        raise EquivocationError("two messages of one act in one round")


def _commit(data: bytes) -> Digest | None:
    return _commit_of(envelopes.read(data).claimed)


def _commit_of(envelope: Envelope) -> Digest | None:
    return None if envelope.payload is None else envelope.payload.commit


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
