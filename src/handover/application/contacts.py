"""The desk for contacts: two offices talk about two records that may belong together; neither sees the other's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handover.application import fit, pairs
from handover.application.contact_ends import going_on
from handover.application.facts import Actor, Handover, KeptEnvelope, Matter, changed
from handover.application.permissions import MAY, Right, require
from handover.application.ports import Database, UnitOfWork
from handover.application.rounds import Cause, Rounds
from handover.application.sealing import Saying, Sealer
from handover.application.showing import Showing, Shown
from handover.domain.continuity import Verdict, VerdictReason
from handover.domain.courses import LIVE
from handover.domain.errors import NotFoundError, OutOfOrderError
from handover.domain.handover import Act, Course, EndReason, Order, Role
from handover.domain.ids import HandoverId, MatterId
from handover.domain.searching import CandidateState
from handover.protocol import envelope as envelopes
from handover.protocol import message
from handover.protocol.strict import Json

# What a verified link may rest on where the family may be brought together.
_FOR_CONTACT = frozenset(VerdictReason) - {VerdictReason.NOT_WANTED, VerdictReason.UNSAFE}


@dataclass(frozen=True, kw_only=True)
class Given:
    """A verdict, with what it rests on; `why` is None once its words were erased."""

    verdict: Verdict
    why: VerdictReason | None
    at: int


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A contact as one side sees it. `band` and `reach` are empty once what was said is erased.

    `covered` are the fields that this office may speak about now, `can` what this officer can do.
    """

    handover: Handover
    matter: Matter
    band: str
    reach: str
    own: Given | None
    other: Given | None
    covered: tuple[str, ...]
    can: tuple[str, ...]

    @property
    def closed(self) -> bool:
        """Whether nothing is said in it any more."""
        return self.handover.state not in LIVE

    @property
    def agreed(self) -> bool:
        """Whether both sides have verified the link, and neither holds contact to be unsafe or not wanted.

        Once the words of a verdict are erased nobody knows, and it is not so.
        """
        given = (self.own, self.other)
        return all(
            each is not None and each.verdict is Verdict.CONFIRMED and each.why in _FOR_CONTACT
            for each in given
        )


class ContactClosedError(OutOfOrderError):
    """A contact that has ended is not talked in any more."""

    name = "contact-closed"
    title = "This contact has ended."
    advice = "Look at what was decided; what comes next is a handover or a referral of its own."


