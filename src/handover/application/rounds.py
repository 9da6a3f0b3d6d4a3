"""Moves a round: asks the domain for the step and writes all that follows from it, in the caller's transaction."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from handover.application import apart, attachments, counting, departures, documents, following, notices
from handover.application.facts import Actor, Handover, changed
from handover.application.owners import TALK
from handover.application.ports import UnitOfWork
from handover.application.proofs import Begun
from handover.application.registry import Registry
from handover.application.sealing import Saying, Sealer, answers_to
from handover.application.stepups import StepUps
from handover.domain.consent import GroundError
from handover.domain.courses import LIVE, Course, EndReason
from handover.domain.errors import HandoverError, OutOfOrderError
from handover.domain.handover import (
    SAYS,
    SETTLED,
    Act,
    Claim,
    Order,
    Role,
    Standing,
    State,
    Step,
    VoidReason,
    step,
)
from handover.domain.ids import Digest, NodeId
from handover.domain.sequence import SHOWS
from handover.protocol import envelope as envelopes
from handover.protocol.entry import EntryKind
from handover.protocol.envelope import By
from handover.protocol.message import Message
from handover.protocol.strict import Json

_STANDING: Final = frozenset(SAYS.values())
_SEALED_TALK: Final = (Act.ACCEPTANCE, Act.DECLINE, Act.QUESTION, Act.ANSWER)
# Where the digest of an act that moves the round is kept.
_MARKS: Final[dict[Act, Callable[[Handover, Digest | None], Handover]]] = {
    Act.OFFER: lambda handover, digest: changed(handover, offer=digest),
    Act.ACCEPTANCE: lambda handover, digest: changed(handover, acceptance=digest, bound=True),
    Act.DEED: lambda handover, digest: changed(handover, deed=digest),
    Act.VOID: lambda handover, digest: changed(handover, closing=digest),
    Act.TAKE_UP_RECEIPT: lambda handover, digest: changed(handover, receipt=digest),
    Act.VOID_RECEIPT: lambda handover, digest: changed(handover, receipt=digest),
    Act.REFERRAL: lambda handover, digest: changed(handover, offer=digest),
    Act.HIT: lambda handover, digest: changed(handover, offer=digest),
    Act.END: lambda handover, digest: changed(handover, closing=digest),
    Act.END_RECEIPT: lambda handover, digest: changed(handover, receipt=digest),
}


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why a round is moved: the event; who acts (none: clock or peer) and says what; or the envelope that was heard.

    `actor` is who acts now and `begun` what that officer was asked to confirm.
    `bound` says that the deed heard holds this node's own acceptance; `answers` is what the envelope heard answers;
    `overdue` that the take-up of this round's deed is not waited for any longer.
    """

    event: Act | Order
    by: By | None = None
    actor: Actor | None = None
    begun: Begun | None = None
    body: Mapping[str, Json] | None = None
    code: str | None = None
    void: VoidReason | EndReason | None = None
    saying: Saying | None = None
    heard: Digest | None = None
    answers: Digest | None = None
    bound: bool = False
    overdue: bool = False


