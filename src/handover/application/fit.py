"""Whether an envelope fits a round that is known, and what those that move nothing leave behind."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from handover.application import anew, apart, contradictions, notices
from handover.application.alarms import raise_alarm
from handover.application.drafts import UnknownRoundError
from handover.application.facts import Handover, KeptEnvelope
from handover.application.ports import UnitOfWork
from handover.application.unopened import MismatchError
from handover.domain.consent import GroundExpiredError, GroundWithdrawnError
from handover.domain.continuity import LONGEST_HOLD
from handover.domain.courses import OPENS, Course
from handover.domain.errors import NotFoundError, OutOfOrderError
from handover.domain.handover import Act, ClosedRoundError, EquivocationError, Role, State
from handover.domain.ids import Digest
from handover.domain.lifecycle import LOCAL
from handover.domain.sequence import AFTER_DEED, MOVES, REPLIES, TAKEN, discloses_anew, may_answer, may_say
from handover.protocol import consent, strict
from handover.protocol import envelope as envelopes
from handover.protocol.envelope import Envelope

_ASKED_AND_TOLD: Final = frozenset({Act.QUESTION, Act.ANSWER})
MOST_TOLD: Final = 256  # envelopes of one side in a round, before it asks and answers no more
MOST_SAID: Final = 320  # and before it says nothing again that it has said
# What a reissue may change: the members that belong to one envelope's bytes, not to what it says.
_OF_BYTES: Final = ("jti", "iat", "incarnation", "seq", "prev", "replaces", "payload", "log")
# A deed may yet come to these: what is said after it then counts.
_BEFORE_DEED: Final = frozenset({State.PENDING, State.BOUND, State.DECLINED})


class TooEarlyError(OutOfOrderError):
    """What is said after a deed came before the deed."""

    name = "too-early"
    title = "This is said after a deed, and the deed has not come yet."
    advice = "It is sent again by itself; nothing has to be done."
    retry = True


class RoundFullError(OutOfOrderError):
    """A round holds so many messages of each side: reading them costs as much as there are."""

    name = "round-full"
    title = "So much has been said in this round that nothing more can be asked or answered in it."
    advice = "Decide the round, or telephone the other authority; what moves the round is still taken."


def require_belongs(
    envelope: Envelope, handover: Handover, kept: KeptEnvelope, earlier: Sequence[KeptEnvelope]
) -> None:
    """Do nothing if the envelope belongs to the round, comes from the right side and goes on from what was said.

    Raises:
        MismatchError: another matter, epoch, purpose or schema than the round's.
        EquivocationError: two different envelopes with one number, or after one another.
        OutOfOrderError: this side does not say that, or nothing (or nothing more) is said in this round.
    """
    if handover.state in LOCAL:
        raise UnknownRoundError
    require_same(handover, envelope)
    other = Role.SENDER if handover.role is Role.RECEIVER else Role.RECEIVER
    if not may_say(handover.course, other, envelope.act):
        over = handover.state in (State.CLOSED, State.OVER) and envelope.act in OPENS
        raise ClosedRoundError if over else OutOfOrderError(f"{envelope.act.value} from this side")
    if handover.course is not Course.HANDOVER:
        apart.require_going_on(handover, envelope.act)
    if envelope.act not in MOVES and handover.state is State.CLOSED:
        raise ClosedRoundError
    contradictions.require_sequence(kept, envelope, earlier)
    said = [each.act for each in earlier if each.incoming]
    require_room(envelope.act, len(said), again=envelope.act in said)


def require_room(act: Act, said: int, *, again: bool) -> None:
    """Do nothing if a side that has said so much may say *act*; what decides a round has room when it is said first.

    Raises:
        RoundFullError: it may not.
    """
    told = act in _ASKED_AND_TOLD
    if said >= (MOST_TOLD if told else MOST_SAID) and (told or again):
        raise RoundFullError


def require_answers(
    work: UnitOfWork,
    envelope: Envelope,
    handover: Handover,
    earlier: Sequence[KeptEnvelope],
    *,
    digest: Digest,
) -> None:
    """Do nothing if the envelope says a new thing, or the same again, and answers what was said in this round.

    Raises:
        MismatchError: it answers something else, or says something else again.
        EquivocationError: two messages of one act in one round that do not say the same.
        OutOfOrderError: it comes before what it confirms, or withdraws what was withdrawn.
        GroundWithdrawnError: what it shows was withdrawn before it came.
    """
    _require_repeat(work, envelope, earlier)
    if handover.course is Course.HANDOVER and envelope.act in AFTER_DEED and handover.state not in TAKEN:
        early = handover.state in _BEFORE_DEED
        raise TooEarlyError if early else OutOfOrderError(f"{envelope.act.value} before the deed")
    _require_answers(work, handover, envelope)
    if envelope.act is Act.DEED and handover.offer is not None:
        _require_offered(work, handover.offer, envelope)
    if envelope.act is Act.ANSWER and handover.course is Course.HANDOVER:
        _require_ground(work, handover, envelope)
    if envelope.act is Act.CONSENT_WITHDRAWN:
        _require_once(envelope, digest, earlier)
    if discloses_anew(handover.course, envelope.act):
        _require_not_withdrawn(work, digest, envelope.replaces)


def _require_once(envelope: Envelope, digest: Digest, earlier: Sequence[KeptEnvelope]) -> None:
    """About each disclosure one side says once that its ground was withdrawn."""
    for each in earlier:
        if not each.incoming or each.act is not envelope.act or each.re != envelope.re:
            continue
        said = envelopes.read(each.data).claimed
        if each.digest != envelope.replaces and said.replaces != digest:
            raise OutOfOrderError("it was withdrawn before")


def _require_not_withdrawn(work: UnitOfWork, *shown: Digest | None) -> None:
    """What was withdrawn before it came is not taken when it comes late."""
    for each in shown:
        if each is not None and any(asked.act is Act.CONSENT_WITHDRAWN for asked in work.demands.about(each)):
            raise GroundWithdrawnError


def _require_ground(work: UnitOfWork, handover: Handover, envelope: Envelope) -> None:
    """The offerer's answer discloses: the ground of the offer must still be in force. The other side's names none."""
    if handover.role is Role.SENDER:
        if envelope.consent is not None:
            raise MismatchError("the answer names a ground that is not its own")
        return
    offer = None if handover.offer is None else work.exhibits.find([handover.offer]).get(handover.offer)
    if offer is None or offer.consent is None or strict.digest(offer.consent) != envelope.consent:
        raise MismatchError("the answer does not name the ground of the offer")
    if not consent.read(offer.consent).claimed.ground.in_force(work.now):
        raise GroundExpiredError


def require_same(handover: Handover, envelope: Envelope) -> None:
    """Do nothing if the envelope is of the matter, epoch, purpose and schema of the round; raises MismatchError."""
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
    if envelope.act not in REPLIES or envelope.act is Act.QUESTION or envelope.re is None:
        return
    try:
        answered = work.envelopes.get(envelope.re)
    except NotFoundError as error:
        if envelope.act in (Act.VOID, Act.CONSENT_WITHDRAWN, Act.END):
            return  # it never came, and is not taken any more; the round is named all the same
        if envelope.act is Act.DEED and (handover.acceptance is None or work.doubts.stands(handover.matter)):
            return  # it holds the acceptance that it answers, which a restore has forgotten
        raise MismatchError("it answers a message that is not known here") from error
    fits = may_answer(handover.course, envelope.act, answered.act, same=answered.incoming)
    if answered.handover != handover.id or not fits:
        raise MismatchError("it answers another message than the one that was said")
    if envelope.act is Act.CONSENT_WITHDRAWN:
        _require_withdrawn(envelope, answered)
    if envelope.act is Act.LEGAL_HOLD and not 0 < (envelope.deadline or 0) - envelope.iat <= LONGEST_HOLD:
        raise MismatchError("a hold ends, at most 732 days ahead")
    if envelope.act is Act.ERASED:
        _require_erased(work, envelope, answered)


def _require_withdrawn(envelope: Envelope, shown: KeptEnvelope) -> None:
    """A withdrawal names what was shown, and the token under which that was."""
    consent_ = envelopes.read(shown.data).claimed.consent
    if consent_ is None or consent_ != envelope.consent:
        raise MismatchError("the withdrawal does not name the ground of what was shown")


def _require_erased(work: UnitOfWork, envelope: Envelope, asked: KeptEnvelope) -> None:
    """Who has erased a record names the one that was shown."""
    shown = None if asked.re is None else envelopes.read(work.envelopes.get(asked.re).data).claimed
    if shown is not None and envelope.record not in (None, shown.record):
        raise MismatchError("what was erased is not what was shown")


def _require_repeat(work: UnitOfWork, envelope: Envelope, kept: Sequence[KeptEnvelope]) -> None:
    """A second envelope of an act that moves the round says the same: it was signed anew, and either may come first."""
    earlier = [each for each in kept if each.incoming and each.act is envelope.act]
    replaced = [each for each in earlier if each.digest == envelope.replaces]
    if any(not _says_the_same(each, envelope) for each in replaced):
        raise EquivocationError("a message that replaces another says something else")
    if envelope.replaces is not None and not replaced and is_known(work, envelope.replaces):
        raise MismatchError("it replaces a message of another kind")
    if envelope.act in MOVES and not all(_is_anew(each, envelope) for each in earlier):
        raise EquivocationError("two messages of one act in one round")


def _is_anew(kept: KeptEnvelope, envelope: Envelope) -> bool:
    """Tell whether two envelopes are the same act, one of them signed anew; what lies between them need not be here."""
    replaces = envelope.replaces or envelopes.read(kept.data).claimed.replaces
    return replaces is not None and _says_the_same(kept, envelope)


def _says_the_same(kept: KeptEnvelope, envelope: Envelope) -> bool:
    """A reissue differs in what belongs to its bytes, and in nothing that it says."""
    earlier = envelopes.read(kept.data).claimed
    commits = [None if each.payload is None else each.payload.commit for each in (earlier, envelope)]
    of_bytes = {name: getattr(envelope, name) for name in _OF_BYTES}
    return replace(earlier, **of_bytes) == envelope and commits[0] == commits[1]


def _require_offered(work: UnitOfWork, offer: Digest, deed: Envelope) -> None:
    """A deed gives what was offered: the same record, the same fields, under the same ground."""
    offered = envelopes.read(work.envelopes.get(offer).data).claimed
    if (offered.record, offered.fields, offered.consent) != (deed.record, deed.fields, deed.consent):
        raise MismatchError("the deed names another record, other fields or another ground than the offer")


def note(work: UnitOfWork, handover: Handover, envelope: Envelope, digest: Digest) -> bool:
    """Write down what a message outside the tables tells, and tell whether that is new."""
    if len(anew.names(work, digest)) > 1:
        return False  # the same thing said again in other bytes
    notices.said(work, handover, envelope.act, digest)
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
            return True
    work.handovers.change(handover, new)
    return True


def is_known(work: UnitOfWork, digest: Digest) -> bool:
    """Tell whether an envelope is kept here, whoever has said it."""
    try:
        work.envelopes.get(digest)
    except NotFoundError:
        return False
    return True
