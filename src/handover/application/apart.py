"""Rounds that move nothing: what is destroyed at their end, what a hold keeps, and whose matter a match concerns."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from handover.application import asked_questions, counting, meeting, pairs, stated_holds
from handover.application.facts import Delivery, Handover, KeptEnvelope
from handover.application.intake import Received
from handover.application.owners import TALK
from handover.application.ports import UnitOfWork
from handover.application.sealing import Saying, Sealer
from handover.application.unopened import MismatchError
from handover.domain.continuity import HoldReason
from handover.domain.courses import ERASES, FINISHED, Course
from handover.domain.handover import Act, ClosedRoundError, Role, State
from handover.domain.ids import Digest, MatterId, Pseudonym
from handover.domain.retention import HoldGround, LegalHoldError
from handover.domain.sequence import ARRIVES
from handover.domain.sequence import TALK as ASKED_AND_TOLD
from handover.protocol.entry import EntryKind
from handover.protocol.envelope import By
from handover.protocol.tracing_hit import Hit

_STAYS: Final = ARRIVES | {Act.LEGAL_HOLD, Act.HIT}
_LAST: Final = frozenset({Act.ANSWER, Act.ACCESS_ANSWER, Act.COMPLAINT_ANSWER})
"""What the receiver of a referral may still have on its way when it ends."""
_REASONS: Final = {
    HoldGround.COURT_ORDER: HoldReason.COURT_ORDER,
    HoldGround.STATUTORY_DUTY: HoldReason.STATUTORY_DUTY,
    HoldGround.LEGAL_CLAIMS: HoldReason.LEGAL_CLAIMS,
    HoldGround.CHILD_BEST_INTERESTS: HoldReason.BEST_INTERESTS,
}


class NotAskedError(MismatchError):
    """A match answers a question that this node has not put to that holder."""

    name = "not-asked"
    title = "This node has not asked what that match answers."
    advice = "Tell the auditors of both nodes: whoever says so has seen a question that was not for it."


def held(work: UnitOfWork, matter: MatterId) -> bool:
    """Tell whether a legal hold of this node keeps what it was shown of *matter*."""
    try:
        stated_holds.require_none(work, matter)
    except LegalHoldError:
        return True
    return False


def erase(work: UnitOfWork, handover: Handover) -> None:
    """Destroy what was shown in a round that has ended, and log it; its last answers stay until they are there."""
    if handover.course is Course.CONTACT:
        meeting.ended(work, handover)
    for act in ASKED_AND_TOLD - ({Act.ANSWER} if handover.course is Course.REFERRAL else set()):
        work.queue.retire(handover.id, [act])
    _destroy(work, handover)
    _mark(work, handover, incoming=True)
    if handover.offer is not None:
        work.log.append(EntryKind.ERASED, stream=handover.pair, object_=handover.offer, now=work.now)


def settle(work: UnitOfWork, before: Handover, handover: Handover) -> None:
    """Count the round, note that what was shown is destroyed, and drop the copy of what was sealed for the other."""
    counting.referred(work, before, handover)
    if handover.role is Role.SENDER or handover.course is Course.CONTACT:
        _mark(work, handover, incoming=False)
    if handover.course is Course.CONTACT:
        meeting.remember(work, handover)
    elif handover.role is Role.RECEIVER:
        for kept in work.envelopes.of_handover(handover.id):
            if kept.act is Act.END:
                work.matters.erase(kept.owner)  # the words of the end, too: the receiver keeps nothing
    work.matters.erase(handover.id)


def delivered(work: UnitOfWork, batch: Iterable[KeptEnvelope]) -> None:
    """Destroy what an ended referral has kept alone because its last answers were on their way."""
    for kept in batch:
        if kept.act not in _LAST:
            continue
        handover = work.handovers.get(kept.handover)
        erases = handover.state in (*ERASES[handover.course, handover.role], State.ENDED)
        if handover.course is Course.REFERRAL and handover.role is Role.RECEIVER and erases:
            _destroy(work, handover)


def _destroy(work: UnitOfWork, handover: Handover) -> None:
    waiting = _waiting(work, handover)
    for kept in work.envelopes.of_handover(handover.id):
        if kept.act not in _STAYS and kept.digest not in waiting and not kept.owner.endswith(TALK):
            work.matters.erase(kept.owner)
    work.matters.erase(handover.id)
    if not waiting:
        work.matters.erase(f"{handover.id}{TALK}")


def _waiting(work: UnitOfWork, handover: Handover) -> set[Digest]:
    """Give the answers of a receiver of a referral that are still on their way: they are what was asked for."""
    if handover.course is not Course.REFERRAL:
        return set()
    queued = work.queue.of_handover(handover.id)
    return {
        kept.digest
        for kept in work.envelopes.of_handover(handover.id)
        if kept.act in _LAST
        and kept.digest in queued
        and queued[kept.digest].due
        and queued[kept.digest].delivery is not Delivery.RECEIPTED
    }


def _mark(work: UnitOfWork, handover: Handover, *, incoming: bool) -> None:
    for each in work.disclosures.of_matter(handover.matter):
        if each.handover == handover.id and each.incoming is incoming and each.erased_at is None:
            work.disclosures.change(replace(each, erased_at=work.now))


def keep(work: UnitOfWork, sealer: Sealer, handover: Handover, about: Digest | None) -> Handover:
    """Say that the round is over and a hold keeps what was shown: why, and until when; give the round."""
    holds = [
        *(each.hold for each in work.retention.of_matter(handover.matter)),
        *stated_holds.of_matter(work, handover.matter),
    ]
    hold = max((each for each in holds if each.in_force(work.now)), key=lambda each: each.until)
    officers = [Pseudonym(sealer.pseudonym(handover, who)) for who in (hold.placed_by, hold.second_officer)]
    saying = Saying(
        act=Act.LEGAL_HOLD,
        re=about,
        reason=_REASONS[hold.ground].value,
        deadline=hold.until,
        body={"text": hold.ground.value},
        by=By(prepared=officers[0], released=officers[1], role="none", auth="node"),
    )
    return sealer.say(work, handover, saying)


def require_asked(work: UnitOfWork, received: Received) -> MatterId:
    """Give the matter for which this node has put the question that a match answers to whoever tells of it.

    Raises:
        NotAskedError: it has not.
        UnknownQuestionError: the question was taken back.
        OpeningError: what it opens is no address of the question.
        RejectedPairError: an officer has found that the two records do not belong together.
    """
    if received.content is None:
        raise MismatchError("a match has a body")
    hit, holder = Hit.from_json(received.content.body), received.envelope.iss
    question = work.tracing.askings.question(hit.question)
    if question is None or question.holder != holder:
        raise NotAskedError
    pairs.require_unrejected(work, holder, hit.pair)
    asked_questions.require_met(work, asked_questions.require_open(work, hit.question, holder), hit)
    return question.matter


def require_going_on(handover: Handover, act: Act) -> None:
    """Do nothing if something may still be asked or told in the round by the other side.

    What the receiver of a referral has answered before its end is taken whenever it comes.

    Raises:
        ClosedRoundError: the round is over.
    """
    answered = act is Act.ANSWER and handover.course is Course.REFERRAL and handover.role is Role.SENDER
    if act in ASKED_AND_TOLD and handover.state in FINISHED and not answered:
        raise ClosedRoundError