class Rounds:
    """The one place where states and claims are written."""

    def __init__(self, node: NodeId, sealer: Sealer, registry: Registry, stepups: StepUps) -> None:
        self._node = node
        self._sealer = sealer
        self._registry = registry
        self._stepups = stepups

    def standing(self, work: UnitOfWork, handover: Handover, cause: Cause) -> Standing:
        """Give all that the step may look at, as it is in this transaction."""
        resolved = VoidReason.RESOLVED in (handover.reason, cause.code)
        if handover.role is Role.RECEIVER:
            ends = handover.state in (State.SERVING, State.RETAINED)
            return Standing(
                course=handover.course,
                role=handover.role,
                state=handover.state,
                claim=Claim.NONE,  # a receiver's steps do not look at it
                deadline=handover.deadline,
                bound=cause.bound,
                held=ends and apart.held(work, handover.matter),
                in_doubt=work.doubts.stands(handover.matter),
                resolved=resolved,
            )
        matter = work.matters.get(handover.matter)
        return Standing(
            course=handover.course,
            role=handover.role,
            state=handover.state,
            claim=matter.claim,
            deadline=handover.deadline,
            relieving_here=matter.relieving_for == handover.id,
            grounded=handover.course is Course.CONTACT or self.grounded(work, handover),
            automatic=handover.automatic and self.may_deed(handover, work.now),
            in_doubt=work.doubts.stands(handover.matter),
            resolved=resolved,
            overdue=cause.overdue,
        )

    def grounded(self, work: UnitOfWork, handover: Handover) -> bool:
        """Tell whether the ground of an offer covers it now."""
        try:
            departures.require_covered(work, handover)
        except GroundError:
            return False
        return True

    def token(self, work: UnitOfWork, handover: Handover) -> bytes | None:
        """Give the consent token under which the offerer may still disclose; none where this side is not the offerer.

        Raises:
            GroundError: the ground does not cover the offer any more.
        """
        if handover.role is Role.RECEIVER or handover.offer is None:
            return None
        if not self.grounded(work, handover):
            raise GroundError
        return work.exhibits.find([handover.offer])[handover.offer].consent

    def require_present(self, actor: Actor, now: int) -> None:
        """Do nothing if the officer has just proved to be there, where that is asked; raises StepUpError."""
        self._stepups.require_present(actor, now)

    def may_deed(self, handover: Handover, now: int) -> bool:
        """Tell whether the registry lets a deed go out now: it is fresh, and names the peer for it, with a key."""
        try:
            self._registry.require_fresh(now)
            self._registry.recipient(handover.peer, handover.purpose, handover.schema, now=now)
            self._registry.sealing_key(handover.peer, now)
        except HandoverError:
            return False
        return True

    def check(self, work: UnitOfWork, handover: Handover, cause: Cause) -> None:
        """Do nothing if `move` would succeed; it writes nothing.

        Raises:
            OutOfOrderError: the table does not have it.
        """
        step(self.standing(work, handover, cause), cause.event, work.now, cause.void)

    def move(self, work: UnitOfWork, handover: Handover, cause: Cause) -> Handover:
        """Give the round after *cause*; state, claim, message, queue and log are written together.

        Raises:
            OutOfOrderError: the table does not have it; nothing is written.
        """
        found = step(self.standing(work, handover, cause), cause.event, work.now, cause.void)
        if not found.changed:
            if found.says is not None:
                work.queue.rearm(handover.id, found.says, now=work.now)
            if handover.state is State.RETAINED and cause.event is Act.END:
                new = apart.keep(work, self._sealer, changed(handover, closing=cause.heard), cause.heard)
                work.handovers.change(handover, new)
                return new
            return handover
        return self.enter(work, handover, found, cause)

    def enter(self, work: UnitOfWork, old: Handover, found: Step, cause: Cause) -> Handover:
        """Give the round after a step that was decided, with all that follows from it written."""
        new = changed(old, state=found.state)
        if old.course is not Course.HANDOVER:
            new = changed(new, alarm=None)
        if isinstance(cause.event, Act) and cause.event in _MARKS:
            new = _MARKS[cause.event](new, cause.heard)
        if cause.event is Act.TAKE_UP_RECEIPT:
            new = replace(
                new, deed=cause.answers
            )  # of a deed that was said anew, the one that was taken up counts
        if found.reason is not None or cause.code is not None:
            new = changed(new, reason=found.reason or cause.code)
        new = self._speak(work, old, new, found, cause)
        self._claim(work, new, found)
        if old.state is State.UNKNOWN:
            work.handovers.add(new)
        else:
            work.handovers.change(old, new)
        if new.course is not Course.HANDOVER:
            self._end(work, old, new, found)
        elif found.state in SETTLED:
            self._settle(work, new, erases=found.erases)
        elif found.state is State.VOIDING:
            self._hold_back(work, new)
        if cause.by is None or cause.void in (VoidReason.CONSENT_WITHDRAWN, EndReason.CONSENT_WITHDRAWN):
            notices.moved(work, new, cause.event)
        return new

    def _speak(self, work: UnitOfWork, old: Handover, new: Handover, found: Step, cause: Cause) -> Handover:
        stale = SAYS.get(old.state)
        if stale is not None:
            work.queue.retire(old.id, [stale])
        if found.says is not None:
            new = self._say(work, new, found.says, cause)
        elif found.state is State.RETAINED:
            new = apart.keep(work, self._sealer, new, cause.heard or new.offer)
        return new

    def _end(self, work: UnitOfWork, old: Handover, new: Handover, found: Step) -> None:
        if found.erases:
            apart.erase(work, new)
        if found.state in SETTLED:
            apart.settle(work, old, new)

    def _hold_back(self, work: UnitOfWork, handover: Handover) -> None:
        """What still waits of an offer that was taken back does not leave any more; the void alone does."""
        work.queue.retire(handover.id, (*_SEALED_TALK, *SHOWS))
        attachments.settle(work, handover)

    def _say(self, work: UnitOfWork, handover: Handover, act: Act, cause: Cause) -> Handover:
        saying = cause.saying or Saying(act=act, re=answers_to(handover, act), body=cause.body, by=cause.by)
        saying = replace(saying, standing=act in _STANDING)
        if act in (Act.VOID, Act.DECLINE, Act.END):
            saying = replace(saying, reason=handover.reason)
        if act is Act.DEED:
            saying = self._deed(work, handover, saying)
        saying = self._stepups.confirm(work, handover, saying, actor=cause.actor, begun=cause.begun)
        said = self._sealer.say(work, handover, saying)
        return _MARKS[act](said, said.last) if act in _MARKS else said

    def _deed(self, work: UnitOfWork, handover: Handover, saying: Saying) -> Saying:
        """The deed holds the receiver's own acceptance, and names again what passes and under which ground."""
        if handover.offer is None or handover.acceptance is None:
            raise OutOfOrderError("a deed answers an acceptance")
        offer = envelopes.read(work.envelopes.get(handover.offer).data).claimed
        acceptance = work.envelopes.get(handover.acceptance).data
        content = Message(nonce=secrets.token_bytes(32), evidence=(acceptance,))
        return replace(saying, content=content, body=None, record=offer.record, consent=offer.consent)

    def _claim(self, work: UnitOfWork, handover: Handover, found: Step) -> None:
        if found.claim is None:
            return
        old = work.matters.get(handover.matter)
        new = replace(old, claim=found.claim, relieving_for=None)
        if found.claim is Claim.RELIEVING:
            new = replace(new, relieving_for=handover.id)
        elif (
            found.state is not State.VOIDING
        ):  # a deed that was resolved leaves holder and chain as they were
            if handover.deed is None:
                raise OutOfOrderError("responsibility passes by a deed")
            holder = handover.peer if found.claim is Claim.NONE else self._node
            chain = old.chain if handover.deed in old.chain else (*old.chain, handover.deed)
            new = replace(new, holder=holder, epoch=max(old.epoch, handover.epoch), chain=chain)
        work.matters.change(old, new)
        if found.claim is Claim.NONE:
            self.let_go(work, handover)

    def let_go(self, work: UnitOfWork, handover: Handover) -> None:
        """Who is not responsible any more neither refers nor keeps a contact: the new authority does, if it wants."""
        for each in work.handovers.of_matter(handover.matter):
            if each.course is Course.HANDOVER or each.state not in (*LIVE, State.PREPARED):
                continue
            if each.role is Role.SENDER or each.course is Course.CONTACT:
                event = Order.WITHDRAW if each.role is Role.SENDER else Order.FINISH
                self.move(work, each, Cause(event=event, void=EndReason.RESPONSIBILITY_PASSED))

    def _settle(self, work: UnitOfWork, handover: Handover, *, erases: bool) -> None:
        if handover.state is State.HOLDING:
            documents.adopt(work, handover)
        counting.ended(work, handover)
        for earlier, saying in following.handed_on(work, handover):
            work.handovers.change(earlier, self._sealer.say(work, earlier, saying))
        following.settled(work, handover)
        attachments.settle(work, handover)
        taken = handover.state is State.HOLDING
        (work.matters.adopted if taken else work.matters.erase)(handover.id)
        if erases or handover.state is State.VOIDED:
            work.disclosures.erased(handover.id)
        if erases:
            work.queue.retire(
                handover.id, _SEALED_TALK
            )  # what they held is gone: there is nothing left to deliver
            work.matters.erase(f"{handover.id}{TALK}")
            if handover.offer is not None:
                work.log.append(EntryKind.ERASED, stream=handover.pair, object_=handover.offer, now=work.now)
