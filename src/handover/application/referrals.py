"""What officers do with a referral that is under way: read it, ask, answer, and say that it is done."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from handover.application import departures, documents, fit
from handover.application.facts import Actor, Handover
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork
from handover.application.readings import require_stated
from handover.application.referred import Referred, of_course, seen
from handover.application.rounds import Cause, Rounds
from handover.application.sealing import Saying, Sealer
from handover.application.showing import Showing, Shown
from handover.domain.courses import LIVE, Course, EndReason
from handover.domain.errors import MalformedError, OutOfOrderError
from handover.domain.handover import Act, Order, Role, State
from handover.domain.ids import Digest, HandoverId, MatterId
from handover.domain.record import Value, schema
from handover.protocol import bodies, message
from handover.protocol.entry import EntryKind
from handover.protocol.strict import Json

FINISHES: Final = (EndReason.DONE, EndReason.NOT_TAKEN)
"""Why the receiver ends a referral."""


class FinishReasonError(MalformedError):
    """The receiver of a referral ends it in one of two ways."""

    name = "referral-finish"
    title = "A referral is done, or not taken on."
    advice = "Use one of: done, not-taken."


class Referrals:
    """The desk of both sides."""

    def __init__(self, database: Database, sealer: Sealer, rounds: Rounds, showing: Showing) -> None:
        self._database = database
        self._sealer = sealer
        self._rounds = rounds
        self._showing = showing

    def open(self, handover: HandoverId, *, actor: Actor) -> dict[str, Value]:
        """Give what was referred to a named officer, and confirm the receipt; each reading is logged.

        Raises:
            GroundExpiredError: the ground does not count any more; nothing is shown.
            OutOfOrderError: it is over.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = _serving(work.handovers.get(handover), work.now)
            require_stated(work, found.matter, actor)
            content = message.decode_kept(work.envelopes.plaintext(_opening(found)))
            departures.require_shown(content.consent, work.now)
            work.log.append(EntryKind.DISCLOSED, stream=found.pair, object_=_opening(found), now=work.now)
            if found.opened_at is None:
                work.log.append(EntryKind.OPENED, stream=found.pair, object_=_opening(found), now=work.now)
                by = self._sealer.by(found, actor.officer, actor)
                said = self._sealer.say(work, found, Saying(act=Act.OPENED, re=found.offer, by=by))
                work.handovers.change(found, replace(said, opened_at=work.now))
            return documents.values_of(documents.of_payload(work.envelopes.plaintext(_opening(found))))

    def asks(self, handover: HandoverId, *, actor: Actor) -> Mapping[str, Json]:
        """Give for what a matter was referred: the word and the text.

        Raises:
            NotFoundError: it was erased.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            found = of_course(work.handovers.get(handover))
            require_stated(work, found.matter, actor)
            if found.role is Role.SENDER:
                return work.referrals.get(found.id)
            return message.decode_kept(work.envelopes.plaintext(_opening(found))).body

    def finish(self, handover: HandoverId, *, reason: EndReason, text: str, actor: Actor) -> Handover:
        """Say that this office is done with a referral, or does not take it on: what it was shown is destroyed.

        Raises:
            FinishReasonError: another reason than these two.
            OutOfOrderError: it is over.
        """
        require(actor, Right.DECIDE)
        if reason not in FINISHES:
            raise FinishReasonError
        with self._database.begin() as work:
            found = of_course(work.handovers.get(handover))
            if found.role is not Role.RECEIVER:
                raise OutOfOrderError
            by = self._sealer.by(found, actor.officer, actor)
            cause = Cause(event=Order.FINISH, by=by, void=reason, body={"text": text})
            bodies.check_body(Act.END, dict(cause.body or {}))
            return self._rounds.move(work, found, cause)

    def ask(self, handover: HandoverId, *, text: str, actor: Actor, fields: Sequence[str] = ()) -> Handover:
        """Ask the other side; what the question tells of a person rests on a ground for *fields*."""
        return self._talk(handover, Act.QUESTION, text, fields, actor)

    def answer(
        self, handover: HandoverId, *, text: str, actor: Actor, fields: Sequence[str] = ()
    ) -> Handover:
        """Answer the newest question, or, at the receiver, the referral itself: with its advice or its result.

        Raises:
            GroundError: no ground of this office covers telling the other of *fields*.
            OutOfOrderError: it is over, or there is nothing to answer.
        """
        return self._talk(handover, Act.ANSWER, text, fields, actor)

    def _talk(
        self, handover: HandoverId, act: Act, text: str, fields: Sequence[str], actor: Actor
    ) -> Handover:
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = of_course(work.handovers.get(handover))
            if found.state not in LIVE:
                raise OutOfOrderError
            re = _answered(found) if act is Act.ANSWER else found.offer
            if re is None:
                raise OutOfOrderError
            fit.require_room(act, found.seq, again=True)
            self._say(work, found, act, re, text, fields, actor)
            found = work.handovers.get(handover)
            if act is Act.ANSWER and found.question is not None:
                new = replace(found, question=None)
                work.handovers.change(found, new)
                return new
            return found

    def _say(
        self,
        work: UnitOfWork,
        handover: Handover,
        act: Act,
        re: Digest,
        text: str,
        fields: Sequence[str],
        actor: Actor,
    ) -> None:
        body: dict[str, Json] = {"text": text}
        if fields:
            named = schema(handover.schema).resolve(fields)
            self._showing.show(work, handover, Shown(act=act, re=re, body=body, fields=named, actor=actor))
            return
        by = self._sealer.by(handover, actor.officer, actor)
        said = self._sealer.say(work, handover, Saying(act=act, re=re, body=body, by=by))
        work.handovers.change(handover, said)

    def get(self, handover: HandoverId, *, actor: Actor) -> Referred:
        """Give one referral; raises NotFoundError."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return seen(work, of_course(work.handovers.get(handover)))

    def page(
        self, *, actor: Actor, after: str = "", limit: int = 50, role: Role | None = None
    ) -> list[Referred]:
        """Give referrals in order of their beginning, from behind *after*."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            found = work.handovers.page(after=after, limit=limit, role=role, course=Course.REFERRAL)
            return [seen(work, each) for each in found]

    def of_matter(self, matter: MatterId, *, actor: Actor) -> list[Referred]:
        """Give the referrals of a matter, oldest first; raises NotFoundError."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            rounds = work.handovers.of_matter(matter)
            return [seen(work, each) for each in rounds if each.course is Course.REFERRAL]


def _serving(handover: Handover, now: int) -> Handover:
    found = of_course(handover)
    if found.state is not State.SERVING or now > found.deadline:
        raise OutOfOrderError
    return found


def _opening(handover: Handover) -> Digest:
    if handover.offer is None:
        raise OutOfOrderError
    return handover.offer


def _answered(handover: Handover) -> Digest | None:
    if handover.question is not None:
        return handover.question
    return handover.offer if handover.role is Role.RECEIVER else None