class Contacts:
    """Looks at contacts, asks, answers, judges and ends them."""

    def __init__(self, database: Database, sealer: Sealer, showing: Showing, rounds: Rounds) -> None:
        self._database = database
        self._sealer = sealer
        self._showing = showing
        self._rounds = rounds

    def open(self, *, actor: Actor) -> Sequence[Handover]:
        """Give the contacts that go on, oldest first."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return sorted(going_on(work), key=lambda each: each.id)[:_AT_ONCE]

    def of_matter(self, matter: MatterId, *, actor: Actor) -> Sequence[Handover]:
        """Give the contacts of a matter, oldest first."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return [each for each in work.handovers.of_matter(matter) if each.course is Course.CONTACT]

    def look(self, contact: HandoverId, *, actor: Actor) -> Contact:
        """Give a contact with what this officer can do in it.

        Raises:
            NotFoundError: there is no such contact.
        """
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            found = _contact(work, contact)
            said = work.envelopes.of_handover(found.id)
            hit = _body(work, next((each for each in said if each.act is Act.HIT), None))
            return Contact(
                handover=found,
                matter=work.matters.get(found.matter),
                band=str(hit.get("band", "")),
                reach=str(hit.get("contact", "")),
                own=_given(work, said, incoming=False),
                other=_given(work, said, incoming=True),
                covered=self._showing.covered(work, found),
                can=_can(found, actor),
            )

    def ask(self, contact: HandoverId, *, text: str, fields: Sequence[str], actor: Actor) -> Handover:
        """Ask the other side, under a ground that covers what the question tells of.

        Raises:
            GroundError: no ground covers the other side, the search of families, and each field.
            OutOfOrderError: the contact has ended.
        """
        return self._talk(contact, Act.QUESTION, text, fields, actor)

    def answer(self, contact: HandoverId, *, text: str, fields: Sequence[str], actor: Actor) -> Handover:
        """Answer the newest question; without fields it tells of nothing.

        Raises:
            GroundError: no ground covers what it tells of.
            OutOfOrderError: nothing was asked, or the contact has ended.
        """
        return self._talk(contact, Act.ANSWER, text, fields, actor)

    def judge(
        self, contact: HandoverId, verdict: Verdict, why: VerdictReason, *, text: str, actor: Actor
    ) -> Handover:
        """Give this side's verdict with the best interests of its own person; the newest counts.

        Raises:
            OutOfOrderError: the contact has ended.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = _live(work, contact)
            saying = Saying(
                act=Act.VERDICT,
                re=found.offer,
                reason=verdict.value,
                body={"why": why.value, "text": text},
                by=self._sealer.by(found, actor.officer, actor),
            )
            said = self._sealer.say(work, found, saying)
            work.handovers.change(found, said)
            if verdict is Verdict.REJECTED:
                pairs.settle(work, said, CandidateState.REJECTED)
            return said

    def close(self, contact: HandoverId, reason: EndReason, *, text: str, actor: Actor) -> Handover:
        """End the contact; both sides keep verdicts and grounds, and destroy what they were told in it.

        Raises:
            OutOfOrderError: it has ended already.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = _live(work, contact)
            order = Order.WITHDRAW if found.role is Role.SENDER else Order.FINISH
            by = self._sealer.by(found, actor.officer, actor)
            body = {"text": text} if text else None
            cause = Cause(event=order, by=by, void=reason, body=body)
            return self._rounds.move(work, found, cause)

    def _talk(
        self, contact: HandoverId, act: Act, text: str, fields: Sequence[str], actor: Actor
    ) -> Handover:
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = _live(work, contact)
            re = found.offer if act is Act.QUESTION else found.question
            if re is None:
                raise OutOfOrderError
            fit.require_room(act, found.seq, again=True)
            shown = Shown(act=act, re=re, body={"text": text}, fields=tuple(fields), actor=actor)
            said = self._sealer.say(work, found, self._showing.talk(work, found, shown))
            if act is Act.ANSWER:
                said = changed(said, question=None)
            work.handovers.change(found, said)
            return said


_AT_ONCE = 200


def _contact(work: UnitOfWork, id_: HandoverId) -> Handover:
    found = work.handovers.get(id_)
    if found.course is not Course.CONTACT:
        raise NotFoundError
    return found


def _live(work: UnitOfWork, id_: HandoverId) -> Handover:
    found = _contact(work, id_)
    if found.state not in LIVE:
        raise ContactClosedError
    return found


def _can(found: Handover, actor: Actor) -> tuple[str, ...]:
    if found.state not in LIVE or not MAY[Right.DECIDE] & set(actor.roles):
        return ()
    steps = ("question", "answer", "verdict", "close")
    return tuple(each for each in steps if each != "answer" or found.question is not None)


def _given(work: UnitOfWork, said: Sequence[KeptEnvelope], *, incoming: bool) -> Given | None:
    """Give the newest verdict of one side; its words may be erased, itself stands in the envelope."""
    found = [each for each in said if each.act is Act.VERDICT and each.incoming is incoming]
    if not found:
        return None
    reason, body = str(envelopes.read(found[-1].data).claimed.reason), _body(work, found[-1])
    why = body.get("why")
    return Given(
        verdict=Verdict(reason), why=None if why is None else VerdictReason(str(why)), at=found[-1].stored_at
    )


def _body(work: UnitOfWork, kept: KeptEnvelope | None) -> Mapping[str, Json]:
    if kept is None:
        return {}
    try:
        return message.decode_kept(work.envelopes.plaintext(kept.digest)).body
    except NotFoundError:
        return {}
