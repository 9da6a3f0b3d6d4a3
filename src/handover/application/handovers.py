"""What officers do with a round that has begun: open, ask, answer, accept, decline, confirm arrival."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from handover.application import departures, documents, fit, proofs
from handover.application.alarms import raise_alarm
from handover.application.facts import Actor, Delivery, Handover, KeptEnvelope
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork
from handover.application.readings import require_stated, stated
from handover.application.rounds import Cause, Rounds
from handover.application.sealing import Saying, Sealer, answers_to
from handover.domain.continuity import FOLLOW_UP_DAYS
from handover.domain.courses import TABLES, Course
from handover.domain.errors import MalformedError, NotFoundError, OutOfOrderError
from handover.domain.handover import Act, DeclineReason, Order, Role, State
from handover.domain.ids import HandoverId
from handover.domain.record import MatterKind, Value
from handover.protocol import bodies, message, strict
from handover.protocol import envelope as envelopes
from handover.protocol.entry import EntryKind
from handover.protocol.envelope import By
from handover.protocol.statement import AssertedAct
from handover.protocol.strict import Json

DECLINE_CODES = tuple(reason.value for reason in DeclineReason)
_OPEN = frozenset({State.PENDING, State.BOUND, State.DECLINED})
_TAKEN = frozenset({State.HOLDING, State.TRANSFERRED, State.RELIEVING})
_TALK = (TABLES[Course.HANDOVER, Role.SENDER].keys() | TABLES[Course.HANDOVER, Role.RECEIVER].keys()) - {
    State.PREPARED,
    State.DISCARDED,
    State.VOIDED,
    State.VOIDING,
    State.CLOSED,
}


class NotOpenedError(OutOfOrderError):
    """An offer is decided on after a named officer has read it."""

    name = "not-opened"
    title = "Nobody has opened this offer yet."
    advice = "Open the offer and read it before deciding."


class UnknownReasonError(MalformedError):
    """A decline states one of the reasons of the specification."""

    name = "decline-reason"
    title = "The reason for declining is not one of the stated codes."
    advice = f"Use one of: {', '.join(DECLINE_CODES)}."


@dataclass(frozen=True, kw_only=True)
class Line:
    """One envelope in the timeline of a round. `delivery` is how far an envelope of ours has come.

    `reason` is why an offer was declined, a round is void, or something is kept, and `until` how long that is kept.
    `closed`: there is a text, and the officer has not said today why it is read.
    """

    act: Act
    incoming: bool
    at: int
    digest: str
    receipted: bool
    delivery: Delivery | None
    problem: str | None
    text: Mapping[str, Json] | None
    reason: str | None = None
    until: int | None = None
    closed: bool = False


class Handovers:
    """The desk for rounds under way; the receiving side decides, both sides talk."""

    def __init__(self, database: Database, sealer: Sealer, rounds: Rounds) -> None:
        self._database = database
        self._sealer = sealer
        self._rounds = rounds

    def open(self, handover: HandoverId, *, actor: Actor) -> dict[str, Value]:
        """Give the offered values to a named officer; the sender gets the confirmation of receipt.

        Each reading is logged. What is not in the answer was withheld.

        Raises:
            GroundExpiredError: the ground does not count any more; nothing is shown.
            OutOfOrderError: the round is closed.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = _receiving(work.handovers.get(handover))
            require_stated(work, found.matter, actor)
            if found.state not in _OPEN or found.offer is None:
                raise OutOfOrderError
            content = message.decode_kept(work.envelopes.plaintext(found.offer))
            departures.require_shown(content.consent, work.now)
            work.log.append(EntryKind.DISCLOSED, stream=found.pair, object_=found.offer, now=work.now)
            if found.opened_at is None:
                work.log.append(EntryKind.OPENED, stream=found.pair, object_=found.offer, now=work.now)
                by = self._sealer.by(found, actor.officer, actor)
                said = self._sealer.say(work, found, Saying(act=Act.OPENED, re=found.offer, by=by))
                work.handovers.change(found, replace(said, opened_at=work.now))
            return documents.values_of(documents.of_payload(work.envelopes.plaintext(found.offer)))

    def accept(
        self,
        handover: HandoverId,
        *,
        responsible: Mapping[str, Json],
        plan: str,
        actor: Actor,
        follow_ups: Sequence[int] = FOLLOW_UP_DAYS,
    ) -> Handover:
        """Bind this node to take the case: *responsible* has name, organisation and contact.

        *follow_ups* are the days after the take-up on which the other side will hear how the child is.

        Raises:
            NotOpenedError: nobody has read the offer.
            StepUpError: the officer has to confirm it.
            IncompleteMessageError: the guardian (or the responsible officer) or the plan is not named.
            OutOfOrderError: it is over, or another officer has accepted already.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = _opened(work.handovers.get(handover))
            as_ = "guardian" if found.kind is MatterKind.GUARDIANSHIP else "officer"
            days: list[Json] = [*follow_ups] if found.kind is MatterKind.GUARDIANSHIP else []
            body: dict[str, Json] = {
                "responsible": {"as": as_, **responsible},
                "plan": plan,
                "follow_ups": days,
            }
            bodies.check_body(Act.ACCEPTANCE, body)
            by = self._sealer.by(found, actor.officer, actor)
            begun = proofs.take(work, AssertedAct.ACCEPTANCE, found.id, actor)
            cause = Cause(event=Order.ACCEPT, by=by, body=body, actor=actor, begun=begun)
            return _own_word(work, found, self._rounds.move(work, found, cause), by)

    def decline(self, handover: HandoverId, *, code: str, text: str, actor: Actor) -> Handover:
        """Say no, with a reason; who is bound already asks to be released and stays bound until a void or a deed.

        Raises:
            UnknownReasonError: *code* is not one of DECLINE_CODES.
            OutOfOrderError: it is over, or another officer has declined already.
        """
        require(actor, Right.DECIDE)
        if code not in DECLINE_CODES:
            raise UnknownReasonError
        with self._database.begin() as work:
            found = _receiving(work.handovers.get(handover))
            by = self._sealer.by(found, actor.officer, actor)
            cause = Cause(event=Order.DECLINE, by=by, code=code, body={"text": text})
            return _own_word(work, found, self._rounds.move(work, found, cause), by)

    def ask(self, handover: HandoverId, *, text: str, actor: Actor) -> Handover:
        """Ask the other side something."""
        return self._talk(handover, Act.QUESTION, {"text": text}, actor)

    def answer(self, handover: HandoverId, *, text: str, actor: Actor) -> Handover:
        """Answer the newest question of the other side; the offerer's answer discloses, so the ground is asked again.

        Raises:
            GroundError: no ground covers the offer any more.
        """
        return self._talk(handover, Act.ANSWER, {"text": text}, actor)

    def arrival(self, handover: HandoverId, *, date: str, text: str, actor: Actor) -> Handover:
        """Confirm that the child has arrived."""
        return self._arrived(handover, Act.ARRIVAL, date, text, actor)

    def non_arrival(self, handover: HandoverId, *, date: str, text: str, actor: Actor) -> Handover:
        """Report that the child has not come: an alarm at both nodes."""
        return self._arrived(handover, Act.NON_ARRIVAL, date, text, actor)

    def _talk(self, handover: HandoverId, act: Act, body: Mapping[str, Json], actor: Actor) -> Handover:
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = work.handovers.get(handover)
            re = answers_to(found, act)
            if found.state not in _TALK or re is None:
                raise OutOfOrderError
            fit.require_room(act, found.seq, again=True)
            by = self._sealer.by(found, actor.officer, actor)
            token = self._rounds.token(work, found) if act is Act.ANSWER else None
            saying = Saying(
                act=act, re=re, body=body, by=by, consent=None if token is None else strict.digest(token)
            )
            said = self._sealer.say(work, found, saying)
            if act is Act.ANSWER:
                said = replace(
                    said, question=None
                )  # nothing is left to answer until the other side asks again
            work.handovers.change(found, said)
            return said

    def _arrived(self, handover: HandoverId, act: Act, date: str, text: str, actor: Actor) -> Handover:
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = _receiving(work.handovers.get(handover))
            if found.state is not State.HOLDING or found.kind is not MatterKind.GUARDIANSHIP:
                raise OutOfOrderError
            fit.require_room(act, found.seq, again=found.arrived_at is not None or found.alarm is not None)
            by = self._sealer.by(found, actor.officer, actor)
            saying = Saying(act=act, re=found.deed, body={"date": date, "text": text}, by=by)
            said = self._sealer.say(work, found, saying)
            if act is Act.NON_ARRIVAL:
                raise_alarm(work, "non-arrival", peer=found.peer, handover=found)
                said = replace(said, alarm="non-arrival")
            else:
                said = replace(said, arrived_at=work.now, alarm=None)
            work.handovers.change(found, said)
            return said

    def timeline(self, handover: HandoverId, *, actor: Actor) -> list[Line]:
        """Give every envelope of the round with its delivery, and the texts that officers sent one another.

        The texts are personal: they stay closed to whoever has yet to say why they are read.
        """
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            found = work.handovers.get(handover)
            kept = work.envelopes.of_handover(found.id)
            receipts = work.envelopes.receipts([each.digest for each in kept])
            queued = work.queue.of_handover(found.id)
            may_read = stated(work, found.matter, actor)
            lines = []
            for each in kept:
                waiting, text = queued.get(each.digest), _text(work, each)
                claimed = envelopes.read(each.data).claimed
                lines.append(
                    Line(
                        act=each.act,
                        incoming=each.incoming,
                        at=each.stored_at,
                        digest=each.digest,
                        receipted=each.digest in receipts,
                        delivery=None if waiting is None else waiting.delivery,
                        problem=None if waiting is None else waiting.problem,
                        text=text if may_read else None,
                        reason=claimed.reason,
                        until=claimed.deadline if each.act is Act.LEGAL_HOLD else None,
                        closed=bool(text) and not may_read,
                    )
                )
            return lines


def _text(work: UnitOfWork, kept: KeptEnvelope) -> Mapping[str, Json] | None:
    if kept.act in (Act.OFFER, Act.DEED, Act.REFERRAL):
        return None
    try:
        return message.decode_kept(work.envelopes.plaintext(kept.digest)).body
    except NotFoundError:
        return None


def _receiving(handover: Handover) -> Handover:
    if handover.role is not Role.RECEIVER or handover.course is not Course.HANDOVER:
        raise OutOfOrderError
    return handover


def _own_word(work: UnitOfWork, before: Handover, after: Handover, by: By) -> Handover:
    """Give *after*. A repeat says nothing anew; whoever repeats what another officer has said is told so."""
    if after.seq == before.seq:
        own = [each for each in work.envelopes.of_handover(before.id) if not each.incoming]
        said = envelopes.read(own[-1].data).claimed.by if own else None
        if said is None or said.released != by.released:
            raise OutOfOrderError
    return after


def _opened(handover: Handover) -> Handover:
    if _receiving(handover).opened_at is None:
        raise NotOpenedError
    return handover
